"""Imprinting: defects that have their place are pressed into the part's own geometry.

The coarse mesh is refined around the defects (``refine.py``), every vertex within a footprint is moved along the smooth
normal by the defect's height there, and shading normals are taken from the exact surface and the exact slope of the
height, so that no triangle shows. With d the direction of movement, n the normal of a corner, and G the gradient of
the height in the tangent plane there, the normal of the moved surface is n (1 + G.d) - G (n.d), or n - G where d = n.

Outside the footprints nothing moves, to the bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from blemish.arrays import CornerNormals, PerPoint, Points, Triangles, Vector
from blemish.defects.analytic import area_vectors, by_face, curved_gradient, dot, norm
from blemish.defects.blowhole import Blowhole
from blemish.defects.chart import SpotChart, TraceChart
from blemish.defects.crack import Crack
from blemish.defects.film import Film
from blemish.defects.mesh import Mesh
from blemish.defects.near import Near, in_footprint
from blemish.defects.pits import Pits
from blemish.defects.refine import refine
from blemish.defects.settled import Settled
from blemish.defects.smooth import smooth_normals
from blemish.defects.specimen import Imprinted, LaidFilm, Specimen
from blemish.errors import DefectError
from blemish.part.model import Part
from blemish.settings import plain

BROKEN = Pits | Blowhole | Crack
"""Kinds whose inside no tool has touched: it reflects otherwise than what is around it."""
SMOOTHING = 4.0
"""Over a bevel the direction of movement turns within this many depths: enough that no triangle is overtaken."""


class OverturnedError(DefectError):
    """Defects that are too deep for a surface that bends where they are; ``ids`` are their numbers."""

    def __init__(self, part: Part, name: str, those: Sequence[Settled]) -> None:
        one = those[0]
        where = np.round(one.laid.position, 3).tolist()
        super().__init__(
            f"specimen {name} of {part.name}: {one.label} at {where} mm turns the surface over: it is "
            f"{one.thing.deepest_mm:g} mm deep where the surface bends too tightly; make it shallower, or place "
            "it elsewhere"
        )
        self.ids = frozenset(one.id for one in those)


def imprint(part: Part, name: str, settled: Sequence[Settled], finest_edge_mm: float | None = None) -> Specimen:
    """Press defects into the part and give the specimen.

    Edges are at most a fifth of the defect's smallest feature, and along the border of its label never longer than
    ``finest_edge_mm`` (half of what a pixel sees, say), if that is given. Where two defects overlap their heights add
    up and the later one owns the triangles. Raises :class:`OverturnedError` if a defect would turn a triangle
    over. Costs about 8 us and 1 kB for each triangle (``benchmarks/imprint.py``).
    """
    near = Near(settled, finest_edge_mm)
    mesh = Mesh(part)
    refine(mesh, part.surfaces, near)
    rest, triangles = mesh.vertices.data, mesh.triangles.data
    rest_normals = mesh.corner_normals()
    field = _Field.flat(len(rest))
    instance = np.zeros(len(triangles), dtype=np.int32)
    footprints: list[np.ndarray] = []
    for index, one in enumerate(settled):
        own = near.of(index)
        claimed = own[_press(one, rest, triangles[own], rest_normals[own], field)]
        footprints.append(claimed)
        # What lies on top of a dent is no reason to call it otherwise.
        instance[claimed[instance[claimed] == 0] if isinstance(one.thing, Film) else claimed] = one.id
    moved = np.flatnonzero(field.height)
    vertices = rest.copy()
    vertices[moved] += field.height[moved, None] * field.upward[moved]
    overturned = [
        one
        for index, one in enumerate(settled)
        if not isinstance(one.thing, Film) and _turned(rest, vertices, triangles[near.of(index)])
    ]
    if overturned:
        raise OverturnedError(part, name, overturned)
    return Specimen(
        name=name,
        part_digest=part.digest,
        vertices_mm=vertices,
        triangles=triangles.astype(np.int32),
        normals=_tilted(mesh, rest_normals, field),
        rest_vertices_mm=rest.copy(),
        rest_normals=rest_normals,
        face=part.face[mesh.root.data],
        instance=instance,
        defects=tuple(
            _record(one, part, vertices, triangles[own if isinstance(one.thing, Film) else instance == one.id], field)
            for one, own in zip(settled, footprints, strict=True)
        ),
        films=tuple(
            _laid_film(one, own)
            for one, own in zip(settled, footprints, strict=True)
            if isinstance(one.thing, Film | BROKEN)
        ),
    )


@dataclass(frozen=True, eq=False)
class _Field:
    """What all defects together do at each vertex."""

    height: PerPoint
    gradient: Points
    upward: Points
    """The direction of movement: the smooth normal."""

    @staticmethod
    def flat(count: int) -> _Field:
        return _Field(np.zeros(count), np.zeros((count, 3)), np.zeros((count, 3)))


def _press(one: Settled, rest: Points, triangles: Triangles, normals: CornerNormals, field: _Field) -> np.ndarray:
    """Add one defect to the field, in place; say which of the triangles near it belong to its footprint."""
    vertices, local = np.unique(triangles, return_inverse=True)
    local = local.reshape(triangles.shape)
    if one.laid.upward is None:
        direction = smooth_normals(rest[vertices], local, normals, SMOOTHING * one.thing.deepest_mm)
    else:
        direction = np.broadcast_to(one.laid.upward, (len(vertices), 3))
    located = one.laid.chart.locate(rest[vertices], direction)
    relief = one.thing.relief(located.u, located.v)
    touched = (relief.height_mm != 0) | (relief.along != 0) | (relief.across != 0)
    rows = vertices[touched]
    field.height[rows] += relief.height_mm[touched]
    field.gradient[rows] += (relief.along[:, None] * located.along + relief.across[:, None] * located.across)[touched]
    field.upward[rows] = direction[touched]
    inside = in_footprint(relief)[local].astype(np.int8)
    return inside[:, 0] + inside[:, 1] + inside[:, 2] >= 2


def _tilted(mesh: Mesh, normals: CornerNormals, field: _Field) -> CornerNormals:
    """Tilt the corner normals by the gradient of the height at their vertices."""
    triangles = mesh.triangles.data
    sloping = dot(field.gradient, field.gradient) > 0
    row, corner = np.nonzero(sloping[triangles])
    vertex = triangles[row, corner]
    # The corners of a vertex mostly have one normal and one face: it is tilted once, for all of them.
    host = np.zeros((len(sloping), 2), dtype=np.int64)
    host[vertex] = np.stack([row, corner], axis=1)
    table = np.zeros_like(field.gradient)
    used = np.flatnonzero(sloping)
    own = host[used]
    table[used] = _tilt(mesh, own[:, 0], used, normals[own[:, 0], own[:, 1]], field)
    tilted = table[vertex]
    chosen = host[vertex]
    apart = normals[row, corner] - normals[chosen[:, 0], chosen[:, 1]]
    other = np.flatnonzero(dot(apart, apart) > 0)
    tilted[other] = _tilt(mesh, row[other], vertex[other], normals[row[other], corner[other]], field)
    result = normals.copy()
    result[row, corner] = tilted
    return result


def _tilt(mesh: Mesh, row: np.ndarray, vertex: np.ndarray, n: Points, field: _Field) -> Points:
    """Tilt normals n at vertices of triangles, by the formula at the head of this file."""
    g, d = field.gradient[vertex], field.upward[vertex]
    g = g - dot(g, n)[:, None] * n
    for surface, rows in by_face(mesh.part, mesh.root.data[row]):
        at = vertex[rows]
        g[rows] = curved_gradient(surface, mesh.vertices.data[at], n[rows], g[rows], field.height[at])
    tilted = n * (1 + dot(g, d))[:, None] - g * dot(n, d)[:, None]
    return tilted / norm(tilted)[:, None]


def _turned(rest: Points, vertices: Points, triangles: Triangles) -> bool:
    """Say whether any triangle faces backwards, seen from where it was."""
    before, after = area_vectors(rest[triangles]), area_vectors(vertices[triangles])
    return bool(np.any(dot(before, after) <= 0))


def _record(one: Settled, part: Part, vertices: Points, triangles: Triangles, field: _Field) -> Imprinted:
    used = np.unique(triangles)
    return Imprinted(
        id=one.id,
        kind=one.kind,
        significant=one.significant,
        parameters=plain(one.thing),
        position_mm=_three(one.laid.position),
        normal=_three(one.laid.normal),
        region=part.regions[one.region].name,
        area_mm2=float(np.linalg.norm(area_vectors(vertices[triangles]), axis=1).sum() / 2),
        depth_mm=0.0 if isinstance(one.thing, Film) else _deepest_mm(field.height[used]),
    )


def _laid_film(one: Settled, triangles: np.ndarray) -> LaidFilm:
    """Say where a film lies; the inside of what broke is one, too."""
    chart = one.laid.chart
    assert isinstance(chart, SpotChart | TraceChart)
    along = chart.along if isinstance(chart, SpotChart) else chart.directions[len(chart.directions) // 2]
    return LaidFilm(
        id=one.id,
        kind=one.kind,
        parameters=plain(one.thing),
        centre_mm=one.laid.position,
        normal=one.laid.normal,
        along=along,
        half_axes_mm=one.thing.half_axes_mm if isinstance(one.thing, Film) else (one.reach_mm, one.reach_mm),
        triangles=triangles,
        soiling=getattr(one.thing, "soiling", None),
        is_broken=isinstance(one.thing, BROKEN),
    )


def _deepest_mm(heights: PerPoint) -> float:
    """Give the largest displacement, positive into the metal."""
    return float(-heights[np.argmax(np.abs(heights))]) if len(heights) else 0.0


def _three(vector: Vector) -> tuple[float, float, float]:
    return float(vector[0]), float(vector[1]), float(vector[2])
