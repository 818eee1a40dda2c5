"""Where views are proposed: on an offset of the surface, on a sphere, on a turntable. One class a kind."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from annotated_types import Interval

from blemish.arrays import Points
from blemish.settings import AtLeastOne, Positive, settings

Tilt = Annotated[float, Interval(ge=0, lt=90)]


@settings
class Offset:
    """Views at the working distance over points spread on the surface, along the normal and tilted from it."""

    kind: Literal["offset"] = "offset"
    spacing_mm: Positive | None = None
    """Distance of neighbouring points; a third of the image's smaller side, measured on the part, if not given."""
    tilts_deg: tuple[Tilt, ...] = (0.0, 25.0, 45.0)
    """Angles between the line of sight and the normal of the point that is looked at."""
    turns: AtLeastOne = 6
    """How many azimuths each tilt other than zero is used at."""


@settings
class Sphere:
    """Views from evenly spread directions towards the part's centre, at the working distance from what they meet."""

    kind: Literal["sphere"] = "sphere"
    count: AtLeastOne = 200
    """How many directions."""


@settings
class Turntable:
    """Views of a camera on a tilting arm over a turntable, aimed at points along the table's axis."""

    kind: Literal["turntable"] = "turntable"
    axis: tuple[float, float, float] = (0.0, 0.0, 1.0)
    """The table's axis, in the axes of the CAD file; it passes through the part's centre."""
    steps: AtLeastOne = 24
    """Positions of the table, evenly spread over a turn."""
    elevations_deg: tuple[Annotated[float, Interval(ge=-90, le=90)], ...] = (10.0, 35.0, 60.0, 90.0)
    """Angles of the line of sight above the table's plane."""
    heights: AtLeastOne = 3
    """How many points along the axis are aimed at, from the part's lower to its upper end."""
    lead_mm: float = 0.0
    """How far the aim moves along the axis in a turn, so that each view of a screw with this lead shows the same."""
    aim_mm: float = 0.0
    """How far all aims are shifted along the axis."""

    def __post_init__(self) -> None:
        if np.linalg.norm(self.axis) < 1e-9:
            raise ValueError("the turntable's axis has no length")


def fibonacci_sphere(count: int) -> Points:
    """Give unit vectors spread evenly over the sphere (count, 3): equal steps in z, golden-angle steps around it."""
    index = np.arange(count) + 0.5
    z = 1 - 2 * index / count
    angle = np.pi * (1 + 5**0.5) * index
    radius = np.sqrt(1 - z * z)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle), z], axis=1)
