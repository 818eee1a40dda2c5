"""Following light backwards, from pixels to the ring: the one function that is compiled and runs for every sample.

For each sample a ray is cast through its place in the pixel, **once**: what it hits gives the label and is then lit.
Light is gathered in two ways at each hit, towards a place on the ring and in a direction chosen by the metal, and the
two are weighted by how well each could have found what it found (the power heuristic of multiple importance sampling,
E. Veach, 1997): the first is good where the metal is rough, the second where it is smooth.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import drjit as dr
import mitsuba as mi
import numpy as np

from blemish.finish import coated
from blemish.finish.micro import micro_surface
from blemish.frames import Pose
from blemish.plan.camera import Camera
from blemish.render.rendering import Rendering
from blemish.render.ring import Ring, met, place, towards
from blemish.render.sampler import PixelSampler
from blemish.render.scene import Scene

CLEARANCE_MM = 2e-3
"""How far above the surface rays start, so that they do not meet the triangle that they leave."""


@dataclass(frozen=True)
class View:
    """A camera at its place with its ring, as data to the compiled code."""

    right: Any
    down: Any
    forward: Any
    eye: Any
    focal_px: Any
    width_px: Any
    height_px: Any
    sample_angle: Any
    """The angle across which one sample looks, in rad: that of a pixel over the square root of its samples."""
    ring: Ring
    ambient: Any


@dataclass(frozen=True)
class Hit:
    """What rays met; ``is_valid`` tells where they met anything."""

    is_valid: Any
    triangle: Any
    position: Any
    normal: Any
    """The part's smooth normal, on the side that the ray came from."""
    facet: Any
    """The triangle's own normal, on the same side."""
    distance: Any
    defect: Any
    """The id of the defect that the triangle belongs to; 0 for none."""


def look(scene: Scene, camera: Camera, world_from_camera: Pose, rendering: Rendering) -> View:
    """Put camera and ring in place."""
    right, down, forward = (mi.Vector3f(*map(float, column)) for column in world_from_camera.rotation.T)
    eye = mi.Point3f(*map(float, world_from_camera.translation_mm))
    sizes = (mi.Float(camera.focal_length_px), mi.UInt32(camera.width_px), mi.UInt32(camera.height_px))
    angle = mi.Float(sample_angle(camera, rendering))
    ambient = mi.Float(rendering.ambient_radiance)
    dr.make_opaque(right, down, forward, eye, sizes, angle, ambient)
    return View(right, down, forward, eye, *sizes, angle, place(scene.light, world_from_camera), ambient)


def sample_angle(camera: Camera, rendering: Rendering) -> float:
    """Give the angle across which one sample looks, in rad.

    The samples of a pixel are spread evenly over it, so each stands for its share of the pixel's area, and a finish is
    smoothed over that share only; the rest of the smoothing is the mean of the samples.
    """
    return float(1 / (camera.focal_length_px * rendering.samples_per_pixel**0.5))


def pixels_that_see(scene: Scene, view: View, camera: Camera) -> np.ndarray:
    """Give the numbers of all pixels that may see the part, in order, int64.

    One ray is cast through the centre of each pixel, and the pixels within two of a hit are taken as well: what is
    missed is at most a splinter of the part thinner than a pixel and more than two pixels away from the rest.
    """
    import cv2

    pixel = dr.arange(mi.UInt32, camera.width_px * camera.height_px)
    ray = _camera_ray(view, pixel, mi.Point2f(0.5, 0.5))
    is_hit = scene.world.ray_intersect_preliminary(ray, coherent=True).is_valid()
    seen = is_hit.numpy().reshape(camera.height_px, camera.width_px).astype(np.uint8)
    return np.flatnonzero(cv2.dilate(seen, np.ones((5, 5), np.uint8)))


