"""Few views that see everything: weighted set cover in which views add up, greedily.

Each view gives each sample something, and each sample needs some: ones and a number of views (k-fold cover), or minus
the logarithms of the chance that a view misses a defect there and of the chance that may remain (so that chances
multiply and what is given adds up). Nothing here knows which it is.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from blemish.arrays import PerPoint

ROUNDING = 1e-9
"""What a sample may lack, as a fraction of its need: sums of other numbers than ones depend on their order."""


@dataclass(frozen=True, eq=False)
class Demand:
    """What has to be covered: what views give, what each sample needs, what it is worth, how much worth is enough."""

    gives: Any
    """What each candidate gives each sample, ``scipy.sparse.csr_array`` (c, n), never below 0."""
    needs: PerPoint
    """What each sample must be given in all to count as covered; 0 where nothing is asked."""
    weight: PerPoint
    """What each sample is worth."""
    target: float
    """Fraction of the weight of the samples with needs above 0."""
    max_views: int

    def __len__(self) -> int:
        return int(self.gives.shape[0])

    @property
    def asked(self) -> np.ndarray:
        """Tell which samples need anything, bool (n,)."""
        return np.asarray(self.needs > 0)

    @property
    def needed_weight(self) -> float:
        """The weight that has to be covered."""
        return self.target * float(self.weight[self.asked].sum())

    def row(self, view: int) -> tuple[np.ndarray, np.ndarray]:
        """Give the samples that a view gives something to, and how much."""
        part = slice(self.gives.indptr[view], self.gives.indptr[view + 1])
        return self.gives.indices[part], self.gives.data[part]

    def given(self, views: Sequence[int]) -> PerPoint:
        """Add up what some views give each sample, float64 (n,)."""
        total = np.zeros(len(self.needs))
        for view in views:
            samples, amount = self.row(view)
            total[samples] += amount
        return total

    def covered(self, given: PerPoint) -> np.ndarray:
        """Tell which samples have all that they need, bool (n,)."""
        return np.asarray((self.needs > 0) & (given >= self.needs * (1 - ROUNDING)))

    def covered_weight(self, given: PerPoint) -> float:
        """Give the weight of the samples that have all that they need."""
        return float(self.weight[self.covered(given)].sum())

    def met(self, given: PerPoint) -> bool:
        """Tell whether that is enough (up to rounding)."""
        return self.covered_weight(given) >= self.needed_weight * (1 - 1e-12)

    def worth(self) -> PerPoint:
        """Give the weight of each sample for one unit of what it needs; 0 where it needs nothing."""
        return np.divide(self.weight, self.needs, where=self.asked, out=np.zeros(len(self.needs)))

    def missing(self, given: PerPoint) -> PerPoint:
        """Give what each sample still needs; nothing where what it lacks is rounding."""
        return np.where(self.covered(given), 0.0, np.maximum(self.needs - given, 0.0))

    def without_the_rest(self) -> Demand:
        """Leave out the samples that need nothing."""
        asked = self.asked
        return replace(self, gives=self.gives[:, asked], needs=self.needs[asked], weight=self.weight[asked])


def demand(
    gives: Any, weight: PerPoint, *, needs: float | np.ndarray, target: float, max_views: int, capped: bool = True
) -> Demand:
    """Ask for so much at every sample; for what all candidates together give where that is less.

    One number stands for all samples, else there is one for each. ``capped=False`` asks for all of it even where it
    cannot be had. No view gives a sample more than it needs: what is covered stays the same, and bounds come nearer.
    """
    wanted = np.full(weight.shape, 0.0) + needs
    if capped:
        wanted = np.minimum(wanted, np.asarray(gives.sum(axis=0)).ravel())
    trimmed = gives.copy()
    trimmed.data = np.minimum(gives.data, wanted[gives.indices])
    return Demand(trimmed, wanted, weight, target, max_views)


def greedy(wanted: Demand, among: Sequence[int] | None = None) -> list[int]:
    """Take the view that adds most, again and again, until the demand is met, nothing adds, or the views run out.

    A view's gain is the weight of the samples that it helps, each by the share of its need that the view fills; gains
    only shrink as views are taken, so a candidate is looked at again only when its old gain still leads (lazy greedy;
    Minoux 1978). Ties go to the candidate that was proposed first. ``among`` names the candidates to choose from; the
    order chosen is the order given.
    """
    worth, given = wanted.worth(), np.zeros(len(wanted.needs))
    missing = wanted.missing(given)

    def gain_of(view: int) -> float:
        samples, amount = wanted.row(view)
        return float((worth[samples] * np.minimum(amount, missing[samples])).sum())

    queue = [(-gain_of(view), view) for view in (range(len(wanted)) if among is None else among)]
    heapq.heapify(queue)
    chosen: list[int] = []
    while queue and len(chosen) < wanted.max_views and not wanted.met(given):
        _, view = heapq.heappop(queue)
        gain = gain_of(view)
        if queue and (-gain, view) > queue[0]:
            if gain > 0:
                heapq.heappush(queue, (-gain, view))
            continue
        if gain <= 0:
            break
        chosen.append(view)
        samples, amount = wanted.row(view)
        given[samples] += amount
        missing = wanted.missing(given)
    return chosen


def without_spare(wanted: Demand, chosen: Sequence[int]) -> list[int]:
    """Drop views that the others make needless, the least missed first, as long as the demand stays met."""
    kept = list(chosen)
    while kept and wanted.met(wanted.given(kept)):
        given = wanted.given(kept)
        left = []
        for view in kept:
            samples, amount = wanted.row(view)
            without = given.copy()
            without[samples] -= amount
            left.append(wanted.covered_weight(without))
        least_missed = int(np.argmax(left))
        if left[least_missed] < wanted.needed_weight * (1 - 1e-12):
            break
        kept.pop(least_missed)
    return kept
