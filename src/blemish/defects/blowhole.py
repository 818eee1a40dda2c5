"""Blowhole: the hollow that a bubble of gas left in the casting or sintering, cut open by the grinding wheel.

The outline is a superellipse (G. Lame, 1818), warped by sums w(u, v) of a few random waves about as long as it is
broad; with a, b the half axes and p the exponent, S a smooth step::

    rho    = (|(u + w_u) / a|^p + |(v + w_v) / b|^p)^(1/p)
    height = -depth * S((1 - rho) / edge)

so the rim is sharp and the wall steep, and no metal stands up around it: nothing was pushed. Its inside is the skin of
the bubble, never touched by a tool: matt and dark, ``strength`` and ``albedo`` say how
dark (``finish/soiling.py``). All that is random
follows from ``pattern``. On photographs of ground magnet tiles blowholes are 7 to 25 pixels long, one to three times as
long as broad, and 0.45 to 0.75 times as bright as what is around them. Our own design.
"""

from __future__ import annotations

from functools import cached_property
from typing import Annotated

import numpy as np
from annotated_types import Interval

from blemish.defects.furrow import smoothstep
from blemish.defects.kind import Relief
from blemish.defects.profile import half_axes
from blemish.defects.waves import Waves
from blemish.seeds import stream
from blemish.settings import Count, Fraction, Positive, settings


@settings
class Blowhole:
    """A blowhole: a gas bubble cut open, steep and dark."""

    diameter_mm: Positive = 1.0
    """Diameter of its mouth; of an elongated one the geometric mean of length and breadth. Typical 0.2 - 3."""
    depth_mm: Positive = 0.2
    """Depth of its floor; at most ``edge`` times its breadth. Typical 0.1 - 0.4 times the diameter."""
    elongation: Annotated[float, Interval(ge=1, le=6)] = 1.3
    """Length over breadth: 1 is round, 3 a worm hole that was cut along."""
    orientation_deg: float = 0.0
    """Direction of its length, from the surface's own direction."""
    exponent: Annotated[float, Interval(ge=2, le=6)] = 2.0
    """2 is an ellipse, 4 has the blunt ends of a bore."""
    edge: Annotated[float, Interval(ge=0.1, le=0.95)] = 0.4
    """How far from the rim the wall reaches the floor, in parts of the way to the middle: 0.2 is steep, 0.9 a bowl."""
    ragged: Annotated[float, Interval(ge=0, le=0.3)] = 0.1
    """How far the outline strays, in parts of half the breadth."""
    strength: Fraction = 0.9
    """How much of the metal's shine is lost inside."""
    albedo: Fraction = 0.15
    """How much of what is lost comes back in all directions alike: soot 0.03, oxide 0.1, bright grains 0.3."""
    pattern: Count = 0
    """Which of the endless outlines; with 0 each one of a population draws its own."""

    def __post_init__(self) -> None:
        deepest = self.edge * 2 * self.half_axes_mm[1]
        if self.depth_mm > deepest:
            raise ValueError(
                f"a blowhole {2 * self.half_axes_mm[1]:.3g} mm broad cannot be {self.depth_mm:g} mm deep with a wall "
                f"as steep as {self.edge:g} of the way to its middle; at most {deepest:.3g} mm"
            )

    @cached_property
    def waves(self) -> tuple[Waves, ...]:
        """Two sums of waves, which shift points along u and along v."""
        return Waves.drawn(stream(self.pattern, "blowhole"), 2, 3 * self.half_axes_mm[1])

    @property
    def half_axes_mm(self) -> tuple[float, float]:
        """Half the length and half the breadth of the mouth."""
        return half_axes(self.diameter_mm, self.elongation)

    @property
    def _around(self) -> float:
        """By how much the ellipse through the corners of the superellipse is larger."""
        return float(2 ** (0.5 - 1 / self.exponent))

    @property
    def _warp_mm(self) -> float:
        return self.ragged * self.half_axes_mm[1]

    @property
    def reach_mm(self) -> float:
        """Half the breadth with its corners and its raggedness."""
        return self._around * self.half_axes_mm[1] + float(np.sqrt(2)) * self._warp_mm

    @property
    def half_spine_mm(self) -> float:
        """An ellipse with half axes a > b lies within b of the segment of half-length a - b."""
        long, short = self.half_axes_mm
        return self._around * (long - short)

    @property
    def feature_mm(self) -> float:
        """The wall."""
        return 1.5 * self.edge * self.half_axes_mm[1]

    @property
    def deepest_mm(self) -> float:
        """The depth."""
        return self.depth_mm

    def relief(self, u: np.ndarray, v: np.ndarray) -> Relief:
        """Give height and derivatives; see the head of this file."""
        shift_u, u_u, u_v = self.waves[0].at(u, v, self._warp_mm)
        shift_v, v_u, v_v = self.waves[1].at(u, v, self._warp_mm)
        long, short = self.half_axes_mm
        x, y, p = (u + shift_u) / long, (v + shift_v) / short, self.exponent
        rho = np.maximum((np.abs(x) ** p + np.abs(y) ** p) ** (1 / p), 1e-12)
        step, slope = smoothstep((1 - rho) / self.edge)
        # d rho / dx = sign(x) (|x| / rho)^(p - 1)
        per_x, per_y = (np.sign(at) * (np.abs(at) / rho) ** (p - 1) for at in (x, y))
        along = per_x * (1 + u_u) / long + per_y * v_u / short
        across = per_x * u_v / long + per_y * (1 + v_v) / short
        fall = self.depth_mm * slope / self.edge
        return Relief(-self.depth_mm * step, fall * along, fall * across, self.depth_mm * step)
