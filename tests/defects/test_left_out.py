"""Defects that find no place: left out and told, or refused at once where none of their kind ever finds one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from builders import box
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pressed import is_closed, populations

from blemish.dataset.lacking import lacking
from blemish.dataset.record import DefectRecord, LeftOutRecord, SpecimenRecord, from_json, to_json
from blemish.defects import imprint, make_specimen, place, population
from blemish.defects.placeless import refuse_placeless
from blemish.defects.population import place_populations
from blemish.errors import DefectError

TOP: dict[str, Any] = {"kind": "dent", "per_specimen": 60, "diameter_mm": 1.5, "depth_mm": 0.05, "regions": ["top"]}
SIDES: dict[str, Any] = {"kind": "dent", "per_specimen": 2, "diameter_mm": 0.4, "depth_mm": 0.02, "regions": ["sides"]}
STAINS: dict[str, Any] = {"kind": "stain", "per_specimen": 30, "diameter_mm": 6.0, "regions": ["top"]}
SMALL = (8.0, 8.0, 2.0)


@pytest.fixture(autouse=True)
def few_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give up sooner, so that a crowded face is found full in no time."""
    monkeypatch.setattr(place, "TRIES", 8)


def test_a_specimen_is_made_with_what_fits() -> None:
    """On a crowded face some are left out: those that are there are whole and numbered on, and the rest is told."""
    specimen = make_specimen(box(SMALL), "d000", True, populations(TOP, SIDES), 0)
    (told,) = specimen.left_out
    there = sum(defect.region == "top" for defect in specimen.defects)
    assert (told.kind, told.population, told.regions, told.wanted) == ("dent", 1, ("top",), 60)
    assert 0 < there == told.wanted - told.missing
    assert told.why in {"another defect is in the way", "an edge is too near"}
    assert [defect.id for defect in specimen.defects] == list(range(1, there + 3))
    assert set(np.unique(specimen.instance)) == set(range(there + 3))
    assert is_closed(specimen.triangles)


def test_films_are_left_out_alike() -> None:
    """More stains than there is room for."""
    (told,) = place_left_out(STAINS)
    assert (told.kind, told.why) == ("stain", "another defect is in the way")
    assert 0 < told.missing < told.wanted == 30


def place_left_out(*tables: dict[str, Any]) -> Any:
    """Give what a specimen of a small box lacks."""
    return make_specimen(box(), "d000", True, populations(*tables), 0).left_out


@given(seed=st.integers(0, 2**31), wanted=st.integers(1, 25), defective=st.booleans())
@hypothesis_settings(max_examples=5, deadline=None)
def test_nothing_is_lost_or_counted_twice(seed: int, wanted: int, defective: bool) -> None:
    """What a population gives a specimen either lies on it or is missed, insignificant ones on correct ones too."""
    tables = ({**TOP, "per_specimen": wanted, "insignificant_below": {"diameter_mm": 9.0}}, SIDES)
    placed = place_populations(box(SMALL), "x", defective, populations(*tables), seed)
    assert placed.wanted == ({0: wanted, 1: 2} if defective else {0: wanted})
    for index, count in placed.wanted.items():
        assert placed.whose.count(index) + sum(one.population == index for one in placed.missed) == count


def test_after_many_in_a_row_no_other_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thousands of defects on a face that is full cost no more than some: attempts are bounded."""
    tried = []
    settle = place.settle
    monkeypatch.setattr(population, "settle", lambda *rest: tried.append(1) or settle(*rest))
    placed = place_populations(box(SMALL), "d000", True, populations({**TOP, "per_specimen": 500}), 0)
    assert len(placed.settled) + len(placed.missed) == 500
    assert len(tried) < 12 * (len(placed.settled) + 1)


def test_what_turns_the_surface_over_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """A defect too deep for a bend is no reason to stop either; the others stay where they are."""
    tables = populations({**SIDES, "per_specimen": 4})
    before = make_specimen(box(), "d000", True, tables, 0)
    answers = iter([False, True, False, False] + [False] * 3)
    monkeypatch.setattr(imprint, "_turned", lambda *_: next(answers))
    after = make_specimen(box(), "d000", True, tables, 0)
    assert [one.position_mm for one in after.defects] == [before.defects[at].position_mm for at in (0, 2, 3)]
    assert [one.id for one in after.defects] == [1, 2, 3]
    assert [(one.wanted, one.missing, one.why) for one in after.left_out] == [(4, 1, "the surface bends too tightly")]


def test_kinds_without_any_place_are_refused_together() -> None:
    """One message names every population of which none fits, and no other."""
    wall = {**TOP, "per_specimen": 2, "depth_mm": 1.9, "diameter_mm": 4.0}
    large = {**SIDES, "diameter_mm": 6.0}
    with pytest.raises(DefectError) as told:
        refuse_placeless(box(SMALL), [("c000", False), ("d000", True)], populations(wall, SIDES, large, TOP), 0)
    lines = str(told.value).splitlines()
    assert [line.partition(":")[0] for line in lines] == ["defects[1]", "defects[3]"]
    assert "none of 2 finds a place. specimen d000: dent 1 of 2 (population 1)" in lines[0]


def test_one_that_fits_on_a_later_specimen_is_enough() -> None:
    """A population of one, now and then too long for its face, is not refused for its first."""
    mixed = {**TOP, "per_specimen": 1, "diameter_mm": {"choice": [20.0, 0.5]}}
    names = [(f"d{number:03d}", True) for number in range(12)]
    first = [make_specimen(box(SMALL), name, True, populations(mixed), 4).left_out for name, _ in names]
    assert any(first)
    assert not all(first)
    refuse_placeless(box(SMALL), names, populations(mixed), 4)


def test_a_record_says_what_is_left_out_and_is_the_same_bytes_where_nothing_is() -> None:
    """Export then import is identity; where nothing is left out the key is not in the file."""
    whole = SpecimenRecord(id="d000", defective=True, defects=(DefectRecord(id=1, kind="dent"),))
    assert b"left_out" not in to_json(whole)
    lacks = LeftOutRecord(kind="dent", population=1, regions=("face",), wanted=3, missing=2, why="no room to run")
    record = SpecimenRecord(id="d001", defective=True, left_out=(lacks,))
    assert from_json(SpecimenRecord, to_json(record), "here") == record
    assert from_json(SpecimenRecord, to_json(whole), "here") == whole
    (line,) = lacking([whole, record])
    assert line.startswith("2 of 3 defects of kind dent found no place on face and are left out (of d001), mostly")
    assert not lacking([whole])
