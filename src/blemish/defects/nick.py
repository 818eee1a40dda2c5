"""Nick: an edge that was knocked: metal pushed in along both faces, with a little burr around.

A nick lies on a sharp edge between two faces. Its map is folded over the edge: u runs along it, v is the distance from
it on either face. With a = length / 2, b = breadth, rho = sqrt((u/a)^2 + (v/b)^2) and the section h of
``profile.py``::

    height(u, v) = depth * h(rho), along the one direction that halves the angle between the two faces

so the edge itself sinks by the depth in the middle of the nick. Our own design.
"""

from __future__ import annotations

from functools import cached_property
from typing import Annotated

import numpy as np
from annotated_types import Interval

from blemish.defects.kind import Relief
from blemish.defects.profile import Section
from blemish.settings import Positive, settings


@settings
class Nick:
    """A nick: a notch knocked into a sharp edge."""

    length_mm: Positive = 0.8
    """Length along the edge. Typical 0.2 - 3."""
    breadth_mm: Positive = 0.35
    """How far it reaches from the edge into each face. Typical 0.1 - 1."""
    depth_mm: Positive = 0.1
    """How far the edge is pushed in. At most six tenths of the breadth."""
    shoulder: Annotated[float, Interval(ge=0.2, le=0.6)] = 0.3
    """The part of the half-width over which the wall turns over into the face."""
    burr: Annotated[float, Interval(ge=0, le=0.15)] = 0.08
    """Height of the burr around it as a part of the depth."""

    def __post_init__(self) -> None:
        if self.depth_mm > 0.6 * self.breadth_mm:
            raise ValueError(
                f"a nick that reaches {self.breadth_mm:g} mm into its faces cannot be {self.depth_mm:g} mm deep; "
                f"at most six tenths of that, {0.6 * self.breadth_mm:g} mm"
            )
        if self.length_mm < self.breadth_mm:
            raise ValueError(
                f"a nick that reaches {self.breadth_mm:g} mm into its faces is at least as long, "
                f"not {self.length_mm:g} mm"
            )

    @cached_property
    def section(self) -> Section:
        """The section from the middle outwards."""
        return Section(bottom=1 - self.shoulder, wall=1 - self.shoulder, rim=self.burr)

    @property
    def half_edge_mm(self) -> float:
        """Half of the edge that it touches, burr included."""
        return self.length_mm / 2 * self.section.outer

    @property
    def reach_mm(self) -> float:
        """From the edge into the faces, burr included."""
        return self.breadth_mm * self.section.outer

    @property
    def feature_mm(self) -> float:
        """From where the wall begins to turn over to the crest of the burr."""
        return min(self.breadth_mm, self.length_mm / 2) * (self.section.crest - self.section.wall)

    @property
    def deepest_mm(self) -> float:
        """The depth."""
        return self.depth_mm

    def relief(self, u: np.ndarray, v: np.ndarray) -> Relief:
        """Give height and derivatives; see the head of this file."""
        return self.section.over_ellipse(self.depth_mm, (self.length_mm / 2, self.breadth_mm), u, v)
