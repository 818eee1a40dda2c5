"""Splits: nobody is on both sides, and the shares are kept."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blemish.dataset.split import Member, SplitRule, draw_split, leaks, parse_shares
from blemish.errors import RequestError

members = st.lists(st.tuples(st.integers(0, 12), st.booleans()), max_size=40).map(
    lambda rows: [Member(f"m{i}", f"g{group}", defective) for i, (group, defective) in enumerate(rows)]
)
shares = st.dictionaries(st.sampled_from(["train", "val", "test"]), st.floats(0.1, 100), min_size=1)


@given(members=members, shares=shares, seed=st.integers(0, 2**40), stratified=st.booleans())
def test_no_split_ever_leaks(members: list[Member], shares: dict[str, float], seed: int, stratified: bool) -> None:
    """Whatever the groups and shares, everyone is in exactly one set and no group in two."""
    split = draw_split(members, SplitRule(shares=shares, seed=seed, stratified=stratified))
    assert leaks(split, members) == []
    assert set(split.sets) == set(shares)


@given(members=members, seed=st.integers(0, 100))
def test_the_order_of_members_does_not_matter(members: list[Member], seed: int) -> None:
    """The draw depends on names and seed alone."""
    rule = SplitRule(shares={"train": 4.0, "val": 1.0}, seed=seed)
    assert draw_split(members, rule) == draw_split(reversed(members), rule)


def test_28_4_8_of_forty_is_14_2_4_of_each() -> None:
    """The paper's split of its synthetic objects comes out exactly, in balance."""
    forty = [Member(f"m{i:02d}", f"m{i:02d}", i < 20) for i in range(40)]
    split = draw_split(forty, SplitRule(shares=parse_shares("28-4-8")))
    found = Counter((split.of()[one.name], one.defective) for one in forty)
    assert found == {(name, kind): n for name, n in (("train", 14), ("val", 2), ("test", 4)) for kind in (True, False)}


@pytest.mark.parametrize("stratum", range(3, 9))
def test_every_set_gets_some_of_each_kind_where_there_is_enough(stratum: int) -> None:
    """Small shares of small strata are never empty when there is one for each set."""
    few = [Member(f"m{i}", f"m{i}", True) for i in range(stratum)]
    split = draw_split(few, SplitRule(shares={"train": 0.9, "val": 0.05, "test": 0.05}))
    assert all(split.sets.values())


def test_a_given_test_set_stays_and_takes_its_groups_along() -> None:
    """What came with the data is not drawn; a group that has one member there is there as a whole."""
    ten = [Member(f"m{i}", f"g{i // 2}", False) for i in range(10)]
    split = draw_split(ten, SplitRule(shares={"train": 4.0, "val": 1.0}), fixed={"m0": "test", "m5": "test"})
    assert split.sets["test"] == ("m0", "m1", "m4", "m5")
    assert split.fixed == ("test",)
    assert leaks(split, ten) == []


def test_another_seed_is_another_draw() -> None:
    """The seed names the draw; zero is one like any other."""
    many = [Member(f"m{i}", f"m{i}", False) for i in range(50)]
    drawn = {
        draw_split(many, SplitRule(shares={"train": 1.0, "val": 1.0}, seed=seed)).sets["train"] for seed in range(5)
    }
    assert len(drawn) == 5


def test_leaks_are_named() -> None:
    """A group on both sides, a member in no set, one named twice and a stranger are each told."""
    four = [Member(name, group, False) for name, group in (("a", "g"), ("b", "g"), ("c", "c"), ("d", "d"))]
    split = draw_split([], SplitRule(shares={"train": 1.0, "val": 1.0}))
    split.sets.update(train=("a", "c"), val=("b", "c", "x"))
    told = " | ".join(leaks(split, four))
    for words in ("group g is in train and val", "d is in no set", "c is named 2 times", "x is not in the dataset"):
        assert words in told


@pytest.mark.parametrize("text", ["28-4-8", "4:1", " 0.8:0.2 "])
def test_shares_are_read_from_what_people_write(text: str) -> None:
    """Two numbers are train and val, three are train, val and test."""
    assert list(parse_shares(text)) == ["train", "val", "test"][: len(parse_shares(text))]
    assert parse_shares("4:1") == {"train": 4, "val": 1}


@pytest.mark.parametrize("text", ["", "4", "a:b", "1:0", "1:-1", "1:2:3:4", "nan:1", "inf:1"])
def test_shares_that_make_no_sense_are_refused(text: str) -> None:
    """The message shows how a split is written."""
    with pytest.raises(RequestError, match="28-4-8"):
        parse_shares(text)
