"""The direction in which the surface moves: the normal, and near a bevel a normal that turns little by little.

If both sides of a bevel moved along their own normals, points near the edge would overtake it and triangles would turn
over. So within a few depths of such an edge the direction is the mean of the normals around.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_array
from scipy.spatial import cKDTree

from blemish.arrays import CornerNormals, PerPoint, Points, Triangles
from blemish.defects.analytic import area_vectors, dot, norm

CREASE_DEG = 2.0
"""A vertex lies on a crease if a normal of its triangles differs by more than this from their mean."""


def smooth_normals(points: Points, triangles: Triangles, normals: CornerNormals, width_mm: float) -> Points:
    """Give a unit direction at each point: the mean normal, averaged once more within ``width_mm`` of a crease.

    ``triangles`` (m, 3) index ``points``; ``normals`` are those of their corners.
    """
    flat = triangles.ravel()
    direction = _unit(_gathered(flat, normals.reshape(-1, 3), len(points)))
    apart = dot(direction[flat], normals.reshape(-1, 3)) < np.cos(np.radians(CREASE_DEG))
    if not apart.any():
        return direction
    crease = np.unique(flat[apart])
    near = np.flatnonzero(cKDTree(points[crease]).query(points, distance_upper_bound=2 * width_mm)[0] <= 2 * width_mm)
    weight = np.bincount(flat, np.repeat(norm(area_vectors(points[triangles])), 3), minlength=len(points))
    direction[near] = _averaged(points[near], direction[near], weight[near], width_mm)
    return direction


def _averaged(points: Points, directions: Points, weight: PerPoint, width_mm: float) -> Points:
    """Average directions over a ball, with the weight (1 - (r / width)^2)^2; each point also counts for itself."""
    pairs = cKDTree(points).query_pairs(width_mm, output_type="ndarray")
    one, other = pairs[:, 0], pairs[:, 1]
    closeness = (1 - (norm(points[one] - points[other]) / width_mm) ** 2) ** 2
    size = len(points)
    kernel = coo_array((closeness, (one, other)), shape=(size, size)).tocsr()
    weighted = directions * weight[:, None]
    return _unit(weighted + kernel @ weighted + kernel.T @ weighted)


def _gathered(index: np.ndarray, vectors: np.ndarray, count: int) -> Points:
    return np.stack([np.bincount(index, vectors[:, k], minlength=count) for k in range(3)], axis=1)


def _unit(vectors: Points) -> Points:
    return vectors / np.maximum(norm(vectors), 1e-12)[:, None]
