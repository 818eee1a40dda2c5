"""A triangle mesh that can be split at its edges: who lies beside whom is kept, never searched for again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from blemish.arrays import CornerNormals, Triangles
from blemish.defects.analytic import norm, part_normals
from blemish.part.model import Part


class Rows:
    """An array that grows at its end; ``data`` is a view that is valid until it grows again."""

    def __init__(self, values: np.ndarray) -> None:
        self._buffer = values.copy()
        self.count = len(values)

    @property
    def data(self) -> np.ndarray:
        """The rows, to read and to write."""
        return self._buffer[: self.count]

    def append(self, values: np.ndarray) -> None:
        """Add rows."""
        total = self.count + len(values)
        if total > len(self._buffer):
            bigger = np.empty((max(total, 3 * len(self._buffer) // 2), *self._buffer.shape[1:]), self._buffer.dtype)
            bigger[: self.count] = self.data
            self._buffer = bigger
        self._buffer[self.count : total] = values
        self.count = total


@dataclass(frozen=True, eq=False)
class Cut:
    """Triangles cut into pieces, not yet in the mesh."""

    triangles: Triangles
    """The pieces (c, 3), those of one triangle together."""
    edges: np.ndarray
    """Their edges (c, 3)."""
    columns: np.ndarray
    """On which of the two sides of each edge the piece lies (c, 3)."""
    of: np.ndarray
    """Which of the cut triangles each piece comes from (c,)."""
    ends: np.ndarray
    """The ends of the new edges (e, 2): two halves of each marked edge, then those inside the cut triangles."""


class Mesh:
    """The mesh of a part, ready to be split.

    Edge k of a triangle runs from corner k to corner k + 1. Every edge belongs to two triangles; where more than two
    of the part's triangles meet at an edge they are taken in pairs.
    """

    def __init__(self, part: Part) -> None:
        self.part = part
        triangles = part.triangles.astype(np.int64)
        edges, ends, sides = _paired_edges(triangles)
        self.vertices = Rows(part.vertices_mm.astype(np.float64))
        self.triangles = Rows(triangles)
        self.root = Rows(np.arange(len(triangles)))
        """The triangle of the part that each triangle is a piece of."""
        self.edges = Rows(edges)
        self.ends = Rows(ends)
        self.sides = Rows(sides)
        self.length = Rows(self._lengths(ends))

    def face_of(self, triangles: np.ndarray) -> np.ndarray:
        """Give the CAD faces on both sides of edges (e, 2), by their triangles; an open side counts as the other."""
        known = np.where(triangles >= 0, triangles, triangles[:, ::-1])
        return self.part.face[self.root.data[known]].astype(np.int64)

    def alike(self, sides: np.ndarray) -> np.ndarray:
        """Say which pairs of triangles (e, 2) lie in one smooth piece: a CAD face, and of a free one one triangle."""
        root = self.root.data[sides]
        face = self.part.face[root]
        free = np.array([surface.kind == "free" for surface in self.part.surfaces])
        return (face[:, 0] == face[:, 1]) & ((root[:, 0] == root[:, 1]) | ~free[face[:, 0]])

    def move_side(self, edges: np.ndarray, old: np.ndarray, new: np.ndarray) -> None:
        """Say that edges lie beside other triangles than before."""
        column = (self.sides.data[edges, 1] == old).astype(np.int64)
        self.sides.data[edges, column] = new

    def set_ends(self, edges: np.ndarray, ends: np.ndarray) -> None:
        """Say that edges run between other vertices than before."""
        self.ends.data[edges] = ends
        self.length.data[edges] = self._lengths(ends)

    def cut(self, marked: np.ndarray, touched: np.ndarray) -> Cut:
        """Cut the touched triangles at the middles of the marked edges; middle i will be vertex ``count`` + i.

        The middle 3 of a triangle's longest marked edge 0-1 is joined with corner 2 and with the middles 4 of edge 1-2
        and 5 of edge 2-0, where there are any.
        """
        slot = np.full(self.length.count, -1)
        slot[marked] = np.arange(len(marked))
        row = touched[:, None]
        all_edges = self.edges.data[touched]
        turn = np.argmax(np.where(slot[all_edges] >= 0, self.length.data[all_edges], -1.0), axis=1)
        around = (turn[:, None] + np.arange(3)) % 3
        corner, edge = self.triangles.data[row, around], self.edges.data[row, around]
        split = slot[edge]
        middle = self.vertices.count + split
        column = (self.sides.data[edge, 1] == row).astype(np.int64)
        # The halves of marked edge i are 2 i, beside the first of its ends, and 2 i + 1.
        backwards = self.ends.data[edge, 0] != corner
        start = self.length.count + 2 * split + backwards
        end = self.length.count + 2 * split + 1 - backwards
        inner = self.length.count + 2 * len(marked) + 3 * np.arange(len(touched))
        ids = np.concatenate([corner, middle], axis=1)
        # Edges 0-2 whole, 3-5 first halves, 6-8 second halves, 9-11 from middle 3 to corner 2, middle 4, middle 5.
        lines = np.concatenate([edge, start, end, inner[:, None] + np.arange(3)], axis=1)
        beside = np.concatenate([column] * 3, axis=1)
        has4, has5 = split[:, 1] >= 0, split[:, 2] >= 0
        pieces = [  # who is cut so, corners, edges, and the side on which inner edges have the piece
            (~has5, (0, 3, 2), (3, 9, 2), (0,)),
            (has5, (0, 3, 5), (3, 11, 8), (0,)),
            (has5, (5, 3, 2), (11, 9, 5), (1, 0)),
            (~has4, (3, 1, 2), (6, 1, 9), (1,)),
            (has4, (3, 1, 4), (6, 4, 10), (0,)),
            (has4, (3, 4, 2), (10, 7, 9), (1, 1)),
        ]
        parts = []
        for who, corners, sides, inside in pieces:
            on_side = np.empty((int(who.sum()), 3), dtype=np.int64)
            given = list(inside)
            for k, line in enumerate(sides):
                on_side[:, k] = beside[who, line] if line < 9 else given.pop(0)
            parts.append((np.flatnonzero(who), ids[who][:, corners], lines[who][:, sides], on_side))
        of, triangles, edges, columns = (np.concatenate([part[i] for part in parts]) for i in range(4))
        order = np.argsort(of, kind="stable")
        ends = np.empty((2 * len(marked) + 3 * len(touched), 2), dtype=np.int64)
        new = self.vertices.count + np.arange(len(marked))
        ends[0 : 2 * len(marked) : 2] = np.stack([self.ends.data[marked, 0], new], axis=1)
        ends[1 : 2 * len(marked) : 2] = np.stack([new, self.ends.data[marked, 1]], axis=1)
        inside_ends = np.stack([ids[:, [3, 3, 3]], ids[:, [2, 4, 5]]], axis=2)
        # A middle that is not there leaves an edge that nobody uses, from middle 3 to itself.
        inside_ends[:, 1, 1] = np.where(has4, inside_ends[:, 1, 1], ids[:, 3])
        inside_ends[:, 2, 1] = np.where(has5, inside_ends[:, 2, 1], ids[:, 3])
        ends[2 * len(marked) :] = inside_ends.reshape(-1, 2)
        return Cut(triangles[order], edges[order], columns[order], of[order], ends)

    def take(self, touched: np.ndarray, cut: Cut) -> np.ndarray:
        """Put the pieces into the mesh, the first of each in its triangle's row; give the row of every piece.

        The new vertices must have been appended before.
        """
        first = np.concatenate([[True], cut.of[1:] != cut.of[:-1]])
        rows = np.empty(len(cut.of), dtype=np.int64)
        rows[first] = touched
        rows[~first] = self.triangles.count + np.arange(len(cut.of) - len(touched))
        self.root.append(self.root.data[touched][cut.of[~first]])
        for mine, pieces in ((self.triangles, cut.triangles), (self.edges, cut.edges)):
            mine.data[touched] = pieces[first]
            mine.append(pieces[~first])
        self.ends.append(cut.ends)
        self.length.append(self._lengths(cut.ends))
        self.sides.append(np.full((len(cut.ends), 2), -1, dtype=np.int64))
        self.sides.data[cut.edges, cut.columns] = rows[:, None]
        return rows

    def _lengths(self, ends: np.ndarray) -> np.ndarray:
        points = self.vertices.data[ends]
        return norm(points[:, 1] - points[:, 0])

    def corner_normals(self) -> CornerNormals:
        """Give unit corner normals: the part's own at its vertices, those of the exact surface at new ones.

        On free surfaces the normals of the part's triangle are interpolated.
        """
        triangles, root = self.triangles.data, self.root.data
        normals = self.part.normals[root].astype(np.float64)
        changed = np.flatnonzero((triangles != self.part.triangles[root]) @ np.ones(3, dtype=np.int8))
        match = triangles[changed][:, :, None] == self.part.triangles[root[changed]][:, None, :]
        row, corner = np.nonzero(match.any(axis=2))
        from_root = np.argmax(match[row, corner], axis=1)
        normals[changed[row], corner] = self.part.normals[root[changed[row]], from_root]
        old = match.any(axis=2)
        # A new vertex mostly lies in one face: its normal there serves all its corners in that face.
        row, corner = np.nonzero(~old)
        row = changed[row]
        vertex, face = triangles[row, corner], self.part.face[root[row]]
        host = np.empty(self.vertices.count, dtype=np.int64)
        host[vertex] = row
        fresh = np.zeros(self.vertices.count, dtype=bool)
        fresh[vertex] = True
        used = np.flatnonzero(fresh)
        table = np.empty((self.vertices.count, 3))
        table[used] = part_normals(self.part, root[host[used]], self.vertices.data[used])
        found = table[vertex]
        other = np.flatnonzero(self.part.face[root[host[vertex]]] != face)
        found[other] = part_normals(self.part, root[row[other]], self.vertices.data[vertex[other]])
        normals[row, corner] = found
        return normals


def _paired_edges(triangles: Triangles) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give the edges of triangles (m, 3), the ends (e, 2) and the triangles on both sides (e, 2), -1 for none."""
    start, end = triangles.ravel(), triangles[:, [1, 2, 0]].ravel()
    keys = np.minimum(start, end) * (triangles.max(initial=0) + 1) + np.maximum(start, end)
    downwards = start > end
    # The n-th that runs upwards along an edge is paired with the n-th that runs downwards.
    order = np.lexsort((downwards, keys))
    order = order[np.lexsort((downwards[order], _rank(keys[order] * 2 + downwards[order]), keys[order]))]
    rank = _rank(keys[order])
    ids = np.cumsum(rank % 2 == 0) - 1
    edges = np.empty(len(order), dtype=np.int64)
    edges[order] = ids
    ends = np.empty((ids[-1] + 1, 2), dtype=np.int64)
    ends[ids, 0], ends[ids, 1] = np.minimum(start, end)[order], np.maximum(start, end)[order]
    sides = np.full((ids[-1] + 1, 2), -1, dtype=np.int64)
    sides[ids, rank % 2] = order // 3
    return edges.reshape(-1, 3), ends, sides


def _rank(values: np.ndarray) -> np.ndarray:
    """Number equal neighbours of a sorted array from 0."""
    fresh = np.concatenate([[True], values[1:] != values[:-1]])
    here = np.arange(len(values))
    return here - np.maximum.accumulate(np.where(fresh, here, 0))
