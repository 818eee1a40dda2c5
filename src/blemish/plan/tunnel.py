"""A tunnel of light: the inside of a half cylinder along the part, for spindles, rolls and tubes.

A round, polished part mirrors nearly everything around it. A tunnel whose axis runs along the part's own gives each
place on its circumference something bright to mirror; along the axis, where the part does not curve, little is needed.
Tunnels are lit from their two rims, which are therefore brighter than the rest, and have a hole for the lens.
"""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from annotated_types import Interval

from blemish.arrays import Points
from blemish.plan.camera import Camera
from blemish.plan.light import Light
from blemish.settings import NotNegative, Positive, settings


@settings
class TunnelLight(Light):
    """The luminous inside of a cylinder whose axis is parallel to the image's columns and crosses the optical axis."""

    kind: Literal["tunnel"]
    radius_mm: Positive = 60.0
    """Radius of the cylinder."""
    length_mm: Positive = 100.0
    """Length along its axis."""
    axis_mm: Positive = 60.0
    """How far its axis lies in front of the lens's principal plane: where that of the part lies, as a rule."""
    arc_deg: Annotated[float, Interval(gt=0, le=170)] = 110.0
    """How far it reaches to each side, from the direction of the lens: with 90 it is half a cylinder."""
    hole_radius_mm: NotNegative = 8.0
    """The hole that the lens looks through."""
    rim_deg: Annotated[float, Interval(gt=0, le=170)] = 90.0
    """Where, on each side, the brighter rim begins."""
    rim_share: NotNegative = 1.0
    """How bright the rims are, in parts of what is next to them; 1 is a tunnel without bright rims."""
    rim_soft_deg: Positive = 4.0
    """Over how much of the arc the brightness changes to that of the rim."""
    crown_share: NotNegative = 1.0
    """How bright the crown is, around the hole, in parts of what is next to the rims; between them it changes evenly
    with the square of the angle."""
    radiance: Positive = 1.0
    """Radiance of the inside, in units in which a white diffuse surface fully lit to 1 shows radiance 1."""

    def __post_init__(self) -> None:
        if self.hole_radius_mm >= min(self.radius_mm, self.length_mm / 2):
            raise ValueError(
                f"the hole ({self.hole_radius_mm} mm) must be smaller than the tunnel (radius {self.radius_mm} mm, "
                f"half length {self.length_mm / 2} mm)"
            )

    @property
    def outer_radius_mm(self) -> float:  # type: ignore[override]
        """How far it reaches from the optical axis."""
        return float(np.hypot(self.radius_mm, self.length_mm / 2))

    @property
    def offset_mm(self) -> float:  # type: ignore[override]
        """Where its crown stands; what lies in front of that is around the part, not before it."""
        return self.axis_mm - self.radius_mm

    def points(self) -> Points:
        """Give 12 x 4 places on the inside."""
        angle, along = np.meshgrid((np.arange(12) + 0.5) / 6 - 1, (np.arange(4) + 0.5) / 4 - 0.5)
        turn = np.deg2rad(self.arc_deg) * angle.ravel()
        return np.stack(
            [
                self.radius_mm * np.sin(turn),
                self.length_mm * along.ravel(),
                self.axis_mm - self.radius_mm * np.cos(turn),
            ],
            axis=1,
        )

    def contradictions(self, camera: Camera) -> tuple[str, ...]:
        """Tell a tunnel whose crown stands at the plane in focus, or whose hole hides part of the picture."""
        found = []
        if self.offset_mm >= camera.working_distance_mm:
            found.append(
                f"the tunnel's crown stands {self.offset_mm:.4g} mm in front of the lens, at or beyond the plane in "
                f"focus ({camera.working_distance_mm} mm): lower axis_mm or raise radius_mm"
            )
        corner = np.hypot(camera.width_px, camera.height_px) / 2 / camera.focal_length_px * max(self.offset_mm, 0.0)
        if corner > self.hole_radius_mm:
            found.append(
                f"the hole of the tunnel ({self.hole_radius_mm} mm) hides part of the picture, which reaches "
                f"{corner:.4g} mm from the axis there: a larger hole, or a smaller axis_mm"
            )
        return tuple(found)
