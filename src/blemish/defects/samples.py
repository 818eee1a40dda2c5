"""Samples: what a population looks like, laid out on a plate in rows and columns, to be looked at before the work.

Of many that are drawn, five by five are taken across the first two fields that have a range: from left to right the
first grows, from top to bottom the second; all else is as it was drawn. Nicks lie on the ridges of a row of roofs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from blemish.defects.ground import ground_of
from blemish.defects.imprint import imprint
from blemish.defects.kind import Kind, OnEdge, Spot, Trace
from blemish.defects.place import Asked, settle_at, settle_on_edge
from blemish.defects.population import drawn_thing, is_significant
from blemish.defects.settled import Settled
from blemish.defects.specimen import Specimen
from blemish.errors import DefectError
from blemish.part.model import Part, Region, Surface
from blemish.seeds import stream
from blemish.vary import KINDS

SIDE = 5
"""Rows and columns."""
DRAWN = 24 * SIDE * SIDE
"""How many are drawn to choose from."""
ROOF_DEG = 27.0
"""Slope of the roofs, whose ridges so turn by twice as much."""
_NO_SIZE = ("orientation_deg", "pattern", "curving_phase_deg", "pressure_phase_deg")


@dataclass(frozen=True, eq=False)
class Plate:
    """A plate of samples."""

    part: Part
    specimen: Specimen
    size_mm: float
    """The side of the square on which they lie, around the origin, facing +z."""


def sample_plate(population: Any, seed: int, finest_edge_mm: float | None = None) -> Plate:
    """Lay out 5 x 5 samples of a population; a :class:`DefectError` says which cannot be made."""
    things = samples_of(population, seed)
    pitch = max(1.25 * max(_extent_mm(thing) for thing in things), 0.5)
    thickness = 10 * max(thing.deepest_mm for thing in things) + 1
    part = _roofs(pitch) if isinstance(things[0], OnEdge) else _flat(pitch, thickness)
    settled = [_placed(part, thing, population, number, pitch) for number, thing in enumerate(things, 1)]
    return Plate(part, imprint(part, "samples", settled, finest_edge_mm), SIDE * pitch)


def samples_of(population: Any, seed: int) -> list[Kind]:
    """Draw 25 things across the range of a population, row by row."""
    rng = stream(seed, "samples", population.kind)
    ranged = [
        field.name
        for field in fields(population.thing)
        if isinstance(getattr(population, field.name), KINDS) and field.name not in _NO_SIZE
    ]
    many = [drawn_thing(population, rng, f"sample of {population.kind}") for _ in range(DRAWN)]
    if ranged:
        many.sort(key=lambda thing: getattr(thing, ranged[0]))
    columns = []
    for column in range(SIDE):
        those = many[column * len(many) // SIDE : (column + 1) * len(many) // SIDE]
        those.sort(key=lambda thing: getattr(thing, ranged[min(1, len(ranged) - 1)]) if ranged else 0)
        columns.append([those[(2 * row + 1) * len(those) // (2 * SIDE)] for row in range(SIDE)])
    return [columns[column][row] for row in range(SIDE) for column in range(SIDE)]


def _extent_mm(thing: Kind) -> float:
    if isinstance(thing, OnEdge):
        return max(2 * thing.half_edge_mm, 4 * thing.reach_mm)
    if isinstance(thing, Trace):
        return thing.length_mm + 2 * thing.reach_mm
    assert isinstance(thing, Spot)
    return 2 * (thing.half_spine_mm + thing.reach_mm)


def _placed(part: Part, thing: Kind, population: Any, number: int, pitch_mm: float) -> Settled:
    row, column = divmod(number - 1, SIDE)
    middle = (SIDE - 1) / 2
    point = np.array([(column - middle) * pitch_mm, (middle - row) * pitch_mm, 0.0])
    label = f"{population.kind} in row {row + 1} and column {column + 1}"
    asked = Asked(
        "samples", number, population.kind, label, significant=is_significant(population, thing), regions=("*",)
    )
    ground = ground_of(part, [0])
    if isinstance(thing, OnEdge):
        ends = part.vertices_mm[ground.topology.edges[ground.sharp_edges]]
        nearest = np.argmin(np.abs(ends[:, :, 1:] - point[1:]).sum(axis=(1, 2)))
        found = settle_on_edge(ground, thing, asked, int(ground.sharp_edges[nearest]), point)
    else:
        corners = part.vertices_mm[part.triangles]
        upward = np.flatnonzero(part.normals[:, 0, 2] > 0.99)
        inside = [triangle for triangle in upward if _contains(corners[triangle, :, :2], point[:2])]
        found = settle_at(ground, thing, asked, int(inside[0]), point)
    if not isinstance(found, Settled):
        raise DefectError(f"samples: the {label} ({thing}) does not lie on a plate: {found.why}")
    return found


def _contains(corners: np.ndarray, point: np.ndarray) -> bool:
    sides = np.roll(corners, -1, axis=0) - corners
    away = point - corners
    return bool(np.all(sides[:, 0] * away[:, 1] - sides[:, 1] * away[:, 0] >= -1e-9))


def _flat(pitch_mm: float, thickness_mm: float) -> Part:
    """A flat plate, its top at z = 0."""
    half = SIDE * pitch_mm / 2 * 1.1
    return bars([np.array([[-half, -thickness_mm], [half, -thickness_mm], [half, 0.0], [-half, 0.0]])], half)


def _roofs(pitch_mm: float) -> Part:
    """Five bars whose ridges are at z = 0."""
    half = 0.48 * pitch_mm
    rise = np.tan(np.radians(ROOF_DEG)) * half
    middles = (np.arange(SIDE) - (SIDE - 1) / 2) * pitch_mm
    outlines = [np.array([[y - half, -rise], [y + half, -rise], [y, 0.0]]) for y in middles]
    return bars(outlines, SIDE * pitch_mm / 2 * 1.1)


def bars(outlines: Sequence[np.ndarray], half_mm: float) -> Part:
    """Bars along x, each with a convex outline (n, 2) in y and z, counter-clockwise seen from +x."""
    vertices: list[np.ndarray] = []
    fans, normals, surfaces = [], [], []

    def face(ids: list[int]) -> None:
        a, b, c = (vertices[corner] for corner in ids[:3])
        normal = np.cross(b - a, c - a)
        normals.append(normal / np.linalg.norm(normal))
        fans.append([(ids[0], ids[k], ids[k + 1]) for k in range(1, len(ids) - 1)])
        surfaces.append(Surface("plane", a, normals[-1]))

    for outline in outlines:
        first, count = len(vertices), len(outline)
        vertices += [np.array([x, y, z]) for x in (half_mm, -half_mm) for y, z in outline]
        near, far = list(range(first, first + count)), list(range(first + count, first + 2 * count))
        face(near)
        face(far[::-1])
        for k in range(count):
            j = (k + 1) % count
            face([near[k], far[k], far[j], near[j]])
    owner = np.repeat(np.arange(len(surfaces)), [len(fan) for fan in fans])
    return Part(
        name="plate",
        digest="plate",
        vertices_mm=np.array(vertices),
        triangles=np.array([triangle for fan in fans for triangle in fan], dtype=np.int32),
        normals=np.repeat(np.array(normals)[owner][:, None], 3, axis=1),
        face=owner.astype(np.int32),
        surfaces=tuple(surfaces),
        regions=(Region("plate", tuple(range(len(surfaces)))),),
    )
