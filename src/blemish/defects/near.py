"""How fine the mesh must be near the defects: looked at again before every pass of refinement."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from blemish.defects.analytic import area_vectors, norm
from blemish.defects.film import Film
from blemish.defects.kind import Relief
from blemish.defects.mesh import Mesh, Rows
from blemish.defects.refine import Splits
from blemish.defects.settled import Settled

FOOTPRINT_UM = 1.0
"""A point belongs to a defect's footprint if there, or farther out, its height or depth exceeds this."""
EDGES_PER_FEATURE = 5
"""A defect's smallest feature is cut into this many edges."""
BESIDE = 2.0
"""Within its reach, but beside its footprint, edges may be this much longer: the surface hardly moves there."""
_FROM_CORNER = 0.578
"""No point of a triangle is farther from its nearest corner than this part of its longest edge."""


def in_footprint(relief: Relief) -> np.ndarray:
    """Say which points belong to a defect."""
    return relief.presence_mm > FOOTPRINT_UM * 1e-3


class Near:
    """Which triangles are near which defect, kept up to date while the mesh is refined: pairs, sorted by defect.

    Within a defect's footprint edges are at most a fifth of its smallest feature. Along the border of the footprint,
    which is the border of its label, they are at most ``finest_edge_mm`` as well (but for films, which are in no mask).
    """

    def __init__(self, settled: Sequence[Settled], finest_edge_mm: float | None) -> None:
        self._settled = settled
        self._fine = np.array([one.thing.feature_mm / EDGES_PER_FEATURE for one in settled])
        finest = np.inf if finest_edge_mm is None else finest_edge_mm
        self._finest = [np.inf if isinstance(one.thing, Film) else finest for one in settled]
        self._triangle = np.concatenate([np.zeros(0, dtype=np.int64), *(one.laid.patch for one in settled)])
        self._owner = np.repeat(np.arange(len(settled)), [len(one.laid.patch) for one in settled])
        self._key = np.random.default_rng(0).integers(1, 1 << 44, len(settled)).astype(np.float64)
        self._edge = np.full(len(self._triangle), np.inf)
        self._fresh = np.ones(len(self._triangle), dtype=bool)
        # What is known of each vertex: for which defect, its distance from the spine, whether in the footprint.
        self._known = Rows(np.zeros(0, dtype=np.int32))
        self._distance = Rows(np.zeros(0))
        self._inside = Rows(np.zeros(0, dtype=np.int8))

    def follow(self, mesh: Mesh, splits: Splits | None) -> tuple[np.ndarray, np.ndarray]:
        """Take note of what the last pass split; give new triangles to flip, and the group of each one.

        Triangles near the same defects, one or more, are a group; those near none have -1.
        """
        self._fresh = np.ones(len(self._triangle), dtype=bool) if splits is None else self._follow(mesh, splits)
        # The sum of its owners' keys stands for a set of owners.
        group_of = np.bincount(self._triangle, self._key[self._owner], minlength=mesh.triangles.count)
        group_of[group_of == 0] = -1
        more = mesh.vertices.count - self._known.count
        self._known.append(np.full(more, -1, dtype=np.int32))
        self._distance.append(np.empty(more))
        self._inside.append(np.empty(more, dtype=np.int8))
        # What is finer than its feature asks for came of well-shaped triangles: it is well-shaped already.
        new = self._triangle[self._fresh]
        longest = _largest(mesh.length.data[mesh.edges.data[new]])
        return new[longest > 0.45 * self._fine[self._owner[self._fresh]]], group_of

    def look(self, mesh: Mesh, flipped: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Give triangles and the longest edge in mm that each may have; those not named may stay as they are."""
        changed = np.zeros(mesh.triangles.count, dtype=bool)
        changed[flipped] = True
        fresh = self._fresh | changed[self._triangle]
        bounds = np.searchsorted(self._owner, np.arange(len(self._settled) + 1))
        for index in range(len(self._settled)):
            rows = bounds[index] + np.flatnonzero(fresh[bounds[index] : bounds[index + 1]])
            if len(rows):
                self._edge[rows] = self._edge_mm(mesh, index, self._triangle[rows])
        keep = self._edge > 0
        self._triangle, self._owner, self._edge = self._triangle[keep], self._owner[keep], self._edge[keep]
        return self._triangle[fresh[keep]], self._edge[fresh[keep]]

    def of(self, index: int) -> np.ndarray:
        """Give the triangles near one defect."""
        start, stop = np.searchsorted(self._owner, [index, index + 1])
        return self._triangle[start:stop]

    def _follow(self, mesh: Mesh, splits: Splits) -> np.ndarray:
        """Replace the triangles that were split by their pieces; say which pairs are new."""
        slot = np.full(mesh.triangles.count, -1)
        slot[splits.parents] = np.arange(len(splits.parents))
        first = np.searchsorted(splits.of, np.arange(len(splits.parents) + 1))
        which = slot[self._triangle]
        count = np.where(which >= 0, np.diff(first)[which], 1)
        fresh = np.repeat(which >= 0, count)
        within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        self._triangle = np.repeat(self._triangle, count)
        self._triangle[fresh] = splits.children[(np.repeat(first[which], count) + within)[fresh]]
        self._owner = np.repeat(self._owner, count)
        self._edge = np.repeat(self._edge, count)
        return fresh

    def _edge_mm(self, mesh: Mesh, index: int, triangles: np.ndarray) -> np.ndarray:
        """Give the longest edge that triangles may have for one defect; zero out of its reach."""
        one = self._settled[index]
        corners = mesh.triangles.data[triangles]
        self._learn(mesh, index, corners)
        longest = _largest(mesh.length.data[mesh.edges.data[triangles]])
        fine = self._fine[index]
        nearest = -_largest(-self._distance.data[corners])
        edge = np.where(nearest <= one.reach_mm + _FROM_CORNER * longest, BESIDE * fine, 0.0)
        # Larger triangles are not asked about the footprint: it might lie between their corners.
        inside = self._inside.data[corners]
        count = np.where(longest <= 2 * BESIDE * fine, inside[:, 0] + inside[:, 1] + inside[:, 2], 0)
        finest = min(fine, self._finest[index])
        return np.where(edge > 0, np.choose(count, [edge, finest, finest, fine]), 0.0)

    def _learn(self, mesh: Mesh, index: int, corners: np.ndarray) -> None:
        """Find the vertices that are not known yet on the defect's map."""
        row, corner = np.nonzero(self._known.data[corners] != index)
        if len(row) == 0:
            return
        vertices, host = np.unique(corners[row, corner], return_index=True)
        normals = area_vectors(mesh.vertices.data[corners[row[host]]])
        normals /= norm(normals)[:, None]
        one, points = self._settled[index], mesh.vertices.data[vertices]
        located = one.laid.chart.locate(points, normals)
        self._known.data[vertices] = index
        self._distance.data[vertices] = one.spine_distance(points)
        self._inside.data[vertices] = in_footprint(one.thing.relief(located.u, located.v))


def _largest(of_three: np.ndarray) -> np.ndarray:
    """Give the largest of three columns; much faster than a maximum over so short an axis."""
    return np.maximum(np.maximum(of_three[:, 0], of_three[:, 1]), of_three[:, 2])
