"""The furrow that scratches and gouges share: one section, scaled along its path by how hard the tip is pressed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from blemish.defects.kind import Relief
from blemish.defects.profile import Section


@dataclass(frozen=True)
class Furrow:
    """A section that is scaled by the pressure.

    With P the pressure in [0, 1] along the path and h the section::

        height(u, v) = depth * P(u) * h(|v| / (W(u) / 2)),    W(u) = width * (narrowest + (1 - narrowest) sqrt(P(u)))

    A rounded tip makes a furrow whose width goes with the root of its depth; ``narrowest`` keeps the ends from becoming
    needles.
    """

    section: Section
    width_mm: float
    depth_mm: float
    narrowest: float

    def relief(self, press: np.ndarray, press_slope: np.ndarray, v: np.ndarray) -> Relief:
        """Give height and derivatives, given the pressure and its derivative at each point."""
        root = np.sqrt(np.maximum(press, 1e-12))
        half = self.width_mm / 2 * (self.narrowest + (1 - self.narrowest) * root)
        half_slope = self.width_mm / 2 * (1 - self.narrowest) * press_slope / (2 * root)
        rho = np.abs(v) / half
        height, slope = self.section.height_and_slope(rho)
        return Relief(
            self.depth_mm * press * height,
            self.depth_mm * (press_slope * height - press * slope * rho * half_slope / half),
            self.depth_mm * press * slope * np.sign(v) / half,
            self.depth_mm * press * self.section.presence(rho, height),
        )


def smoothstep(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give x^3 (10 - 15 x + 6 x^2) on [0, 1], constant outside, and its derivative; without a jump of curvature."""
    x = np.clip(x, 0.0, 1.0)
    return x**3 * (10 + x * (6 * x - 15)), 30 * (x * (1 - x)) ** 2
