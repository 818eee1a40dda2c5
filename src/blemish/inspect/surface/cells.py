"""Triangles cut into cells, so that whatever is known of a place on a mesh can be looked up instead of searched.

A triangle with its longest side opposite corner A is cut by lines parallel to the two shorter sides into n1 x n2 cells
of its coordinates (u, v), the place being A + u (B - A) + v (C - A). A place then needs one product with a row of eight
numbers to know its cell. Long thin triangles, as a tessellated cylinder has them, are cut along their length only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from blemish.arrays import PerPoint, PerTriangle, Points
from blemish.dataset.ply import Geometry
from blemish.errors import RequestError

MOST_CELLS = 60_000_000


@dataclass(frozen=True, eq=False)
class Cells:
    """The cells of a mesh, triangle by triangle, each triangle's row by row."""

    first: PerTriangle
    """The first cell of each triangle, int64."""
    counts: np.ndarray
    """n1 and n2 of each triangle, int32 (m, 2)."""
    rows: np.ndarray
    """n1 u and n2 v as products with (x, y, z, 1), float32 (m, 2, 4)."""
    triangle: np.ndarray
    """The triangle of each cell, int32 (cells,)."""
    centre_mm: Points
    """A place in each cell; of cells that reach beyond their triangle, in the triangle."""
    area_mm2: PerPoint
    """The part of each cell that is in the triangle, (cells,); half of a triangle's n1 x n2 cells are beyond it."""

    def at(self, triangle: np.ndarray, places: np.ndarray) -> np.ndarray:
        """Give the cell of each place (3, n) on a triangle of the mesh (n,)."""
        cell = self.first[triangle]
        cut = np.flatnonzero((self.counts[triangle] > 1).any(axis=1))
        if len(cut):
            owner = triangle[cut]
            rows, counts = self.rows[owner], self.counts[owner]
            x, y, z = places[:, cut]
            steps = [
                np.clip(row[:, 0] * x + row[:, 1] * y + row[:, 2] * z + row[:, 3], 0, count - 1).astype(np.int32)
                for row, count in ((rows[:, 0], counts[:, 0]), (rows[:, 1], counts[:, 1]))
            ]
            cell[cut] += steps[0] * counts[:, 1] + steps[1]
        return cell


def cut(geometry: Geometry, size_mm: float) -> Cells:
    """Cut a mesh into cells whose sides are at most ``size_mm`` long; :class:`RequestError` where that is too many."""
    corners = _longest_side_last(geometry.vertices_mm[geometry.triangles])
    a, side = corners[:, 0], np.stack([corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]], axis=1)
    counts = np.maximum(np.ceil(np.linalg.norm(side, axis=2) / size_mm - 1e-9), 1)
    total = counts.prod(axis=1).sum()
    if total > MOST_CELLS:
        raise RequestError(
            f"a mesh of this size has {total:.3g} cells of {size_mm:.3g} mm, more than {MOST_CELLS}: use patches about "
            f"{(total / MOST_CELLS) ** 0.5:.1f} times as large (patch_mm)"
        )
    counts = counts.astype(np.int32)
    size = counts.prod(axis=1).astype(np.int64)
    first = np.cumsum(size) - size
    triangle = np.repeat(np.arange(len(size), dtype=np.int32), size)
    step = np.arange(len(triangle)) - first[triangle]
    i, j = np.divmod(step, counts[triangle, 1])
    n1, n2 = counts[triangle].T
    u, v = (i + 0.5) / n1, (j + 0.5) / n2
    # Back to the longest side by the fewest cells.
    beyond = np.maximum(u + v - 1, 0) / (1.0 * n1 * n1 + 1.0 * n2 * n2)
    u, v = np.maximum(u - beyond * n2 * n2, 0), np.maximum(v - beyond * n1 * n1, 0)
    cross = np.cross(side[:, 0], side[:, 1])
    share = _inside((i + 1) / n1, (j + 1) / n2) - _inside(i / n1, (j + 1) / n2)
    share += _inside(i / n1, j / n2) - _inside((i + 1) / n1, j / n2)
    return Cells(
        first=first,
        counts=counts,
        rows=_rows(a, side, cross, counts),
        triangle=triangle,
        centre_mm=a[triangle] + u[:, None] * side[triangle, 0] + v[:, None] * side[triangle, 1],
        area_mm2=np.maximum(share, 0) * np.linalg.norm(cross, axis=1)[triangle],
    )


def normals_of(geometry: Geometry) -> Points:
    """Give the outward unit normal of each triangle; of one without area, 0."""
    a, b, c = np.moveaxis(geometry.vertices_mm[geometry.triangles], 1, 0)
    normal = np.cross(b - a, c - a)
    return normal / np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-30)


def _longest_side_last(corners: np.ndarray) -> np.ndarray:
    """Turn each triangle (m, 3, 3) so that its longest side is the one from its second to its third corner."""
    opposite = np.linalg.norm(np.roll(corners, -1, axis=1) - np.roll(corners, -2, axis=1), axis=2)
    turn = (opposite.argmax(axis=1)[:, None] + np.arange(3)) % 3
    return np.take_along_axis(corners, turn[:, :, None], axis=1)


def _rows(a: Points, side: np.ndarray, cross: Points, counts: np.ndarray) -> np.ndarray:
    """Give the products that n1 u and n2 v are, with the dual vectors of the two sides."""
    squared = np.maximum((cross * cross).sum(axis=1), 1e-30)[:, None]
    dual = np.stack([np.cross(side[:, 1], cross), np.cross(cross, side[:, 0])], axis=1) / squared[:, None]
    dual = dual * counts[:, :, None]
    return np.concatenate([dual, -np.einsum("mkx,mx->mk", dual, a)[:, :, None]], axis=2).astype(np.float32)


def _inside(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Give the area of [0, u] x [0, v] that lies below u + v = 1."""
    return u * v - np.maximum(u + v - 1, 0) ** 2 / 2
