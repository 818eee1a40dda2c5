"""Crater: a round hollow without a rim, as corrosion or a spark leaves it.

With q = (u^2 + v^2) / r^2::

    height(u, v) = -depth (1 - q)^2   inside, 0 outside
"""

from __future__ import annotations

import numpy as np

from blemish.defects.kind import Relief
from blemish.settings import Positive, settings


@settings
class Crater:
    """A round hollow that runs out softly."""

    diameter_mm: Positive = 1.0
    """Diameter at the level of the surface."""
    depth_mm: Positive = 0.08
    """Depth of the middle; at most a quarter of the diameter."""
    orientation_deg: float = 0.0
    """Without meaning for a round hollow, but every spot has one."""

    def __post_init__(self) -> None:
        if self.depth_mm > self.diameter_mm / 4:
            raise ValueError(f"a crater {self.diameter_mm:g} mm wide is at most {self.diameter_mm / 4:g} mm deep")

    half_spine_mm = 0.0

    @property
    def reach_mm(self) -> float:
        """Its radius."""
        return self.diameter_mm / 2

    @property
    def feature_mm(self) -> float:
        """Half of its radius: where the wall turns over."""
        return self.diameter_mm / 4

    @property
    def deepest_mm(self) -> float:
        """The depth of its middle."""
        return self.depth_mm

    def relief(self, u: np.ndarray, v: np.ndarray) -> Relief:
        """Give height and derivatives; see the head of this file."""
        inside = np.maximum(1 - (u**2 + v**2) / self.reach_mm**2, 0.0)
        steep = 4 * self.depth_mm * inside / self.reach_mm**2
        return Relief(-self.depth_mm * inside**2, steep * u, steep * v, self.depth_mm * inside**2)
