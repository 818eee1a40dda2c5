"""Finer triangles where they are wanted, and nowhere a crack.

Each pass marks the edges that are too long, then splits every triangle that has a marked edge: first its longest edge,
then the others, always from the middle of the longest (the "four-triangle longest-edge" partition, M.-C. Rivara 1984).
A marked edge forces the longest edge of both its triangles to be marked too; so the split runs outwards into ever
larger triangles until it ends, neighbours always agree, and angles do not degenerate however often one refines.

A new vertex is put onto the analytic surface of the CAD face it lies in (onto both, where it lies on their border),
so a coarse cylinder becomes rounder as it becomes finer. If that would turn a triangle over (a thin triangle beside a
hole), the vertex stays in the middle of its edge.

The mesh keeps its edges and what lies on both sides of them, so a pass costs what it splits and nothing for the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np

from blemish.arrays import Points
from blemish.defects.analytic import area_vectors, dot, project
from blemish.defects.flip import flat, flip
from blemish.defects.mesh import Mesh
from blemish.part.model import Surface

LARGEST_STEP = 0.25
"""A new vertex moves at most this part of its edge's length onto the surface; more means a wrong surface."""
SLENDER = 0.6
"""In one pass only edges longer than this part of their triangle's longest are split: needles are cut across first."""
NEEDLE = 0.4
"""A triangle whose shortest edge is below this part of its longest is a needle."""


@dataclass(frozen=True, eq=False)
class Splits:
    """What a pass did: each split triangle (k,), and the triangles it became (c,), one of them in its own row."""

    parents: np.ndarray
    children: np.ndarray
    of: np.ndarray
    """For each child the index into ``parents``, ascending."""


@runtime_checkable
class Need(Protocol):
    """Who says how fine the mesh must be: asked before every pass."""

    def follow(self, mesh: Mesh, splits: Splits | None) -> tuple[np.ndarray, np.ndarray]:
        """Take note of what the last pass split; give the new triangles, and the group of every triangle."""
        ...

    def look(self, mesh: Mesh, flipped: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Give triangles and the longest edge in mm that each may have; those not named may stay as they are."""
        ...


def refine(mesh: Mesh, surfaces: tuple[Surface, ...], need: Need) -> None:
    """Split, in place, until no triangle has an edge longer than it may; flip edges within groups on the way."""
    splits = None
    for _ in range(80):
        new, group_of = need.follow(mesh, splits)
        rows, longest = need.look(mesh, flip(mesh, new, group_of))
        marked, free = _marked(mesh, rows, longest, group_of)
        if len(marked) == 0:
            return
        splits = _split(mesh, surfaces, *_closed(mesh, marked, free))
    raise AssertionError("80 passes of refinement were not enough")


def _marked(mesh: Mesh, rows: np.ndarray, longest: np.ndarray, group_of: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mark edges that are too long; give them, and the triangles that need not be split at their longest edge.

    Two needles that make a flat strip would get a row of vertices along its diagonal, and then ever narrower strips.
    So their common diagonal is left alone and the long sides of the strip are split; the next flip makes it two strips
    of half the length.
    """
    edges = mesh.edges.data[rows]
    length = mesh.length.data[edges]
    order = np.argsort(length, axis=1)
    row = np.arange(len(rows))
    most = length[row, order[:, 2]]
    hot = length > np.maximum(longest, SLENDER * most)[:, None]
    needle = np.flatnonzero((length[row, order[:, 0]] < NEEDLE * most) & hot[row, order[:, 1]])
    diagonal, times = np.unique(edges[needle, order[needle, 2]], return_counts=True)
    diagonal = diagonal[times == 2]
    diagonal = diagonal[flat(mesh, diagonal, group_of)]
    strip = needle[np.isin(edges[needle, order[needle, 2]], diagonal)]
    hot[strip, order[strip, 2]] = False
    return np.unique(edges[hot]), rows[strip]


def _closed(mesh: Mesh, marked: np.ndarray, free: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mark the longest edge of every triangle with a marked one, but of free ones; give edges and triangles."""
    edge_done = np.zeros(mesh.length.count, dtype=bool)
    triangle_done = np.zeros(mesh.triangles.count, dtype=bool)
    is_free = np.zeros(mesh.triangles.count, dtype=bool)
    edge_done[marked] = True
    is_free[free] = True
    frontier = marked
    while len(frontier):
        beside = mesh.sides.data[frontier].ravel()
        beside = beside[beside >= 0]
        beside = np.unique(beside[~triangle_done[beside]])
        triangle_done[beside] = True
        edges = mesh.edges.data[beside[~is_free[beside]]]
        longest = edges[np.arange(len(edges)), np.argmax(mesh.length.data[edges], axis=1)]
        frontier = np.unique(longest[~edge_done[longest]])
        edge_done[frontier] = True
    return np.flatnonzero(edge_done), np.flatnonzero(triangle_done)


def _split(mesh: Mesh, surfaces: tuple[Surface, ...], marked: np.ndarray, touched: np.ndarray) -> Splits:
    """Split the marked edges and every triangle beside them, in place."""
    ends = mesh.vertices.data[mesh.ends.data[marked]]
    straight = ends.mean(axis=1)
    beside = mesh.face_of(mesh.sides.data[marked])
    points = _onto_surfaces(straight, beside, surfaces, LARGEST_STEP * mesh.length.data[marked])
    first_new = mesh.vertices.count
    before = mesh.triangles.data[touched]
    cut = mesh.cut(marked, touched)
    normals = area_vectors(mesh.vertices.data[before])[cut.of]
    mesh.vertices.append(points)
    for _ in range(4):
        after = area_vectors(mesh.vertices.data[cut.triangles])
        turned = dot(after, normals) <= 0
        if not turned.any():
            break
        back = np.unique(cut.triangles[turned])
        back = back[back >= first_new]
        mesh.vertices.data[back] = straight[back - first_new]
    return Splits(touched, mesh.take(touched, cut), cut.of)


def _onto_surfaces(points: Points, beside: np.ndarray, surfaces: tuple[Surface, ...], largest: np.ndarray) -> Points:
    """Put points onto the surface of their face; on a border, onto both by turns."""
    moved = points.copy()
    pair = np.sort(beside, axis=1)
    keys, group = np.unique(pair[:, 0] * len(surfaces) + pair[:, 1], return_inverse=True)
    order = np.argsort(group, kind="stable")
    starts = np.searchsorted(group[order], np.arange(len(keys) + 1))
    for index, key in enumerate(keys):
        rows = order[starts[index] : starts[index + 1]]
        first, second = surfaces[key // len(surfaces)], surfaces[key % len(surfaces)]
        if first is second or second.kind == "free":
            moved[rows] = project(first, points[rows])
        elif first.kind == "free":
            moved[rows] = project(second, points[rows])
        else:
            here = points[rows]
            for _ in range(4):
                here = project(second, project(first, here))
            moved[rows] = here
    far = np.linalg.norm(moved - points, axis=1) > largest
    moved[far] = points[far]
    return moved
