"""A strip light: one luminous rectangle beside the lens that shines along the optical axis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from blemish.arrays import Points
from blemish.frames import Pose
from blemish.plan.camera import Camera
from blemish.plan.light import Light
from blemish.settings import Positive, settings


@settings
class StripLight(Light):
    """A diffuse rectangle to the right of the lens, parallel to the image's columns."""

    kind: Literal["strip"] = "strip"
    aside_mm: Positive = 60.0
    """From the optical axis to the strip's middle."""
    width_mm: Positive = 30.0
    """Across the columns."""
    length_mm: Positive = 120.0
    """Along the columns."""
    forward_mm: float = 0.0
    """How far it stands in front of the lens's principal plane."""
    radiance: Positive = 1.0
    """Radiance of the strip."""

    @property
    def outer_radius_mm(self) -> float:
        """How far a corner reaches from the axis."""
        return float(np.hypot(self.aside_mm + self.width_mm / 2, self.length_mm / 2))

    @property
    def offset_mm(self) -> float:
        """Where it stands."""
        return self.forward_mm

    def points(self) -> Points:
        """Give five places along its middle."""
        along = np.linspace(-0.4, 0.4, 5) * self.length_mm
        return np.stack([np.full(5, self.aside_mm), along, np.full(5, self.forward_mm)], axis=1)

    def contradictions(self, camera: Camera) -> tuple[str, ...]:
        """Tell a strip that covers the lens."""
        free = self.aside_mm - self.width_mm / 2
        if free >= camera.aperture_radius_mm:
            return ()
        return (f"the strip covers the lens, whose radius is {camera.aperture_radius_mm:.1f} mm: raise aside_mm",)

    def emitter(self, world_from_camera: Pose) -> Rectangle:
        """Give it to the renderer."""
        import mitsuba as mi

        middle = world_from_camera.apply(np.array([[self.aside_mm, 0.0, self.forward_mm]]))[0]
        axes = [mi.Vector3f(*map(float, column)) for column in world_from_camera.rotation.T]
        sizes = (self.width_mm / 2, self.length_mm / 2, self.radiance)
        return Rectangle(mi.Point3f(*map(float, middle)), *axes, *(mi.Float(float(size)) for size in sizes))


@dataclass(frozen=True)
class Rectangle:
    """A rectangle that shines along ``axis``, as the compiled program sees it."""

    middle: Any
    right: Any
    down: Any
    axis: Any
    half_width: Any
    half_length: Any
    radiance: Any

    def towards(self, position: Any, point: Any) -> tuple[Any, Any, Any]:
        """Choose a place: direction to it, distance, and density."""
        import drjit as dr

        u, v = (2 * point.x - 1) * self.half_width, (2 * point.y - 1) * self.half_length
        span = self.middle + self.right * u + self.down * v - position
        distance = dr.norm(span)
        return span / distance, distance, self._density(span / distance, distance)

    def met(self, position: Any, direction: Any) -> tuple[Any, Any]:
        """Find where a ray meets it: distance and density."""
        import drjit as dr

        distance = dr.dot(self.middle - position, self.axis) / dr.dot(direction, self.axis)
        away = position + direction * distance - self.middle
        is_met = (distance > 0) & (dr.abs(dr.dot(away, self.right)) <= self.half_width)
        is_met &= dr.abs(dr.dot(away, self.down)) <= self.half_length
        return distance, dr.select(is_met, self._density(direction, distance), 0)

    def _density(self, direction: Any, distance: Any) -> Any:
        import drjit as dr

        cosine = -dr.dot(direction, self.axis)
        area = 4 * self.half_width * self.half_length
        return dr.select(cosine > 0, dr.square(distance) / (cosine * area), 0)
