"""Lights as light: luminous areas that are sampled and hit by formula, so that moving them costs nothing.

Each emitter can do two things. ``towards(position, point)`` chooses a place on it for two numbers in [0, 1) and gives
direction, distance, and the density of that choice per steradian; ``met(position, direction)`` tells where a ray meets
the luminous side, and the density with which ``towards`` would have chosen it, 0 where it misses. With the area A, the
distance d and the cosine c at which the area is seen, the density is d^2 / (c A).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import drjit as dr
import mitsuba as mi
import numpy as np

from blemish.engine import aligned
from blemish.finish.arithmetic import angle_of
from blemish.frames import Pose
from blemish.plan.light import Light, RingLight
from blemish.plan.lights import BarLights, CoaxialLight, DomeLight
from blemish.plan.tunnel import TunnelLight
from blemish.render.tunnel import tunnel


@dataclass(frozen=True)
class Annulus:
    """A flat ring, or a disc, that shines along ``axis``; perhaps only some of its sectors."""

    centre: Any
    right: Any
    down: Any
    axis: Any
    inner2: Any
    outer2: Any
    area: Any
    radiance: Any
    sectors: Any
    """None, or (number of sectors, number that shine, those that shine, for each whether it shines)."""

    def towards(self, position: Any, point: Any) -> tuple[Any, Any, Any]:
        """Choose a place: direction to it, distance, and density."""
        radius = dr.sqrt(self.inner2 + point.x * (self.outer2 - self.inner2))
        turn = point.y
        if self.sectors is not None:
            count, shining, which, _ = self.sectors
            place = turn * shining
            sector: Any = dr.floor(place)
            turn = (dr.gather(mi.Float, which, mi.UInt32(sector)) + place - sector) / count
        sine, cosine = dr.sincos(2 * dr.pi * turn)
        span = self.centre + self.right * (radius * cosine) + self.down * (radius * sine) - position
        distance = dr.norm(span)
        direction = span / distance
        return direction, distance, self._density(direction, distance)

    def met(self, position: Any, direction: Any) -> tuple[Any, Any]:
        """Find where a ray meets the luminous side: distance and density."""
        facing = -dr.dot(direction, self.axis)
        distance = dr.dot(position - self.centre, self.axis) / facing
        away = position + direction * distance - self.centre
        away2 = dr.squared_norm(away)
        is_met = (facing > 0) & (distance > 0) & (away2 >= self.inner2) & (away2 <= self.outer2)
        if self.sectors is not None:
            count, _, _, shines = self.sectors
            turn = angle_of(dr.dot(away, self.down), dr.dot(away, self.right)) * (0.5 / dr.pi)
            turn = dr.select(turn < 0, turn + 1, turn)
            sector: Any = dr.floor(turn * count)
            sector = dr.select(sector >= count, count - 1, sector)
            is_met &= dr.gather(mi.Float, shines, mi.UInt32(sector), is_met) > 0.5
        return distance, dr.select(is_met, self._density(direction, distance), 0)

    def _density(self, direction: Any, distance: Any) -> Any:
        facing = -dr.dot(direction, self.axis)
        return dr.select(facing > 0, dr.square(distance) / (facing * self.area), 0)


@dataclass(frozen=True)
class Bars:
    """Equal rectangles."""

    middles: tuple[Any, ...]
    along: tuple[Any, ...]
    across: tuple[Any, ...]
    facing: tuple[Any, ...]
    half_length: Any
    half_width: Any
    radiance: Any

    def towards(self, position: Any, point: Any) -> tuple[Any, Any, Any]:
        """Choose a place: direction to it, distance, and density."""
        count = len(self.middles)
        place = point.x * count
        chosen: Any = dr.floor(place)
        spot, face = self.middles[0], self.facing[0]
        u, v = self.along[0], self.across[0]
        for number in range(1, count):
            is_it = chosen == number
            spot = dr.select(is_it, self.middles[number], spot)
            u, v = dr.select(is_it, self.along[number], u), dr.select(is_it, self.across[number], v)
            face = dr.select(is_it, self.facing[number], face)
        x, y = 2 * (place - chosen) - 1, 2 * point.y - 1
        span = spot + u * (x * self.half_length) + v * (y * self.half_width) - position
        distance = dr.norm(span)
        direction = span / distance
        return direction, distance, self._density(-dr.dot(direction, face), distance)

    def met(self, position: Any, direction: Any) -> tuple[Any, Any]:
        """Find where a ray meets a luminous side first: distance and density."""
        nearest, density = mi.Float(dr.inf), mi.Float(0)
        for middle, u, v, face in zip(self.middles, self.along, self.across, self.facing, strict=True):
            cosine = -dr.dot(direction, face)
            distance = dr.dot(position - middle, face) / cosine
            away = position + direction * distance - middle
            is_met = (cosine > 0) & (distance > 0) & (distance < nearest)
            is_met &= (dr.abs(dr.dot(away, u)) <= self.half_length) & (dr.abs(dr.dot(away, v)) <= self.half_width)
            density = dr.select(is_met, self._density(cosine, distance), density)
            nearest = dr.select(is_met, distance, nearest)
        return nearest, density

    def _density(self, cosine: Any, distance: Any) -> Any:
        area = 4 * self.half_length * self.half_width * len(self.middles)
        return dr.select(cosine > 0, dr.square(distance) / (cosine * area), 0)


@dataclass(frozen=True)
class Dome:
    """The inside of a hemisphere with a hole at its pole."""

    centre: Any
    right: Any
    down: Any
    axis: Any
    """From the pole to the centre: the camera's line of sight."""
    radius: Any
    least_cosine: Any
    """Cosine, at the centre, of the hole's edge."""
    radiance: Any

    def towards(self, position: Any, point: Any) -> tuple[Any, Any, Any]:
        """Choose a place: direction to it, distance, and density."""
        height = point.x * self.least_cosine
        sine, cosine = dr.sincos(2 * dr.pi * point.y)
        flat = dr.sqrt(1 - dr.square(height))
        outward = self.right * (flat * cosine) + self.down * (flat * sine) - self.axis * height
        span = self.centre + outward * self.radius - position
        distance = dr.norm(span)
        direction = span / distance
        return direction, distance, self._density(dr.dot(direction, outward), distance)

    def met(self, position: Any, direction: Any) -> tuple[Any, Any]:
        """Find where a ray meets the inside: distance and density."""
        from_centre = position - self.centre
        b = dr.dot(from_centre, direction)
        under = dr.square(b) - dr.squared_norm(from_centre) + dr.square(self.radius)
        distance = dr.sqrt(dr.select(under > 0, under, 0)) - b
        outward = (from_centre + direction * distance) / self.radius
        height = -dr.dot(outward, self.axis)
        is_met = (under > 0) & (distance > 0) & (height >= 0) & (height <= self.least_cosine)
        return distance, dr.select(is_met, self._density(dr.dot(direction, outward), distance), 0)

    def _density(self, cosine: Any, distance: Any) -> Any:
        area = 2 * dr.pi * dr.square(self.radius) * self.least_cosine
        return dr.select(cosine > 0, dr.square(distance) / (cosine * area), 0)


