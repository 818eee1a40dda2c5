"""How fine the mesh must be near the defects: looked at again before every pass of refinement."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from blemish.defects.analytic import area_vectors, norm
from blemish.defects.mesh import Mesh
from blemish.defects.place import Settled
from blemish.defects.refine import Splits

FOOTPRINT_UM = 1.0
"""A point belongs to a defect's footprint if the defect's height or depth there exceeds this."""
EDGES_PER_FEATURE = 5
"""A defect's smallest feature is cut into this many edges."""
BESIDE = 2.0
"""Within its reach, but beside its footprint, edges may be this much longer: the surface hardly moves there."""


def in_footprint(height_mm: np.ndarray) -> np.ndarray:
    """Say where a height counts as belonging to the defect."""
    return np.abs(height_mm) > FOOTPRINT_UM * 1e-3


class Near:
    """Which triangles are near which defect, kept up to date while the mesh is refined: pairs, sorted by defect.

    Within a defect's footprint edges are at most a fifth of its smallest feature. Along the border of the footprint,
    which is the border of its label, they are at most ``finest_edge_mm`` as well.
    """

    def __init__(self, settled: Sequence[Settled], finest_edge_mm: float | None) -> None:
        self._settled = settled
        self._finest = np.inf if finest_edge_mm is None else finest_edge_mm
        self._triangle = np.concatenate([np.zeros(0, dtype=np.int64), *(one.patch for one in settled)])
        self._owner = np.repeat(np.arange(len(settled)), [len(one.patch) for one in settled])
        self._edge = np.full(len(self._triangle), np.inf)

    def __call__(self, mesh: Mesh, splits: Splits | None) -> tuple[np.ndarray, np.ndarray]:
        """Give triangles and the longest edge in mm that each may have; ``splits`` tells what became of earlier ones."""
        fresh = np.ones(len(self._triangle), dtype=bool) if splits is None else self._follow(mesh, splits)
        self._look(mesh, fresh)
        keep = self._edge > 0
        fresh = fresh[keep]
        self._triangle, self._owner, self._edge = self._triangle[keep], self._owner[keep], self._edge[keep]
        return self._triangle[fresh], self._edge[fresh]

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

    def of(self, index: int) -> np.ndarray:
        """Give the triangles near one defect."""
        start, stop = np.searchsorted(self._owner, [index, index + 1])
        return self._triangle[start:stop]

    def _look(self, mesh: Mesh, fresh: np.ndarray) -> None:
        """Set the edge that each fresh pair needs, zero where the triangle is out of reach."""
        bounds = np.searchsorted(self._owner, np.arange(len(self._settled) + 1))
        for index, one in enumerate(self._settled):
            rows = bounds[index] + np.flatnonzero(fresh[bounds[index] : bounds[index + 1]])
            if len(rows):
                self._edge[rows] = self._edge_mm(one, mesh.vertices.data[mesh.triangles.data[self._triangle[rows]]])

    def _edge_mm(self, one: Settled, corners: np.ndarray) -> np.ndarray:
        """Give the longest edge that triangles may have for one defect; zero out of its reach."""
        fine = one.thing.feature_mm / EDGES_PER_FEATURE
        centroid = (corners[:, 0] + corners[:, 1] + corners[:, 2]) / 3
        radius = np.sqrt(np.einsum("nkc,nkc->kn", corners - centroid[:, None], corners - centroid[:, None]).max(axis=0))
        edge = np.where(one.spine_distance(centroid) <= one.reach_mm + radius, BESIDE * fine, 0.0)
        # Larger triangles are not asked about the footprint: it might lie between their corners.
        small = np.flatnonzero((edge > 0) & (radius <= BESIDE * fine))
        inside = _corners_inside(one, corners[small])
        edge[small] = np.choose(inside, [BESIDE * fine, min(fine, self._finest), min(fine, self._finest), fine])
        return edge


def _corners_inside(one: Settled, corners: np.ndarray) -> np.ndarray:
    """Count the corners of each triangle that lie in a defect's footprint."""
    normals = area_vectors(corners)
    normals /= norm(normals)[:, None]
    located = one.chart.locate(corners.reshape(-1, 3), np.repeat(normals, 3, axis=0))
    inside = in_footprint(one.thing.relief(located.u, located.v).height_mm).reshape(-1, 3).astype(np.int8)
    return inside[:, 0] + inside[:, 1] + inside[:, 2]
