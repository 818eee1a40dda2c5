"""Covers: the laws of set cover, and brute force on small cases."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, pairwise
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from blemish.plan.bound import lower_bound, search_prices
from blemish.plan.cover import Demand, demand, greedy, without_spare
from blemish.plan.improve import by_integers, exchange
from blemish.plan.visibility import REASONS, Visibility

SOME = settings(max_examples=40, deadline=None)


def matrix(sees: np.ndarray) -> Visibility:
    """Make a visibility of a dense matrix."""
    packed = np.packbits(sees, axis=1)
    furthest = np.where(sees.any(axis=0), len(REASONS), 0).astype(np.uint8)
    return Visibility(packed, packed, sees.shape[1], furthest, 0)


@dataclass(frozen=True)
class Case:
    """A small random cover, before it is made."""

    seed: int
    views: int
    samples: int
    density: float
    folds: int
    target: float

    def made(self) -> tuple[Visibility, Demand]:
        rng = np.random.default_rng(self.seed)
        visibility = matrix(rng.random((self.views, self.samples)) < self.density)
        weight = rng.uniform(0.5, 2.0, self.samples)
        return visibility, demand(visibility, weight, folds=self.folds, target=self.target, max_views=100)


def cases(most_folds: int = 3) -> st.SearchStrategy[Case]:
    """Few views, some that see nothing; one fold or more; all of the weight or part of it."""
    return st.builds(
        Case,
        seed=st.integers(0, 10**6),
        views=st.integers(1, 9),
        samples=st.integers(1, 30),
        density=st.floats(0.05, 0.7),
        folds=st.integers(1, most_folds),
        target=st.sampled_from([0.5, 0.9, 1.0]),
    )


def fewest(visibility: Visibility, wanted: Demand) -> int:
    """Find the smallest cover by trying all."""
    for count in range(len(visibility) + 1):
        for views in combinations(range(len(visibility)), count):
            if wanted.met(visibility.times_seen(views)):
                return count
    raise AssertionError("all views together always meet the demand")


@SOME
@given(cases(), st.randoms(use_true_random=False))
def test_coverage_never_falls_when_a_view_is_added(case: Case, random: Random) -> None:
    """Along any order of views the covered weight only grows, up to the whole demand."""
    visibility, wanted = case.made()
    order = list(range(len(visibility)))
    random.shuffle(order)
    covered = [wanted.covered_weight(visibility.times_seen(order[:count])) for count in range(len(order) + 1)]
    assert all(later >= earlier for earlier, later in pairwise(covered))
    assert wanted.met(visibility.times_seen(order))


@SOME
@given(cases())
def test_greedy_meets_the_demand_with_a_new_gain_each_time(case: Case) -> None:
    """The greedy cover meets the demand, and each view gains no more than the one before it."""
    visibility, wanted = case.made()
    chosen = greedy(visibility, wanted)
    assert wanted.met(visibility.times_seen(chosen))
    times, last = np.zeros(visibility.num_samples, dtype=int), np.inf
    for index in chosen:
        gains = [
            wanted.weight[visibility.sees(one) & (times < wanted.folds)].sum()
            for one in range(len(visibility))
            if one == index or one not in chosen
        ]
        gain = wanted.weight[visibility.sees(index) & (times < wanted.folds)].sum()
        assert 0 < gain <= last
        assert gain >= max(gains) - 1e-12
        times += visibility.sees(index)
        last = gain


@SOME
@given(cases(most_folds=1))
def test_greedy_is_within_its_bound_of_brute_force(case: Case) -> None:
    """Full cover takes at most H(n) times the fewest views, n the most samples that one view sees (Chvatal, 1979)."""
    visibility, partial = case.made()
    wanted = Demand(partial.folds, np.ones(visibility.num_samples), 1.0, 100)
    largest = int(visibility.dense().sum(axis=1).max())
    harmonic = sum(1 / i for i in range(1, largest + 1))
    assert len(greedy(visibility, wanted)) <= harmonic * fewest(visibility, wanted) + 1e-9


@SOME
@given(cases())
def test_nothing_is_spare_after_dropping_the_spare(case: Case) -> None:
    """Of all views together some are dropped, the rest meets the demand, and without any one of them it does not."""
    visibility, wanted = case.made()
    kept = without_spare(visibility, wanted, range(len(visibility)))
    assert wanted.met(visibility.times_seen(kept))
    for index in kept:
        assert not wanted.met(visibility.times_seen([one for one in kept if one != index]))


@SOME
@given(cases(), st.integers(0, 3))
def test_no_plan_goes_below_the_bound_and_exchange_stays_above(case: Case, seed: int) -> None:
    """It holds that bound <= fewest <= exchanged <= greedy, and the exchanged views meet the demand."""
    visibility, wanted = case.made()
    prices = search_prices(visibility, wanted, 60)
    start = greedy(visibility, wanted)
    better = exchange(visibility, wanted, prices, start, rounds=30, seed=seed)
    assert wanted.met(visibility.times_seen(better))
    assert len(set(better)) == len(better)
    assert prices.views <= fewest(visibility, wanted) <= len(better) <= len(start)
    assert better == exchange(visibility, wanted, prices, start, rounds=30, seed=seed)


@SOME
@given(cases(), st.integers(0, 10**6))
def test_any_prices_give_a_valid_bound(case: Case, seed: int) -> None:
    """Whatever the prices are, the bound that follows from them is none that a plan goes below."""
    visibility, wanted = case.made()
    rows = wanted.folds > 0
    price = np.random.default_rng(seed).exponential(size=int(rows.sum()))
    few = Demand(wanted.folds[rows], wanted.weight[rows], wanted.target, 100)
    if rows.any():
        assert lower_bound(visibility.dense()[:, rows].astype(float), few, price) <= fewest(visibility, wanted) + 1e-9


@pytest.mark.parametrize("folds", [1, 2])
def test_the_bound_comes_near_to_the_linear_relaxation(folds: int) -> None:
    """On a cover of 80 views the bound is the value of the relaxation, found by another solver, rounded up."""
    rng = np.random.default_rng(5)
    places, centres = rng.random((400, 2)), rng.random((80, 2))
    visibility = matrix(np.linalg.norm(places[None] - centres[:, None], axis=2) < 0.25)
    wanted = demand(visibility, np.ones(400), folds=folds, target=0.95, max_views=100)
    sees = visibility.dense().astype(float).T
    rows = -np.block([[sees, -np.diag(wanted.folds)], [np.zeros((1, 80)), np.ones((1, 400))]])
    least = np.concatenate([np.zeros(400), [-wanted.needed_weight]])
    relaxed = linprog(np.concatenate([np.ones(80), np.zeros(400)]), A_ub=rows, b_ub=least, bounds=(0, 1)).fun
    views = search_prices(visibility, wanted, 2000).views
    assert np.ceil(0.97 * relaxed) <= views <= np.ceil(relaxed)


@settings(max_examples=12, deadline=None)
@given(cases())
def test_integer_programming_finds_the_fewest(case: Case) -> None:
    """With every view in play, integer programming finds as few views as brute force, and none that are fewer."""
    visibility, wanted = case.made()
    prices = search_prices(visibility, wanted, 1)
    every = type(prices)(prices.views, np.ones(len(visibility)), prices.saving)
    best = fewest(visibility, wanted)
    if best > 0:
        found = by_integers(visibility, wanted, every, fewer_than=best + 1, seconds=10.0)
        assert len(found) == best
        assert wanted.met(visibility.times_seen(found))
        assert by_integers(visibility, wanted, every, fewer_than=best, seconds=10.0) == []


def test_short_of_views_exchange_covers_no_less() -> None:
    """When the views run out before the demand is met, exchanging them keeps their number and covers no less."""
    rng = np.random.default_rng(1)
    visibility = matrix(np.linalg.norm(rng.random((300, 2))[None] - rng.random((60, 2))[:, None], axis=2) < 0.2)
    wanted = demand(visibility, np.ones(300), folds=1, target=1.0, max_views=5)
    start = greedy(visibility, wanted)
    prices = search_prices(visibility, wanted, 50)
    better = exchange(visibility, wanted, prices, start, rounds=200, seed=0)
    assert len(start) == len(better) == 5
    covered = wanted.covered_weight(visibility.times_seen(better))
    assert covered >= wanted.covered_weight(visibility.times_seen(start))


def test_every_sample_gets_as_many_views_as_were_asked_for() -> None:
    """A full threefold cover gives three views to every sample that three candidates see, to others all there are."""
    rng = np.random.default_rng(2)
    visibility = matrix(rng.random((25, 100)) < 0.15)
    wanted = demand(visibility, np.ones(100), folds=3, target=1.0, max_views=100)
    times = visibility.times_seen(greedy(visibility, wanted))
    assert (times >= np.minimum(visibility.times_seen(), 3)).all()
