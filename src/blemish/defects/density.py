"""Where defects are denser: around places on a map, or towards the edges of the part.

A density multiplies the area that places are drawn by (and the weight of the region)::

    density(x) = (elsewhere + sum over peaks of weight * exp(-|x - at|^2 / (2 within^2))) * exp(-d(x) / near_edges)

with d the distance from the nearest sharp edge; without peaks the first factor is 1, without ``near_edges`` the second.
Distances are straight through space, so a peak on a thin wall counts on both its sides; name the regions to choose.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from blemish.arrays import PerPoint, Points
from blemish.settings import Positive, settings

_MOST_SAMPLES = 200_000


@settings
class Peak:
    """A place around which defects are denser: a contact zone, a clamp, where a real one was found."""

    at_mm: tuple[float, float, float]
    """The place, in CAD coordinates."""
    within_mm: Positive = 3.0
    """Standard deviation of the distance from it."""
    weight: Positive = 1.0
    """How dense it is there, against the other peaks and ``elsewhere``."""


@dataclass(frozen=True, eq=False)
class Density:
    """A density on a part."""

    peaks: tuple[Peak, ...]
    elsewhere: float
    near_edges_mm: float | None
    edges: cKDTree | None
    """Points along the sharp edges, closer to each other than ``near_edges_mm``."""

    def at(self, points: Points) -> PerPoint:
        """Give the density at points."""
        return self.most(points, np.zeros(len(points)))

    def most(self, centres: Points, radii_mm: PerPoint) -> PerPoint:
        """Give what the density nowhere exceeds in balls."""
        total = np.full(len(centres), self.elsewhere if self.peaks else 1.0)
        for peak in self.peaks:
            away = np.maximum(np.linalg.norm(centres - np.array(peak.at_mm), axis=1) - radii_mm, 0)
            total += peak.weight * np.exp(-0.5 * (away / peak.within_mm) ** 2)
        if self.edges is not None:
            away = np.maximum(self.edges.query(centres)[0] - radii_mm, 0)
            total *= np.exp(-away / self.near_edges_mm)
        return total


def density_of(
    peaks: tuple[Peak, ...], elsewhere: float, near_edges_mm: float | None, sharp_edges: np.ndarray
) -> Density | None:
    """Give the density that settings ask for on a part with these sharp edges (k, 2, 3); None for even."""
    if not peaks and near_edges_mm is None:
        return None
    tree = None
    if near_edges_mm is not None and len(sharp_edges):
        tree = cKDTree(_along(sharp_edges, near_edges_mm / 4))
    return Density(peaks, elsewhere, near_edges_mm, tree)


def _along(edges: np.ndarray, spacing_mm: float) -> Points:
    """Give points along edges (k, 2, 3), so many that the gaps are no wider than the spacing."""
    start, end = edges.transpose(1, 0, 2)
    length = np.linalg.norm(end - start, axis=1)
    spacing_mm = max(spacing_mm, float(length.sum()) / _MOST_SAMPLES)
    count = np.ceil(length / spacing_mm).astype(np.int64) + 1
    edge = np.repeat(np.arange(len(edges)), count)
    within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    share = (within / (count - 1)[edge])[:, None]
    return start[edge] * (1 - share) + end[edge] * share
