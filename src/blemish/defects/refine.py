"""Finer triangles where they are wanted, and nowhere a crack.

Each pass marks the edges that are too long, then splits every triangle that has a marked edge: first its longest edge,
then the others, always from the middle of the longest ("four-triangle longest-edge" partition, M.-C. Rivara 1984).
A marked edge forces the longest edge of both its triangles to be marked too; so the split runs outwards into ever larger
triangles until it ends, neighbours always agree, and angles do not degenerate however often one refines.

A new vertex is put onto the analytic surface of the CAD face it lies in (onto both, where it lies on their border),
so a coarse cylinder becomes rounder as it becomes finer. If that would turn a triangle over (a thin triangle beside a
hole), the vertex stays in the middle of its edge.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from blemish.arrays import CornerNormals, PerTriangle, Points, Triangles
from blemish.defects import analytic
from blemish.defects.topology import edge_table
from blemish.part.model import Surface

LARGEST_STEP = 0.25
"""A new vertex moves at most this part of its edge's length onto the surface; more means a wrong surface."""

SLENDER = 0.6
"""In one pass only edges longer than this part of their triangle's longest are split: needles are cut across first."""


@dataclass(frozen=True, eq=False)
class Mesh:
    """Triangles with corner normals (not yet of unit length at new vertices) and the CAD face of each."""

    vertices: Points
    triangles: Triangles
    normals: CornerNormals
    face: PerTriangle


Children = tuple[np.ndarray, np.ndarray]
"""``offset`` (m + 1,) and ``child``: triangle i became child[offset[i]:offset[i + 1]]."""


def refine(
    mesh: Mesh,
    surfaces: tuple[Surface, ...],
    wanted: Callable[[Mesh, Children | None], np.ndarray],
    passes: int = 24,
) -> Mesh:
    """Split until no triangle has an edge longer than what ``wanted`` says for it (mm; infinite where all is well).

    ``wanted`` is asked before every pass, and told into which triangles the last pass split the earlier ones.
    """
    children = None
    for _ in range(passes):
        longest = wanted(mesh, children)
        edges, of_triangle = edge_table(mesh.triangles, len(mesh.vertices))
        length = np.linalg.norm(mesh.vertices[edges[:, 0]] - mesh.vertices[edges[:, 1]], axis=1)
        row = np.flatnonzero(np.isfinite(longest))
        marked = np.zeros(len(edges), dtype=bool)
        hot = of_triangle[row]
        sides = length[hot]
        slender = SLENDER * sides.max(axis=1)
        marked[hot[sides > np.maximum(longest[row], slender)[:, None]]] = True
        if not marked.any():
            return mesh
        _close(marked, of_triangle, length)
        mesh, children = _split(mesh, surfaces, edges, of_triangle, length, marked)
    raise AssertionError(f"{passes} passes of refinement were not enough")


def _close(marked: np.ndarray, of_triangle: np.ndarray, length: np.ndarray) -> None:
    """Mark, in place, the longest edge of every triangle that has a marked one, until that holds everywhere."""
    lengths = length[of_triangle]
    longest = of_triangle[np.arange(len(of_triangle)), np.argmax(lengths, axis=1)]
    while True:
        touched = marked[of_triangle].any(axis=1)
        missing = longest[touched & ~marked[longest]]
        if len(missing) == 0:
            return
        marked[missing] = True


def _split(
    mesh: Mesh,
    surfaces: tuple[Surface, ...],
    edges: np.ndarray,
    of_triangle: np.ndarray,
    length: np.ndarray,
    marked: np.ndarray,
) -> tuple[Mesh, Children]:
    """Split every triangle with a marked edge; give the finer mesh and who came from whom."""
    new = np.flatnonzero(marked)
    ends = mesh.vertices[edges[new]]
    straight = ends.mean(axis=1)
    midpoint_of = np.full(len(edges), -1)
    midpoint_of[new] = len(mesh.vertices) + np.arange(len(new))
    touched = np.flatnonzero(marked[of_triangle].any(axis=1))
    beside = _faces_beside(mesh.face[touched], of_triangle[touched], midpoint_of, len(mesh.vertices), len(new))
    points = _onto_surfaces(straight, beside, surfaces, LARGEST_STEP * length[new])
    pieces, corner_normals, parent = _pieces(mesh, touched, of_triangle, length, midpoint_of)
    before = _area_vectors(mesh.vertices[mesh.triangles[parent]])
    for _ in range(4):
        vertices = np.concatenate([mesh.vertices, points])
        flipped = np.sum(_area_vectors(vertices[pieces]) * before, axis=1) <= 0
        if not flipped.any():
            break
        back = np.unique(pieces[flipped])
        back = back[back >= len(mesh.vertices)] - len(mesh.vertices)
        points[back] = straight[back]
    stay = np.ones(len(mesh.triangles), dtype=bool)
    stay[touched] = False
    kept = np.flatnonzero(stay)
    origin = np.concatenate([kept, parent])
    finer = Mesh(
        np.concatenate([mesh.vertices, points]),
        np.concatenate([mesh.triangles[kept], pieces]),
        np.concatenate([mesh.normals[kept], corner_normals]),
        mesh.face[origin],
    )
    order = np.argsort(origin, kind="stable")
    offset = np.concatenate([[0], np.cumsum(np.bincount(origin, minlength=len(mesh.triangles)))])
    return finer, (offset, order)


