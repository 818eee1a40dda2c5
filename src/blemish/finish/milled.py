"""Milled: the arcs that the teeth of a face mill leave as the cutter advances over a plane.

**One pass.** A cutter of radius R turns about the plane's normal and feeds along x by f from one mark to the next. On
the line y off its centre line its front edge draws the arc x = R q, its trailing edge x = -R q, with

    q(y) = sqrt(1 - (y / R)^2)

so the marks on that line stand f apart, and f q apart as measured across them. A tooth whose corner (nose, or wiper
edge) has the radius r leaves, at the distance w across the nearest mark,

    h(w) = w^2 / (2 r),      slope w / r in the direction (q, +-y / R),      variance (f q / r)^2 / 12

**Both edges cut** where the spindle stands exactly square: the trailing edge re-cuts the marks of the front one and
the two families cross. Mostly the spindle leans a little and the back runs higher: ``back_cut`` b lifts it by
(1 / b - 1) cusps of f^2 / (8 r), and only what of the front marks stands higher is cut.

**Several passes** lie ``step_over`` apart; each cuts over the last, so of a pass a strip of that width remains, from
y = -R on, where the arcs run into the feed direction: the seams of a milled plane. Every other pass goes back
(``zigzag``).

**Irregularity** q' (a share of the ideal profile) lets teeth cut deeper or less deep by q' f^2 / (8 r), one standard
deviation, slowly changing along each arc.

On cylinders, cones and other round faces a mill works with its side: the marks are straight, across the feed.

The geometry of face milling is in every textbook of metal cutting (e.g. M. C. Shaw, Metal Cutting Principles); the
choice of what to leave out (chatter, tool wear, the step between passes) is our own.
"""

from __future__ import annotations

from typing import Any, ClassVar

from blemish.finish.alpha import Alpha, Pattern, must_point
from blemish.finish.arithmetic import Real, at_least
from blemish.finish.noise import along_line, mixed
from blemish.finish.relief import Follows, Relief, Track, keep, rougher
from blemish.settings import Fraction, Positive, settings

ARC_NOISE_MM = 6.0
"""Correlation length of irregularity along an arc."""


@settings
class Milled:
    """Arcs of a face mill: crossing fans of light, seams between passes."""

    follows: ClassVar[Follows] = "direction"
    direction: tuple[float, float, float] = (1.0, 0.0, 0.0)
    """The feed direction, in CAD coordinates; it is laid onto each face."""
    feed_mm: Positive = 0.16
    """Distance between marks along the feed: 0.05 - 0.2 mm a tooth; 0.2 - 1 mm where one tooth stands out."""
    nose_radius_mm: Positive = 0.8
    """Radius of the teeth's corners: 0.4, 0.8, 1.2 or 1.6 mm; wiper edges act like 3 - 20 mm."""
    cutter_diameter_mm: Positive = 40.0
    """Diameter of the cutter: end mills 6 - 20 mm, face mills 40 - 125 mm."""
    step_over_mm: Positive = 28.0
    """Distance between neighbouring passes: mostly 0.6 - 0.8 of the diameter, never more than it."""
    back_cut: Fraction = 0.0
    """How far the trailing edge cuts too: 0 is a spindle that leans, 0.5 cuts cusps, 1 stands square: crossing arcs."""
    zigzag: bool = True
    """Whether every other pass goes back; else all go the same way."""
    irregularity: Fraction = 0.4
    """How much teeth differ, as a share of the ideal profile."""
    roughness_along: Alpha = 0.11
    """GGX alpha along the arcs."""
    roughness_across: Alpha = 0.18
    """GGX alpha across the arcs: what is finer than the feed."""
    pattern: Pattern = None
    """Which of the endless patterns of irregularity; left out, each specimen draws its own."""

    def __post_init__(self) -> None:
        must_point("direction", self.direction)
        if self.step_over_mm > self.cutter_diameter_mm:
            raise ValueError(
                f"passes {self.step_over_mm} mm apart with a cutter of {self.cutter_diameter_mm} mm leave metal "
                "between them: step_over_mm must not exceed cutter_diameter_mm"
            )
        if self.feed_mm > 2 * self.nose_radius_mm:
            raise ValueError(
                f"a feed of {self.feed_mm} mm with corners of {self.nose_radius_mm} mm leaves ridges between the "
                "marks: the feed must not exceed twice the nose radius"
            )

    def numbers(self) -> tuple[float, ...]:
        """Give what the formula needs, as it goes into the table of the renderer."""
        return (
            self.roughness_along,
            self.roughness_across,
            float(self.pattern or 0),
            self.feed_mm,
            self.nose_radius_mm,
            2 / self.cutter_diameter_mm,
            self.step_over_mm,
            self.back_cut,
            self.irregularity,
            float(self.zigzag),
        )

    @staticmethod
    def relief(track: Track, numbers: Any) -> Relief:
        """Slope across the mark that cut deepest here; what is finer than the footprint goes into the roughness."""
        import drjit as dr

        alpha_along, alpha_across, _, feed, nose = (numbers[i] for i in range(5))
        _, distance, (across_x, across_y) = arcs(track, numbers)
        footprint = dr.sqrt(
            dr.square(across_x * track.footprint_along_mm) + dr.square(across_y * track.footprint_across_mm)
        )
        apart = feed * at_least(dr.abs(across_x), 1e-3)
        seen = keep(apart, footprint)
        slope = seen * distance / nose
        variance = dr.square(apart / nose) / 12
        return Relief(
            slope_along=slope * across_x,
            slope_across=slope * across_y,
            alpha_along=alpha_along + slope * 0,
            alpha_across=rougher(alpha_across, variance * (1 - dr.square(seen))),
            across=(across_x, across_y),
        )


