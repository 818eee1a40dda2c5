"""Imprinting: defects that have their place are pressed into the part's own geometry.

The coarse mesh is refined around the defects (``refine.py``), every vertex within a footprint is moved along the smooth
normal by the defect's height there, and shading normals are taken from the exact surface and the exact slope of the
height, so that no triangle shows. With d the direction of movement, n the normal of a corner, and G the gradient of
the height in the tangent plane there, the normal of the moved surface is n (1 + G.d) - G (n.d), or n - G where d = n.

Outside the footprints nothing moves, to the bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import numpy as np

from blemish.arrays import CornerNormals, PerTriangle, Points, Triangles
from blemish.defects.place import Settled
from blemish.defects.refine import Children, Mesh, refine, unit_normals
from blemish.defects.specimen import Imprinted, Specimen
from blemish.errors import DefectError
from blemish.part.model import Part

FOOTPRINT_UM = 1.0
"""A triangle belongs to a defect if at two or three of its corners the defect's height or depth exceeds this."""
EDGES_PER_FEATURE = 5
"""A defect's smallest feature is cut into this many edges."""


def imprint(part: Part, name: str, settled: Sequence[Settled], finest_edge_mm: float | None = None) -> Specimen:
    """Press defects into the part and give the specimen.

    Edges are at most a fifth of the defect's smallest feature, and never longer than ``finest_edge_mm`` (half of what a
    pixel sees, say), if that is given. Where two defects overlap their heights add up and the later one owns the
    triangles. Raises :class:`DefectError` if a defect would turn a triangle over. Costs about 5 us a triangle.
    """
    near = _Near(settled, finest_edge_mm, len(part.triangles))
    coarse = Mesh(part.vertices_mm, part.triangles, part.normals, part.face)
    mesh = refine(coarse, part.surfaces, near)
    rest_normals = unit_normals(mesh, part.surfaces, len(part.vertices_mm))
    height = np.zeros(len(mesh.vertices))
    gradient = np.zeros_like(mesh.vertices)
    upward = np.zeros_like(mesh.vertices)
    instance = np.zeros(len(mesh.triangles), dtype=np.int32)
    for index, one in enumerate(settled):
        _press(one, near.of(index), mesh, rest_normals, height, gradient, upward, instance)
    vertices = mesh.vertices.copy()
    moved = np.flatnonzero(height)
    vertices[moved] += height[moved, None] * upward[moved]
    _refuse_turned(part, name, settled, mesh, vertices, near)
    normals = _tilted(rest_normals, mesh.triangles, gradient, upward)
    defects = tuple(_record(one, vertices, mesh, upward, instance, part) for one in settled)
    return Specimen(
        name=name,
        part_digest=part.digest,
        vertices_mm=vertices,
        triangles=mesh.triangles.astype(np.int32),
        normals=normals,
        rest_vertices_mm=mesh.vertices,
        rest_normals=rest_normals,
        face=mesh.face,
        instance=instance,
        defects=defects,
    )


class _Near:
    """Which triangles are near which defect, kept up to date while the mesh is refined: pairs, sorted by defect."""

    def __init__(self, settled: Sequence[Settled], finest_edge_mm: float | None, num_triangles: int) -> None:
        self._settled = settled
        self._edge = np.array([_edge_mm(one, finest_edge_mm) for one in settled])
        self._triangle = np.concatenate([np.zeros(0, dtype=np.int64), *(one.patch for one in settled)])
        self._owner = np.repeat(np.arange(len(settled)), [len(one.patch) for one in settled])

    def __call__(self, mesh: Mesh, children: Children | None) -> np.ndarray:
        fresh = np.ones(len(self._triangle), dtype=bool)
        if children is not None:
            offset, child = children
            first, count = offset[self._triangle], np.diff(offset)[self._triangle]
            place = np.repeat(first - np.cumsum(count) + count, count) + np.arange(count.sum())
            self._triangle = child[place]
            self._owner = np.repeat(self._owner, count)
            fresh = np.repeat(count > 1, count)
        self._keep(self._within(mesh, fresh))
        longest = np.full(len(mesh.triangles), np.inf)
        np.minimum.at(longest, self._triangle, self._edge[self._owner])
        return longest

    def of(self, index: int) -> np.ndarray:
        """Give the triangles near one defect."""
        start, stop = np.searchsorted(self._owner, [index, index + 1])
        return self._triangle[start:stop]

    def _keep(self, which: np.ndarray) -> None:
        self._triangle, self._owner = self._triangle[which], self._owner[which]

    def _within(self, mesh: Mesh, fresh: np.ndarray) -> np.ndarray:
        """Say for each pair whether the triangle may still reach into the footprint; only fresh ones are looked at."""
        keep = np.ones(len(fresh), dtype=bool)
        bounds = np.searchsorted(self._owner, np.arange(len(self._settled) + 1))
        for index, one in enumerate(self._settled):
            rows = bounds[index] + np.flatnonzero(fresh[bounds[index] : bounds[index + 1]])
            if len(rows):
                corners = mesh.vertices[mesh.triangles[self._triangle[rows]]]
                centroid = corners.mean(axis=1)
                radius = np.sqrt(((corners - centroid[:, None]) ** 2).sum(axis=2).max(axis=1))
                keep[rows] = one.spine_distance(centroid) <= one.reach_mm + radius
        return keep


