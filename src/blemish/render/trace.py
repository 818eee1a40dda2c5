"""Following light backwards, from pixels to the ring: the one function that is compiled and runs for every sample.

For each sample a ray is cast through its place in the pixel, **once**: what it hits gives the label and is then lit.
Light that comes straight is gathered at each hit (:mod:`.gather`); light by way of another place on the part, where
more than one bounce is asked for, is followed in one direction that the metal chooses.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import drjit as dr
import mitsuba as mi

from blemish.finish import coated
from blemish.finish.micro import micro_surface
from blemish.render.gather import direct_light
from blemish.render.sampler import PixelSampler
from blemish.render.scene import Scene, TracedMesh
from blemish.render.view import View, camera_ray

CLEARANCE_MM = 2e-3
"""How far above the surface rays start, so that they do not meet the triangle that they leave."""


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


def trace(scene: Scene, view: View, sampler: PixelSampler, bounces: int) -> tuple[Any, Any, Any]:
    """Give radiance, whether the part was met, and the defect id of each sample: three arrays, not yet computed."""
    ray = camera_ray(view, sampler)
    hit = first = intersect(scene, ray, coherent=True)
    radiance, throughput = mi.Float(0), mi.Float(1)
    for bounce in range(bounces):
        to_viewer = -ray.d
        footprint = hit.distance * view.sample_angle
        micro = micro_surface(
            scene.finishes, hit.position, hit.normal, hit.triangle, to_viewer, footprint, hit.is_valid
        )
        local = micro.frame.to_local(to_viewer)
        origin = hit.position + hit.facet * CLEARANCE_MM
        radiance += throughput * direct_light(scene, view, hit.is_valid, micro, local, origin, sampler, bounce)
        if bounce == bounces - 1:
            break
        direction, weight, _ = coated.sample(micro, local, sampler.pair(4 * bounce + 4), scene.finishes.metal)
        direction = micro.frame.to_world(direction)
        is_open = hit.is_valid & (dr.dot(direction, micro.base_normal) > 0) & (weight > 0)
        throughput *= dr.select(is_open, weight, 0)
        ray = mi.Ray3f(origin, direction)
        hit = intersect(scene, ray, active=is_open)
    return radiance, first.is_valid, first.defect


def intersect(scene: TracedMesh, ray: Any, *, coherent: bool = False, active: Any = True) -> Hit:
    """Find what rays meet first."""
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
