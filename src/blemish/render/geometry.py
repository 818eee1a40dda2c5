"""The geometry that a frame shows: for the centre of each pixel, where on the part it looks and how.

These are what later stages need to put predictions back onto the part. A pixel's centre is looked at through the lens's
centre, so what is out of focus is not blurred here.
"""

from __future__ import annotations

from typing import Any

import drjit as dr
import mitsuba as mi
import numpy as np

from blemish.plan.camera import Camera
from blemish.render.scene import Scene
from blemish.render.trace import intersect
from blemish.render.view import View, centre_ray

NOTHING = 0xFFFFFFFF
"""Triangle and face where a pixel sees nothing of the part."""


def geometry(scene: Scene, view: View, camera: Camera) -> dict[str, np.ndarray]:
    """Give maps (h, w) by the names of the channels that they have on disk.

    ``depth.Z``, along the optical axis, and ``position.X/Y/Z`` in mm, float32; ``normal.X/Y/Z``, outward in world
    coordinates and with the defects in it, and ``cosine`` of the angle between it and the line of sight, float16;
    ``triangle`` of the specimen's mesh and CAD ``face``, uint32. Where nothing is seen: depth infinite, ids
    ``0xFFFFFFFF``, the rest 0.
    """
    shape = (camera.height_px, camera.width_px)
    ray = centre_ray(view, dr.arange(mi.UInt32, camera.width_px * camera.height_px))
    hit = intersect(scene, ray, coherent=True)
    face = dr.gather(mi.UInt32, scene.finishes.face_of_triangle, hit.triangle, hit.is_valid)
    # Normals point outwards; ``intersect`` turns them to the side that the ray came from, which is the same here.
    maps: dict[str, Any] = {
        "depth.Z": dr.select(hit.is_valid, dr.dot(ray.d, view.forward) * hit.distance, dr.inf),
        "cosine": dr.select(hit.is_valid, -dr.dot(hit.normal, ray.d), 0),
        "triangle": dr.select(hit.is_valid, hit.triangle, NOTHING),
        "face": dr.select(hit.is_valid, face, NOTHING),
    }
    for axis, name in enumerate("XYZ"):
        maps[f"position.{name}"] = dr.select(hit.is_valid, hit.position[axis], 0)
        maps[f"normal.{name}"] = dr.select(hit.is_valid, hit.normal[axis], 0)
    dr.eval(list(maps.values()))
    half = ("cosine", "normal")
    return {
        name: value.numpy().reshape(shape).astype(np.float16 if name.startswith(half) else value.numpy().dtype)
        for name, value in maps.items()
    }
