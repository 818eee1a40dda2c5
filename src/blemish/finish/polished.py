"""Polished: nearly a mirror, with the waviness that polishing leaves (orange peel).

Two sizes of wide, shallow bumps, d and 2.1 d (:mod:`.isotropic`), under a low roughness. What betrays a polished
surface under a ring light is the wobbling outline of the light's reflection, and that comes from the waviness: a slope
of 0.005 moves it by a hundredth of the distance to the light.

Typical: Ra 0.02 - 0.1 um, waves of 2 - 8 mm and 0.1 - 1 um. Our own design.
"""

from __future__ import annotations

from typing import Any, ClassVar

from blemish.finish.alpha import Alpha, Pattern
from blemish.finish.isotropic import SIZES
from blemish.finish.isotropic import relief as isotropic_relief
from blemish.finish.relief import Follows, Relief, Track
from blemish.settings import Fraction, Positive, settings


@settings
class Polished:
    """Nearly a mirror: sharp highlights with a soft wobble."""

    follows: ClassVar[Follows] = "nothing"
    waviness_slope: Fraction = 0.005
    """Standard deviation of the slope of the waviness: 0.001 is optical, 0.01 is orange peel."""
    waviness_mm: Positive = 3.0
    """Size of the finest waves: 2 - 8 mm."""
    roughness: Alpha = 0.05
    """GGX alpha: 0.03 - 0.1."""
    pattern: Pattern = None
    """Which of the endless patterns of waves; left out, each specimen draws its own."""

    def numbers(self) -> tuple[float, ...]:
        """Give what the formula needs, as it goes into the table of the renderer."""
        return (self.roughness, self.roughness, float(self.pattern or 0), self.waviness_mm, self.waviness_slope)

    @staticmethod
    def relief(track: Track, numbers: Any) -> Relief:
        """Slopes of two sizes of waves."""
        return isotropic_relief(track, numbers, SIZES)