def trace(scene: Scene, view: View, sampler: PixelSampler, bounces: int) -> tuple[Any, Any, Any]:
    """Give radiance, whether the part was met, and the defect id of each sample: three arrays, not yet computed."""
    jitter = sampler.pair(0)
    ray = _camera_ray(view, sampler.pixel, jitter)
    hit = first = _intersect(scene, ray, coherent=True)
    radiance, throughput = mi.Float(0), mi.Float(1)
    for bounce in range(bounces):
        to_viewer = -ray.d
        footprint = hit.distance * view.sample_angle
        micro = micro_surface(
            scene.finishes, hit.position, hit.normal, hit.triangle, to_viewer, footprint, hit.is_valid
        )
        local = micro.frame.to_local(to_viewer)
        origin = hit.position + hit.facet * CLEARANCE_MM
        # Towards a place on the ring.
        direction, distance, chosen = towards(view.ring, origin, sampler.pair(2 * bounce + 1))
        value, other = coated.eval_pdf(micro, local, micro.frame.to_local(direction), scene.finishes.metal)
        is_open = hit.is_valid & (dr.dot(direction, micro.base_normal) > 0) & (chosen > 0) & (value > 0)
        is_open &= ~scene.world.ray_test(mi.Ray3f(mi.Ray3f(origin, direction), distance), is_open)
        lit = value / chosen * _weight(chosen, other) * view.ring.radiance
        radiance += dr.select(is_open, throughput * lit, 0)
        # In a direction chosen by the metal.
        direction, weight, chosen = coated.sample(micro, local, sampler.pair(2 * bounce + 2), scene.finishes.metal)
        direction = micro.frame.to_world(direction)
        _, other = met(view.ring, origin, direction)
        is_open = hit.is_valid & (dr.dot(direction, micro.base_normal) > 0) & (weight > 0)
        ray = mi.Ray3f(origin, direction)
        throughput *= dr.select(is_open, weight, 0)
        if bounce < bounces - 1:
            hit = _intersect(scene, ray, active=is_open)
            is_open &= ~hit.is_valid
        else:
            is_open &= ~scene.world.ray_test(ray, is_open)
        found = dr.select(other > 0, view.ring.radiance * _weight(chosen, other), view.ambient)
        radiance += dr.select(is_open, throughput * found, 0)
    return radiance, first.is_valid, first.defect


def _camera_ray(view: View, pixel: Any, jitter: Any) -> Any:
    row = pixel // view.width_px
    column = pixel - row * view.width_px
    x = (mi.Float(column) + jitter.x - mi.Float(view.width_px) / 2) / view.focal_px
    y = (mi.Float(row) + jitter.y - mi.Float(view.height_px) / 2) / view.focal_px
    return mi.Ray3f(view.eye, dr.normalize(view.right * x + view.down * y + view.forward))


def _intersect(scene: Scene, ray: Any, *, coherent: bool = False, active: Any = True) -> Hit:
    found = scene.world.ray_intersect_preliminary(ray, coherent, active=active)
    is_valid = found.is_valid() & active
    a, b, c, defect = dr.gather(mi.Vector4u, scene.corners, found.prim_index, is_valid)
    share = [1 - found.prim_uv.x - found.prim_uv.y, found.prim_uv.x, found.prim_uv.y]
    places = [mi.Point3f(*_four(scene.vertices, corner * 2, is_valid)[:3]) for corner in (a, b, c)]
    normals = [mi.Vector3f(*_four(scene.vertices, corner * 2 + 1, is_valid)[:3]) for corner in (a, b, c)]
    facet = dr.normalize(dr.cross(places[1] - places[0], places[2] - places[0]))
    facet = dr.mulsign(facet, -dr.dot(facet, ray.d))
    normal = dr.normalize(normals[0] * share[0] + normals[1] * share[1] + normals[2] * share[2])
    normal = dr.mulsign(normal, dr.dot(normal, facet))
    position = places[0] * share[0] + places[1] * share[1] + places[2] * share[2]
    return Hit(is_valid, found.prim_index, position, normal, facet, found.t, dr.select(is_valid, defect, 0))


def _four(buffer: Any, index: Any, active: Any) -> list[Any]:
    return list(dr.gather(mi.Vector4f, buffer, index, active))


def _weight(own: Any, other: Any) -> Any:
    return dr.select(own > 0, dr.square(own) / (dr.square(own) + dr.square(other)), 0)