@runtime_checkable
class Emitter(Protocol):
    """A light around a camera, as the compiled program sees it.

    A frozen dataclass whose fields are Dr.Jit's, so that none of their values is written into the compiled code. One
    that is not alike everywhere has, besides, ``glow(place)``: how bright a place on it is, in parts of ``radiance``.
    """

    @property
    def radiance(self) -> Any:
        """How bright it is."""
        ...

    def towards(self, position: Any, point: Any) -> tuple[Any, Any, Any]:
        """Choose a place: direction to it, distance, and density."""
        ...

    def met(self, position: Any, direction: Any) -> tuple[Any, Any]:
        """Find where a ray meets the luminous side: distance and density."""
        ...


def place(light: Light, world_from_camera: Pose) -> Emitter:
    """Put a light around a camera. Its numbers are data to the compiled code, not part of it."""
    if isinstance(light, BarLights):
        made: Any = _bars(light, world_from_camera)
    elif isinstance(light, DomeLight):
        made = Dome(
            *_frame(world_from_camera, light.rim_mm),
            mi.Float(light.radius_mm),
            mi.Float(light.least_cosine),
            mi.Float(light.radiance),
        )
    elif isinstance(light, TunnelLight):
        made = tunnel(light, world_from_camera)
    elif isinstance(light, RingLight | CoaxialLight):
        made = _annulus(light, world_from_camera)
    else:
        made = light.emitter(world_from_camera)  # type: ignore[attr-defined]  # of another package
    dr.make_opaque([number for number in vars(made).values() if number is not None])
    return made


def _annulus(light: RingLight | CoaxialLight, world_from_camera: Pose) -> Annulus:
    inner2 = light.inner_radius_mm**2 if isinstance(light, RingLight) else 0.0
    outer2 = light.outer_radius_mm**2
    sectors, share = None, 1.0
    if isinstance(light, RingLight) and len(light.shining) < light.segments:
        shines = np.isin(np.arange(light.segments), light.shining)
        which = mi.Float(aligned(np.array(light.shining), np.float32))
        count, shining = mi.Float(light.segments), mi.Float(len(light.shining))
        sectors, share = (count, shining, which, mi.Float(aligned(shines, np.float32))), float(shines.mean())
    numbers = (mi.Float(inner2), mi.Float(outer2), mi.Float(np.pi * (outer2 - inner2) * share))
    return Annulus(*_frame(world_from_camera, light.offset_mm), *numbers, mi.Float(light.radiance), sectors)


def _bars(light: BarLights, world_from_camera: Pose) -> Bars:
    across = np.cross(light.normals(), light.lengthwise())
    u, v, n = (_vectors(world_from_camera.turn(vectors)) for vectors in (light.lengthwise(), across, light.normals()))
    middles = tuple(mi.Point3f(*map(float, spot)) for spot in world_from_camera.apply(light.middles()))
    sizes = (mi.Float(light.length_mm / 2), mi.Float(light.width_mm / 2), mi.Float(light.radiance))
    return Bars(middles, u, v, n, *sizes)


def _vectors(rows: np.ndarray) -> tuple[Any, ...]:
    return tuple(mi.Vector3f(*map(float, row)) for row in rows)


def _frame(world_from_camera: Pose, forward_mm: float) -> tuple[Any, Any, Any, Any]:
    """Give the place on the optical axis so far forward, and the camera's right, down and forward."""
    centre = world_from_camera.apply(np.array([[0.0, 0.0, forward_mm]]))[0]
    return mi.Point3f(*map(float, centre)), *_vectors(world_from_camera.rotation.T)
