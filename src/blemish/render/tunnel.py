"""The tunnel as light: places on the inside of a cylinder, chosen evenly and met by formula; see :mod:`.emitters`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import drjit as dr
import mitsuba as mi
import numpy as np

from blemish.finish.arithmetic import angle_of
from blemish.frames import Pose
from blemish.plan.tunnel import TunnelLight


@dataclass(frozen=True)
class Tunnel:
    """The inside of a cylinder about ``down`` through ``centre``, up to ``arc`` on both sides of -``forward``."""

    centre: Any
    right: Any
    down: Any
    forward: Any
    radius: Any
    half_length: Any
    arc: Any
    hole: Any
    rim: Any
    rim_share: Any
    rim_soft: Any
    crown_share: Any
    radiance: Any

    def towards(self, position: Any, point: Any) -> tuple[Any, Any, Any]:
        """Choose a place: direction to it, distance, and density."""
        sine, cosine = dr.sincos(self.arc * (2 * point.x - 1))
        outward = self.right * sine - self.forward * cosine
        along = self.half_length * (2 * point.y - 1)
        span = self.centre + outward * self.radius + self.down * along - position
        distance = dr.norm(span)
        direction = span / distance
        return direction, distance, self._density(dr.dot(direction, outward), distance)

    def met(self, position: Any, direction: Any) -> tuple[Any, Any]:
        """Find where a ray meets the inside: distance and density."""
        start = position - self.centre
        x, z = dr.dot(start, self.right), dr.dot(start, self.forward)
        dx, dz = dr.dot(direction, self.right), dr.dot(direction, self.forward)
        flat2 = dr.square(dx) + dr.square(dz)
        b = x * dx + z * dz
        under = dr.square(b) - flat2 * (dr.square(x) + dr.square(z) - dr.square(self.radius))
        is_met = (under > 0) & (flat2 > 1e-9)
        distance = (dr.sqrt(dr.select(under > 0, under, 0)) - b) / dr.select(flat2 > 1e-9, flat2, 1)
        x, z = (x + dx * distance) / self.radius, (z + dz * distance) / self.radius
        along = dr.dot(start, self.down) + dr.dot(direction, self.down) * distance
        is_met &= (distance > 0) & (dr.abs(along) <= self.half_length) & (dr.abs(angle_of(x, -z)) <= self.arc)
        return distance, dr.select(is_met, self._density(dx * x + dz * z, distance), 0)

    def glow(self, place: Any) -> Any:
        """Give how bright a place on it is, in parts of its radiance: nothing in the hole, more at the rims."""
        span = place - self.centre
        x, y, z = dr.dot(span, self.right), dr.dot(span, self.down), dr.dot(span, self.forward)
        in_hole = (z < 0) & (dr.square(x) + dr.square(y) < dr.square(self.hole))
        angle = dr.abs(angle_of(x, -z))
        share = (angle - self.rim) / self.rim_soft
        share = dr.select(share < 0, 0, dr.select(share < 1, dr.square(share) * (3 - 2 * share), 1))
        outward = dr.select(angle < self.rim, dr.square(angle / self.rim), 1)
        inside = self.crown_share + (1 - self.crown_share) * outward
        return dr.select(in_hole, 0, inside + (self.rim_share - 1) * share)

    def _density(self, cosine: Any, distance: Any) -> Any:
        area = 4 * self.arc * self.radius * self.half_length
        return dr.select(cosine > 0, dr.square(distance) / (cosine * area), 0)


def tunnel(light: TunnelLight, world_from_camera: Pose) -> Tunnel:
    """Put a tunnel around a part, seen from a camera."""
    centre = world_from_camera.apply(np.array([[0.0, 0.0, light.axis_mm]]))[0]
    axes = [mi.Vector3f(*map(float, column)) for column in world_from_camera.rotation.T]
    numbers = (light.radius_mm, light.length_mm / 2, np.deg2rad(light.arc_deg), light.hole_radius_mm)
    rim, soft = np.deg2rad([light.rim_deg, light.rim_soft_deg])
    rims = (rim, light.rim_share, soft, light.crown_share, light.radiance)
    return Tunnel(mi.Point3f(*map(float, centre)), *axes, *(mi.Float(float(value)) for value in (*numbers, *rims)))
