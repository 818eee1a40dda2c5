"""Transitions: where two finishes meet on smooth metal, the one runs out into the other in a ragged band.

A brush that is lifted, a wheel that is run out or a cutter that leaves does not stop at the line where the CAD model
has its edge. Here a place belongs to the finish on the other side of the line when

    s < W u(p),      u spread evenly over -1/2 ... 1/2

with s the distance from the line (negative beyond it), W the width of the transition and u a noise in space, in lumps
of 0.6, 0.22 and 0.08 W. So the share of the other finish falls in proportion to the distance, from one half on the
line to none at W / 2, and each place carries one finish or the other: a mixture of surfaces, as on the real part, not a
surface of mixed properties.

Only lines between regions across which the surface is smooth are transitions; an edge that turns by more than a stated
angle is cut clean by the tool. Lines are the polylines of the part's mesh, found through a grid of cells; beyond W / 2
from all of them nothing is computed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from blemish.arrays import Points
from blemish.engine import aligned
from blemish.part.model import Part

LUMPS = ((0.66, 0.6), (0.57, 0.22), (0.489, 0.08))
"""Share and size (in widths of the transition) of the lumps of noise; the squares of the shares add up to 1."""
MOST_CELLS = 160
"""Cells along the longest side of the grid."""


@dataclass(frozen=True, eq=False)
class Borders:
    """Line segments between regions, and for each cell of a grid those that may be near."""

    width_mm: float
    begin: Points
    end: Points
    faces: np.ndarray
    """The CAD faces on both sides, int64 (n, 2)."""
    origin_mm: np.ndarray
    cell_mm: float
    shape: tuple[int, int, int]
    start: np.ndarray
    """For each cell, where its list begins in ``items``; one more than there are cells."""
    items: np.ndarray

    def rows(self) -> np.ndarray:
        """Give [x, y, z, face | x, y, z, face] for each segment, float32 (n, 8)."""
        return np.column_stack([self.begin, self.faces[:, 0], self.end, self.faces[:, 1]]).astype(np.float32)


def borders_of(part: Part, width_mm: float, up_to_deg: float) -> Borders | None:
    """Find where finishes run into each other; None if there is no such place. Takes 0.1 s for a thousand segments."""
    if width_mm <= 0:
        return None
    begin, end, faces = _segments(part, np.cos(np.deg2rad(up_to_deg)))
    if not len(begin):
        return None
    reach = width_mm / 2
    low = np.minimum(begin, end).min(axis=0) - reach
    high = np.maximum(begin, end).max(axis=0) + reach
    cell = max(width_mm, float((high - low).max()) / MOST_CELLS)
    nx, ny, nz = (int(count) for count in np.floor((high - low) / cell) + 1)
    cells, items = _near(begin, end, low, cell, (nx, ny, nz), reach)
    start = np.searchsorted(cells, np.arange(nx * ny * nz + 1)).astype(np.uint32)
    return Borders(width_mm, begin, end, faces, low, cell, (nx, ny, nz), start, items.astype(np.uint32))


def _segments(part: Part, least_cosine: float) -> tuple[Points, Points, np.ndarray]:
    """Give the mesh's edges between regions across which the normal turns little: begin, end and both faces."""
    corner = part.triangles[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2)
    owner = np.repeat(np.arange(len(part.triangles)), 3)
    key = np.sort(corner, axis=1).astype(np.int64) @ np.array([len(part.vertices_mm), 1])
    order = np.argsort(key, kind="stable")
    pair = np.flatnonzero(key[order][1:] == key[order][:-1])
    one, other = order[pair], order[pair + 1]
    differ = part.region_of_triangle[owner[one]] != part.region_of_triangle[owner[other]]
    one, other = one[differ], other[differ]
    turn = np.einsum("ij,ij->i", _edge_normals(part, one), _edge_normals(part, other))
    one, other = one[turn > least_cosine], other[turn > least_cosine]
    ends = part.vertices_mm[corner[one]]
    faces = np.column_stack([part.face[owner[one]], part.face[owner[other]]])
    return ends[:, 0], ends[:, 1], faces.astype(np.int64)


def _edge_normals(part: Part, edge: np.ndarray) -> Points:
    """Give the mean normal of a triangle's two corners at each edge (three edges a triangle, in corner order)."""
    triangle, side = edge // 3, edge % 3
    sum_ = part.normals[triangle, side] + part.normals[triangle, (side + 1) % 3]
    return sum_ / np.linalg.norm(sum_, axis=1, keepdims=True)


