"""A mesh cut so finely that each triangle can take the colour of the surface sample that is nearest to it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from blemish.arrays import Points, Triangles
from blemish.plan.samples import Samples

MOST_TRIANGLES = 60_000
TURN = 0.5
"""What a turn of the normal by about 60 degrees is worth, in spacings: the other side of a thin wall is not near."""


@dataclass(frozen=True, eq=False)
class Canvas:
    """Triangles to be coloured, and where their colours come from."""

    vertices_mm: Points
    triangles: Triangles
    sample: np.ndarray
    """The sample that each triangle shows; -1 where none is near: that surface is not inspected."""


def canvas(vertices_mm: Points, triangles: Triangles, samples: Samples, most: int = MOST_TRIANGLES) -> Canvas:
    """Cut a mesh down to the spacing of the samples, as far as ``most`` triangles allow, and give each its sample."""
    spacing = float(np.sqrt(np.median(samples.area_mm2)))
    corners = finely(vertices_mm[triangles], spacing, most)
    middle = corners.mean(axis=1)
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    length = np.linalg.norm(normal, axis=1, keepdims=True)
    normal = normal / np.maximum(length, 1e-30)
    reach = np.linalg.norm(corners - middle[:, None], axis=2).max(axis=1)

    from scipy.spatial import cKDTree

    def features(places: Points, normals: Points) -> np.ndarray:
        return np.concatenate([places, normals * (4 * spacing * TURN)], axis=1)

    tree = cKDTree(features(samples.positions_mm, samples.normals))
    distance, nearest = tree.query(features(middle, normal))
    fine = np.arange(3 * len(corners), dtype=np.int32).reshape(-1, 3)
    return Canvas(
        corners.reshape(-1, 3), fine, np.where(distance <= 4 * spacing + 2 * reach, nearest, -1).astype(np.int64)
    )


def finely(corners: np.ndarray, edge_mm: float, most: int) -> np.ndarray:
    """Halve the longest edges of triangles, (m, 3, 3), until none is over ``edge_mm`` or there are ``most`` of them.

    Triangles that share an edge need not share its new middle: the result is for looking at.
    """
    while len(corners) < most:
        edges = np.linalg.norm(np.roll(corners, -1, axis=1) - corners, axis=2)
        longest, length = edges.argmax(axis=1), edges.max(axis=1)
        room = most - len(corners)
        long = np.flatnonzero(length > edge_mm)
        if not len(long):
            break
        if len(long) > room:
            long = long[np.argsort(-length[long], kind="stable")[:room]]
        turn = (longest[long][:, None] + np.arange(3)) % 3
        a, b, c = (corners[long, turn[:, k]] for k in range(3))
        middle = (a + b) / 2
        whole = np.ones(len(corners), dtype=bool)
        whole[long] = False
        corners = np.concatenate([corners[whole], np.stack([a, middle, c], axis=1), np.stack([middle, b, c], axis=1)])
    return corners
