"""The part's surface as small patches, the same for every specimen, and the patch that each pixel looks at.

A patch is what is nearest, on its own CAD face, to one of many seeds that are spread over the nominal part about
``patch_mm`` apart. So both sides of a thin wall, and both sides of a crease, never share a patch. On a specimen's own
mesh, whose triangles are finer at its defects, small cells (:mod:`cells`) are given to the seeds once; a pixel, which
knows its triangle and its place, then finds its patch without a search.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from blemish.arrays import PerPoint, Points
from blemish.dataset.ply import Geometry
from blemish.errors import DatasetError, RequestError
from blemish.inspect.surface.cells import Cells, cut, normals_of
from blemish.seeds import stream

CELLS_ACROSS = 3
"""Cells along the side of a patch."""
APART = 0.85
"""Seeds are at least this share of ``patch_mm`` apart, which gives patches of about ``patch_mm`` squared."""
OPPOSITE = -0.3
"""Patches whose normals have a smaller product lie on two sides of a wall and never touch."""
TURN = 0.5
"""What a right turn of the normal is worth, in patches over the root of two: two sides of one face are not near."""
_FACES_APART_MM = 1e4


@dataclass(frozen=True, eq=False)
class Patches:
    """The patches of a part, ``n`` of them."""

    patch_mm: float
    centre_mm: Points
    """The seeds, on the nominal surface."""
    normal: Points
    """Outward unit normals there."""
    area_mm2: PerPoint
    face: np.ndarray
    """CAD face, int32 (n,)."""
    region: np.ndarray
    """Index into ``regions``, int32 (n,)."""
    regions: tuple[str, ...]
    neighbours: np.ndarray
    """Pairs of patches that touch, the smaller number first, int32 (k, 2); they may be of different faces."""

    def __len__(self) -> int:
        return len(self.area_mm2)

    @cached_property
    def tree(self) -> object:
        """The seeds to be searched, each CAD face far away from the others."""
        from scipy.spatial import cKDTree

        return cKDTree(_features(self.centre_mm, self.normal, self.face, self.patch_mm))

    def nearest(self, places: Points, normals: Points, face: np.ndarray) -> np.ndarray:
        """Give the patch of each place (n,), among those of its CAD face; int32."""
        return self.tree.query(_features(places, normals, face, self.patch_mm))[1].astype(np.int32)  # type: ignore[attr-defined]


@dataclass(frozen=True, eq=False)
class Lookup:
    """Where the mesh of one specimen lies on the patches of the part."""

    patches: Patches
    cells: Cells
    patch: np.ndarray
    """The patch of each cell, int32."""

    def at(self, triangle: np.ndarray, places: np.ndarray) -> np.ndarray:
        """Give the patch of each place (3, n) that lies on a triangle (n,) of this specimen's mesh; int32."""
        if len(triangle) and int(triangle.max()) >= len(self.cells.first):
            raise DatasetError(
                f"the geometry of a frame names triangle {int(triangle.max())}, its specimen has only "
                f"{len(self.cells.first)}: they were not made together; make the dataset again"
            )
        return self.patch[self.cells.at(triangle, places)]


@dataclass(frozen=True, eq=False)
class Truth:
    """What of each patch belongs to which defect of one specimen, as a sparse table."""

    patch: np.ndarray
    """int32 (k,)."""
    defect: np.ndarray
    """The id of the defect, int32 (k,)."""
    area_mm2: PerPoint
    """How much of the patch is that defect's, (k,)."""
    share: np.ndarray
    """How much of each patch belongs to any of these defects, as a share of it, (patches,)."""

    @cached_property
    def defect_area_mm2(self) -> dict[int, float]:
        """The area of each defect."""
        ids, place = np.unique(self.defect, return_inverse=True)
        return dict(zip(ids.tolist(), np.bincount(place, self.area_mm2).tolist(), strict=True))


def patches_of(geometry: Geometry, patch_mm: float) -> Patches:
    """Spread patches over a part, from the mesh of one of its specimens, best one without significant defects.

    The same mesh gives the same patches. Costs about a second for 10 000 patches. Raises :class:`RequestError` where
    the part has no area or ``patch_mm`` gives more cells than memory is for.
    """
    if not patch_mm > 0:
        raise RequestError(f"patch_mm: must be greater than 0, not {patch_mm}")
    cells = cut(geometry, patch_mm / CELLS_ACROSS)
    filled = np.flatnonzero(cells.area_mm2 > 0)
    if not len(filled):
        raise RequestError("the part's mesh has no area: nothing can be seen on it; make the dataset again")
    owner = cells.triangle[filled]
    places, normals, face = cells.centre_mm[filled], normals_of(geometry)[owner], geometry.face[owner]
    features = _features(places, normals, face, patch_mm)
    seeds = _spread(features, APART * patch_mm)
    patch, seeds = _even(features, cells.area_mm2[filled], seeds)
    chosen = owner[seeds]
    return Patches(
        patch_mm=float(patch_mm),
        centre_mm=places[seeds],
        normal=normals[seeds],
        area_mm2=np.bincount(patch, cells.area_mm2[filled], minlength=len(seeds)),
        face=geometry.face[chosen].astype(np.int32),
        region=geometry.region[chosen].astype(np.int32),
        regions=geometry.regions,
        neighbours=_neighbours(places, patch, places[seeds], normals[seeds], patch_mm),
    )


