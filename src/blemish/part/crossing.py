"""Finding where a mesh cuts through itself, and triangles without an area: told by ``blemish check``."""

from __future__ import annotations

import numpy as np

from blemish.arrays import Points
from blemish.part.model import Part

SPLINTER_MM = 0.02
"""Triangles lower than this are splinters: as fine as the finest weld."""
SHOWN = 3
"""How many places a message names."""


def crossings(part: Part) -> np.ndarray:
    """Give pairs of triangles (k, 2) that cut through each other; neighbours that share a vertex are not compared.

    Splinters are left out, as tessellators leave them at the tips of cones, and cuts that are not deeper than they are
    high: nobody sees them. Lagrange finds the pairs with exact predicates and a tree of boxes, in a third of a second
    for 20 000 triangles.
    """
    import lagrange

    lagrange.logger.setLevel("ERROR")
    mesh = lagrange.SurfaceMesh()
    mesh.add_vertices(np.ascontiguousarray(part.vertices_mm, dtype=np.float64))
    mesh.add_triangles(np.ascontiguousarray(part.triangles, dtype=np.uint32))
    pairs = np.array(lagrange.bvh.compute_intersecting_pairs(mesh), dtype=np.int64).reshape(-1, 2)
    pairs = pairs[(_heights_mm(part)[pairs] > SPLINTER_MM).all(axis=1)]
    one, other = part.vertices_mm[part.triangles[pairs]].transpose(1, 0, 2, 3)
    return pairs[np.minimum(_depth_mm(one, other), _depth_mm(other, one)) > SPLINTER_MM]


def _depth_mm(triangles: np.ndarray, others: np.ndarray) -> np.ndarray:
    """How far each triangle (k, 3, 3) reaches through the plane of another, on the side where it reaches less far."""
    normals = np.cross(others[:, 1] - others[:, 0], others[:, 2] - others[:, 0])
    normals = normals / np.linalg.norm(normals, axis=1, keepdims=True)
    above = np.einsum("kij,kj->ki", triangles - others[:, :1], normals)
    return np.minimum(above.max(axis=1), -above.min(axis=1))


def flat_triangles(part: Part) -> np.ndarray:
    """Give the triangles whose height is lost in rounding: under a millionth of the part's size."""
    return np.flatnonzero(_heights_mm(part) <= 1e-6 * float(np.linalg.norm(part.size_mm)))


def _heights_mm(part: Part) -> np.ndarray:
    """The least height of each triangle."""
    corners = part.vertices_mm[part.triangles]
    longest = np.linalg.norm(corners - np.roll(corners, 1, axis=1), axis=2).max(axis=1)
    return 2 * part.areas_mm2 / np.maximum(longest, 1e-300)


def places(part: Part, triangles: np.ndarray) -> str:
    """Say where some triangles are, for a message."""
    middles = part.vertices_mm[part.triangles[triangles]].mean(axis=1)
    low, high = middles.min(axis=0), middles.max(axis=0)
    shown = ", ".join(_place(point) for point in _apart(middles))
    return f"near {shown} mm" + (f", all between {_place(low)} and {_place(high)} mm" if len(middles) > 1 else "")


def _apart(points: Points) -> np.ndarray:
    """Choose a few points that lie far from each other."""
    chosen = [0]
    while len(chosen) < min(SHOWN, len(points)):
        off = np.linalg.norm(points[:, None] - points[None, chosen], axis=2).min(axis=1)
        if off.max() < 1.0:  # a millimetre: nobody looks for a place more exactly
            break
        chosen.append(int(off.argmax()))
    return points[chosen]


def _place(point: np.ndarray) -> str:
    return "(" + ", ".join(f"{value + 0.0:.2f}" for value in np.round(point, 2)) + ")"
