"""Mesh files in: STL, OBJ, PLY and GLB, which hold triangles only; ``segment.py`` finds the faces they came from."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np

from blemish.arrays import CornerNormals, PerTriangle, Points, Triangles
from blemish.errors import PartError
from blemish.part.faces import Geometry, outwards, shaded
from blemish.part.glb import nodes_of
from blemish.part.segment import split
from blemish.part.solid import solid_of
from blemish.part.source import MM_PER_UNIT, Unit

MOST_NODES = 5000
"""Of the scene in a GLB file: the time that its reader takes grows with the square of their depth."""


def read_mesh(path: Path, unit: Unit) -> tuple[Points, Triangles]:
    """Read loose triangles and bring them to millimetres; the node transforms of a GLB file are applied."""
    # Lagrange first: trimesh loads embreex where that is installed, and with it an older TBB than Lagrange needs.
    import lagrange  # noqa: F401
    import trimesh

    data, kind = path.read_bytes(), path.suffix[1:].lower()
    try:
        _refuse_scene(data, kind)
        # From bytes, not from the file: then no texture or buffer beside it, or elsewhere, is looked for.
        mesh = trimesh.load_mesh(io.BytesIO(data), file_type=kind, process=False)
    except Exception as error:  # noqa: BLE001 - readers of foreign formats fail with whatever they like
        raise PartError(
            f"{path}: this is no {path.suffix[1:].upper()} file that can be read ({type(error).__name__}: {error}); "
            "export the part again, as STEP if the CAD program can"
        ) from None
    triangles = np.asarray(getattr(mesh, "faces", ()), dtype=np.int64).reshape(-1, 3)
    if not len(triangles):
        raise PartError(f"{path}: there is no triangle in this file; export the part's surface, not points or curves")
    return np.asarray(mesh.vertices, dtype=np.float64) * MM_PER_UNIT[unit], triangles


def _refuse_scene(data: bytes, kind: str) -> None:
    if kind == "glb" and len(nodes_of(data)) > MOST_NODES:
        raise ValueError(f"more than {MOST_NODES} nodes are no part but a scene")


def geometry_of_mesh(points: Points, triangles: Triangles, where: str) -> Geometry:
    """Weld triangles into a closed solid, split it into faces, and give corners the normals of the faces' surfaces.

    Where no surface fits, corners get the mean normal of the triangles around them within their face.
    """
    solid = solid_of(
        points, triangles, where, "close its holes in the program that made it, or read the part from STEP"
    )
    corners = solid.vertices_mm[solid.triangles]
    facing = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    lengths = np.linalg.norm(facing, axis=1, keepdims=True)
    flat = np.divide(facing, lengths, out=np.zeros_like(facing), where=lengths > 0)
    face, surfaces = split(solid.vertices_mm, solid.triangles)
    normals = outwards(_smooth(corners, solid.triangles, flat, face), facing)
    return shaded(solid.vertices_mm, solid.triangles, face, normals, surfaces)


def _smooth(corners: CornerNormals, triangles: Triangles, flat: Points, face: PerTriangle) -> CornerNormals:
    """Average triangle normals around each vertex within its face, each weighted by its angle there."""
    to_next = np.roll(corners, -1, axis=1) - corners
    to_last = np.roll(corners, 1, axis=1) - corners
    sine = np.linalg.norm(np.cross(to_next, to_last), axis=2)
    angle = np.arctan2(sine, np.einsum("kij,kij->ki", to_next, to_last))
    key = face[:, None].astype(np.int64) * (int(triangles.max()) + 1) + triangles
    _, group = np.unique(key, return_inverse=True)
    group = group.reshape(triangles.shape)
    summed = np.zeros((int(group.max()) + 1, 3))
    np.add.at(summed, group, flat[:, None, :] * angle[..., None])
    lengths = np.linalg.norm(summed, axis=1, keepdims=True)
    return np.divide(summed, lengths, out=np.zeros_like(summed), where=lengths > 0)[group]