def _faces_beside(
    face: np.ndarray, of_triangle: np.ndarray, midpoint_of: np.ndarray, num_before: int, num_new: int
) -> np.ndarray:
    """Give for each new vertex the CAD faces on both sides of its edge (k, 2), equal inside a face."""
    slot = midpoint_of[of_triangle].ravel() - num_before
    owner = np.repeat(face, 3)
    split = slot >= 0
    slot, owner = slot[split], owner[split]
    beside = np.empty((num_new, 2), dtype=np.int64)
    beside[slot, 0] = owner
    beside[slot[::-1], 1] = owner[::-1]
    return np.sort(beside, axis=1)


def _onto_surfaces(points: Points, beside: np.ndarray, surfaces: tuple[Surface, ...], largest: np.ndarray) -> Points:
    """Put points onto the surface of their face; on a border, onto both by turns."""
    moved = points.copy()
    pairs, group = np.unique(beside, axis=0, return_inverse=True)
    group = group.ravel()
    order = np.argsort(group, kind="stable")
    starts = np.searchsorted(group[order], np.arange(len(pairs) + 1))
    for index, (one, other) in enumerate(pairs):
        rows = order[starts[index] : starts[index + 1]]
        first, second = surfaces[one], surfaces[other]
        if one == other or second.kind == "free":
            moved[rows] = analytic.project(first, points[rows])
        elif first.kind == "free":
            moved[rows] = analytic.project(second, points[rows])
        else:
            here = points[rows]
            for _ in range(4):
                here = analytic.project(second, analytic.project(first, here))
            moved[rows] = here
    far = np.linalg.norm(moved - points, axis=1) > largest
    moved[far] = points[far]
    return moved


def _pieces(
    mesh: Mesh, touched: np.ndarray, of_triangle: np.ndarray, length: np.ndarray, midpoint_of: np.ndarray
) -> tuple[Triangles, CornerNormals, np.ndarray]:
    """Cut the touched triangles; give the pieces, their corner normals and the triangle each came from."""
    turn = np.argmax(length[of_triangle[touched]], axis=1)
    corner = (turn[:, None] + np.arange(3)) % 3
    row = touched[:, None]
    v = mesh.triangles[row, corner]
    m = midpoint_of[of_triangle[row, corner]]
    n = mesh.normals[row, corner]
    middle = (n + n[:, [1, 2, 0]]) / 2
    # Corners 0, 1, 2 and the middles 3 of 0-1 (the longest edge), 4 of 1-2 and 5 of 2-0.
    ids = np.concatenate([v, m], axis=1)
    normals = np.concatenate([n, middle], axis=1)
    has4, has5 = m[:, 1] >= 0, m[:, 2] >= 0
    cuts = [
        (~has5, (0, 3, 2)),
        (has5, (0, 3, 5)),
        (has5, (5, 3, 2)),
        (~has4, (3, 1, 2)),
        (has4, (3, 1, 4)),
        (has4, (3, 4, 2)),
    ]
    pieces = [ids[which][:, corners] for which, corners in cuts]
    piece_normals = [normals[which][:, corners] for which, corners in cuts]
    parent = [touched[which] for which, _ in cuts]
    return np.concatenate(pieces), np.concatenate(piece_normals), np.concatenate(parent)


def _area_vectors(corners: np.ndarray) -> np.ndarray:
    return np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])


def unit_normals(mesh: Mesh, surfaces: tuple[Surface, ...], num_before: int) -> CornerNormals:
    """Give the corner normals of a refined mesh: untouched at old vertices, from the exact surface at new ones."""
    fresh = mesh.triangles >= num_before
    result = mesh.normals.copy()
    row, corner = np.nonzero(fresh)
    mixed = result[row, corner]
    mixed /= np.maximum(np.linalg.norm(mixed, axis=1, keepdims=True), 1e-12)
    points = mesh.vertices[mesh.triangles[row, corner]]
    face = mesh.face[row]
    order = np.argsort(face, kind="stable")
    bounds = np.flatnonzero(np.diff(face[order], prepend=-1, append=-1))
    for start, stop in zip(bounds[:-1], bounds[1:], strict=True):
        rows = order[start:stop]
        surface = surfaces[face[rows[0]]]
        if surface.kind != "free":
            exact = analytic.normals(surface, points[rows])
            side = np.sign(np.sum(exact * mixed[rows]))
            mixed[rows] = exact * (side if side else 1.0)
    result[row, corner] = mixed
    return result
