"""Cast: the skin that metal takes from its mould, left as it is.

A sum of round bumps and hollows in three sizes, g, 2.3 g and 5.1 g (:mod:`.isotropic`), coarser and duller than a
blasted surface: the grains of the sand, the pores between them, and the waves of the mould.

Typical: sand casting Ra 6 - 25 um with grains of 0.2 - 0.6 mm, investment casting 1.6 - 3.2 um, die casting 0.8 - 1.6
um. Our own design.
"""

from __future__ import annotations

from typing import Any, ClassVar

from blemish.finish.alpha import Alpha, Pattern, must_be_gentle
from blemish.finish.isotropic import relief as isotropic_relief
from blemish.finish.isotropic import slope_of
from blemish.finish.relief import Follows, Relief, Track
from blemish.settings import Positive, settings

SIZES = ((0.7, 1.0), (0.58, 2.3), (0.4167, 5.1))


@settings
class Cast:
    """The skin of a casting: coarse, dull, alike in all directions."""

    follows: ClassVar[Follows] = "nothing"
    ra_um: Positive = 10.0
    """Mean roughness: sand 6 - 25 um, investment 1.6 - 3.2 um, die casting 0.8 - 1.6 um."""
    grain_mm: Positive = 0.35
    """Size of the finest bumps, about a grain of the mould: 0.2 - 0.6 mm."""
    roughness: Alpha = 0.4
    """GGX alpha of what is finer than the grains: 0.3 - 0.6."""
    pattern: Pattern = None
    """Which of the endless patterns of bumps; left out, each specimen draws its own."""

    def __post_init__(self) -> None:
        must_be_gentle(self.slope, self.ra_um, f"grains of {self.grain_mm} mm", "larger grains")

    @property
    def slope(self) -> float:
        """Standard deviation of the slope in one direction."""
        return slope_of(self.ra_um, self.grain_mm, SIZES)

    def numbers(self) -> tuple[float, ...]:
        """Give what the formula needs, as it goes into the table of the renderer."""
        return (self.roughness, self.roughness, float(self.pattern or 0), self.grain_mm, self.slope)

    @staticmethod
    def relief(track: Track, numbers: Any) -> Relief:
        """Slopes of three sizes of bumps; sizes below the footprint go into the roughness."""
        return isotropic_relief(track, numbers, SIZES)
