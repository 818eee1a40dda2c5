"""The light: a diffuse ring around the lens that travels with the camera."""

from __future__ import annotations

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
