"""How surely one look finds a defect: a formula that inspection fits and planning uses.

A look at a defect of size a (mm), along a line of sight whose angle with the normal has cosine c, at r pixels a
millimetre, finds it with probability p::

    logit p = intercept + log_size ln(a) + cosine c + log_px_per_mm ln(r) + of_region

Looks at one defect by several views fail together more often than independent ones would. The best of them counts in
full, each other one by a share i, the independence, that is fitted to the same records::

    1 - P = (1 - p_best) prod_{v not best} (1 - p_v)^i,     0 <= i <= 1

A single look finds with its own p. Looks that always agree (i = 0) find what the best of them finds, independent ones
(i = 1) P = 1 - prod_v (1 - p_v); another look never lowers P. Without any look P = 0. In evidence, e = -ln(1 - p), it
is the sum E = e_best + i (sum_v e_v - e_best).
"""

from __future__ import annotations

from dataclasses import field
from typing import Annotated

import numpy as np
from annotated_types import Gt
from scipy.special import expit

from blemish.arrays import PerPoint
from blemish.settings import Fraction, settings


@settings
class Sensitivity:
    """What a model finds of one kind of defects, look by look."""

    kind: str = ""
    """The kind of defects it holds for."""
    measure: str = ""
    """What their size is: ``diameter_mm``, ``width_mm`` ..."""
    intercept: float
    """The log-odds of finding a defect of 1 mm at grazing sight with 1 pixel a millimetre."""
    log_size: Annotated[float, Gt(0)]
    """By how much they rise when the defect grows by the factor e."""
    cosine: float = 0.0
    """By how much they rise from grazing sight to one along the normal."""
    log_px_per_mm: float = 0.0
    """By how much they rise when the resolution grows by the factor e."""
    of_region: dict[str, float] = field(default_factory=dict)
    """By how much they are higher on single regions, by name; on others by nothing."""
    independence: Fraction = 1.0
    """What a further look is worth: 1 as much as were it the only one, 0 nothing."""

    def probability(
        self, size_mm: PerPoint, cosine: PerPoint, px_per_mm: PerPoint, more: PerPoint | float = 0.0
    ) -> PerPoint:
        """Give p of each look; ``more`` is ``of_region`` where the look falls."""
        logit = self.intercept + self.log_size * np.log(size_mm) + self.cosine * cosine
        return expit(logit + self.log_px_per_mm * np.log(px_per_mm) + more)

    def together(self, best: PerPoint, total: PerPoint) -> PerPoint:
        """Give the evidence of some looks together, from that of the best of them and from the sum."""
        return best + self.independence * (total - best)


def evidence(p: PerPoint) -> PerPoint:
    """Give -ln(1 - p): what a look says by itself."""
    return -np.log1p(-np.minimum(p, 1 - 1e-12))
