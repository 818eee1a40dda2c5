"""Scratch: the furrow of a hard edge that was dragged over the part, with ridges of ploughed metal on both sides.

Along the path (u in [-L/2, L/2], v to the left of it)::

    heading(u)  = strength * sin(2 pi frequency u + phase)                       the path's direction
    press(u)    = lift(u) * (1 - variation * ripple(u))                          between 0 and 1
    lift(u)     = smoothstep from 0 to 1 over the first and last taper * L       the tip comes down and goes up
    ripple(u)   = 1/2 + 1/4 cos(2 pi u / period + phase') + 1/4 cos(2 pi g u / period + 2.4 phase')
    height(u,v) = the furrow of ``furrow.py`` under the pressure P

P is press, lifted off where it falls below ``broken`` and scaled so that its largest value is 1: so ``depth`` and
``width`` are those of the strongest place. g is the golden ratio, so that the ripple does not repeat. Widths are those
of the paper that introduced SynthClutch (CVPR workshops, 2023): 0.05 to 0.3 mm. It gives no formula; this one is our
own design.
"""

from __future__ import annotations

import math
from functools import cached_property
from typing import Annotated

import numpy as np
from annotated_types import Interval

from blemish.defects.furrow import Furrow, smoothstep
from blemish.defects.kind import Relief
from blemish.defects.profile import Section
from blemish.settings import Fraction, Positive, settings

_GOLDEN = (1 + math.sqrt(5)) / 2
_NARROWEST = 0.4


@settings
class Scratch:
    """A scratch: a narrow furrow along a curved path, with ridges, tapering ends and uneven pressure."""

    width_mm: Positive = 0.12
    """Width at the level of the undamaged surface, where the pressure is full. Typical 0.05 - 0.3."""
    depth_mm: Positive = 0.015
    """Depth of the middle below the undamaged surface, where the pressure is full. At most half the width."""
    length_mm: Positive = 6.0
    """Length along the path, both ends included. Typical 1 - 20."""
    curving_strength_deg: Annotated[float, Interval(ge=0, le=60)] = 8.0
    """How far the path turns away from its main direction, to either side."""
    curving_frequency_per_mm: Annotated[float, Interval(ge=0, le=2)] = 0.1
    """Waves of the path per millimetre of its length."""
    curving_phase_deg: float = 0.0
    """Where in its wave the path is at its middle."""
    orientation_deg: float = 0.0
    """Main direction, from the surface's own direction."""
    ridge: Annotated[float, Interval(ge=0, le=0.3)] = 0.15
    """Height of the ridges as a part of the depth. Ductile metal shows 0.1 - 0.3."""
    taper: Annotated[float, Interval(ge=0.02, le=0.5)] = 0.2
    """The part of the length over which the tip comes down, and again goes up."""
    pressure_variation: Fraction = 0.3
    """How much of the pressure goes and comes along the path."""
    pressure_period_mm: Positive = 2.0
    """Length of the longer of the two waves of the pressure."""
    pressure_phase_deg: float = 0.0
    """Where in its wave the pressure is at the middle of the path."""
    broken: Annotated[float, Interval(ge=0, le=0.9)] = 0.0
    """The tip loses touch where the pressure is below this; with enough variation the trace is broken into pieces."""

    def __post_init__(self) -> None:
        if self.depth_mm > self.width_mm / 2:
            raise ValueError(
                f"a scratch {self.width_mm:g} mm wide cannot be {self.depth_mm:g} mm deep; "
                f"at most half its width, {self.width_mm / 2:g} mm"
            )
        if self.length_mm < 2 * self.width_mm:
            raise ValueError(
                f"a scratch {self.width_mm:g} mm wide cannot be {self.length_mm:g} mm long; "
                f"at least twice its width, {2 * self.width_mm:g} mm"
            )
        tightest = math.radians(self.curving_strength_deg) * 2 * math.pi * self.curving_frequency_per_mm
        if tightest * self.reach_mm > 0.8:
            raise ValueError(
                f"a scratch that reaches {self.reach_mm:.3g} mm to its sides cannot turn with a radius of "
                f"{1 / tightest:.3g} mm; lower its curving strength or frequency"
            )
        if self._strongest <= 0:
            raise ValueError(f"a scratch broken below a pressure of {self.broken:g} never touches; lower `broken`")

    @cached_property
    def section(self) -> Section:
        """The section across the path."""
        return Section(bottom=0.5, wall=0.65, rim=self.ridge)

    @property
    def reach_mm(self) -> float:
        """Half the width with its ridge."""
        return self.width_mm / 2 * self.section.outer

    @property
    def feature_mm(self) -> float:
        """The width."""
        return self.width_mm

    @property
    def deepest_mm(self) -> float:
        """The depth."""
        return self.depth_mm

    def heading(self, u: np.ndarray) -> np.ndarray:
        """Give the path's direction in radians, relative to ``orientation_deg``."""
        return math.radians(self.curving_strength_deg) * np.sin(self._wave(u))

    def bend(self, u: np.ndarray) -> np.ndarray:
        """Give the derivative of the heading, in 1/mm."""
        slope = 2 * math.pi * self.curving_frequency_per_mm
        return math.radians(self.curving_strength_deg) * slope * np.cos(self._wave(u))

    def _wave(self, u: np.ndarray) -> np.ndarray:
        return 2 * math.pi * self.curving_frequency_per_mm * u + math.radians(self.curving_phase_deg)

    def relief(self, u: np.ndarray, v: np.ndarray) -> Relief:
        """Give height and derivatives; see the head of this file."""
        press, slope = self._pressure(u)
        furrow = Furrow(self.section, self.width_mm, self.depth_mm, _NARROWEST)
        return furrow.relief(press / self._strongest, slope / self._strongest, v)

    @cached_property
    def _strongest(self) -> float:
        along = np.linspace(-self.length_mm / 2, self.length_mm / 2, 4001)
        return float(self._pressure(along)[0].max())

    def _pressure(self, u: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Give the pressure and its derivative along the path, zero at and beyond both ends."""
        run = self.taper * self.length_mm
        rise, rise_slope = smoothstep((self.length_mm / 2 - np.abs(u)) / run)
        rise_slope = -rise_slope * np.sign(u) / run
        slow = 2 * math.pi / self.pressure_period_mm
        phase = math.radians(self.pressure_phase_deg)
        one, two = slow * u + phase, _GOLDEN * slow * u + 2.4 * phase
        even = 1 - self.pressure_variation * (0.5 + 0.25 * np.cos(one) + 0.25 * np.cos(two))
        even_slope = self.pressure_variation * 0.25 * slow * (np.sin(one) + _GOLDEN * np.sin(two))
        press, slope = rise * even, rise_slope * even + rise * even_slope
        if self.broken == 0:
            return press, slope
        # A quarter of the way from touching to full pressure the tip is fully down again.
        span = (1 - self.broken) / 4
        touch, touch_slope = smoothstep((press - self.broken) / span)
        return press * touch, slope * touch + press * touch_slope * slope / span
