"""How the triangles of a part hang together: who is beside whom, and over which edges a defect must not run."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from blemish.arrays import Points, Triangles
from blemish.part.model import Part


def edge_table(triangles: Triangles, num_vertices: int) -> tuple[np.ndarray, np.ndarray]:
    """Give the edges (e, 2), smaller vertex first, and for each triangle the edges (m, 3) from corner k to k + 1."""
    start = triangles.astype(np.int64)
    end = start[:, [1, 2, 0]]
    keys = np.minimum(start, end) * num_vertices + np.maximum(start, end)
    edges, of_triangle = np.unique(keys, return_inverse=True)
    return np.stack([edges // num_vertices, edges % num_vertices], axis=1), of_triangle.reshape(-1, 3)


@dataclass(frozen=True, eq=False)
class Topology:
    """The edges of a part's coarse mesh."""

    edges: np.ndarray
    """Vertices of each edge (e, 2)."""
    of_triangle: np.ndarray
    """Edges of each triangle (m, 3): edge k runs from corner k to corner k + 1."""
    sides: np.ndarray
    """The two triangles beside each edge (e, 2); -1 where the mesh is open or more than two meet."""
    turn_rad: np.ndarray
    """How far the surface normal turns over each edge (e,): zero inside a smooth face, however coarse its facets."""
    centroids: Points
    radii_mm: np.ndarray
    """Distance from each triangle's centroid to its farthest corner (m,)."""

    outward: np.ndarray
    """Whether the metal stands out at the edge (e,), as at the rim of a hole or of a disc; False inside corners."""

    @cached_property
    def neighbours(self) -> np.ndarray:
        """The triangle over each edge of each triangle (m, 3), -1 for none."""
        pair = self.sides[self.of_triangle]
        own = np.arange(len(pair))[:, None]
        return np.where(pair[..., 0] == own, pair[..., 1], np.where(pair[..., 1] == own, pair[..., 0], -1))

    def near(self, spine: Points, reach_mm: float) -> np.ndarray:
        """Give the triangles that may lie within reach of the spine; none that does is missing."""
        low, high = spine.min(axis=0) - reach_mm, spine.max(axis=0) + reach_mm
        margin = self.radii_mm[:, None]
        inside = np.all((self.centroids + margin > low) & (self.centroids - margin < high), axis=1)
        chosen = np.flatnonzero(inside)
        if len(spine) == 1:
            distance = np.linalg.norm(self.centroids[chosen] - spine[0], axis=1)
            return chosen[distance <= reach_mm + self.radii_mm[chosen]]
        return chosen

    def connected(self, triangles: np.ndarray, seeds: np.ndarray, open_edges: np.ndarray) -> np.ndarray:
        """Keep those triangles that can be reached from the seeds among them, over open edges only."""
        place = np.full(len(self.centroids), -1)
        place[triangles] = np.arange(len(triangles))
        beside = self.neighbours[triangles]
        passable = open_edges[self.of_triangle[triangles]] & (beside >= 0)
        passable &= place[beside] >= 0
        row, corner = np.nonzero(passable)
        column = place[beside[row, corner]]
        size = len(triangles)
        graph = coo_array((np.ones(len(row), dtype=bool), (row, column)), shape=(size, size))
        _, label = connected_components(graph, directed=False)
        return triangles[np.isin(label, label[place[seeds]])]


@lru_cache(maxsize=4)
def topology_of(part: Part) -> Topology:
    """Work out the edges of a part, once for all its specimens."""
    edges, of_triangle = edge_table(part.triangles, len(part.vertices_mm))
    owner = np.repeat(np.arange(len(part.triangles)), 3)
    corner = np.tile(np.arange(3), len(part.triangles))
    flat = of_triangle.ravel()
    count = np.bincount(flat, minlength=len(edges))
    order = np.argsort(flat, kind="stable")
    first = np.concatenate([[0], np.cumsum(count)[:-1]])
    a, b = order[first], order[np.minimum(first + 1, len(order) - 1)]
    whole = count == 2
    sides = np.where(whole[:, None], np.stack([owner[a], owner[b]], axis=1), -1)
    # Corner k of one triangle is corner k' + 1 of the other when the two are oriented alike.
    n = part.normals
    turn = np.zeros(len(edges))
    for shift_a, shift_b in ((0, 1), (1, 0)):
        cosine = np.sum(
            n[owner[a], (corner[a] + shift_a) % 3] * n[owner[b], (corner[b] + shift_b) % 3],
            axis=1,
        )
        turn = np.maximum(turn, np.arccos(np.clip(cosine, -1, 1)))
    turn[~whole] = np.pi
    points = part.vertices_mm[part.triangles]
    centroids = points.mean(axis=1)
    radii = np.linalg.norm(points - centroids[:, None], axis=2).max(axis=1)
    across = np.sum(n[sides[:, 0]].mean(axis=1) * (centroids[sides[:, 1]] - centroids[sides[:, 0]]), axis=1)
    return Topology(edges, of_triangle, sides, turn, centroids, radii, whole & (across < 0))
