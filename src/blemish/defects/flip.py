"""Flipping edges, so that refined triangles become well shaped.

Splitting halves triangles but hardly changes their angles: a needle of the coarse mesh leaves a trail of needles, and
where the surface is pressed in, each of them faces somewhere else. So after every pass the edges whose opposite angles
sum to more than 180 degrees are flipped (Lawson's flips, C. L. Lawson 1977, on nearly flat quadrilaterals), which
makes the triangulation Delaunay there. CAD face borders are never flipped.
"""

from __future__ import annotations

import numpy as np

from blemish.defects.analytic import area_vectors, dot, norm
from blemish.defects.mesh import Mesh

FLAT_DEG = 5.0
"""Two triangles are a flat quadrilateral if their normals differ by less than this."""
ROUNDS = 6


def flip(mesh: Mesh, busy: np.ndarray, group_of: np.ndarray) -> np.ndarray:
    """Flip edges of ``busy`` triangles, in place, and then of those that change; give all that changed.

    Only edges between two triangles of the same ``group_of`` (m,) are flipped; -1 is none.
    """
    changed = np.zeros(mesh.triangles.count, dtype=bool)
    for _ in range(ROUNDS):
        edges = _under_obtuse_angles(mesh, busy)
        first, second = mesh.sides.data[edges].T
        inside = (first >= 0) & (second >= 0) & (group_of[first] >= 0) & (group_of[first] == group_of[second])
        edges, corners, gain = _faulty(mesh, edges[inside])
        chosen = _independent(gain, mesh.sides.data[edges], mesh.triangles.count)
        if len(chosen) == 0:
            break
        busy = mesh.sides.data[edges[chosen]].ravel()
        _flip(mesh, edges[chosen], corners[chosen])
        changed[busy] = True
    return np.flatnonzero(changed)


def _under_obtuse_angles(mesh: Mesh, busy: np.ndarray) -> np.ndarray:
    """Give the edges opposite to obtuse angles in triangles and their neighbours: no other edge can be at fault."""
    around = np.zeros(mesh.triangles.count + 1, dtype=bool)
    around[mesh.sides.data[mesh.edges.data[busy]]] = True
    around = np.flatnonzero(around[:-1])
    edges = mesh.edges.data[around]
    square = mesh.length.data[edges] ** 2
    obtuse = 2 * square > (square[:, 0] + square[:, 1] + square[:, 2])[:, None] * (1 + 1e-9)
    return np.unique(edges[obtuse])


def _faulty(mesh: Mesh, edges: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give those of the edges that ought to be flipped, their quadrilaterals a, b, p, q, and how much it gains.

    The edge runs from a to b in its first triangle, whose third corner is p; q is that of the second. The gain is
    minus the sum of the cotangents at p and q, which is positive where the angles there sum to more than 180 degrees.
    """
    sides = mesh.sides.data[edges]
    place = _place(mesh, edges, sides)
    row = np.arange(len(edges))
    triangles = mesh.triangles.data[sides]
    a, b, p = (triangles[row, 0, (place[:, 0] + k) % 3] for k in range(3))
    corners = np.stack([a, b, p, triangles[row, 1, (place[:, 1] + 2) % 3]], axis=1)
    at = mesh.vertices.data[corners]
    before = [area_vectors(at[:, [0, 1, 2]]), area_vectors(at[:, [1, 0, 3]])]
    sizes = [np.maximum(norm(area), 1e-300) for area in before]
    gain = -sum(dot(at[:, 0] - at[:, 2 + k], at[:, 1] - at[:, 2 + k]) / sizes[k] for k in (0, 1))
    flat = dot(before[0], before[1]) > np.cos(np.radians(FLAT_DEG)) * sizes[0] * sizes[1]
    some = np.flatnonzero((gain > 1e-6) & flat)
    some = some[mesh.alike(sides[some])]
    at, mean = at[some], (before[0] + before[1])[some]
    good = np.ones(len(some), dtype=bool)
    for area in (area_vectors(at[:, [0, 3, 2]]), area_vectors(at[:, [3, 1, 2]])):
        good &= dot(area, mean) > 0.9 * norm(area) * norm(mean)
    return edges[some[good]], corners[some[good]], gain[some[good]]


def _place(mesh: Mesh, edges: np.ndarray, sides: np.ndarray) -> np.ndarray:
    """Say which of its triangles' edges each edge is (e, 2)."""
    own = mesh.edges.data[sides]
    return (own[:, :, 1] == edges[:, None]) + 2 * (own[:, :, 2] == edges[:, None])


def flat(mesh: Mesh, edges: np.ndarray, group_of: np.ndarray) -> np.ndarray:
    """Say which edges lie within flat quadrilaterals of one group and one smooth piece: those that may be flipped."""
    sides = mesh.sides.data[edges]
    inside = (sides[:, 0] >= 0) & (sides[:, 1] >= 0)
    inside &= (group_of[sides[:, 0]] >= 0) & (group_of[sides[:, 0]] == group_of[sides[:, 1]])
    inside[inside] = mesh.alike(sides[inside])
    one, other = (area_vectors(mesh.vertices.data[mesh.triangles.data[sides[:, k]]]) for k in (0, 1))
    return inside & (dot(one, other) > np.cos(np.radians(FLAT_DEG)) * norm(one) * norm(other))


def _independent(gain: np.ndarray, sides: np.ndarray, num_triangles: int) -> np.ndarray:
    """Choose edges no two of which share a triangle, the most gainful first."""
    rank = np.empty(len(gain), dtype=np.int64)
    rank[np.argsort(-gain, kind="stable")] = np.arange(len(gain))
    best = np.full(num_triangles, len(gain))
    np.minimum.at(best, sides.ravel(), np.repeat(rank, 2))
    return np.flatnonzero((best[sides[:, 0]] == rank) & (best[sides[:, 1]] == rank))


def _flip(mesh: Mesh, edges: np.ndarray, corners: np.ndarray) -> None:
    """Turn edges a-b of quadrilaterals into p-q: triangles a b p and b a q become a q p and q b p."""
    sides = mesh.sides.data[edges]
    place = _place(mesh, edges, sides)
    first, second = sides[:, 0], sides[:, 1]
    row = np.arange(len(edges))
    own = mesh.edges.data[sides]
    bp, pa = (own[row, 0, (place[:, 0] + k) % 3] for k in (1, 2))
    aq, qb = (own[row, 1, (place[:, 1] + k) % 3] for k in (1, 2))
    a, b, p, q = corners.T
    mesh.triangles.data[first] = np.stack([a, q, p], axis=1)
    mesh.triangles.data[second] = np.stack([q, b, p], axis=1)
    mesh.edges.data[first] = np.stack([aq, edges, pa], axis=1)
    mesh.edges.data[second] = np.stack([qb, bp, edges], axis=1)
    mesh.move_side(aq, second, first)
    mesh.move_side(bp, first, second)
    mesh.set_ends(edges, np.stack([p, q], axis=1))
