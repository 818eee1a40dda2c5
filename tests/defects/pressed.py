"""What the tests of defects share: populations from tables, defects at chosen points, and laws about meshes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from pydantic import TypeAdapter

from blemish.defects import DefectPopulation, Specimen
from blemish.defects.ground import ground_of
from blemish.defects.imprint import imprint
from blemish.defects.kind import Kind
from blemish.defects.place import Asked, settle_at
from blemish.defects.settled import Settled
from blemish.part.model import Part, Region, Surface

FILMS: list[dict[str, Any]] = [
    {"kind": "dust", "per_specimen": 2, "patch_mm": 3.0},
    {"kind": "fibre", "per_specimen": 2, "orientation_deg": {"uniform": [0.0, 180.0]}},
    {"kind": "stain", "per_specimen": 1, "diameter_mm": 4.0, "elongation": {"uniform": [1.0, 2.0]}},
    {"kind": "fingerprint", "per_specimen": 1, "length_mm": 7.0, "breadth_mm": 5.0},
    {"kind": "rub", "per_specimen": 1, "length_mm": 5.0, "breadth_mm": 2.0},
]
"""Populations of every kind of film."""

_POPULATIONS: TypeAdapter[Any] = TypeAdapter(tuple[DefectPopulation, ...])


def populations(*tables: Mapping[str, Any]) -> tuple[DefectPopulation, ...]:
    """Read populations as they stand in a study."""
    return _POPULATIONS.validate_python(tables)


def settled_at(part: Part, thing: Kind, point: tuple[float, float, float], number: int = 1) -> Settled:
    """Place a defect at the point of the coarse mesh that is nearest to the given one."""
    corners = part.vertices_mm[part.triangles]
    grid = np.array([(i, j, 24 - i - j) for i in range(25) for j in range(25 - i)]) / 24
    samples = np.einsum("gk,tkc->tgc", grid, corners)
    triangle, best = np.unravel_index(np.argmin(np.linalg.norm(samples - point, axis=2)), samples.shape[:2])
    asked = Asked("d000", number, type(thing).__name__.lower(), f"defect {number}", significant=True, regions=("*",))
    ground = ground_of(part, range(len(part.regions)))
    found = settle_at(ground, thing, asked, int(triangle), samples[triangle, best])
    assert isinstance(found, Settled), found
    return found


def pressed(
    part: Part, thing: Kind, point: tuple[float, float, float], finest_edge_mm: float | None = None
) -> Specimen:
    """Press one defect into a part at a point."""
    return imprint(part, "d000", [settled_at(part, thing, point)], finest_edge_mm)


def bevelled() -> Part:
    """A bar along y, 20 x 20 x 5, with a bevel of 45 degrees from (7, 5) to (10, 2) in x and z; its face is 3."""
    outline = np.array([[-10, 0], [10, 0], [10, 2], [7, 5], [-10, 5]], dtype=np.float64)
    n = len(outline)
    vertices = np.array([[x, y, z] for y in (-10.0, 10.0) for x, z in outline])
    triangles, face, normal = [], [], []
    for i in range(n):
        j = (i + 1) % n
        (x, z), (x2, z2) = outline[i], outline[j]
        away = np.array([z2 - z, 0, x - x2]) / np.hypot(x2 - x, z2 - z)
        triangles += [(i, n + j, j), (i, n + i, n + j)]
        face += [i + 1] * 2
        normal += [away] * 2
    for i in range(1, n - 1):
        triangles += [(0, i, i + 1), (n, n + i + 1, n + i)]
        face += [0, n + 1]
        normal += [np.array([0, -1.0, 0]), np.array([0, 1.0, 0])]
    corners = np.array(triangles, dtype=np.int32)
    surfaces = [Surface("free", np.zeros(3), np.array([0, 0, 1.0]))] * (n + 2)
    for number, away, (a, _, _) in zip(face, normal, triangles, strict=True):
        surfaces[number] = Surface("plane", vertices[a], away)
    return Part(
        name="bar",
        digest="bar",
        vertices_mm=vertices,
        triangles=corners,
        normals=np.repeat(np.array(normal)[:, None], 3, axis=1),
        face=np.array(face, dtype=np.int32),
        surfaces=tuple(surfaces),
        regions=(Region("bar", tuple(range(n + 2))),),
    )


def is_closed(triangles: np.ndarray) -> bool:
    """Say whether every edge belongs to exactly two triangles that run along it in opposite directions."""
    start, end = triangles.astype(np.int64).ravel(), triangles[:, [1, 2, 0]].astype(np.int64).ravel()
    there, back = start * 10**9 + end, end * 10**9 + start
    return len(np.unique(there)) == len(there) and np.array_equal(np.sort(there), np.sort(back))


def area_vectors(vertices: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Give the normals of triangles; their length is twice the area."""
    a, b, c = vertices[triangles].transpose(1, 0, 2)
    return np.cross(b - a, c - a)


def volume_mm3(vertices: np.ndarray, triangles: np.ndarray) -> float:
    """Give the volume that a closed mesh encloses (divergence theorem)."""
    a, b, c = vertices[triangles].transpose(1, 0, 2)
    return float(np.sum(a * np.cross(b, c)) / 6)


def turned(specimen: Specimen) -> int:
    """Count the triangles that face away from where they faced at rest."""
    before = area_vectors(specimen.rest_vertices_mm, specimen.triangles)
    after = area_vectors(specimen.vertices_mm, specimen.triangles)
    return int(np.sum(np.sum(before * after, axis=1) <= 0))


def level_crossings(specimen: Specimen, height: np.ndarray) -> np.ndarray:
    """Give the rest points where edges cross from below to above the undamaged surface (k, 3)."""
    edges = np.unique(np.sort(specimen.triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1), axis=0)
    low, high = height[edges].T
    crossing = low * high < 0
    share = (low / np.where(crossing, low - high, 1.0))[crossing, None]
    start, end = specimen.rest_vertices_mm[edges[crossing]].transpose(1, 0, 2)
    return start + share * (end - start)
