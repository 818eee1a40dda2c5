"""Making one closed solid of loose triangles: weld, check, turn outwards."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from blemish.arrays import PerTriangle, Points, Triangles
from blemish.errors import PartError

WELDS = (1e-7, 1e-6, 1e-5, 1e-4)
"""Weld distances to try, as fractions of the part's diagonal: the first that closes the mesh is taken."""
WIDEST_WELD_MM = 0.02
"""Never weld more than this: what is smaller than a camera sees may go, what it sees may not."""


@dataclass(frozen=True, eq=False)
class Solid:
    """A closed surface turned outwards, and which of the loose triangles it was made of."""

    vertices_mm: Points
    triangles: Triangles
    kept: np.ndarray
    """For each triangle, the loose triangle that it was; those that lost their area by welding are gone."""
    turned: bool
    """Whether all triangles had to be turned around."""


def solid_of(points: Points, triangles: Triangles, where: str, cure: str) -> Solid:
    """Weld loose triangles into one closed solid, or raise a :class:`PartError` that says what is open, and where."""
    if not np.isfinite(points).all():
        lost = int((~np.isfinite(points)).any(axis=1).sum())
        raise PartError(f"{where}: {lost} of its points have coordinates that are no numbers; {cure}")
    points, triangles, kept = _weld_closed(points, triangles)
    if len(triangles) == 0:
        raise PartError(f"{where}: no triangle in it has an area; {cure}")
    _refuse_open(points, triangles, where, cure)
    turned = _volumes_mm3(points, triangles).sum() < 0
    if turned:
        triangles = triangles[:, ::-1]
    _refuse_several(points, triangles, where)
    return Solid(points, triangles, kept, bool(turned))


def weld(points: Points, distance_mm: float) -> tuple[np.ndarray, np.ndarray]:
    """Make one of points nearer than ``distance_mm``; the kept points (k, 3), and each old point's new index (n,).

    The first of them in the file stays where it is, and the order of the file is the order of the mesh.
    """
    pairs = cKDTree(points).query_pairs(distance_mm, output_type="ndarray")
    _, label = connected_components(_links(pairs[:, 0], pairs[:, 1], len(points)), directed=False)
    _, first, inverse = np.unique(label, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return points[np.sort(first)], rank[inverse]


def faulty_edges(triangles: Triangles) -> tuple[np.ndarray, np.ndarray]:
    """Give the edges (k, 2) that keep a surface from being closed, and how many triangles meet at each.

    A closed, consistently turned surface has each directed edge once, and its opposite once. So 1 is an open edge, 2
    an edge whose triangles are turned against each other, more an edge where surfaces touch.
    """
    directed = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]]).astype(np.int64)
    count = int(directed.max(initial=0)) + 1
    undirected = directed.min(axis=1) * count + directed.max(axis=1)
    keys, edge, times = np.unique(undirected, return_inverse=True, return_counts=True)
    balance = np.bincount(edge, weights=np.where(directed[:, 0] < directed[:, 1], 1, -1), minlength=len(keys))
    bad = (times != 2) | (balance != 0)
    return np.stack([keys[bad] // count, keys[bad] % count], axis=1), times[bad]


def shells(triangles: Triangles) -> PerTriangle:
    """Number the connected shells; the shell of each triangle."""
    links = _links(triangles[:, :2].ravel(), triangles[:, 1:].ravel(), int(triangles.max()) + 1)
    _, label = connected_components(links, directed=False)
    return np.unique(label[triangles[:, 0]], return_inverse=True)[1]


def _links(start: np.ndarray, end: np.ndarray, count: int) -> coo_array:
    return coo_array((np.ones(len(start), dtype=np.int8), (start, end)), shape=(count, count))


def _weld_closed(points: Points, triangles: Triangles) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Weld with the smallest distance that closes the mesh; one that none closes comes back as the first left it."""
    diagonal = float(np.linalg.norm(np.ptp(points[np.unique(triangles)], axis=0)))
    results = []
    for fraction in WELDS:
        welded, new = weld(points, min(fraction * diagonal, WIDEST_WELD_MM))
        corners = new[triangles]
        kept = np.flatnonzero((corners != np.roll(corners, 1, axis=1)).all(axis=1))
        used, corners = np.unique(corners[kept], return_inverse=True)
        results.append((welded[used], corners.reshape(-1, 3), kept))
        if not len(faulty_edges(results[-1][1])[0]):
            return results[-1]
    return results[0]


def _volumes_mm3(points: Points, triangles: Triangles) -> np.ndarray:
    """Give what each triangle adds to the enclosed volume, a . (b x c) / 6 (Gauss's theorem)."""
    a, b, c = (points - points.mean(axis=0))[triangles].transpose(1, 0, 2)
    return np.einsum("ij,ij->i", a, np.cross(b, c)) / 6


def _refuse_open(points: Points, triangles: Triangles, where: str, cure: str) -> None:
    faulty, meeting = faulty_edges(triangles)
    if not len(faulty):
        return
    kinds = {
        "open": int((meeting == 1).sum()),
        "between triangles turned against each other": int((meeting == 2).sum()),
        "where more than two triangles meet, as where bodies touch": int((meeting > 2).sum()),
    }
    counts = ", ".join(f"{count} {kind}" for kind, count in kinds.items() if count)
    ends = points[faulty]
    lengths = np.linalg.norm(ends[:, 1] - ends[:, 0], axis=1)
    longest = ends[lengths.argmax()].mean(axis=0)
    low, high = ends.min(axis=(0, 1)), ends.max(axis=(0, 1))
    raise PartError(
        f"{where}: the surface is not closed: {len(faulty)} faulty edges ({counts}), the longest near "
        f"{_place(longest)} mm, all between {_place(low)} and {_place(high)} mm; {cure}"
    )


def _refuse_several(points: Points, triangles: Triangles, where: str) -> None:
    """Take one body, which may have closed hollows; a file with several is refused, for a part is one piece."""
    shell = shells(triangles)
    count = int(shell.max()) + 1
    if count == 1:
        return
    volumes = np.bincount(shell, weights=_volumes_mm3(points, triangles))
    low, high = np.full((count, 3), np.inf), np.full((count, 3), -np.inf)
    for corner in range(3):
        np.minimum.at(low, shell, points[triangles[:, corner]])
        np.maximum.at(high, shell, points[triangles[:, corner]])
    body = int(volumes.argmax())
    hollow = (volumes < 0) & (low >= low[body]).all(axis=1) & (high <= high[body]).all(axis=1)
    separate = np.flatnonzero(~hollow)
    if len(separate) > 1:
        sizes = [" x ".join(f"{value:.1f}" for value in high[one] - low[one]) + " mm" for one in separate[:4]]
        more = ", ..." if len(separate) > len(sizes) else ""
        raise PartError(
            f"{where}: there are {len(separate)} separate solids in it ({', '.join(sizes)}{more}); a part is one "
            "piece: export the one that is inspected on its own"
        )


def _place(point: np.ndarray) -> str:
    return "(" + ", ".join(f"{value:.2f}" for value in point) + ")"
