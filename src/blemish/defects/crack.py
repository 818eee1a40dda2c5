"""Crack: brittle metal that has parted along a wandering line, which may branch; dark, because no light comes back.

The trunk runs along u, branches leave it at an angle. With x_i how far along line i, in parts of its length from its
middle (from -1 to 1), n a sum of waves along u between -1 and 1 and S a smooth step::

    v_i(u)   = m(u), or m(u) + k_i (u - u_i) + q_i(u) - q_i(u_i)      the line
    w_i(u)   = S((1 - |x_i|) / taper)                                 1 in the middle, 0 at the tips
    h_i(u)   = width/2 * s_i * (0.4 + 0.6 sqrt(w_i)) * (1 - uneven (1 + n(u)) / 2)
    t_i      = (v - v_i) / (h_i sqrt(1 + v_i'^2))
    height   = -depth * S(sum over i of w_i max(0, 1 - t_i^2)^2 / 0.5)

m and q_i are self-affine, as lines of fracture are in many materials: amplitudes go with wavelength^(H + 1/2), with
H = 0.8 (B. B. Mandelbrot et al., Nature 308, 1984; E. Bouchaud et al., Europhysics Letters 13, 1990). s_i is 1 for the
trunk and 0.7 for branches. ``strength`` and ``albedo`` say how dark its walls are (``finish/soiling.py``): true cracks
are far deeper than a mesh of the surface can be, so darkness is stated and not won from depth. All that is random comes
from ``pattern``. On photographs of magnet tiles cracks are 2.5 to 6 pixels wide, 25 to 300 long and mostly run along
the marks of the grinding wheel. The sum is our own design.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated

import numpy as np
from annotated_types import Interval

from blemish.defects.furrow import smoothstep
from blemish.defects.kind import Relief
from blemish.seeds import stream
from blemish.settings import Count, Fraction, Positive, settings

HURST = 0.8
_FLOOR = 0.5
"""Where the sum of the lines reaches this, the floor is reached."""
_NARROWEST = 0.4
_BRANCH = 0.7
_MOST_WAVES = 48


@dataclass(frozen=True, eq=False)
class Wander:
    """A sum of waves along one direction: amplitude, wave number in 1/mm and phase of each, (3, n)."""

    waves: np.ndarray

    @staticmethod
    def drawn(rng: np.random.Generator, length_mm: float, finest_mm: float, hurst: float) -> Wander:
        """Draw waves from twice a length down to the finest; the root of their mean square is 1."""
        count = int(np.clip(2 * length_mm / finest_mm, 4, _MOST_WAVES))
        number = np.arange(1, count + 1)
        amplitude = number ** -(hurst + 0.5) * np.sqrt(rng.uniform(0.3, 1.7, count))
        amplitude /= np.sqrt(np.sum(amplitude**2) / 2)
        return Wander(np.stack([amplitude, np.pi * number / length_mm, rng.uniform(0, 2 * np.pi, count)]))

    @property
    def most(self) -> float:
        """What the sum never exceeds."""
        return float(self.waves[0].sum())

    def at(self, u: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Give the sum with its first and second derivative."""
        height, slope, bend = np.zeros_like(u), np.zeros_like(u), np.zeros_like(u)
        for amplitude, number, phase in self.waves.T:
            angle = number * u + phase
            sine = amplitude * np.sin(angle)
            height += sine
            slope += amplitude * number * np.cos(angle)
            bend -= number * number * sine
        return height, slope, bend


@dataclass(frozen=True, eq=False)
class Line:
    """The trunk, or a branch of it: from ``start`` to ``end`` along u, leaving the trunk at ``root`` with a slope."""

    start: float
    end: float
    root: float
    slope: float
    share: float
    """Its width, in parts of the trunk's."""
    own: Wander | None

    def presence(self, u: np.ndarray, taper: float) -> tuple[np.ndarray, np.ndarray]:
        """Give w and its derivative: how much of the line is there."""
        middle, half = (self.start + self.end) / 2, (self.end - self.start) / 2
        x = (u - middle) / half
        rise, slope = smoothstep((1 - np.abs(x)) / taper)
        return rise, -slope * np.sign(x) / (taper * half)

    def way(self, u: np.ndarray, trunk: tuple[np.ndarray, ...], wander_mm: float) -> tuple[np.ndarray, ...]:
        """Give v along the line with its first and second derivative, given those of the trunk."""
        if self.own is None:
            return trunk
        here, there = self.own.at(u), self.own.at(np.array([self.root]))
        return (
            trunk[0] + self.slope * (u - self.root) + wander_mm * (here[0] - there[0]),
            trunk[1] + self.slope + wander_mm * here[1],
            trunk[2] + wander_mm * here[2],
        )


