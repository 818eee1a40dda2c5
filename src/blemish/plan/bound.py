"""How few views could do: a lower bound that anyone can check.

Give every sample a price. If no view sees samples worth more than 1 in all, then a plan needs at least as many views as
the samples that it must cover are worth; what the target lets it leave out are the ones that are dearest for their
weight. Prices that make the bound high are the dual of the linear relaxation of set cover; a first-order method finds
good ones, and whatever it finds is a valid bound.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from blemish.arrays import PerPoint
from blemish.plan.cover import Demand
from blemish.plan.visibility import Visibility

STEP_RATIO = 10.0


@dataclass(frozen=True, eq=False)
class Prices:
    """The outcome of the search for prices."""

    views: int
    """No plan that meets the demand with these candidates has fewer views than this."""
    share: np.ndarray
    """How much of each candidate the relaxed plan uses, 0 to 1, (c,)."""
    saving: np.ndarray
    """What each candidate falls short of a worth of 1, (c,); good plans consist of those that fall little short."""


def lower_bound(sees: Any, wanted: Demand, price: PerPoint) -> float:
    """Turn the prices of the samples, any numbers from 0, into a number of views that no plan can go below.

    ``sees`` is the matrix of candidates by samples (dense or sparse) and holds no samples that need no views. With
    price u_i and needed views f_i, a plan's views collect at least K = min sum of f_i u_i over sets of samples of the
    needed weight. If the views' worths are q_j, scaling the prices by s gives the bound s K - sum max(0, s q_j - 1),
    for every s; the best s is one at which a view is worth exactly 1.
    """
    cost = wanted.folds * price
    order = np.argsort(cost / wanted.weight, kind="stable")
    running = np.cumsum(wanted.weight[order])
    last = min(int(np.searchsorted(running, wanted.needed_weight)), len(order) - 1)
    missing = wanted.needed_weight - (running[last] - wanted.weight[order[last]])
    needed = cost[order[:last]].sum() + cost[order[last]] * missing / wanted.weight[order[last]]
    worth = np.sort(sees @ price)[::-1]
    worth = worth[worth > 1e-12]
    if not len(worth):
        return 0.0
    excess = (np.cumsum(worth) - worth) / worth - np.arange(len(worth))
    return float((needed / worth - excess).max())


def search_prices(visibility: Visibility, wanted: Demand, rounds: int) -> Prices:
    """Search for prices that give a high bound, by the primal-dual hybrid gradient method.

    Chambolle and Pock (2011) with the diagonal steps of Pock and Chambolle (2011), on the relaxation: views x in
    [0, 1], coverage y in [0, 1], sees' x >= f y, w' y >= target; multipliers are the prices and one for the target.
    Each round costs two products with the sparse matrix. Nothing in it is random.
    """
    needed = np.flatnonzero(wanted.folds > 0)
    if not len(needed):
        return Prices(0, np.zeros(len(visibility)), np.ones(len(visibility)))
    sees = visibility.sparse()[:, needed]
    seen_by = sees.T.tocsr()
    folds, count = wanted.folds[needed].astype(np.float64), len(needed)
    mine = Demand(wanted.folds[needed], wanted.weight[needed], wanted.target, wanted.max_views)
    weight, target = mine.weight / mine.weight.mean(), mine.target * count
    step_x = STEP_RATIO / np.maximum(np.asarray(sees.sum(axis=1)).ravel(), 1.0)
    step_y = STEP_RATIO / (folds + weight)
    step_price = 1 / STEP_RATIO / (np.asarray(seen_by.sum(axis=1)).ravel() + folds)
    step_target = 1 / STEP_RATIO / count
    x, y = np.zeros(sees.shape[0]), np.full(count, mine.target)
    price, reward, best = np.zeros(count), 0.0, 0.0
    for step in range(rounds):
        x_next = np.clip(x + step_x * (sees @ price - 1), 0, 1)
        y_next = np.clip(y + step_y * (reward * weight - folds * price), 0, 1)
        x_ahead, y_ahead = 2 * x_next - x, 2 * y_next - y
        price = np.maximum(0, price + step_price * (folds * y_ahead - seen_by @ x_ahead))
        reward = max(0.0, reward + step_target * (target - float((weight * y_ahead).sum())))
        x, y = x_next, y_next
        if step % 50 == 49 or step == rounds - 1:
            best = max(best, lower_bound(sees, mine, price))
    return Prices(int(np.ceil(best - 1e-6)), x, 1 - sees @ price)
