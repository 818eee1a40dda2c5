"""Mesh files in: STL, OBJ, PLY and GLB, which hold triangles only, so faces are split where the surface is sharp."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from blemish.arrays import CornerNormals, PerTriangle, Points, Triangles
from blemish.errors import PartError
from blemish.part.faces import Geometry, outwards
from blemish.part.solid import solid_of
from blemish.part.source import MM_PER_UNIT, Unit
from blemish.part.surfaces import free

SHARP_DEG = 30.0
"""Where neighbouring triangles turn more than this, there is an edge between two faces."""


def read_mesh(path: Path, unit: Unit) -> tuple[Points, Triangles]:
    """Read loose triangles and bring them to millimetres; the node transforms of a GLB file are applied."""
    import trimesh

    try:
        mesh = trimesh.load_mesh(path, process=False)
    except Exception as error:  # noqa: BLE001 - readers of foreign formats fail with whatever they like
        raise PartError(
            f"{path}: this is no {path.suffix[1:].upper()} file that can be read ({type(error).__name__}: {error}); "
            "export the part again, as STEP if the CAD program can"
        ) from None
    triangles = np.asarray(getattr(mesh, "faces", ()), dtype=np.int64).reshape(-1, 3)
    if not len(triangles):
        raise PartError(f"{path}: there is no triangle in this file; export the part's surface, not points or curves")
    return np.asarray(mesh.vertices, dtype=np.float64) * MM_PER_UNIT[unit], triangles


def geometry_of_mesh(points: Points, triangles: Triangles, where: str) -> Geometry:
    """Weld triangles into a closed solid, split it into faces at sharp edges, and smooth the normals within each."""
    solid = solid_of(
        points, triangles, where, "close its holes in the program that made it, or read the part from STEP"
    )
    corners = solid.vertices_mm[solid.triangles]
    facing = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    lengths = np.linalg.norm(facing, axis=1, keepdims=True)
    flat = np.divide(facing, lengths, out=np.zeros_like(facing), where=lengths > 0)
    face = smooth_faces(solid.triangles, flat)
    normals = outwards(_smooth(corners, solid.triangles, flat, face), facing)
    count = int(face.max()) + 1
    middles, means = np.zeros((count, 3)), np.zeros((count, 3))
    np.add.at(middles, face, corners.mean(axis=1))
    np.add.at(means, face, facing)
    middles /= np.bincount(face)[:, None]
    surfaces = [free(middle, mean) for middle, mean in zip(middles, means, strict=True)]
    return Geometry(solid.vertices_mm, solid.triangles.astype(np.int32), normals, face, tuple(surfaces))


def smooth_faces(triangles: Triangles, normals: Points) -> PerTriangle:
    """Number the faces of a closed mesh: triangles that are connected without crossing a sharp edge."""
    directed = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]]).astype(np.int64)
    owner = np.tile(np.arange(len(triangles)), 3)
    # The two triangles at an edge have the same undirected key, and a closed mesh has each key twice.
    key = directed.min(axis=1) * (int(directed.max()) + 1) + directed.max(axis=1)
    left, right = owner[np.argsort(key, kind="stable")].reshape(-1, 2).T
    blunt = np.einsum("ij,ij->i", normals[left], normals[right]) > np.cos(np.radians(SHARP_DEG))
    # A triangle without area has no direction; it belongs to whatever it touches.
    blunt |= ~normals[left].any(axis=1) | ~normals[right].any(axis=1)
    links = coo_array((np.ones(blunt.sum()), (left[blunt], right[blunt])), shape=(len(triangles),) * 2)
    return connected_components(links, directed=False)[1].astype(np.int32)


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
