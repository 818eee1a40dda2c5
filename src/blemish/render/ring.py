"""The ring light as light: a luminous annulus that is sampled and hit by formula, so that moving it costs nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import drjit as dr
import mitsuba as mi
import numpy as np

from blemish.frames import Pose
from blemish.plan.light import RingLight


@dataclass(frozen=True)
class Ring:
    """An annulus in the world, shining along ``axis`` on the side that the axis points to."""

    centre: Any
    right: Any
    down: Any
    axis: Any
    inner2: Any
    outer2: Any
    radiance: Any


def place(light: RingLight, world_from_camera: Pose) -> Ring:
    """Put the ring around a camera. Its numbers are data to the compiled code, not part of it."""
    right, down, axis = (mi.Vector3f(*map(float, column)) for column in world_from_camera.rotation.T)
    centre = world_from_camera.apply(np.array([[0.0, 0.0, light.offset_mm]]))[0]
    radii = (mi.Float(light.inner_radius_mm**2), mi.Float(light.outer_radius_mm**2))
    ring = (mi.Point3f(*map(float, centre)), right, down, axis, *radii, mi.Float(light.radiance))
    dr.make_opaque(ring)
    return Ring(*ring)


def towards(ring: Ring, position: Any, point: Any) -> tuple[Any, Any, Any]:
    """Choose a place on the ring for two numbers in [0, 1): direction to it, distance, and density per steradian."""
    radius = dr.sqrt(ring.inner2 + point.x * (ring.outer2 - ring.inner2))
    sine, cosine = dr.sincos(2 * dr.pi * point.y)
    span = ring.centre + ring.right * (radius * cosine) + ring.down * (radius * sine) - position
    distance = dr.norm(span)
    direction = span / distance
    return direction, distance, _density(ring, direction, distance)


def met(ring: Ring, position: Any, direction: Any) -> tuple[Any, Any]:
    """Tell where a ray meets the luminous side: distance, and the density with which :func:`towards` chooses it.

    The density is 0 where the ray misses.
    """
    facing = -dr.dot(direction, ring.axis)
    distance = dr.dot(position - ring.centre, ring.axis) / facing
    away2 = dr.squared_norm(position + direction * distance - ring.centre)
    is_met = (facing > 0) & (distance > 0) & (away2 >= ring.inner2) & (away2 <= ring.outer2)
    return distance, dr.select(is_met, _density(ring, direction, distance), 0)


def _density(ring: Ring, direction: Any, distance: Any) -> Any:
    facing = -dr.dot(direction, ring.axis)
    area = dr.pi * (ring.outer2 - ring.inner2)
    return dr.select(facing > 0, dr.square(distance) / (facing * area), 0)
