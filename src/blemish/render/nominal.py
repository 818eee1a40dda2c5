"""The part as designed, seen from a viewpoint: what CAD model and plan tell of each pixel before a picture is taken.

A network may take such maps beside the picture (``[learn] geometry``), so nothing in them may tell where a defect is.
They are therefore not taken from the specimen, and not from its defect-free twin either, whose finer triangles lie
nearer to a round surface just where something will be pressed in: they come from the part's own mesh, which all
specimens share, and from the viewpoint that was planned, not from the one that a misplaced part turned it into.
Whatever specimen stands there, one view has the same maps to the bit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import drjit as dr
import mitsuba as mi
import numpy as np

from blemish.engine import aligned
from blemish.part.curvature import curvatures_per_mm
from blemish.part.model import Part
from blemish.plan.camera import Camera
from blemish.render.geometry import NOTHING
from blemish.render.scene import TracedMesh, traced_mesh
from blemish.render.trace import intersect
from blemish.render.view import View, centre_ray


@dataclass(frozen=True, eq=False)
class Nominal(TracedMesh):
    """The part as designed, in the renderer's memory."""

    curvature: Any
    """Of each triangle; see :func:`~blemish.part.curvature.curvatures_per_mm`."""
    face: Any
    """CAD face of each triangle."""


def build_nominal(part: Part) -> Nominal:
    """Load the part's own mesh, about 100 bytes a triangle; the engine must be running."""
    mesh = traced_mesh(part.vertices_mm, part.triangles, part.normals, np.zeros(len(part.triangles), np.int32))
    curvatures = curvatures_per_mm(part.vertices_mm, part.triangles, part.normals)
    curvature, face = mi.Float(aligned(curvatures, np.float32)), mi.UInt32(aligned(part.face, np.uint32))
    dr.eval(curvature, face)
    return Nominal(mesh.world, mesh.vertices, mesh.corners, curvature, face)


def nominal_maps(nominal: Nominal, view: View, camera: Camera) -> dict[str, np.ndarray]:
    """Give maps (h, w) by the names of the channels that they have on disk.

    ``nominal.depth.Z`` along the optical axis in mm, float32; ``nominal.cosine`` of the angle between the normal and
    the line of sight, and ``nominal.curvature`` in 1/mm, float16; ``nominal.face``, uint32. Where nothing is seen:
    depth infinite, face ``0xFFFFFFFF``, the rest 0.
    """
    shape = (camera.height_px, camera.width_px)
    ray = centre_ray(view, dr.arange(mi.UInt32, camera.width_px * camera.height_px))
    hit = intersect(nominal, ray, coherent=True)
    face = dr.gather(mi.UInt32, nominal.face, hit.triangle, hit.is_valid)
    maps: dict[str, Any] = {
        "depth.Z": dr.select(hit.is_valid, dr.dot(ray.d, view.forward) * hit.distance, dr.inf),
        "cosine": dr.select(hit.is_valid, -dr.dot(hit.normal, ray.d), 0),
        "curvature": dr.gather(mi.Float, nominal.curvature, hit.triangle, hit.is_valid),
        "face": dr.select(hit.is_valid, face, NOTHING),
    }
    dr.eval(list(maps.values()))
    arrays = {name: value.numpy().reshape(shape) for name, value in maps.items()}
    for name in ("cosine", "curvature"):
        arrays[name] = arrays[name].astype(np.float16)
    return {f"nominal.{name}": array for name, array in arrays.items()}
