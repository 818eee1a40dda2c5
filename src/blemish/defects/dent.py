"""Dent: the impression of a hard, blunt thing, with the rim of metal that it pushed aside.

With a = diameter/2 * sqrt(elongation), b = diameter/2 / sqrt(elongation) and rho = sqrt((u/a)^2 + (v/b)^2)::

    height(u, v) = depth * h(rho)

where h is the section of ``profile.py``: a paraboloid bottom up to rho = 1 - shoulder, then a turn over the brim, then
the rim. An impact leaves a ball's shape at the bottom; how far the metal rises beside it depends on how much the metal
hardens, and lies between nothing and some tenth of the depth. Sizes are those of the paper that introduced SynthClutch
(CVPR workshops, 2023): diameters of 0.2 to 2 mm. It gives no formula; this one is our own design.
"""

from __future__ import annotations

from functools import cached_property
from typing import Annotated

import numpy as np
from annotated_types import Ge, Interval

from blemish.defects.kind import Relief
from blemish.defects.profile import Section, half_axes
from blemish.settings import Positive, settings


@settings
class Dent:
    """A dent: an elliptic hollow with a rounded bottom and, where wanted, a raised rim."""

    diameter_mm: Positive = 0.8
    """Diameter at the level of the undamaged surface; of an elongated dent the geometric mean. Typical 0.2 - 2."""
    depth_mm: Positive = 0.06
    """Depth of the middle below the undamaged surface. Typical 5 to 15 % of the diameter; at most half of it."""
    elongation: Annotated[float, Ge(1)] = 1.0
    """Length over breadth: 1 is round. Typical 1 - 2."""
    orientation_deg: float = 0.0
    """Direction of the length, from the surface's own direction."""
    shoulder: Annotated[float, Interval(ge=0.1, le=0.6)] = 0.35
    """The part of the half-width over which the wall turns over into the brim: 0.1 is crisp, 0.6 is soft."""
    rim: Annotated[float, Interval(ge=0, le=0.15)] = 0.08
    """Height of the rim as a part of the depth. Up to 0.15 it holds less metal than the hollow lost."""

    def __post_init__(self) -> None:
        if self.depth_mm > self.diameter_mm / 2:
            raise ValueError(
                f"a dent {self.diameter_mm:g} mm wide cannot be {self.depth_mm:g} mm deep; "
                f"at most half its diameter, {self.diameter_mm / 2:g} mm"
            )

    @cached_property
    def section(self) -> Section:
        """The section from the middle outwards."""
        wall = 1 - self.shoulder
        return Section(bottom=wall, wall=wall, rim=self.rim)

    @property
    def half_axes_mm(self) -> tuple[float, float]:
        """Half the length and half the breadth at the level of the undamaged surface."""
        return half_axes(self.diameter_mm, self.elongation)

    @property
    def reach_mm(self) -> float:
        """Half the breadth, rim included; with the spine it covers the ellipse (see ``half_spine_mm``)."""
        return self.half_axes_mm[1] * self.section.outer

    @property
    def half_spine_mm(self) -> float:
        """An ellipse with half axes a > b lies within b of the segment of half-length a - b."""
        long, short = self.half_axes_mm
        return (long - short) * self.section.outer

    @property
    def feature_mm(self) -> float:
        """From where the wall begins to turn over to the crest of the rim, across the dent."""
        return self.half_axes_mm[1] * (self.section.crest - self.section.wall)

    @property
    def deepest_mm(self) -> float:
        """The depth."""
        return self.depth_mm

    @property
    def volume_mm3(self) -> float:
        """The volume between the dent and the flat surface: the metal that the rim does not account for, positive."""
        long, short = self.half_axes_mm
        return -self.depth_mm * long * short * self.section.disc_volume()

    def relief(self, u: np.ndarray, v: np.ndarray) -> Relief:
        """Give height and derivatives; see the head of this file."""
        return self.section.over_ellipse(self.depth_mm, self.half_axes_mm, u, v)
