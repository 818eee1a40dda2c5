"""Bump: metal that stands up: weld spatter, a burr pressed flat, a casting blister, a chip grown into the surface.

It is a dent without a rim, the other way up: with rho as in ``dent.py`` and the section h of ``profile.py``::

    height(u, v) = -height_mm * h(rho)

Our own design.
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
class Bump:
    """A bump: an elliptic dome with a soft foot."""

    diameter_mm: Positive = 0.6
    """Diameter at its foot; of an elongated bump the geometric mean. Typical 0.1 - 1.5."""
    height_mm: Positive = 0.05
    """Height of the middle over the undamaged surface. Typical 5 to 30 % of the diameter; at most half of it."""
    elongation: Annotated[float, Ge(1)] = 1.0
    """Length over breadth: 1 is round."""
    orientation_deg: float = 0.0
    """Direction of the length, from the surface's own direction."""
    foot: Annotated[float, Interval(ge=0.1, le=0.6)] = 0.3
    """The part of the half-width over which it runs out into the surface: 0.1 is crisp, 0.6 is soft."""

    def __post_init__(self) -> None:
        if self.height_mm > self.diameter_mm / 2:
            raise ValueError(
                f"a bump {self.diameter_mm:g} mm wide cannot be {self.height_mm:g} mm high; "
                f"at most half its diameter, {self.diameter_mm / 2:g} mm"
            )

    @cached_property
    def section(self) -> Section:
        """The section from the middle outwards, the wrong way up."""
        return Section(bottom=1 - self.foot, wall=1 - self.foot, rim=0.0)

    @property
    def half_axes_mm(self) -> tuple[float, float]:
        """Half the length and half the breadth."""
        return half_axes(self.diameter_mm, self.elongation)

    @property
    def reach_mm(self) -> float:
        """Half the breadth."""
        return self.half_axes_mm[1]

    @property
    def half_spine_mm(self) -> float:
        """An ellipse with half axes a > b lies within b of the segment of half-length a - b."""
        return self.half_axes_mm[0] - self.half_axes_mm[1]

    @property
    def feature_mm(self) -> float:
        """The foot, across the bump."""
        return self.half_axes_mm[1] * self.foot

    @property
    def deepest_mm(self) -> float:
        """Nothing goes into the metal."""
        return 0.0

    def relief(self, u: np.ndarray, v: np.ndarray) -> Relief:
        """Give height and derivatives; see the head of this file."""
        return self.section.over_ellipse(-self.height_mm, self.half_axes_mm, u, v)