def lookup_of(geometry: Geometry, patches: Patches) -> Lookup:
    """Lay a specimen's mesh on the patches; :class:`RequestError` where it is the mesh of another part."""
    strange = np.setdiff1d(geometry.face, patches.face)
    if len(strange) or geometry.regions != patches.regions:
        what = f"CAD faces {strange[:3].tolist()} ..." if len(strange) else f"regions {', '.join(geometry.regions)}"
        raise RequestError(
            f"this specimen is of another part than the patches are: it has {what}, where they know "
            f"{len(np.unique(patches.face))} faces in {', '.join(patches.regions)}; inspect each part by itself"
        )
    cells = cut(geometry, patches.patch_mm / CELLS_ACROSS)
    owner = cells.triangle
    return Lookup(patches, cells, patches.nearest(cells.centre_mm, normals_of(geometry)[owner], geometry.face[owner]))


def truth_of(geometry: Geometry, lookup: Lookup, significant: set[int]) -> Truth:
    """Give which patches the significant defects of a specimen lie on, from the ids of its triangles."""
    cells, patch = lookup.cells, lookup.patch
    whole = np.bincount(patch, cells.area_mm2, minlength=len(lookup.patches))
    instance = geometry.instance[cells.triangle]
    marked = np.flatnonzero(np.isin(instance, list(significant)) & (cells.area_mm2 > 0))
    size = int(instance.max(initial=0)) + 1
    keys, place = np.unique(patch[marked].astype(np.int64) * size + instance[marked], return_inverse=True)
    area = np.bincount(place, cells.area_mm2[marked], minlength=len(keys)).astype(np.float64)  # of nothing: int
    covered = np.bincount(keys // size, area, minlength=len(whole))
    return Truth(
        patch=(keys // size).astype(np.int32),
        defect=(keys % size).astype(np.int32),
        area_mm2=area,
        share=np.divide(covered, whole, out=np.zeros_like(whole), where=whole > 0),
    )


def _features(places: Points, normals: Points, face: np.ndarray, patch_mm: float) -> np.ndarray:
    """Make places of different faces far apart, and the two sides of one that turns back on itself two patches."""
    return np.concatenate([places, normals * (TURN * patch_mm), face[:, None] * _FACES_APART_MM], axis=1)


def _spread(features: np.ndarray, apart: float) -> np.ndarray:
    """Choose rows that are at least ``apart`` from each other, so that every row has one within ``apart``.

    Every round takes all rows that come before their free neighbours in an order drawn once: what a dart thrower would
    take one by one.
    """
    from scipy.spatial import cKDTree

    rng = stream(0, "inspect", "patches")
    thin = _one_of_each(np.floor(features / (apart / 2.5)).astype(np.int64))
    pairs = cKDTree(features[thin]).query_pairs(apart, output_type="ndarray")
    rank = rng.permutation(len(thin))
    free = np.ones(len(thin), dtype=bool)
    chosen = np.zeros(len(thin), dtype=bool)
    while free.any():
        first = np.where(free, rank, len(thin))
        lowest = first.copy()
        np.minimum.at(lowest, pairs[:, 0], first[pairs[:, 1]])
        np.minimum.at(lowest, pairs[:, 1], first[pairs[:, 0]])
        taken = free & (lowest == rank)
        chosen |= taken
        free &= ~taken
        free[pairs[taken[pairs[:, 0]], 1]] = False
        free[pairs[taken[pairs[:, 1]], 0]] = False
        pairs = pairs[free[pairs].all(axis=1)]
    return thin[chosen]


def _even(features: np.ndarray, area: np.ndarray, seeds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Move each seed to the middle of its cells once, and give each cell its seed; seeds stay cells."""
    from scipy.spatial import cKDTree

    patch = cKDTree(features[seeds]).query(features)[1]
    weight = np.bincount(patch, area, minlength=len(seeds))
    middle = np.stack([np.bincount(patch, area * column, minlength=len(seeds)) for column in features.T], axis=1)
    off = ((features - (middle / weight[:, None])[patch]) ** 2).sum(axis=1)
    nearest = np.full(len(seeds), np.inf)
    np.minimum.at(nearest, patch, off)
    winners = np.flatnonzero(off == nearest[patch])
    seeds = seeds.copy()
    seeds[patch[winners]] = winners
    return cKDTree(features[seeds]).query(features)[1], seeds


def _one_of_each(rows: np.ndarray) -> np.ndarray:
    """Give the place of the first of each kind of row, (n, k) int64."""
    key = np.zeros(len(rows), dtype=np.int64)
    for column in rows.T:
        span = int(column.max() - column.min()) + 1
        if int(key.max() + 1) * span >= 2**62:
            key = np.unique(key, return_inverse=True)[1]
        key = key * span + (column - column.min())
    return np.unique(key, return_index=True)[1]


def _neighbours(cells: np.ndarray, patch: np.ndarray, seeds: Points, normals: Points, patch_mm: float) -> np.ndarray:
    """Pair the patches that touch: a cell at their border is about as far from one seed as from the other."""
    from scipy.spatial import cKDTree

    count = min(5, len(seeds))
    distance, near = cKDTree(seeds).query(cells, k=count)
    distance, near = distance.reshape(-1, count), near.reshape(-1, count)
    own = np.linalg.norm(cells - seeds[patch], axis=1)
    touching = distance < own[:, None] + patch_mm / CELLS_ACROSS
    touching &= (near != patch[:, None]) & (distance < 1.5 * patch_mm)
    rows, columns = np.nonzero(touching)
    pairs = np.stack([patch[rows], near[rows, columns]], axis=1)
    pairs = np.unique(np.sort(pairs, axis=1), axis=0)
    faces_away = (normals[pairs[:, 0]] * normals[pairs[:, 1]]).sum(axis=1) < OPPOSITE
    return pairs[~faces_away].astype(np.int32)
