"""Covers: the laws of set cover, and brute force on small cases, with ones and with other numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations, pairwise
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from scipy.sparse import csr_array

from blemish.plan.bound import lower_bound, search_prices
from blemish.plan.cover import Demand, demand, greedy, without_spare
from blemish.plan.improve import by_integers, exchange

SOME = settings(max_examples=40, deadline=None)


@dataclass(frozen=True)
class Case:
    """A small random cover, before it is made."""

    seed: int
    views: int
    samples: int
    density: float
    needs: float
    target: float
    whole: bool
    """Whether every view gives one, as in k-fold cover, or any number, as chances of detection do."""

    def made(self) -> Demand:
        rng = np.random.default_rng(self.seed)
        sees = (rng.random((self.views, self.samples)) < self.density).astype(float)
        gives = sees if self.whole else sees * -np.log(1 - rng.uniform(0.05, 0.95, sees.shape))
        weight = rng.uniform(0.5, 2.0, self.samples)
        return demand(csr_array(gives), weight, needs=self.needs, target=self.target, max_views=100)


def cases(most_needed: int = 3, *, whole: bool | None = None) -> st.SearchStrategy[Case]:
    """Few views, some that see nothing; one fold or more, or chances; all of the weight or part of it."""
    return st.builds(
        Case,
        seed=st.integers(0, 10**6),
        views=st.integers(1, 9),
        samples=st.integers(1, 30),
        density=st.floats(0.05, 0.7),
        needs=st.integers(1, most_needed).map(float),
        target=st.sampled_from([0.5, 0.9, 1.0]),
        whole=st.booleans() if whole is None else st.just(whole),
    )


def counting(sees: np.ndarray, target: float, max_views: int = 100, folds: int = 1) -> Demand:
    """Ask for so many views of every sample, all worth the same."""
    return demand(
        csr_array(sees.astype(float)), np.ones(sees.shape[1]), needs=float(folds), target=target, max_views=max_views
    )


def fewest(wanted: Demand) -> int:
    """Find the smallest cover by trying all."""
    for count in range(len(wanted) + 1):
        for views in combinations(range(len(wanted)), count):
            if wanted.met(wanted.given(views)):
                return count
    raise AssertionError("all views together always meet the demand")


def gain(wanted: Demand, view: int, given: np.ndarray) -> float:
    """Say what a view adds: of each sample's weight the share of its need that is filled, by definition."""
    row = wanted.gives[[view]].toarray()[0]
    before, after = (np.minimum(one, wanted.needs) for one in (given, given + row))
    return float((wanted.weight * (after - before) / np.where(wanted.needs > 0, wanted.needs, 1.0)).sum())


@SOME
@given(cases(), st.randoms(use_true_random=False))
def test_coverage_never_falls_when_a_view_is_added(case: Case, random: Random) -> None:
    """Along any order of views the covered weight only grows, up to the whole demand."""
    wanted = case.made()
    order = list(range(len(wanted)))
    random.shuffle(order)
    covered = [wanted.covered_weight(wanted.given(order[:count])) for count in range(len(order) + 1)]
    assert all(later >= earlier for earlier, later in pairwise(covered))
    assert wanted.met(wanted.given(order))


@SOME
@given(cases())
def test_greedy_meets_the_demand_with_a_new_gain_each_time(case: Case) -> None:
    """The greedy cover meets the demand, each view is the best there is, and gains no more than the one before it."""
    wanted = case.made()
    chosen = greedy(wanted)
    assert wanted.met(wanted.given(chosen))
    given, last = np.zeros(len(wanted.needs)), np.inf
    for place, index in enumerate(chosen):
        best = max(gain(wanted, one, given) for one in range(len(wanted)) if one not in chosen[:place])
        mine = gain(wanted, index, given)
        assert 0 < mine <= last + 1e-9
        assert mine >= best - 1e-9
        given += wanted.gives[[index]].toarray()[0]
        last = mine


@SOME
@given(cases(most_needed=1, whole=True))
def test_greedy_is_within_its_bound_of_brute_force(case: Case) -> None:
    """Full cover takes at most H(n) times the fewest views, n the most samples that one view sees (Chvatal, 1979)."""
    wanted = counting(case.made().gives.toarray(), 1.0)
    largest = int(wanted.gives.sum(axis=1).max())
    harmonic = sum(1 / i for i in range(1, largest + 1))
    assert len(greedy(wanted)) <= harmonic * fewest(wanted) + 1e-9


@SOME
@given(cases(whole=False))
def test_greedy_with_chances_is_within_its_bound_of_brute_force(case: Case) -> None:
    """Full cover takes at most 1 + ln(most / last) times the fewest: first gain over last (Wolsey, 1982)."""
    wanted = replace(case.made(), target=1.0)
    chosen = greedy(wanted)
    if chosen:
        most = max(gain(wanted, view, np.zeros(len(wanted.needs))) for view in range(len(wanted)))
        last = gain(wanted, chosen[-1], wanted.given(chosen[:-1]))
        assert len(chosen) <= (1 + np.log(most / last)) * fewest(wanted) + 1e-6


