"""Gouge: metal torn out by an edge that dug in deeper and deeper and then came free.

With s = u / length + 1/2 running from 0 where the tool enters to 1 where it breaks out::

    P(s) = r(s / entry) * r((1 - s) / exit),    r(x) = (2 x - x^2)^2 up to x = 1, then 1
    height(u, v) = the furrow of ``furrow.py`` under the pressure P, broad-bottomed

so that its outline, which goes with the root of P, is a drop with a long tail: shallow and narrow where the tool came
in, deep and blunt where it left. Typical of a slipped screwdriver, a chip caught under a fixture, or a part that was
knocked against a corner. Our own design.
"""

from __future__ import annotations

from functools import cached_property
from typing import Annotated

import numpy as np
from annotated_types import Interval

from blemish.defects.furrow import Furrow
from blemish.defects.kind import Relief
from blemish.defects.profile import Section
from blemish.settings import Positive, settings


@settings
class Gouge:
    """A gouge: a short, broad furrow that gets deeper towards one end, with a heavy ridge."""

    width_mm: Positive = 0.6
    """Width at the level of the undamaged surface, where it is deepest. Typical 0.3 - 1.5."""
    depth_mm: Positive = 0.08
    """Depth of the deepest place. Typical 0.03 - 0.3; at most half the width."""
    length_mm: Positive = 2.5
    """Length from where the tool enters to where it breaks out. Typical 1 - 6."""
    orientation_deg: float = 0.0
    """Direction in which the tool went, from the surface's own direction."""
    entry: Annotated[float, Interval(ge=0.2, le=0.9)] = 0.7
    """The part of the length over which the tool digs in."""
    exit: Annotated[float, Interval(ge=0.1, le=0.5)] = 0.2
    """The part of the length over which it breaks out; with ``entry`` at most 1."""
    ridge: Annotated[float, Interval(ge=0, le=0.3)] = 0.2
    """Height of the ridges as a part of the depth."""

    def __post_init__(self) -> None:
        if self.depth_mm > self.width_mm / 2:
            raise ValueError(
                f"a gouge {self.width_mm:g} mm wide cannot be {self.depth_mm:g} mm deep; "
                f"at most half its width, {self.width_mm / 2:g} mm"
            )
        if self.length_mm < self.width_mm:
            raise ValueError(
                f"a gouge {self.width_mm:g} mm wide cannot be {self.length_mm:g} mm long; at least as long as wide"
            )
        if self.entry + self.exit > 1:
            raise ValueError(f"entry and exit of a gouge are {self.entry:g} and {self.exit:g}: more than its length")

    @cached_property
    def section(self) -> Section:
        """The section across the path: a broad bottom."""
        return Section(bottom=0.55, wall=0.7, rim=self.ridge)

    @property
    def reach_mm(self) -> float:
        """Half the width with its ridge."""
        return self.width_mm / 2 * self.section.outer

    @property
    def feature_mm(self) -> float:
        """From where the wall begins to turn over to the crest of the ridge, or the exit, whichever is shorter."""
        return min(self.width_mm / 2 * (self.section.crest - self.section.wall), self.exit * self.length_mm)

    @property
    def deepest_mm(self) -> float:
        """The depth."""
        return self.depth_mm

    def heading(self, u: np.ndarray) -> np.ndarray:
        """Give the path's direction: straight."""
        return np.zeros_like(u)

    def bend(self, u: np.ndarray) -> np.ndarray:
        """Give the derivative of the heading: none."""
        return np.zeros_like(u)

    def relief(self, u: np.ndarray, v: np.ndarray) -> Relief:
        """Give height and derivatives; see the head of this file."""
        s = u / self.length_mm + 0.5
        dig, dig_slope = _rise(s / self.entry)
        free, free_slope = _rise((1 - s) / self.exit)
        slope = (dig_slope / self.entry * free - dig * free_slope / self.exit) / self.length_mm
        return Furrow(self.section, self.width_mm, self.depth_mm, narrowest=0.3).relief(dig * free, slope, v)


def _rise(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give (2 x - x^2)^2 on [0, 1], constant outside, and its derivative."""
    x = np.clip(x, 0.0, 1.0)
    root = 2 * x - x * x
    return root * root, 4 * root * (1 - x)
