"""The part's surface as evenly spread points, each standing for its share of the area."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from blemish.arrays import PerPoint, Points
from blemish.errors import PlanError
from blemish.part.model import Part
from blemish.seeds import stream

MOST_SAMPLES = 2_000_000
GOLDEN = (5**0.5 - 1) / 2
POINTS_A_BLOCK = 256


@dataclass(frozen=True, eq=False)
class Samples:
    """Points of the inspected surface; together their areas are the inspected area."""

    positions_mm: Points
    normals: Points
    """Outward shading normals, unit length."""
    region: np.ndarray
    """Index into the part's regions, int32, shape (n,)."""
    triangle: np.ndarray
    """The triangle that each point lies on, int32, shape (n,)."""
    area_mm2: PerPoint
    """The area that each point stands for."""

    def __len__(self) -> int:
        return len(self.area_mm2)


def sample_surface(part: Part, spacing_mm: float, regions: tuple[str, ...], seed: int) -> Samples:
    """Spread points over the regions, one for each square of ``spacing_mm``, at least one on every CAD face.

    Within a face the points form a lattice: equal steps along the running area of its triangles, golden-ratio steps
    across. The lattice's offset is the only thing that the seed decides. Raises :class:`PlanError` for unknown regions
    and for more than two million points.
    """
    inspected = np.isin(part.region_of_triangle, inspected_regions(part, regions))
    areas = np.where(inspected, part.areas_mm2, 0.0)
    area_of_face = np.bincount(part.face, weights=areas, minlength=len(part.surfaces))
    expected = areas.sum() / spacing_mm**2
    if expected > MOST_SAMPLES:
        raise PlanError(
            f"sample_spacing_mm = {spacing_mm} gives {expected:.3g} samples on the {areas.sum():.4g} mm2 to inspect, "
            f"more than {MOST_SAMPLES}: use at least {np.sqrt(areas.sum() / MOST_SAMPLES):.2g} mm"
        )
    if expected <= 0:
        raise PlanError(f"regions: {', '.join(regions)} of part {part.name} have no area to inspect")
    rng = stream(seed, "plan", "samples")
    triangle, u, v, weight = [], [], [], []
    order = np.argsort(part.face, kind="stable")
    starts = np.searchsorted(part.face[order], np.arange(len(part.surfaces) + 1))
    for face, area in enumerate(area_of_face):
        offset = rng.random(2)  # Drawn for every face, so that the choice of regions moves no sample.
        if area <= 0:
            continue
        count = max(1, round(float(area) / spacing_mm**2))
        mine = order[starts[face] : starts[face + 1]]
        ends = np.cumsum(areas[mine])
        along = (np.arange(count) + offset[0]) / count * ends[-1]
        which = np.minimum(np.searchsorted(ends, along, side="right"), len(mine) - 1)
        triangle.append(mine[which])
        u.append((along - (ends[which] - areas[mine[which]])) / areas[mine[which]])
        v.append((offset[1] + GOLDEN * np.arange(count)) % 1.0)
        weight.append(np.full(count, area / count))
    return _points_on(part, *(np.concatenate(column) for column in (triangle, u, v, weight)))


def inspected_regions(part: Part, names: tuple[str, ...]) -> list[int]:
    """Give the indices of the named regions; :class:`PlanError` if the part has none of a name."""
    strange = part.strange_regions(names)
    if strange:
        raise PlanError("\n".join(f"regions: {mistake}" for mistake in strange))
    return [index for index, region in enumerate(part.regions) if "*" in names or region.name in names]


def _points_on(part: Part, triangle: np.ndarray, u: PerPoint, v: PerPoint, area: PerPoint) -> Samples:
    """Turn places in the unit square into points of triangles, alike everywhere in each."""
    root = np.sqrt(np.clip(u, 0.0, 1.0))
    corner_weights = np.stack([1 - root, root * (1 - v), root * v], axis=1)[:, :, None]
    normals = (corner_weights * part.normals[triangle]).sum(axis=1)
    return Samples(
        positions_mm=(corner_weights * part.vertices_mm[part.triangles[triangle]]).sum(axis=1),
        normals=normals / np.linalg.norm(normals, axis=1, keepdims=True),
        region=part.region_of_triangle[triangle].astype(np.int32),
        triangle=triangle.astype(np.int32),
        area_mm2=area,
    )


def spread_out(features: np.ndarray, order: np.ndarray) -> np.ndarray:
    """Choose rows of ``features`` (n, k) that keep a distance of 1 from each other: first come in ``order``.

    Gives the indices of those chosen, in that order: every row left out has a chosen one within 1 (a Poisson disk set).
    """
    from scipy.spatial import cKDTree

    tree = cKDTree(features)
    blocked = np.zeros(len(features), dtype=bool)
    chosen = []
    for index in order:
        if not blocked[index]:
            chosen.append(index)
            blocked[tree.query_ball_point(features[index], 1.0)] = True
    return np.array(chosen, dtype=np.int64)


class Blocks:
    """Points in blocks of neighbours, each with a ball around it: those far from a place are passed over together."""

    def __init__(self, positions_mm: Points) -> None:
        from scipy.spatial import cKDTree

        in_order = cKDTree(positions_mm, leafsize=POINTS_A_BLOCK).indices
        # The last one may come more than once, which changes nothing for whoever asks whether any or which.
        self.rows = np.pad(in_order, (0, -len(positions_mm) % POINTS_A_BLOCK), mode="edge").reshape(-1, POINTS_A_BLOCK)
        self.members_mm = positions_mm[self.rows]
        self.centres_mm = self.members_mm.mean(axis=1)
        self.radii_mm = np.linalg.norm(self.members_mm - self.centres_mm[:, None], axis=2).max(axis=1)

    def near(self, centre_mm: np.ndarray, radius_mm: float) -> tuple[np.ndarray, Points]:
        """Give the points in a ball, and some around it: which they are, int64 (k,), and where (k, 3)."""
        chosen = np.linalg.norm(self.centres_mm - centre_mm, axis=1) <= radius_mm + self.radii_mm
        if chosen.all():
            return self.rows.ravel(), self.members_mm.reshape(-1, 3)
        return self.rows[chosen].ravel(), self.members_mm[chosen].reshape(-1, 3)
