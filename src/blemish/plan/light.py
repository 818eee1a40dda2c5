"""The light: a diffuse ring around the lens that travels with the camera."""

from __future__ import annotations

import numpy as np

from blemish.plan.camera import Camera
from blemish.settings import Positive, settings


@settings
class RingLight:
    """A flat, diffuse ring around the optical axis that shines along it, as its data sheet describes it.

    It stands ``offset_mm`` in front of the lens's principal plane and has the same radiance everywhere and in every
    direction (Lambert).
    """

    inner_radius_mm: Positive = 25.0
    """The hole that the lens looks through."""
    outer_radius_mm: Positive = 60.0
    """The outer edge of the luminous area."""
    offset_mm: float = 0.0
    """How far the ring stands in front of the lens's principal plane, towards the part; negative is behind."""
    radiance: Positive = 1.0
    """Radiance of the luminous area, in units in which a white diffuse surface fully lit to 1 shows radiance 1."""

    def __post_init__(self) -> None:
        if self.inner_radius_mm >= self.outer_radius_mm:
            raise ValueError(
                f"the ring's inner radius ({self.inner_radius_mm} mm) must be below its outer one "
                f"({self.outer_radius_mm} mm)"
            )


def contradictions(camera: Camera, light: RingLight) -> tuple[str, ...]:
    """Say everything that keeps this ring from standing around this camera; empty if the two go together."""
    found = []
    if light.offset_mm >= camera.working_distance_mm:
        found.append(
            f"the ring light stands {light.offset_mm} mm in front of the lens, at or beyond the plane in focus "
            f"({camera.working_distance_mm} mm): lower offset_mm or raise working_distance_mm"
        )
    half_diagonal_px = np.hypot(camera.width_px, camera.height_px) / 2
    shown_radius_mm = max(light.offset_mm, 0.0) * half_diagonal_px / camera.focal_length_px
    if shown_radius_mm > light.inner_radius_mm:
        found.append(
            f"the ring light stands in the field of view: {light.offset_mm} mm in front of the lens the image reaches "
            f"{shown_radius_mm:.1f} mm from the axis, and the ring begins at {light.inner_radius_mm} mm: "
            "lower offset_mm or take a ring with a larger inner_radius_mm"
        )
    aperture_radius_mm = camera.aperture_radius_mm
    if light.inner_radius_mm < aperture_radius_mm:
        found.append(
            f"the ring's inner radius ({light.inner_radius_mm} mm) covers the lens's aperture, whose radius is "
            f"{aperture_radius_mm:.1f} mm ({camera.focal_length_mm} mm at f/{camera.f_number}): take a wider ring"
        )
    return tuple(found)