def _near(  # noqa: PLR0917  segments, grid and reach
    begin: Points, end: Points, low: np.ndarray, cell_mm: float, shape: tuple[int, int, int], reach_mm: float
) -> tuple[np.ndarray, np.ndarray]:
    """Give pairs (cell, segment), sorted, for all cells that a place within reach of the segment may lie in."""
    counts = np.ceil(np.linalg.norm(end - begin, axis=1) / cell_mm).astype(np.int64) + 1
    which = np.repeat(np.arange(len(begin)), counts)
    step = np.concatenate([np.arange(count) / max(count - 1, 1) for count in counts])
    # Stepping by at most a cell, every point of the segment is within half a cell of a step.
    places = begin[which] + step[:, None] * (end - begin)[which]
    far = int(np.ceil((reach_mm + 0.5 * cell_mm) / cell_mm))
    around = np.stack(np.meshgrid(*[np.arange(-far, far + 1)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
    index = np.floor((places - low) / cell_mm).astype(np.int64)[:, None] + around
    middle = low + (index + 0.5) * cell_mm
    within = np.abs(middle - places[:, None]).max(axis=2) <= reach_mm + cell_mm + 1e-9
    within &= ((index >= 0) & (index < np.array(shape))).all(axis=2)
    number = (index[..., 0] * shape[1] + index[..., 1]) * shape[2] + index[..., 2]
    pairs = np.unique(np.column_stack([number[within], np.broadcast_to(which[:, None], within.shape)[within]]), axis=0)
    return pairs[:, 0], pairs[:, 1]


@dataclass(frozen=True)
class BorderTables:
    """Borders in the renderer's memory."""

    segments: Any
    start: Any
    items: Any
    origin: Any
    cell_mm: Any
    counts: Any
    width_mm: Any
    seed: Any


def border_tables(borders: Borders, seed: int) -> BorderTables:
    """Bring borders to the renderer."""
    import drjit as dr
    import mitsuba as mi

    made: Any = (
        mi.Float(aligned(borders.rows().ravel(), np.float32)),
        mi.UInt32(aligned(borders.start, np.uint32)),
        mi.UInt32(aligned(borders.items, np.uint32)),
        mi.Point3f(*map(float, borders.origin_mm)),
        mi.Float(borders.cell_mm),
        mi.Vector3i(*borders.shape),
        mi.Float(borders.width_mm),
        mi.UInt32(seed),
    )
    dr.make_opaque(made)
    return BorderTables(*made)


def face_at(tables: BorderTables, position: Any, face: Any, active: Any) -> Any:
    """Give the CAD face whose finish a place of ``face`` carries: mostly its own, near a border perhaps the other's."""
    import drjit as dr
    import mitsuba as mi

    from blemish.finish.noise import lumps

    first, last = _cell_list(tables, position, active)
    away, beyond, is_first = mi.Float(dr.inf), mi.UInt32(face), mi.Float(dr.inf) < 0

    def nearer(item: Any, away: Any, beyond: Any, is_first: Any) -> tuple[Any, Any, Any, Any]:
        segment = dr.gather(mi.UInt32, tables.items, item, item < last)
        a: Any = dr.gather(mi.Vector4f, tables.segments, segment * 2, item < last)
        b: Any = dr.gather(mi.Vector4f, tables.segments, segment * 2 + 1, item < last)
        one, other = mi.UInt32(a.w), mi.UInt32(b.w)
        span, from_begin = mi.Vector3f(b.xyz - a.xyz), mi.Vector3f(position) - mi.Vector3f(a.xyz)
        share: Any = dr.dot(from_begin, span) / dr.squared_norm(span)
        share = dr.select(share < 0, 0, dr.select(share > 1, 1, share))
        distance = dr.norm(from_begin - span * share)
        is_nearer = (distance < away) & ((one == face) | (other == face))
        return (
            item + 1,
            dr.select(is_nearer, distance, away),
            dr.select(is_nearer, dr.select(one == face, other, one), beyond),
            dr.select(is_nearer, one == face, is_first),
        )

    _, away, beyond, is_first = dr.while_loop(
        (first, away, beyond, is_first),
        lambda item, away, beyond, is_first: item < last,  # noqa: ARG005
        nearer,
        labels=("item", "away", "beyond", "is_first"),
    )
    # The noise is computed only where a border is near: a loop of one turn, which other places skip.
    near = active & (away < 0.5 * tables.width_mm)

    def ragged(todo: Any, noise: Any) -> tuple[Any, Any]:
        x, y, z = (value / tables.width_mm for value in (position.x, position.y, position.z))
        total = 0.0
        for octave, (share, size) in enumerate(LUMPS):
            # Each octave is turned against the one before, so that their lattices never line up.
            x, y, z = 0.36 * x + 0.48 * y - 0.8 * z, -0.8 * x + 0.6 * y, 0.48 * x + 0.64 * y + 0.6 * z
            total += share * lumps(x / size, y / size, z / size, tables.seed + octave)
        return todo & False, dr.select(todo, total, noise)

    _, noise = dr.while_loop((near, mi.Float(0)), lambda todo, noise: todo, ragged)  # noqa: ARG005
    # Both sides of a border must agree, so the distance is counted from one of them.
    signed = dr.select(is_first, away, -away)
    stays_first = signed > tables.width_mm * (_normal_share(noise) - 0.5)
    return dr.select(near & (stays_first != is_first), beyond, face)


def _cell_list(tables: BorderTables, position: Any, active: Any) -> tuple[Any, Any]:
    """Give where the list of this place's cell begins and ends; nothing outside the grid."""
    import drjit as dr
    import mitsuba as mi

    cell = mi.Vector3i(dr.floor((mi.Vector3f(position) - mi.Vector3f(tables.origin)) / tables.cell_mm))
    is_inside = active & dr.all((cell >= 0) & (cell < tables.counts))
    number = mi.UInt32((cell.x * tables.counts.y + cell.y) * tables.counts.z + cell.z)
    first = dr.gather(mi.UInt32, tables.start, number, is_inside)
    last = dr.gather(mi.UInt32, tables.start, number + 1, is_inside)
    return first, last


def _normal_share(x: Any) -> Any:
    """Give the share of a normal distribution below x, within 0.0003 (E. Page's approximation by a logistic curve)."""
    import drjit as dr

    return dr.rcp(1 + dr.exp(-1.5957691 * x - 0.0713548 * x * x * x))
