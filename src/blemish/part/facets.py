"""The triangles of a closed mesh with what finding faces asks of them: areas, normals, edges."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from blemish.arrays import PerPoint, Points, Triangles

FINEST = 2e-6
"""No fit is asked to be better than this, relative to the part: single precision in files rounds to 1e-7."""


@dataclass(frozen=True, eq=False)
class Facets:
    """A closed mesh with what splitting asks of it."""

    points: Points
    triangles: Triangles

    @cached_property
    def corners(self) -> np.ndarray:
        """The places of the corners, (m, 3, 3)."""
        return self.points[self.triangles]

    @cached_property
    def doubled(self) -> np.ndarray:
        """Normals as long as twice the area, (m, 3)."""
        return np.cross(self.corners[:, 1] - self.corners[:, 0], self.corners[:, 2] - self.corners[:, 0])

    @cached_property
    def areas(self) -> PerPoint:
        """Of each triangle, in mm2."""
        return np.linalg.norm(self.doubled, axis=1) / 2

    @cached_property
    def normals(self) -> Points:
        """Of unit length; zero where a triangle is so thin that rounding decides where it faces."""
        unit = self.doubled / np.maximum(2 * self.areas, 1e-300)[:, None]
        return np.where(self.thin[:, None], 0.0, unit)

    @cached_property
    def centres(self) -> Points:
        """The middle of each triangle."""
        return self.corners.mean(axis=1)

    @cached_property
    def finest_mm(self) -> float:
        """What rounding in the file may move a vertex by, with a margin."""
        return float(np.linalg.norm(np.ptp(self.points, axis=0))) * FINEST

    @cached_property
    def longest(self) -> PerPoint:
        """The longest edge of each triangle."""
        return np.linalg.norm(self.corners - np.roll(self.corners, 1, axis=1), axis=2).max(axis=1)

    @cached_property
    def thin(self) -> np.ndarray:
        """Triangles lower than rounding: their normals say nothing."""
        return 2 * self.areas <= self.longest * 2 * self.finest_mm

    @cached_property
    def edges(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """For each edge its two triangles, the angle between them in radians, and its length in millimetres."""
        directed = self.triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2).astype(np.int64)
        owner = np.repeat(np.arange(len(self.triangles)), 3)
        # The two triangles at an edge have the same undirected key, and a closed mesh has each key twice.
        key = directed.min(axis=1) * (int(directed.max()) + 1) + directed.max(axis=1)
        order = np.argsort(key, kind="stable").reshape(-1, 2)
        left, right = owner[order].T
        start, end = directed[order[:, 0]].T
        length = np.linalg.norm(self.points[end] - self.points[start], axis=1)
        one, other = self.normals[left], self.normals[right]
        angle = np.arctan2(np.linalg.norm(np.cross(one, other), axis=1), np.einsum("ij,ij->i", one, other))
        return left, right, angle, length


def components(left: np.ndarray, right: np.ndarray, count: int) -> np.ndarray:
    """Number what hangs together by links between ``left`` and ``right``; the number of each of ``count`` things."""
    links = coo_array((np.ones(len(left), dtype=np.int8), (left, right)), shape=(count, count))
    return connected_components(links, directed=False)[1].astype(np.int64)
