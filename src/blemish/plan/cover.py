"""Few views that see everything: weighted k-fold set cover, greedily."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from blemish.arrays import PerPoint
from blemish.plan.visibility import Visibility


@dataclass(frozen=True, eq=False)
class Demand:
    """What has to be covered: how often each sample, what it is worth, and how much of the worth is enough."""

    folds: np.ndarray
    """How many views must see each sample, int32 (n,): never more than there are; 0 where no view can."""
    weight: PerPoint
    target: float
    """Fraction of the weight of the samples with folds above 0."""
    max_views: int

    @property
    def needed_weight(self) -> float:
        """The weight that has to be covered."""
        return self.target * float(self.weight[self.folds > 0].sum())

    def covered_weight(self, times: np.ndarray) -> float:
        """Give the weight of the samples that are seen often enough, when each is seen so many times."""
        return float(self.weight[(self.folds > 0) & (times >= self.folds)].sum())

    def met(self, times: np.ndarray) -> bool:
        """Tell whether that is enough (up to rounding)."""
        return self.covered_weight(times) >= self.needed_weight * (1 - 1e-12)


def demand(
    visibility: Visibility, weight: PerPoint, *, folds: int | np.ndarray, target: float, max_views: int
) -> Demand:
    """Ask for ``folds`` views of every sample, for as many as there are where fewer candidates see it.

    One number stands for all samples, else there is one for each.
    """
    return Demand(np.minimum(visibility.times_seen(), folds).astype(np.int32), weight, target, max_views)


def greedy(visibility: Visibility, wanted: Demand, among: Sequence[int] | None = None) -> list[int]:
    """Take the view that adds most, again and again, until the demand is met, nothing adds, or the views run out.

    A view's gain is the weight of the samples it sees that still need views; gains only shrink as views are taken, so
    a candidate is looked at again only when its old gain still leads (lazy greedy; Minoux 1978). Ties go to the
    candidate that was proposed first. ``among`` names the candidates to choose from; the order chosen is the order
    given.
    """
    times = np.zeros(visibility.num_samples, dtype=np.int32)
    worth = np.where(wanted.folds > 0, wanted.weight, 0.0)
    pool = range(len(visibility)) if among is None else among
    queue = [(-float(worth[visibility.sees(index)].sum()), index) for index in pool]
    heapq.heapify(queue)
    chosen: list[int] = []
    while queue and len(chosen) < wanted.max_views and not wanted.met(times):
        _, index = heapq.heappop(queue)
        seen = visibility.sees(index)
        gain = float(worth[seen & (times < wanted.folds)].sum())
        if queue and (-gain, index) > queue[0]:
            if gain > 0:
                heapq.heappush(queue, (-gain, index))
            continue
        if gain <= 0:
            break
        chosen.append(index)
        times += seen
    return chosen


def without_spare(visibility: Visibility, wanted: Demand, chosen: Sequence[int]) -> list[int]:
    """Drop views that the others make needless, the least missed first, as long as the demand stays met."""
    kept = list(chosen)
    times = visibility.times_seen(kept)
    while kept and wanted.met(times):
        left = [wanted.covered_weight(times - visibility.sees(index)) for index in kept]
        least_missed = int(np.argmax(left))
        if left[least_missed] < wanted.needed_weight * (1 - 1e-12):
            break
        times -= visibility.sees(kept.pop(least_missed))
    return kept