@settings
class Crack:
    """A crack: a dark, narrow, wandering gap with tapering tips and, where wanted, branches."""

    length_mm: Positive = 8.0
    """Length of the trunk from tip to tip. Typical 2 - 40."""
    width_mm: Positive = 0.3
    """Width of the gap at the surface, where it is widest. Typical 0.02 - 0.6; at most a sixth of the length."""
    depth_mm: Positive = 0.1
    """Depth of the gap that is modelled; at most half the width."""
    orientation_deg: float = 0.0
    """Main direction, from the surface's own direction."""
    wander: Annotated[float, Interval(ge=0, le=0.12)] = 0.02
    """How far it strays from a straight line, root mean square, in parts of its length."""
    taper: Annotated[float, Interval(ge=0.05, le=1)] = 0.5
    """The part of each half over which it closes towards the tip."""
    uneven: Annotated[float, Interval(ge=0, le=0.8)] = 0.4
    """How much its width comes and goes."""
    branches: Annotated[int, Interval(ge=0, le=6)] = 0
    """How many branches leave it."""
    strength: Fraction = 0.95
    """How much of the metal's shine is lost in it."""
    albedo: Fraction = 0.05
    """How much of what is lost comes back in all directions alike: an open gap 0.02, one full of grinding dust 0.2."""
    pattern: Count = 0
    """Which of the endless lines; with 0 each one of a population draws its own."""

    def __post_init__(self) -> None:
        if self.depth_mm > self.width_mm / 2:
            raise ValueError(
                f"a crack {self.width_mm:g} mm wide cannot be modelled {self.depth_mm:g} mm deep; "
                f"at most half its width, {self.width_mm / 2:g} mm"
            )
        if self.length_mm < 6 * self.width_mm:
            raise ValueError(
                f"a crack {self.width_mm:g} mm wide cannot be {self.length_mm:g} mm long; "
                f"at least six times its width, {6 * self.width_mm:g} mm"
            )

    @cached_property
    def trunk(self) -> Wander:
        """The line of the trunk, of unit deviation."""
        return Wander.drawn(stream(self.pattern, "crack"), self.length_mm, 6 * self.width_mm, HURST)

    @cached_property
    def opening(self) -> Wander:
        """How the width comes and goes."""
        return Wander.drawn(stream(self.pattern, "crack", "opening"), self.length_mm, 4 * self.width_mm, 0.0)

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """The trunk and its branches."""
        return Line(-self.length_mm / 2, self.length_mm / 2, 0.0, 0.0, 1.0, None), *self._branches()

    def _branches(self) -> Iterator[Line]:
        for number in range(self.branches):
            rng = stream(self.pattern, "crack", "branch", number)
            root = self.length_mm * rng.uniform(-0.35, 0.35)
            tip = root + rng.choice([-1, 1]) * self.length_mm * rng.uniform(0.12, 0.3)
            tip = float(np.clip(tip, -0.48 * self.length_mm, 0.48 * self.length_mm))
            slope = rng.choice([-1, 1]) * np.tan(np.radians(rng.uniform(18, 45)))
            own = Wander.drawn(rng, self.length_mm, 6 * self.width_mm, HURST)
            yield Line(min(root, tip), max(root, tip), root, float(slope), _BRANCH, own)

    @cached_property
    def reach_mm(self) -> float:
        """From the straight line between the tips to the farthest place of any line, with its width."""
        u = np.linspace(-self.length_mm / 2, self.length_mm / 2, 4001)
        trunk = self._trunk(u)
        farthest = 0.0
        for line in self.lines:
            here = line.presence(u, self.taper)[0] > 0
            v, slope, _ = (one[here] for one in line.way(u, trunk, self._wander_mm))
            farthest = max(farthest, np.max(np.abs(v) + self.width_mm / 2 * np.hypot(1, slope)))
        return 1.02 * float(farthest)

    @property
    def feature_mm(self) -> float:
        """The width."""
        return self.width_mm

    @property
    def deepest_mm(self) -> float:
        """The depth."""
        return self.depth_mm

    @property
    def _wander_mm(self) -> float:
        return self.wander * self.length_mm

    def heading(self, u: np.ndarray) -> np.ndarray:
        """Give the path's direction: straight; the crack wanders to both sides of it."""
        return np.zeros_like(u)

    def bend(self, u: np.ndarray) -> np.ndarray:
        """Give the derivative of the heading: none."""
        return np.zeros_like(u)

    def relief(self, u: np.ndarray, v: np.ndarray) -> Relief:
        """Give height and derivatives; see the head of this file."""
        trunk, (wave, wave_slope, _) = self._trunk(u), self.opening.at(u)
        wide = 1 - self.uneven * (1 + wave / self.opening.most) / 2
        wide_slope = -self.uneven * wave_slope / self.opening.most / 2
        total, along, across = np.zeros_like(u), np.zeros_like(u), np.zeros_like(u)
        for line in self.lines:
            there, there_slope = line.presence(u, self.taper)
            root = np.sqrt(np.maximum(there, 1e-12))
            narrow = _NARROWEST + (1 - _NARROWEST) * root
            half = self.width_mm / 2 * line.share * narrow * wide
            half_slope = half * ((1 - _NARROWEST) * there_slope / (2 * root * narrow) + wide_slope / wide)
            at, slope, bend = line.way(u, trunk, self._wander_mm)
            slant = np.hypot(1, slope)
            t = (v - at) / (half * slant)
            t_along = -slope / (half * slant) - t * (slope * bend / slant**2 + half_slope / half)
            rest = np.maximum(1 - t * t, 0.0)
            total += there * rest * rest
            along += there_slope * rest * rest - there * 4 * rest * t * t_along
            across -= there * 4 * rest * t / (half * slant)
        step, step_slope = smoothstep(total / _FLOOR)
        fall = -self.depth_mm * step_slope / _FLOOR
        return Relief(-self.depth_mm * step, fall * along, fall * across, self.depth_mm * step)

    def _trunk(self, u: np.ndarray) -> tuple[np.ndarray, ...]:
        height, slope, bend = self.trunk.at(u)
        return self._wander_mm * height, self._wander_mm * slope, self._wander_mm * bend
