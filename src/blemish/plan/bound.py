"""How few views could do: a lower bound that anyone can check.

Give every sample a price. If no view gives samples things worth more than 1 in all, then a plan needs at least as many
views as what the samples need is worth; what the target lets it leave out are the ones that are dearest for their
weight. Prices that make the bound high are the dual of the linear relaxation of set cover; a first-order method finds
good ones, and whatever it finds is a valid bound.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from blemish.arrays import PerPoint
from blemish.plan.cover import Demand

STEP_RATIO = 10.0
CHECK = 100
"""Rounds from one look at the bound to the next."""
PATIENCE = 6
"""Looks that bring nothing new before the search ends."""
NEAR = 0.25
"""A candidate that falls short of a worth of 1 by more than this sits out until the next look."""


@dataclass(frozen=True, eq=False)
class Prices:
    """The outcome of the search for prices."""

    views: int
    """No plan that meets the demand with these candidates has fewer views than this."""
    share: np.ndarray
    """How much of each candidate the relaxed plan uses, 0 to 1, (c,)."""
    saving: np.ndarray
    """What each candidate falls short of a worth of 1, (c,); good plans consist of those that fall little short."""


def lower_bound(wanted: Demand, price: PerPoint) -> float:
    """Turn the prices of the samples, any numbers from 0, into a number of views that no plan can go below.

    All samples of the demand must need something. With price u_i and need d_i, a plan's views collect at least
    K = min sum of d_i u_i over sets of samples of the needed weight. If the views' worths are q_j, scaling the prices
    by s gives the bound s K - sum max(0, s q_j - 1), for every s; the best s is one at which a view is worth exactly 1.
    """
    cost = wanted.needs * (1 - 1e-9) * price  # The rounding that a covered sample is forgiven.
    order = np.argsort(cost / wanted.weight, kind="stable")
    running = np.cumsum(wanted.weight[order])
    last = min(int(np.searchsorted(running, wanted.needed_weight)), len(order) - 1)
    missing = wanted.needed_weight - (running[last] - wanted.weight[order[last]])
    needed = cost[order[:last]].sum() + cost[order[last]] * missing / wanted.weight[order[last]]
    worth = np.sort(wanted.gives @ price)[::-1]
    worth = worth[worth > 1e-12]
    if not len(worth):
        return 0.0
    excess = (np.cumsum(worth) - worth) / worth - np.arange(len(worth))
    return float((needed / worth - excess).max())


def search_prices(wanted: Demand, rounds: int, *, enough: int | None = None) -> Prices:
    """Search for prices that give a high bound, in so many rounds at most.

    The search ends when the bound is ``enough`` (the number of views of a plan that is known: none is better) and when
    it has stopped rising. Each look tries the prices of the moment and their mean since a while. Nothing is random.
    """
    few = wanted.without_the_rest()
    if not len(few.needs):
        return Prices(0, np.zeros(len(wanted)), np.ones(len(wanted)))
    search, best, idle = _Search(few), 0.0, 0
    for done in range(0, rounds, CHECK):
        prices = search.run(min(CHECK, rounds - done))
        found = max(lower_bound(few, price) for price in prices)
        idle = idle + 1 if found < best * (1 + 1e-4) + 1e-9 else 0
        best = max(best, found)
        if idle >= PATIENCE or (enough is not None and _whole(best) >= enough):
            break
    return Prices(_whole(best), search.share, 1 - few.gives @ search.price)


def _whole(bound: float) -> int:
    return int(np.ceil(bound - 1e-6))


class _Search:
    """The primal-dual hybrid gradient method on the relaxation of a cover.

    Chambolle and Pock (2011) with the diagonal steps of Pock and Chambolle (2011): views x in [0, 1], coverage y in
    [0, 1], gives' x >= d y, w' y >= target; multipliers are the prices and one for the target. Each round costs two
    products with the rows of the candidates that take part: those in use, and those worth nearly 1 at the last look.
    """

    def __init__(self, few: Demand) -> None:
        self.few, count = few, len(few.needs)
        self.weight, self.target = few.weight / few.weight.mean(), few.target * count
        self.step_share = STEP_RATIO / np.maximum(np.asarray(few.gives.sum(axis=1)).ravel(), 1e-3)
        self.step_cover = STEP_RATIO / (few.needs + self.weight)
        self.step_price = 1 / STEP_RATIO / (np.asarray(few.gives.sum(axis=0)).ravel() + few.needs)
        self.step_reward = 1 / STEP_RATIO / count
        self.share, self.cover = np.zeros(len(few)), np.full(count, few.target)
        self.price, self.reward = np.zeros(count), 0.0
        self.total, self.summed = np.zeros(count), 0
        self._let_in(np.arange(len(few)))

    def _let_in(self, active: np.ndarray) -> None:
        self.active = active
        self.gives: Any = self.few.gives[active]
        self.given_by: Any = self.gives.T.tocsr()

    def run(self, rounds: int) -> tuple[PerPoint, PerPoint]:
        """Go some rounds on; give the prices of the moment and their mean."""
        few, share, step_share = self.few, self.share[self.active], self.step_share[self.active]
        for _ in range(rounds):
            next_share = np.clip(share + step_share * (self.gives @ self.price - 1), 0, 1)
            step = self.step_cover * (self.reward * self.weight - few.needs * self.price)
            next_cover = np.clip(self.cover + step, 0, 1)
            ahead, cover_ahead = 2 * next_share - share, 2 * next_cover - self.cover
            lacking = few.needs * cover_ahead - self.given_by @ ahead
            self.price = np.maximum(0, self.price + self.step_price * lacking)
            open_weight = self.target - float((self.weight * cover_ahead).sum())
            self.reward = max(0.0, self.reward + self.step_reward * open_weight)
            share, self.cover = next_share, next_cover
            self.total, self.summed = self.total + self.price, self.summed + 1
        self.share[self.active] = share
        self._let_in(np.flatnonzero((self.share > 0) | (few.gives @ self.price > 1 - NEAR)))
        mean = self.total / self.summed
        if self.summed >= 4 * CHECK:
            self.total, self.summed = np.zeros_like(self.total), 0
        return self.price, mean
