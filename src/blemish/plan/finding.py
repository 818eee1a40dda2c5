"""Plans that find, not only see: coverage counted in probability of detection.

An inspection measures how surely one look finds a defect, and how far looks fail together
(:mod:`blemish.sensitivity`). The views that inspect a sample find a defect there with the wanted probability P when
their evidence together reaches n = -ln(1 - P),

    E = e_best + i (sum_v e_v - e_best)  >=  n.

A cover needs numbers that add up, and the best look is only known with the others. So a look of evidence e counts as

    g(e) = n i e / (n - (1 - i) e),  and n where e >= n.

Looks whose g add up to n have E >= n: with e_v <= e_best each g_v is at most n i e_v / (n - (1 - i) e_best), so
i sum_v e_v >= n - (1 - i) e_best. For looks that are alike, and for independent ones, E >= n says the same; for others
it asks for somewhat more than is needed.
"""

from __future__ import annotations

from typing import Annotated

import numpy as np
from annotated_types import Interval

from blemish.arrays import PerPoint
from blemish.sensitivity import Sensitivity
from blemish.settings import Positive, settings


@settings
class Finding:
    """What a plan has to find; ``blemish inspect`` writes these lines for the model that it measured."""

    size_mm: Positive
    """The size of the defects that have to be found: diameter of a dent, width of a scratch."""
    probability: Annotated[float, Interval(gt=0, lt=1)] = 0.9
    """How surely."""
    sensitivity: Sensitivity
    """What one look finds."""

    def in_words(self) -> str:
        """Say what has to be found."""
        kind = f"{self.sensitivity.kind} defects" if self.sensitivity.kind else "defects"
        return f"{kind} of {self.size_mm:g} mm with {self.probability:.0%} probability"

    @property
    def needed(self) -> float:
        """The evidence that a sample needs."""
        return float(-np.log1p(-self.probability))

    def counted(self, evidence: PerPoint) -> PerPoint:
        """Give what each look counts towards ``needed`` in a sum (g above)."""
        needed, share = self.needed, self.sensitivity.independence
        weak = np.minimum(evidence, needed * (1 - 1e-12))
        return np.where(evidence < needed, needed * share * weak / (needed - (1 - share) * weak), needed)
