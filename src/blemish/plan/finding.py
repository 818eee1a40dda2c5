"""Plans that find, not only see: coverage counted in probability of detection.

An inspection measures how surely one look finds a defect (:mod:`blemish.sensitivity`). Over the views v that inspect a
sample

    P = 1 - prod_v (1 - p_v)^rho   >=  wanted probability

is the same as a sum of evidence that reaches a demand,

    sum_v -rho ln(1 - p_v)  >=  -ln(1 - wanted),

so that a plan can be chosen by what its views find, as it is chosen by how often they see.
"""

from __future__ import annotations

from typing import Annotated

import numpy as np
from annotated_types import Interval

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
