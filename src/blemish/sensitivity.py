"""How surely one look finds a defect: a formula that inspection fits and planning uses.

A look at a defect of size a (mm), along a line of sight whose angle with the normal has cosine c, at r pixels a
millimetre, finds it with probability p::

    logit p = intercept + log_size ln(a) + cosine c + log_px_per_mm ln(r) + of_region

Looks at one defect by several views fail together more often than independent ones would. With the exponent rho,
fitted to the same records, the views v find it with

    P = 1 - prod_v (1 - p_v)^rho,     0 < rho <= 1;  rho = 1: looks are independent.

Without any look P = 0.
"""

from __future__ import annotations

from dataclasses import field
from typing import Annotated

import numpy as np
from annotated_types import Gt, Interval
from scipy.special import expit

from blemish.arrays import PerPoint
from blemish.settings import settings


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
    rho: Annotated[float, Interval(gt=0, le=1)] = 1.0
    """How independent the looks of several views are."""

    def probability(
        self, size_mm: PerPoint, cosine: PerPoint, px_per_mm: PerPoint, more: PerPoint | float = 0.0
    ) -> PerPoint:
        """Give p of each look; ``more`` is ``of_region`` where the look falls."""
        logit = self.intercept + self.log_size * np.log(size_mm) + self.cosine * cosine
        return expit(logit + self.log_px_per_mm * np.log(px_per_mm) + more)

    def evidence(self, p: PerPoint) -> PerPoint:
        """Give what a look adds to -ln(1 - P)."""
        return -self.rho * np.log1p(-np.minimum(p, 1 - 1e-12))
