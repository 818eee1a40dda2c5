"""Turned: the helical groove that the nose of a lathe tool leaves around the axis.

**The profile.** A tool with a nose of radius r advances by the feed f in each revolution. What remains is the lower
envelope of circles of radius r at distance f; near their bottoms circles are parabolas, so with w the distance across
the track from the nearest pass of the tool

    h(w) = w^2 / (2 r),   |w| <= f / 2,      slope dh/dw = w / r

The cusps stand f^2 / (8 r) high: 3 um for f = 0.1 mm/rev and r = 0.4 mm, the workshop's formula for the theoretical
roughness. Slopes are spread evenly over +-f / (2 r), with variance (f / r)^2 / 12: that is what makes the
highlight of a turned part a wide fan across its grooves, and a narrow one along them. (See any textbook of metal
cutting, e.g. M. C. Shaw, Metal Cutting Principles, on the surface finish in turning.)

**The helix.** At angle phi the tool has made j + phi / 2 pi turns when it passes for the j-th time; its path is
continuous where the angle jumps, and so is everything here that depends on the number of turns.

**What a lathe adds.** Run-out e of the work moves the grooves across the track by e cos(phi), once a turn. Irregularity
q (a share of the ideal profile) lets every pass wander by q f / 4 and cut deeper or less deep by q f^2 / (8 r), one
standard deviation each, slowly changing along the path. Where one pass is deeper, it takes width from its neighbours:
the relief is the lowest of the nearest three. Chatter is a vibration of amplitude a and wavelength L along the cut,
a cos(2 pi (s / L + c t)) with s the length around and t the number of turns: its crests lean by a share c of a wave
from one groove to the next, which makes the slanting bands of a part that sang.

The slope of the helix itself, f / (2 pi R), is below 0.001 and left out.
"""

from __future__ import annotations

from typing import Any, ClassVar

from blemish.finish.alpha import Alpha, Pattern, must_point
from blemish.finish.arithmetic import Real
from blemish.finish.noise import along_line
from blemish.finish.relief import Follows, Relief, Track, keep, rougher
from blemish.settings import Fraction, NotNegative, Positive, settings

Axis = tuple[float, float, float] | None


@settings
class Turned:
    """Feed marks of a lathe: fine grooves around the axis, a highlight that fans out across them."""

    follows: ClassVar[Follows] = "axis"
    feed_mm: Positive = 0.12
    """Feed per revolution, the distance between grooves: finishing 0.05 - 0.15 mm, roughing 0.2 - 0.5 mm."""
    nose_radius_mm: Positive = 0.4
    """Radius of the tool's nose: inserts have 0.2, 0.4, 0.8 or 1.2 mm."""
    run_out_mm: NotNegative = 0.01
    """How far the work runs out of true, typically 0.005 - 0.03 mm: grooves become slightly eccentric."""
    irregularity: Fraction = 0.35
    """How much passes differ, as a share of the ideal profile: 0 is a formula, 0.2 - 0.5 a lathe, 1 a bad one."""
    chatter_um: NotNegative = 0.0
    """Amplitude of chatter: 0 is a quiet cut, 0.5 - 5 um a part that sang."""
    chatter_length_mm: Positive = 2.0
    """Length of a wave of chatter around the part: cutting speed over frequency, 1 - 5 mm."""
    roughness_along: Alpha = 0.11
    """GGX alpha along the grooves: what the tool's edge and the chip left, finer than the feed."""
    roughness_across: Alpha = 0.2
    """GGX alpha across the grooves: the same, with the scratches of the edge's own roughness."""
    axis_point_mm: Axis = None
    """A point on the axis, in CAD coordinates; left out, the axis is that of most of the region's area."""
    axis_direction: Axis = None
    """The direction of the axis; given with ``axis_point_mm`` or not at all."""
    pattern: Pattern = None
    """Which of the endless patterns of irregularity; left out, each specimen draws its own."""

    def __post_init__(self) -> None:
        if (self.axis_point_mm is None) != (self.axis_direction is None):
            raise ValueError("axis_point_mm and axis_direction make an axis together: give both, or neither")
        if self.axis_direction is not None:
            must_point("axis_direction", self.axis_direction)
        if self.feed_mm > self.nose_radius_mm:
            raise ValueError(
                f"a feed of {self.feed_mm} mm with a nose of {self.nose_radius_mm} mm cuts a thread, not a finish: "
                "the feed must not exceed the nose radius"
            )

    def numbers(self) -> tuple[float, ...]:
        """Give what the formula needs, as it goes into the table of the renderer."""
        return (
            self.roughness_along,
            self.roughness_across,
            float(self.pattern or 0),
            self.feed_mm,
            self.nose_radius_mm,
            self.run_out_mm,
            self.irregularity,
            self.chatter_um * 1e-3,
            self.chatter_length_mm,
        )

    @staticmethod
    def relief(track: Track, numbers: Any) -> Relief:
        """Slope across the groove, attenuated by the footprint; what it loses goes into the roughness."""
        import drjit as dr

        alpha_along, alpha_across, _, feed, nose = (numbers[i] for i in range(5))
        seen = keep(feed, track.footprint_across_mm)
        variance = dr.square(feed / nose) / 12
        chatter, lost = _chatter(track, numbers)
        return Relief(
            slope_along=chatter,
            slope_across=seen * groove(track, numbers)[1] / nose,
            alpha_along=rougher(alpha_along, lost),
            alpha_across=rougher(alpha_across, variance * (1 - dr.square(seen))),
        )


LEAN = 0.38
"""By what share of a wave the crests of chatter lean from groove to groove: where regeneration is strong."""


def _chatter(track: Track, numbers: Any) -> tuple[Real, Real]:
    """Give the slope along the cut that chatter leaves, and the variance of what the footprint takes of it."""
    import drjit as dr

    feed, amplitude, length = numbers[3], numbers[7], numbers[8]
    # A whole number of waves around; where the angle jumps by a turn, the number of turns jumps back by one.
    waves = dr.round(track.period_along_mm / length) * track.turn
    turns = dr.round(track.across_mm / feed - track.turn) + track.turn
    steepness = 2 * dr.pi * amplitude / length
    seen = keep(length, track.footprint_along_mm)
    return -steepness * seen * dr.sin(2 * dr.pi * (waves + LEAN * turns)), 0.5 * dr.square(steepness) * (
        1 - dr.square(seen)
    )


def groove(track: Track, numbers: Any) -> tuple[Real, Real]:
    """Give the height and the distance w from the middle of the groove that cut deepest here, both in millimetres."""
    import drjit as dr

    feed, nose, run_out, irregularity = (numbers[i] for i in range(3, 7))
    seed = dr.uint32_array_t(type(track.turn))(numbers[2])
    across = track.across_mm - run_out * dr.cos(2 * dr.pi * track.turn)
    nearest = dr.round(across / feed - track.turn)
    height, distance = dr.inf, 0.0
    for neighbour in (-1, 0, 1):
        turns = nearest + neighbour + track.turn
        wander = 0.25 * irregularity * along_line(turns, 0, seed)
        depth = irregularity * dr.square(feed) / (8 * nose) * along_line(turns, 1, seed)
        w = across - feed * (turns + wander)
        h = dr.square(w) / (2 * nose) + depth
        distance = dr.select(h < height, w, distance)
        height = dr.select(h < height, h, height)
    return height, distance
