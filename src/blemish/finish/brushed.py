"""Brushed: long, fine scratches in one direction, as an abrasive belt or pad leaves them.

The slope across the track is noise in streaks: narrow and long cells of the lattice noise of :mod:`.noise`, in three
sizes whose slopes add in quadrature to the stated one, s (:mod:`.scratched`). So the slope variance is s^2, and the
highlight is as wide across the scratches as on a microfacet surface of alpha = sqrt(2) s. The sizes stand in no simple
ratio, so that no period shows. Height is the integral of this slope; along the streaks it changes less by their width
over their length, which is left out.

This is our own design. What real scratches look like under a microscope, and why the highlight is a line of short
glints, is told in many places; the streak length is what separates "brushed" (cm) from "ground" (mm).
"""

from __future__ import annotations

from typing import Any, ClassVar

from blemish.finish.alpha import Alpha, Pattern, must_point
from blemish.finish.noise import streaks
from blemish.finish.relief import Follows, Relief, Track
from blemish.finish.scratched import scratched
from blemish.settings import Fraction, Positive, settings

# Share of the slope, width and length of the three sizes of streaks, relative to the stated ones.
SIZES = ((0.82, 1.0, 1.0), (0.48, 2.7, 1.7), (0.3117, 7.3, 2.9))


@settings
class Brushed:
    """Streaks in one direction: dull along them, a wide highlight across."""

    follows: ClassVar[Follows] = "direction"
    direction: tuple[float, float, float] = (1.0, 0.0, 0.0)
    """Where the brush went, in CAD coordinates; it is laid onto each face. Around an axis it goes around or along."""
    streak_width_mm: Positive = 0.04
    """Width of the finest streaks: 0.02 - 0.1 mm."""
    streak_length_mm: Positive = 6.0
    """Length of the finest streaks; wider ones are up to three times as long. Typical 5 - 30 mm."""
    slope: Fraction = 0.12
    """Standard deviation of the slope across the streaks: 0.05 is a fine brush, 0.2 a coarse one."""
    roughness_along: Alpha = 0.12
    """GGX alpha along the streaks."""
    roughness_across: Alpha = 0.2
    """GGX alpha across the streaks: scratches too fine for streaks."""
    pattern: Pattern = None
    """Which of the endless patterns of streaks; left out, each specimen draws its own."""

    def __post_init__(self) -> None:
        must_point("direction", self.direction)

    def numbers(self) -> tuple[float, ...]:
        """Give what the formula needs, as it goes into the table of the renderer."""
        return (
            self.roughness_along,
            self.roughness_across,
            float(self.pattern or 0),
            self.streak_width_mm,
            self.streak_length_mm,
            self.slope,
        )

    @staticmethod
    def relief(track: Track, numbers: Any) -> Relief:
        """Slopes of three sizes of streaks; sizes below the footprint go into the roughness."""
        return scratched(track, numbers, SIZES, streaks, seeds=2, widths=2.0)
