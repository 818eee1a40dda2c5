"""From meshes as parts have them (a normal per corner) to meshes as renderers have them (a normal per vertex)."""

from __future__ import annotations

from typing import Any

import numpy as np

from blemish.arrays import CornerNormals, Points, Triangles
from blemish.engine.memory import aligned

NORMAL_STEP = 1e-5
"""Corners of one vertex whose normals differ by less than this are one: far below what a highlight shows."""


def split_corners(
    vertices_mm: Points, triangles: Triangles, normals: CornerNormals
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Split vertices where their corners disagree about the normal, so that sharp edges stay sharp.

    Gives positions (k, 3) and unit normals (k, 3), float32, and triangles (m, 3), uint32. **The order of the triangles
    and of their corners is kept**: a renderer's primitive index is the triangle index of the mesh that came in.
    """
    corner_vertex = triangles.reshape(-1).astype(np.int64)
    corner_normal = normals.reshape(-1, 3)
    steps = np.rint(corner_normal / NORMAL_STEP).astype(np.int64)
    packed = (steps[:, 0] * (1 << 20) + steps[:, 1]) * (1 << 20) + steps[:, 2]
    order = np.lexsort((packed, corner_vertex))
    is_new = np.ones(len(order), dtype=bool)
    is_new[1:] = (np.diff(corner_vertex[order]) != 0) | (np.diff(packed[order]) != 0)
    split = np.empty(len(order), dtype=np.uint32)
    split[order] = np.cumsum(is_new) - 1
    first = order[is_new]
    unit = corner_normal[first]
    unit = unit / np.maximum(np.linalg.norm(unit, axis=1, keepdims=True), 1e-30)
    positions = vertices_mm[corner_vertex[first]]
    return positions.astype(np.float32), unit.astype(np.float32), split.reshape(-1, 3)


def to_mitsuba(
    positions: np.ndarray,
    triangles: np.ndarray,
    normals: np.ndarray | None = None,
    *,
    bsdf: Any = None,
    emitter: Any = None,
) -> Any:
    """Make a ``mi.Mesh`` of float32 positions (k, 3) and uint32 triangles (m, 3); the engine must be running.

    With ``normals`` (k, 3) it is shaded smoothly; ``bsdf`` is a Mitsuba BSDF, a grey diffuse one if it is left
    out; with an ``emitter`` it shines.
    """
    import mitsuba as mi

    properties = mi.Properties()
    if bsdf is not None:
        properties["mesh_bsdf"] = bsdf
    if emitter is not None:
        properties["mesh_emitter"] = emitter
    smooth = normals is not None
    mesh = mi.Mesh("mesh", len(positions), len(triangles), properties, has_vertex_normals=smooth)
    buffers = mi.traverse(mesh)
    buffers["vertex_positions"] = aligned(positions, np.float32).ravel()
    buffers["faces"] = aligned(triangles, np.uint32).ravel()
    if normals is not None:
        buffers["vertex_normals"] = aligned(normals, np.float32).ravel()
    buffers.update()
    return mesh


def to_ray_scene(mesh: Any) -> Any:
    """Make a ``mi.Scene`` that holds one mesh and nothing else, to cast rays at.

    On the processor the watertight intersection test is chosen: without it about three rays in a million slip through
    the seam between two triangles. It costs nothing that can be measured; GPUs do it anyway.
    """
    import mitsuba as mi

    given = {"type": "scene", "mesh": mesh}
    if str(mi.variant()).startswith("llvm"):
        given["embree_use_robust_intersections"] = True
    return mi.load_dict(given)
