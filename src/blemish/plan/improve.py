"""A smaller plan by exchanging views, and by integer programming."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from blemish.arrays import PerPoint
from blemish.plan.bound import Prices
from blemish.plan.cover import Demand
from blemish.seeds import stream

USED = 1e-3
SHORT_OF = 0.03
"""Candidates whose prices fall short of 1 by less than this take part."""
MOST_EXCHANGED = 5
NOISE = 0.2
PATIENCE_SHARE = 2e-4
"""How much worse a change may be at first, as a fraction of all the weight: a typical one, not the most."""


def worth_trying(prices: Prices, short_of: float) -> np.ndarray:
    """Give the candidates that the relaxed plan uses, or that are no more than ``short_of`` from being worth it."""
    return np.flatnonzero((prices.share > USED) | (prices.saving < short_of))


@dataclass(frozen=True, eq=False)
class _Pool:
    """The candidates that take part, by their place in ``index``, and the samples that need anything."""

    index: np.ndarray
    wanted: Demand
    worth: PerPoint
    """The weight of each sample for one unit of what it needs."""
    most: PerPoint
    """The most that a view gives each sample."""

    @staticmethod
    def of(wanted: Demand, index: np.ndarray) -> _Pool:
        asked = wanted.asked
        few = Demand(
            wanted.gives[index][:, asked], wanted.needs[asked], wanted.weight[asked], wanted.target, wanted.max_views
        )
        most = few.gives.max(axis=0).toarray().ravel() if len(index) else np.zeros(len(few.needs))
        return _Pool(index, few, few.worth(), most)

    def add(self, given: PerPoint, view: int, sign: float = 1.0) -> None:
        samples, amount = self.wanted.row(view)
        given[samples] += sign * amount

    def score(self, given: PerPoint) -> float:
        return float((self.worth * np.minimum(given, self.wanted.needs)).sum())

    def gains(self, given: PerPoint) -> Float[np.ndarray, "c"]:
        """Give what each view would add to the score."""
        gives, left = self.wanted.gives, self.wanted.missing(given)
        if not ((left > 0) & (left < self.most)).any():  # Nothing is given in vain: so it is with ones.
            return np.asarray(gives @ (self.worth * (left > 0)))
        filled = np.minimum(gives.data, left[gives.indices]) * self.worth[gives.indices]
        owner = np.repeat(np.arange(gives.shape[0]), np.diff(gives.indptr))
        return np.bincount(owner, filled, minlength=gives.shape[0])

    def near(self, view: int, others: Sequence[int], rng: np.random.Generator) -> list[int]:
        """Order the places of some views by how much they see of what this one sees, with chance mixed in."""
        given = np.zeros(len(self.worth))
        self.add(given, view)
        common = self.wanted.gives[list(others)] @ (given * self.worth)
        return [int(place) for place in np.argsort(-common * (0.5 + rng.random(len(others))), kind="stable")]

    def fill(self, views: list[int], given: PerPoint, count: int, rng: np.random.Generator) -> None:
        """Add the views with the highest gains, each gain raised by up to a fifth by chance."""
        for _ in range(count):
            gain = self.gains(given)
            gain[views] = -1.0  # A view taken twice still is one.
            views.append(int(np.argmax(gain * (1 + NOISE * rng.random(len(gain))))))
            self.add(given, views[-1])

    def drop(self, views: list[int], given: PerPoint) -> list[int]:
        """Drop the views missed least until the demand is no longer met; give the last that met it, [] if none."""
        met: list[int] = []
        while views and self.wanted.met(given):
            met = list(views)
            # What a view is missed for is what the others leave open and it fills.
            missed = []
            for view in views:
                samples, amount = self.wanted.row(view)
                spare = np.maximum(given[samples] - self.wanted.needs[samples], 0.0)
                missed.append(float((self.worth[samples] * np.maximum(amount - spare, 0.0)).sum()))
            self.add(given, views.pop(int(np.argmin(missed))), -1.0)
        return met


def exchange(wanted: Demand, prices: Prices, start: Sequence[int], *, rounds: int, seed: int) -> list[int]:
    """Try to do with fewer views, or without enough of them with better ones, by exchanging a few neighbours at a time.

    As long as the demand is met the view that is missed least goes. Then each round takes out up to five views that see
    the same places and puts as many others in, greedily with some chance, until the demand is met again (a large
    neighbourhood search; Shaw, 1998). A change for the better is kept, one for the worse sometimes, and less and less
    (simulated annealing; Kirkpatrick et al., 1983). It ends at the lower bound: nothing is better. The seed decides all
    that is random.
    """
    if not start:
        return []
    pool = _Pool.of(wanted, np.union1d(worth_trying(prices, SHORT_OF), np.array(start, dtype=np.int64)))
    rng = stream(seed, "plan", "improve")
    views = [int(place) for place in np.searchsorted(pool.index, start)]
    given = pool.wanted.given(views)
    met_by = pool.drop(views, given)
    score = best_score = pool.score(given)
    best = list(views)
    typical = PATIENCE_SHARE * float(pool.wanted.weight.sum())
    for done in range(rounds):
        if not views or (met_by and len(met_by) <= prices.views):
            break  # One view that is enough leaves none to exchange; at the bound none can be spared.
        places = pool.near(views[int(rng.integers(len(views)))], views, rng)[: int(rng.integers(1, MOST_EXCHANGED + 1))]
        tried, got = [view for place, view in enumerate(views) if place not in places], given.copy()
        for place in places:
            pool.add(got, views[place], -1.0)
        pool.fill(tried, got, len(places), rng)
        worse = score - pool.score(got)
        if worse <= 0 or rng.random() < np.exp(-worse / (typical * (1 - done / rounds))):
            views, given = tried, got
            met_by = pool.drop(views, given) or met_by
            score = pool.score(given)
            if score > best_score:
                best, best_score = list(views), score
    return [int(pool.index[view]) for view in met_by or best]


def by_integers(wanted: Demand, prices: Prices, *, fewer_than: int, seconds: float) -> list[int]:
    """Search for a plan of fewer than so many views for some seconds; an empty list if none was found in that time.

    Mixed-integer programming (HiGHS): views are whole, and so is coverage where one view does not fill the need. Only
    candidates that the relaxed plan uses or nearly uses take part; samples to which the same of them give the same
    become one.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array, diags_array, hstack

    pool = _Pool.of(wanted, worth_trying(prices, SHORT_OF))
    gives = pool.wanted.gives.toarray()
    keys = np.ascontiguousarray(np.concatenate([gives, pool.wanted.needs[None]]).T)
    _, first, group = np.unique(keys.view(f"V{keys.shape[1] * 8}"), return_index=True, return_inverse=True)
    needs, weight, gives = (
        pool.wanted.needs[first],
        np.bincount(group.ravel(), weights=pool.wanted.weight),
        gives[:, first],
    )
    views, samples = gives.shape
    covered = hstack([csr_array(gives.T), -diags_array(needs)])
    enough = csr_array(np.concatenate([np.zeros(views), weight / weight.sum()])[None])
    count = csr_array(np.concatenate([np.ones(views), np.zeros(samples)])[None])
    # Where every view that gives anything fills the need, coverage follows the views and need not be made whole.
    in_parts = ((gives > 0) & (gives < needs * (1 - 1e-12))).any(axis=0)
    found = milp(
        count.toarray()[0],
        constraints=[
            LinearConstraint(covered, 0, np.inf),
            LinearConstraint(enough, wanted.target, np.inf),
            LinearConstraint(count, 0, fewer_than - 1),
        ],
        integrality=np.concatenate([np.ones(views), in_parts]),
        bounds=Bounds(0, 1),
        options={"time_limit": seconds},
    )
    chosen = [] if found.x is None else [int(index) for index in pool.index[found.x[:views] > 0.5]]
    # The solver's tolerance may leave a sliver of the target open; such a plan is not smaller, it covers less.
    return chosen if wanted.met(wanted.given(chosen)) else []
