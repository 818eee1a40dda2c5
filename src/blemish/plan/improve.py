"""A smaller plan by exchanging views, and by integer programming."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from blemish.plan.bound import Prices
from blemish.plan.cover import Demand
from blemish.plan.visibility import Visibility
from blemish.seeds import stream

USED = 1e-3
MOST_EXCHANGED = 5
NOISE = 0.2


def worth_trying(prices: Prices, short_of: float) -> np.ndarray:
    """Give the candidates that the relaxed plan uses, or that are no more than ``short_of`` from being worth it."""
    return np.flatnonzero((prices.share > USED) | (prices.saving < short_of))


@dataclass(frozen=True, eq=False)
class _Pool:
    """The candidates that take part, by their place in ``index``, and the samples that need views."""

    index: np.ndarray
    sees: Any
    """Sparse, (c, n)."""
    folds: np.ndarray
    weight: np.ndarray
    enough: float

    def add(self, times: np.ndarray, view: int, count: int = 1) -> None:
        times[self.sees.indices[self.sees.indptr[view] : self.sees.indptr[view + 1]]] += count

    def met(self, times: np.ndarray) -> bool:
        return bool(self.weight[times >= self.folds].sum() >= self.enough)

    def score(self, times: np.ndarray) -> float:
        return float((self.weight * np.minimum(times / self.folds, 1)).sum())

    def near(self, view: int, others: Sequence[int], rng: np.random.Generator) -> list[int]:
        """Order the places of some views by how much they see of what this one sees, with chance mixed in."""
        common = self.sees[list(others)] @ (self.sees[[view]].toarray()[0] * self.weight)
        return [int(place) for place in np.argsort(-common * (0.5 + rng.random(len(others))), kind="stable")]

    def fill(self, views: list[int], times: np.ndarray, count: int, rng: np.random.Generator) -> None:
        """Add the views with the highest gains, each gain raised by up to a fifth by chance."""
        for _ in range(count):
            gain = self.sees @ (self.weight * (times < self.folds))
            gain[views] = -1.0  # A view taken twice still is one.
            views.append(int(np.argmax(gain * (1 + NOISE * rng.random(len(gain))))))
            self.add(times, views[-1])


def exchange(
    visibility: Visibility, wanted: Demand, prices: Prices, start: Sequence[int], *, rounds: int, seed: int
) -> list[int]:
    """Try to do with fewer views, or without enough of them with better ones, by exchanging a few neighbours at a time.

    As long as the demand is met the view that is missed least goes. Then each round takes out up to five views that see
    the same places, puts as many others in, greedily with some chance, and keeps the change unless less is covered,
    until the demand is met again (a large neighbourhood search; Shaw, 1998). The seed decides all that is random.
    """
    if not start:
        return []
    index = np.union1d(worth_trying(prices, 0.1), np.array(start, dtype=np.int64))
    rows = wanted.folds > 0
    pool = _Pool(
        index,
        visibility.sparse(index)[:, rows],
        wanted.folds[rows],
        wanted.weight[rows],
        wanted.needed_weight * (1 - 1e-12),
    )
    rng = stream(seed, "plan", "improve")
    views = [int(place) for place in np.searchsorted(index, start)]
    times = np.zeros(int(rows.sum()), dtype=np.int32)
    for view in views:
        pool.add(times, view)
    met_by = _drop(pool, views, times)
    score = pool.score(times)
    for _ in range(rounds if views else 0):  # One view that is enough leaves none to exchange.
        places = pool.near(views[int(rng.integers(len(views)))], views, rng)[: int(rng.integers(1, MOST_EXCHANGED + 1))]
        tried, seen = [view for place, view in enumerate(views) if place not in places], times.copy()
        for place in places:
            pool.add(seen, views[place], -1)
        pool.fill(tried, seen, len(places), rng)
        if pool.score(seen) >= score:
            views, times = tried, seen
            met_by = _drop(pool, views, times) or met_by
            score = pool.score(times)
    return [int(index[view]) for view in met_by or views]


def _drop(pool: _Pool, views: list[int], times: np.ndarray) -> list[int]:
    """Drop the views missed least until the demand is no longer met; give the last views that met it, [] if none."""
    met: list[int] = []
    while views and pool.met(times):
        met = list(views)
        missed = pool.sees[views] @ (pool.weight * (times == pool.folds))
        pool.add(times, views.pop(int(np.argmin(missed))), -1)
    return met


def by_integers(
    visibility: Visibility, wanted: Demand, prices: Prices, *, fewer_than: int, seconds: float
) -> list[int]:
    """Search for a plan of fewer than so many views for some seconds; an empty list if none was found in that time.

    Mixed-integer programming (HiGHS): views are whole, and so is coverage where a sample needs several views. Only
    candidates that the relaxed plan uses or nearly uses take part; samples that the same of them see become one.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array, eye_array, hstack

    pool = worth_trying(prices, 0.02)
    sees = np.array([visibility.sees(int(index)) for index in pool])[:, wanted.folds > 0]
    folds, weight = wanted.folds[wanted.folds > 0], wanted.weight[wanted.folds > 0]
    keys = np.concatenate([np.packbits(sees, axis=0), folds.astype("<u4").view(np.uint8).reshape(-1, 4).T])
    _, first, group = np.unique(keys, axis=1, return_index=True, return_inverse=True)
    folds, weight, sees = folds[first], np.bincount(group, weights=weight), sees[:, first]
    views, samples = sees.shape
    covered = hstack([csr_array(sees.T.astype(np.float64)), -eye_array(samples) * folds[:, None]])
    enough = csr_array(np.concatenate([np.zeros(views), weight / weight.sum()])[None])
    count = csr_array(np.concatenate([np.ones(views), np.zeros(samples)])[None])
    found = milp(
        count.toarray()[0],
        constraints=[
            LinearConstraint(covered, 0, np.inf),
            LinearConstraint(enough, wanted.target, np.inf),
            LinearConstraint(count, 0, fewer_than - 1),
        ],
        integrality=np.concatenate([np.ones(views), folds > 1]),
        bounds=Bounds(0, 1),
        options={"time_limit": seconds},
    )
    chosen = [] if found.x is None else [int(index) for index in pool[found.x[:views] > 0.5]]
    # The solver's tolerance may leave a sliver of the target open; such a plan is not smaller, it covers less.
    return chosen if wanted.met(visibility.times_seen(chosen)) else []
