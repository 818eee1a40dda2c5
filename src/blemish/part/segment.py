"""Splitting a triangle mesh into faces, each on a plane, cylinder, cone, sphere or torus where one fits.

A mesh file keeps triangles and forgets the faces that they came from. They are found again in three steps:

1. Triangles that meet without a sharp edge are one piece.
2. A piece on which one surface fits is a face; the simplest kind that fits is taken.
3. A piece on which none fits is a chain of surfaces, which ``chain.py`` takes apart.

``fitting.py`` says what fits.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from blemish.arrays import PerTriangle, Points, Triangles
from blemish.part.chain import CURVED, FLAT_DEG, Chain
from blemish.part.facets import Facets, components
from blemish.part.fitting import fitting, freeform, supported, tolerance_of
from blemish.part.model import Surface, SurfaceKind
from blemish.part.surfaces import distance_mm, free

CRUMB = 1e-6
"""A piece of less than this share of the area makes no face: splinters at the tips of cones are such."""
SHARP_DEG = 31.0
"""Where neighbouring triangles turn more than this, there is an edge between two faces; a dodecagon is still round."""


def split(points: Points, triangles: Triangles) -> tuple[PerTriangle, tuple[Surface, ...]]:
    """Number the faces of a closed mesh and give the surface of each; two seconds for 50 000 triangles at the most."""
    mesh = Facets(points, triangles)
    left, right, angle, _ = mesh.edges
    solid = ~mesh.thin[left] & ~mesh.thin[right]
    smooth = solid & (angle < np.radians(SHARP_DEG))
    piece = components(left[smooth], right[smooth], len(triangles))
    small = np.bincount(piece, mesh.areas)[piece] < CRUMB * mesh.areas.sum()
    piece[mesh.thin | small] = -1
    order = np.argsort(piece, kind="stable")
    ends = np.searchsorted(piece[order], np.arange(piece.max() + 2))
    edges_by_piece = np.argsort(piece[left[smooth]], kind="stable")
    edge_ends = np.searchsorted(piece[left[smooth]][edges_by_piece], np.arange(piece.max() + 2))
    face = np.full(len(triangles), -1, dtype=np.int32)
    surfaces: list[Surface] = []
    for index in np.unique(piece[piece >= 0]).tolist():
        mine = order[ends[index] : ends[index + 1]]
        edges = np.flatnonzero(smooth)[edges_by_piece[edge_ends[index] : edge_ends[index + 1]]]
        for members, surface in _faces_of(mesh, mine, edges):
            face[members] = len(surfaces)
            surfaces.append(surface)
    _take_rest(mesh, face, surfaces, left, right)
    used, number = np.unique(face, return_inverse=True)
    return number.astype(np.int32), tuple(surfaces[index] for index in used)


def _faces_of(mesh: Facets, mine: np.ndarray, edges: np.ndarray) -> Iterator[tuple[np.ndarray, Surface]]:
    """Give the faces of one smooth piece, whose inner edges are given: triangles and surface of each."""
    bent = mesh.edges[2][edges] > np.radians(FLAT_DEG)
    tolerance = tolerance_of(mesh, edges[bent])
    kinds: Sequence[SurfaceKind] = CURVED if bent.any() else ("plane",)
    for kind in kinds:
        surface = fitting(mesh, mine, kind, tolerance)
        if surface is not None and supported(mesh, mine, surface, int(bent.sum())):
            yield mine, surface
            return
    if not bent.any():
        yield mine, freeform(mesh, mine)
        return
    yield from Chain(mesh, mine, edges, tolerance).faces()


def _take_rest(mesh: Facets, face: np.ndarray, surfaces: list[Surface], left: np.ndarray, right: np.ndarray) -> None:
    """Give thin triangles and crumbs to the neighbouring face whose surface they lie on best."""
    while (face < 0).any():
        before = int((face < 0).sum())
        offers = [(a, b) for a, b in ((left, right), (right, left))]
        best: dict[int, tuple[float, int]] = {}
        for mine, other in offers:
            for edge in np.flatnonzero((face[mine] < 0) & (face[other] >= 0)):
                triangle, candidate = int(mine[edge]), int(face[other[edge]])
                off = float(np.abs(distance_mm(surfaces[candidate], mesh.corners[triangle])).max())
                best[triangle] = min(best.get(triangle, (np.inf, -1)), (off, candidate))
        for triangle, (_, candidate) in best.items():
            face[triangle] = candidate
        if int((face < 0).sum()) == before:
            face[face < 0] = len(surfaces)
            surfaces.append(free(mesh.points.mean(axis=0)))