@SOME
@given(cases(whole=True), st.floats(0.1, 10.0))
def test_only_the_ratio_of_what_is_given_to_what_is_needed_counts(case: Case, scale: float) -> None:
    """Ones and a number of views are the same demand as any other unit: the same views cover, in the same order."""
    wanted = case.made()
    other = demand(
        wanted.gives * scale, wanted.weight, needs=case.needs * scale, target=case.target, max_views=wanted.max_views
    )
    for views in (range(len(wanted)), range(0, len(wanted), 2)):
        assert wanted.covered_weight(wanted.given(views)) == other.covered_weight(other.given(views))
    assert fewest(wanted) == fewest(other)


@SOME
@given(cases())
def test_nothing_is_spare_after_dropping_the_spare(case: Case) -> None:
    """Of all views together some are dropped, the rest meets the demand, and without any one of them it does not."""
    wanted = case.made()
    kept = without_spare(wanted, range(len(wanted)))
    assert wanted.met(wanted.given(kept))
    for index in kept:
        assert not wanted.met(wanted.given([one for one in kept if one != index]))


@SOME
@given(cases(), st.integers(0, 3))
def test_no_plan_goes_below_the_bound_and_exchange_stays_above(case: Case, seed: int) -> None:
    """It holds that bound <= fewest <= exchanged <= greedy, and the exchanged views meet the demand."""
    wanted = case.made()
    prices = search_prices(wanted, 60)
    start = greedy(wanted)
    better = exchange(wanted, prices, start, rounds=30, seed=seed)
    assert wanted.met(wanted.given(better))
    assert len(set(better)) == len(better)
    assert prices.views <= fewest(wanted) <= len(better) <= len(start)
    assert better == exchange(wanted, prices, start, rounds=30, seed=seed)


@SOME
@given(cases(), st.integers(0, 10**6))
def test_any_prices_give_a_valid_bound(case: Case, seed: int) -> None:
    """Whatever the prices are, the bound that follows from them is none that a plan goes below."""
    wanted = case.made()
    few = wanted.without_the_rest()
    price = np.random.default_rng(seed).exponential(size=len(few.needs))
    if len(price):
        assert lower_bound(few, price) <= fewest(wanted) + 1e-9


@pytest.mark.parametrize("folds", [1, 2])
def test_the_bound_comes_near_to_the_linear_relaxation(folds: int) -> None:
    """On a cover of 80 views the bound is the value of the relaxation, found by another solver, rounded up."""
    rng = np.random.default_rng(5)
    places, centres = rng.random((400, 2)), rng.random((80, 2))
    wanted = counting(np.linalg.norm(places[None] - centres[:, None], axis=2) < 0.25, 0.95, folds=folds)
    gives = wanted.gives.toarray().T
    rows = -np.block([[gives, -np.diag(wanted.needs)], [np.zeros((1, 80)), np.ones((1, 400))]])
    least = np.concatenate([np.zeros(400), [-wanted.needed_weight]])
    relaxed = linprog(np.concatenate([np.ones(80), np.zeros(400)]), A_ub=rows, b_ub=least, bounds=(0, 1)).fun
    views = search_prices(wanted, 2000).views
    assert np.ceil(0.97 * relaxed) <= views <= np.ceil(relaxed)
    assert search_prices(wanted, 2000, enough=views - 1).views >= views - 1


@settings(max_examples=12, deadline=None)
@given(cases())
def test_integer_programming_finds_the_fewest(case: Case) -> None:
    """With every view in play, integer programming finds as few views as brute force, and none that are fewer."""
    wanted = case.made()
    prices = search_prices(wanted, 1)
    every = replace(prices, share=np.ones(len(wanted)))
    best = fewest(wanted)
    if best > 0:
        found = by_integers(wanted, every, fewer_than=best + 1, seconds=10.0)
        assert len(found) == best
        assert wanted.met(wanted.given(found))
        assert by_integers(wanted, every, fewer_than=best, seconds=10.0) == []


def test_short_of_views_exchange_covers_no_less() -> None:
    """When the views run out before the demand is met, exchanging them keeps their number and covers no less."""
    rng = np.random.default_rng(1)
    wanted = counting(np.linalg.norm(rng.random((300, 2))[None] - rng.random((60, 2))[:, None], axis=2) < 0.2, 1.0, 5)
    start = greedy(wanted)
    better = exchange(wanted, search_prices(wanted, 50), start, rounds=200, seed=0)
    assert len(start) == len(better) == 5
    assert wanted.covered_weight(wanted.given(better)) >= wanted.covered_weight(wanted.given(start))


def test_every_sample_gets_as_many_views_as_were_asked_for() -> None:
    """A full threefold cover gives three views to every sample that three candidates see, to others all there are."""
    sees = np.random.default_rng(2).random((25, 100)) < 0.15
    wanted = counting(sees, 1.0, folds=3)
    chosen = greedy(wanted)
    assert (sees[chosen].sum(axis=0) >= np.minimum(sees.sum(axis=0), 3)).all()
