"""Making one closed solid of loose triangles: weld, check, turn outwards."""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from blemish.arrays import PerPoint, PerTriangle, Points, Triangles

WELDS = (1e-7, 1e-6, 1e-5, 1e-4)
"""Weld distances to try, as fractions of the part's diagonal: the first that closes the mesh is taken."""


def weld(points: Points, distance_mm: float) -> tuple[Points, PerPoint]:
    """Make one of points nearer than ``distance_mm``: the kept points, and for each old point its new index."""
    pairs = cKDTree(points).query_pairs(distance_mm, output_type="ndarray")
    links = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(points), len(points)))
    _, label = connected_components(links, directed=False)
    # Number the kept points by first appearance, so that the order of the file is the order of the mesh.
    _, first, inverse = np.unique(label, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return points[np.sort(first)], rank[inverse]


def weld_closed(points: Points, triangles: Triangles) -> tuple[Points, Triangles, np.ndarray]:
    """Weld with the smallest distance that closes the mesh; the welded points, triangles, and which triangles stayed.

    Triangles that lose their area by welding fall out. A mesh that no distance closes comes back as the first left it.
    """
    diagonal = float(np.linalg.norm(np.ptp(points, axis=0)))
    results = []
    for fraction in WELDS:
        welded, new = weld(points, fraction * diagonal)
        turned = new[triangles]
        stays = (turned != np.roll(turned, 1, axis=1)).all(axis=1)
        results.append((welded, turned[stays], stays))
        if not len(faulty_edges(turned[stays])):
            return results[-1]
    return results[0]


def faulty_edges(triangles: Triangles) -> np.ndarray:
    """Give the edges (k, 2) that are not shared by exactly two triangles running opposite ways.

    A closed, consistently turned surface has each directed edge once, and its opposite once.
    """
    directed = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]]).astype(np.int64)
    count = int(directed.max(initial=0)) + 1
    forward = directed[:, 0] * count + directed[:, 1]
    backward = directed[:, 1] * count + directed[:, 0]
    keys, times = np.unique(forward, return_counts=True)
    bad = np.concatenate([keys[times > 1], keys[~np.isin(keys, backward)]])
    return np.stack([bad // count, bad % count], axis=1)


def volume_mm3(points: Points, triangles: Triangles) -> float:
    """Give the enclosed volume: a sixth of the sum of a . (b x c) over triangles (Gauss); negative if inside out."""
    a, b, c = (points - points.mean(axis=0))[triangles].transpose(1, 0, 2)
    return float(np.einsum("ij,ij->", a, np.cross(b, c)) / 6)


def bodies(triangles: Triangles) -> PerTriangle:
    """Number the connected shells; the shell of each triangle."""
    count = int(triangles.max()) + 1
    start = np.concatenate([triangles[:, 0], triangles[:, 1]])
    end = np.concatenate([triangles[:, 1], triangles[:, 2]])
    _, label = connected_components(coo_array((np.ones(len(start)), (start, end)), shape=(count, count)), directed=False)
    return np.unique(label[triangles[:, 0]], return_inverse=True)[1]