def arcs(track: Track, numbers: Any) -> tuple[Real, Real, tuple[Real, Real]]:
    """Give height and distance w across the mark that cut deepest here, in mm, and the direction in which w grows."""
    import drjit as dr

    feed, nose, curvature, step_over, back_cut, irregularity, zigzag = (numbers[i] for i in range(3, 10))
    seed = dr.uint32_array_t(type(track.along_mm))(numbers[2])
    is_round = track.period_along_mm + track.period_across_mm > 0
    curvature = dr.select(is_round, 0, curvature)
    # Which pass was the last here, how far off its centre line, and which way it went.
    radius = dr.rcp(at_least(curvature, 1e-6))
    number = dr.select(is_round, 0, dr.floor((track.across_mm + radius) / step_over))
    off = dr.select(is_round, 0, track.across_mm - number * step_over)
    goes_back = (zigzag > 0) & (number - 2 * dr.floor(0.5 * number) > 0.5)
    forward = dr.select(goes_back, -1, 1)
    lane = dr.int32_array_t(type(number))(number)
    # Both arcs through this line, as places along the feed.
    sine = curvature * off
    cosine = dr.sqrt(at_least(1 - dr.square(sine), 0))
    sagitta = off * sine / (1 + cosine)
    x = forward * track.along_mm
    front = (x + sagitta) / feed + mixed(lane, lane, seed + 5)
    back = (x - sagitta) / feed + mixed(lane, lane, seed + 6)
    along_arc = off / ARC_NOISE_MM
    cusp = dr.square(feed) / (8 * nose)
    rough = irregularity * cusp
    best = _deepest(front, feed * cosine, nose, rough, along_arc, seed, lane)
    other = _deepest(back, feed * cosine, nose, rough, along_arc, seed + 8, lane)
    lifted = other[0] + (dr.rcp(at_least(back_cut, 1e-6)) - 1) * cusp
    is_back = (lifted < best[0]) & ~is_round
    height = dr.select(is_back, lifted, best[0])
    distance = dr.select(is_back, other[1], best[1])
    return height, distance, (forward * cosine, dr.select(is_back, -sine, sine))


def _deepest(  # noqa: PLR0917  the numbers of one family of marks
    place: Real, apart_mm: Real, nose_mm: Real, rough_mm: Real, along_arc: Real, seed: Any, lane: Any
) -> tuple[Real, Real]:
    """Give height and distance across the mark that cut deepest, of the nearest three, at ``place`` in marks."""
    import drjit as dr

    nearest = dr.round(place)
    height, distance = dr.inf, 0.0
    for neighbour in (-1, 0, 1):
        mark = nearest + neighbour
        w = (place - mark) * apart_mm
        depth = rough_mm * along_line(along_arc, dr.int32_array_t(type(mark))(mark) * 31 + lane, seed)
        h = dr.square(w) / (2 * nose_mm) + depth
        distance = dr.select(h < height, w, distance)
        height = dr.select(h < height, h, height)
    return height, distance
