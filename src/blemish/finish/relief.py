"""What every finish is made of: a place on its track, and the relief that the tool left there.

A finish is a formula from the one to the other, written with operators and Dr.Jit's functions only, so that the same
lines run compiled on millions of places and in a test on a few.

**Level of detail.** A sample stands for a patch of surface of width F, its share of what the pixel sees. Seen through
the patch, relief of wavelength L keeps the fraction

    keep = exp(-2 pi^2 s^2 / L^2),   s = F / sqrt(12)

of its slope (s is the standard deviation of a box of width F). The slope variance that is lost, v (1 - keep^2), goes
into the roughness: a microfacet surface of roughness alpha has slope variance alpha^2 / 2 (Beckmann's relation), so

    alpha^2  <-  alpha^2 + 2 v (1 - keep^2)

and a highlight stays as wide as it was when its grooves sink below a pixel. (GGX has longer tails than Beckmann's
distribution: the widths agree, the tails do not.)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, Protocol, runtime_checkable

from blemish.finish.arithmetic import Real

Follows = Literal["axis", "direction", "nothing"]
"""What a tool's track runs along on a face: around the region's axis (the tool stands still and the part turns), along
the finish's own ``direction``, or nothing in particular."""


@dataclass(frozen=True)
class Track:
    """A place on the track of a tool: coordinates along and across its path, in millimetres.

    On a surface of revolution one of them goes around the axis and comes back to itself; ``period_*_mm`` is that length
    (0: it never comes back), and ``turn`` is the angle around the axis in turns, from -0.5 to 0.5.
    """

    along_mm: Real
    across_mm: Real
    turn: Real
    period_along_mm: Real
    period_across_mm: Real
    footprint_along_mm: Real
    """Width of the patch that one sample stands for, along the track."""
    footprint_across_mm: Real
    position_mm: tuple[Real, Real, Real]
    """The place itself, in CAD coordinates, for what has no track."""
    along: tuple[Real, Real, Real]
    """Unit vector along the track, in CAD coordinates."""
    across: tuple[Real, Real, Real]


@dataclass(frozen=True)
class Relief:
    """What the tool left: slopes along and across the track, and roughness (GGX alpha) of what is finer."""

    slope_along: Real
    slope_across: Real
    alpha_along: Real
    alpha_across: Real
    across: tuple[Real, Real] | None = None
    """The direction (along, across the track) in which ``alpha_across`` holds, where it is not across the track."""


@runtime_checkable
class Finish(Protocol):
    """What every kind of finish is: settings, the numbers that they come to, and a formula that reads the numbers."""

    @property
    def follows(self) -> Follows:
        """What its track runs along."""
        ...

    @property
    def pattern(self) -> int | None:
        """Which of its endless patterns; None is "draw one"."""
        ...

    def numbers(self) -> tuple[float, ...]:
        """Give what the formula reads, at most twelve numbers, as they go into the table of the renderer."""
        ...

    @staticmethod
    def relief(track: Track, numbers: Any) -> Relief:
        """Give slope and roughness at a place of the track, with operators and Dr.Jit's functions only."""
        ...


def keep(wavelength_mm: Real, footprint_mm: Real) -> Real:
    """Give the fraction of a slope of this wavelength that is left when seen through the footprint (above)."""
    import drjit as dr

    return dr.exp(-1.6449341 * dr.square(footprint_mm / wavelength_mm))


def rougher(alpha: Real, lost_variance: Real) -> Real:
    """Take slope variance that is too fine to be seen into the roughness (above)."""
    import drjit as dr

    return dr.sqrt(dr.square(alpha) + 2 * lost_variance)
