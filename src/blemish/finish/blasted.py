"""Blasted: dimples from shot, glass beads or grit, alike in all directions.

The surface is a sum of round bumps and hollows (:func:`.noise.bumps`) in two sizes, d and 2.1 d, that share the slope.
They fill space, and the part cuts through them: no seam, no stretching, on any face.

**From Ra to slope.** With Rq = 1.25 Ra and the ratio c = 4.24 of slope to height of one size,

    slope = c Rq / (d sqrt(0.64 + 0.36 * 2.1^2))

in each direction. Ra 3 um with dimples of 0.15 mm is a slope of 0.07. Bead blasting is softer than grit blasting:
its dimples are round and smooth (roughness 0.2), those of grit are torn (0.35).

Typical: glass beads Ra 0.8 - 3 um, grit 3 - 12 um; dimples 0.05 - 0.3 mm. Our own design.
"""

from __future__ import annotations

from typing import Any, ClassVar

from blemish.finish.alpha import Alpha, Pattern, must_be_gentle
from blemish.finish.isotropic import SIZES, slope_of
from blemish.finish.isotropic import relief as isotropic_relief
from blemish.finish.relief import Follows, Relief, Track
from blemish.settings import Positive, settings


@settings
class Blasted:
    """Dimples in all directions alike: a dull, even surface with a fine sparkle."""

    follows: ClassVar[Follows] = "nothing"
    ra_um: Positive = 2.5
    """Mean roughness: glass beads 0.8 - 3 um, grit 3 - 12 um."""
    dimple_mm: Positive = 0.15
    """Size of the finest dimples: 0.05 - 0.3 mm."""
    roughness: Alpha = 0.24
    """GGX alpha of what is finer than the dimples: beads 0.15 - 0.25, grit 0.3 - 0.4."""
    pattern: Pattern = None
    """Which of the endless patterns of dimples; left out, each specimen draws its own."""

    def __post_init__(self) -> None:
        must_be_gentle(self.slope, self.ra_um, f"dimples of {self.dimple_mm} mm", "larger dimples")

    @property
    def slope(self) -> float:
        """Standard deviation of the slope in one direction (above)."""
        return slope_of(self.ra_um, self.dimple_mm, SIZES)

    def numbers(self) -> tuple[float, ...]:
        """Give what the formula needs, as it goes into the table of the renderer."""
        return (self.roughness, self.roughness, float(self.pattern or 0), self.dimple_mm, self.slope)

    @staticmethod
    def relief(track: Track, numbers: Any) -> Relief:
        """Slopes of two sizes of dimples; sizes below the footprint go into the roughness."""
        return isotropic_relief(track, numbers, SIZES)
