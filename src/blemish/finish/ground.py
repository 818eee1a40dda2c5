"""Ground: the short, dense scratches of a grinding wheel's grits, all in one direction.

Each grit that passes leaves a furrow of width w and length l with a ridge beside it, or only the ridge of two others.
The surface is the sum of such furrows (:func:`.noise.furrows`) in three sizes, w, 2.3 w and 5.9 w (grits, their
clusters, the dressing of the wheel), that share the slope; heights are the cube of an even random number, so that a few
are deep.

**From Ra to slope.** What a workshop states is Ra, the mean deviation of the profile across the lay. For these furrows
the standard deviation of the height is Rq = 1.25 Ra (as for any profile that is near normal), and that of the slope is
c Rq / w with c = 3.95 for furrows of one size; sharing it among three sizes b_i w with shares a_i gives

    slope = c Rq / (w sqrt(sum_i (a_i b_i)^2))

With w = 0.02 mm, Ra 0.4 um is a slope of 0.04. Seen from where the highlight is, a ground face is a fine, short-haired
brushed one; it is what bearing seats, ball screws and gauge faces look like.

Typical: surface grinding Ra 0.4 - 1.6 um, finish grinding 0.1 - 0.4 um (ISO 1302 practice). The sum of furrows is our
own design.
"""

from __future__ import annotations

from typing import Any, ClassVar

from blemish.finish.alpha import Alpha, Pattern, must_be_gentle, must_point
from blemish.finish.noise import FURROW_SLOPE_TO_HEIGHT, RQ_TO_RA, furrows
from blemish.finish.relief import Follows, Relief, Track
from blemish.finish.scratched import scratched
from blemish.settings import Positive, settings

SIZES = ((0.76, 1.0, 1.0), (0.52, 2.3, 1.7), (0.3899, 5.9, 3.1))
"""Share of the slope, width and length of the three sizes of furrows, relative to the stated ones."""


@settings
class Ground:
    """A grinding wheel's scratches: short, dense, in one direction."""

    follows: ClassVar[Follows] = "direction"
    direction: tuple[float, float, float] = (1.0, 0.0, 0.0)
    """Where the wheel's rim went, in CAD coordinates; it is laid onto each face, around or along an axis."""
    lead_mm: float = 0.0
    """On screws, how far along the axis the wheel went in a turn, positive for a right-handed thread; ``direction`` is
    then not asked for. 0: no helix."""
    ra_um: Positive = 0.4
    """Mean roughness across the lay: finish grinding 0.1 - 0.4 um, grinding 0.4 - 1.6 um."""
    furrow_width_mm: Positive = 0.02
    """Width of the finest furrows: 0.01 mm for a fine wheel (grit 120), 0.03 mm for a coarse one (grit 46)."""
    furrow_length_mm: Positive = 1.5
    """Length of the finest furrows: 0.5 - 3 mm."""
    roughness_along: Alpha = 0.07
    """GGX alpha along the furrows."""
    roughness_across: Alpha = 0.1
    """GGX alpha across the furrows: what is finer still."""
    pattern: Pattern = None
    """Which of the endless patterns of furrows; left out, each specimen draws its own."""

    def __post_init__(self) -> None:
        must_point("direction", self.direction)
        must_be_gentle(self.slope, self.ra_um, f"furrows {self.furrow_width_mm} mm wide", "wider furrows")

    @property
    def slope(self) -> float:
        """Standard deviation of the slope across the furrows (above)."""
        height_to_slope = sum((share * width) ** 2 for share, width, _ in SIZES) ** 0.5
        return FURROW_SLOPE_TO_HEIGHT * RQ_TO_RA * self.ra_um * 1e-3 / (self.furrow_width_mm * height_to_slope)

    def numbers(self) -> tuple[float, ...]:
        """Give what the formula needs, as it goes into the table of the renderer."""
        return (
            self.roughness_along,
            self.roughness_across,
            float(self.pattern or 0),
            self.furrow_width_mm,
            self.furrow_length_mm,
            self.slope,
        )

    @staticmethod
    def relief(track: Track, numbers: Any) -> Relief:
        """Slopes of three sizes of furrows; sizes below the footprint go into the roughness."""
        return scratched(track, numbers, SIZES, furrows, seeds=1, widths=1.0)
