r"""The cross-section that dents and scratches share: a rounded bottom, a wall, a rim, and nothing beyond.

The section is given by its *slope*, which is piecewise linear and continuous; so the height is made of parabolas and is
C1 everywhere. With rho the distance from the middle in units of the half-width, and depth 1::

    slope g                                      height h, the integral of g from h(0) = -1
      g1 |     ______                             0 |________________    . -- .
         |    /      \                              |              /.   /      ' - ._______
         |   /        \                             |            /   rho=1
       0 |__/__________\_________________ rho       |         /
         0  b         w  \ p    q     / o           |      /
     -g2 |                 '.       .'           -1 |- ' '
         |                     ' '

* b: up to here the bottom is a parabola (``bottom``); w: from here the wall turns over into the rim (``wall``);
* h(1) = 0: the nominal width is the width at the level of the undamaged surface;
* h(p) = f: the crest of the rim, ``rim`` times the depth; h(o) = 0: outside nothing moves;
* the curvature at the crest is the same on both sides, which fixes q and o.

From h(0) = -1, h(1) = 0 and h(p) = f follows the quadratic equation for p that the code solves. Our own design.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from blemish.defects.kind import Relief


def half_axes(diameter_mm: float, elongation: float) -> tuple[float, float]:
    """Give half the length and half the breadth of an ellipse whose diameter is the geometric mean of both."""
    stretch = math.sqrt(elongation)
    return diameter_mm / 2 * stretch, diameter_mm / 2 / stretch


@dataclass(frozen=True)
class Section:
    """The section of unit depth and unit half-width; 0 < ``bottom`` <= ``wall`` < 1, ``rim`` >= 0."""

    bottom: float
    wall: float
    rim: float

    @property
    def _f(self) -> float:
        """The rim, where it is more than rounding."""
        return self.rim if self.rim > 1e-6 else 0.0

    @cached_property
    def crest(self) -> float:
        """Where the rim is highest: the p of the drawing; 1 without a rim."""
        f, b, w = self._f, self.bottom, self.wall
        half = (1 + f) - f * b / 2
        return half + np.sqrt(max(half * half - (1 + f) - f * w * (w - b), 0.0))

    @cached_property
    def steepest(self) -> float:
        """The slope of the wall: the g1 of the drawing."""
        return 2 * (1 + self._f) / (self.wall + self.crest - self.bottom)

    @cached_property
    def outer(self) -> float:
        """Where the rim ends: the o of the drawing; beyond it the height is exactly zero."""
        return float(self._knots[0][-1])

    @cached_property
    def _knots(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Places, slopes and heights at the ends of the pieces."""
        places = [0.0, self.bottom, self.wall, self.crest]
        slopes = [0.0, self.steepest, self.steepest, 0.0]
        if self._f:
            flank = 2 * np.sqrt(self._f * (self.crest - self.wall) / self.steepest)
            places += [self.crest + flank / 2, self.crest + flank]
            slopes += [-2 * self._f / flank, 0.0]
        at, slope = np.array(places), np.array(slopes)
        rises = np.diff(at) * (slope[1:] + slope[:-1]) / 2
        return at, slope, np.concatenate([[-1.0], np.cumsum(rises) - 1.0])

    def height_and_slope(self, rho: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Give height and slope at ``rho`` >= 0, any shape; both exactly zero from ``outer`` on."""
        at, slopes, heights = self._knots
        piece = np.minimum(np.searchsorted(at, rho, side="right") - 1, len(at) - 2)
        step = rho - at[piece]
        slope = slopes[piece] + step * (slopes[piece + 1] - slopes[piece]) / (at[piece + 1] - at[piece])
        height = heights[piece] + step * (slopes[piece] + slope) / 2
        outside = rho >= at[-1]
        return np.where(outside, 0.0, height), np.where(outside, 0.0, slope)

    def presence(self, rho: np.ndarray, height: np.ndarray) -> np.ndarray:
        """Give the largest height or depth from ``rho`` outwards, given the height there."""
        return np.maximum(np.abs(height), np.where(rho < self.crest, self._f, 0.0))

    def over_ellipse(self, depth_mm: float, half_axes_mm: tuple[float, float], u: np.ndarray, v: np.ndarray) -> Relief:
        """Give depth * h(rho) over an ellipse, rho = sqrt((u/a)^2 + (v/b)^2); a negative depth stands up."""
        long, short = half_axes_mm
        rho = np.hypot(u / long, v / short)
        height, slope = self.height_and_slope(rho)
        # d rho / du = u / (a^2 rho); slope / rho stays finite at the middle, where the bottom is a paraboloid.
        per_rho = depth_mm * slope / np.maximum(rho, 1e-12)
        presence = abs(depth_mm) * self.presence(rho, height)
        return Relief(depth_mm * height, per_rho * u / long**2, per_rho * v / short**2, presence)

    def disc_volume(self) -> float:
        """Give the volume of the section turned about rho = 0: the integral of 2 pi rho h; negative is a hollow."""
        at, slopes, heights = self._knots
        total = 0.0
        for r0, r1, g0, g1, h0 in zip(at[:-1], at[1:], slopes[:-1], slopes[1:], heights[:-1], strict=True):
            if r1 > r0:
                bend = (g1 - g0) / (r1 - r0) / 2
                piece = np.polynomial.Polynomial([h0, g0, bend]) * np.polynomial.Polynomial([r0, 1.0])
                total += 2 * np.pi * piece.integ()(r1 - r0)
        return float(total)