def _edge_mm(one: Settled, finest_edge_mm: float | None) -> float:
    edge = one.thing.feature_mm / EDGES_PER_FEATURE
    return edge if finest_edge_mm is None else min(edge, finest_edge_mm)


def _press(
    one: Settled,
    near: np.ndarray,
    mesh: Mesh,
    rest_normals: CornerNormals,
    height: np.ndarray,
    gradient: Points,
    upward: Points,
    instance: PerTriangle,
) -> None:
    """Add one defect to the heights and gradients, and claim its triangles, all in place."""
    corners = mesh.triangles[near]
    vertices, local = np.unique(corners, return_inverse=True)
    local = local.reshape(corners.shape)
    direction = _mean_normals(rest_normals[near], local, len(vertices))
    located = one.chart.locate(mesh.vertices[vertices], direction)
    relief = one.thing.relief(located.u, located.v)
    here = relief.height_mm
    touched = (here != 0) | (relief.along != 0) | (relief.across != 0)
    rows = vertices[touched]
    height[rows] += here[touched]
    gradient[rows] += (
        relief.along[touched, None] * located.along[touched] + relief.across[touched, None] * located.across[touched]
    )
    upward[rows] = direction[touched]
    deep = np.abs(here) > FOOTPRINT_UM * 1e-3
    instance[near[deep[local].sum(axis=1) >= 2]] = one.id


def _mean_normals(corner_normals: CornerNormals, local: np.ndarray, count: int) -> Points:
    """Give at each vertex the mean of the normals of its corners, of unit length: the smooth normal."""
    flat = local.ravel()
    total = np.stack([np.bincount(flat, corner_normals[..., k].ravel(), minlength=count) for k in range(3)], axis=1)
    return total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-12)


def _tilted(normals: CornerNormals, triangles: Triangles, gradient: Points, upward: Points) -> CornerNormals:
    """Tilt the corner normals by the gradient of the height at their vertices."""
    sloping = np.any(gradient != 0, axis=1)
    row, corner = np.nonzero(sloping[triangles])
    vertex = triangles[row, corner]
    n, g, d = normals[row, corner], gradient[vertex], upward[vertex]
    g = g - np.sum(g * n, axis=1, keepdims=True) * n
    tilted = n * (1 + np.sum(g * d, axis=1, keepdims=True)) - g * np.sum(n * d, axis=1, keepdims=True)
    result = normals.copy()
    result[row, corner] = tilted / np.linalg.norm(tilted, axis=1, keepdims=True)
    return result


def _refuse_turned(
    part: Part, name: str, settled: Sequence[Settled], mesh: Mesh, vertices: Points, near: _Near
) -> None:
    """Raise a :class:`DefectError` if a triangle near a defect faces backwards."""
    for index, one in enumerate(settled):
        corners = mesh.triangles[near.of(index)]
        before, after = _area_vectors(mesh.vertices[corners]), _area_vectors(vertices[corners])
        if np.any(np.sum(before * after, axis=1) <= 0):
            raise DefectError(
                f"specimen {name} of {part.name}: {one.label} at {np.round(one.position, 3).tolist()} mm turns the "
                f"surface over: it is {one.thing.deepest_mm:g} mm deep where the surface bends too tightly; "
                "make it shallower, or place it elsewhere"
            )


def _record(one: Settled, vertices: Points, mesh: Mesh, upward: Points, instance: PerTriangle, part: Part) -> Imprinted:
    own = mesh.triangles[instance == one.id]
    corners = vertices[own]
    area = float(np.linalg.norm(_area_vectors(corners), axis=1).sum() / 2)
    used = np.unique(own)
    moved = np.sum((vertices[used] - mesh.vertices[used]) * upward[used], axis=1)
    return Imprinted(
        id=one.id,
        kind=one.kind,
        significant=one.significant,
        parameters=asdict(one.thing),
        position_mm=tuple(float(x) for x in one.position),
        normal=tuple(float(x) for x in one.normal),
        region=part.regions[one.region].name,
        area_mm2=area,
        depth_mm=float(-moved.min()) if len(moved) else 0.0,
    )


def _area_vectors(corners: np.ndarray) -> np.ndarray:
    return np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
