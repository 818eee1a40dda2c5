"""A defect that has its place, and why one does not get one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.spatial import cKDTree

from blemish.arrays import PerPoint, Points, Vector
from blemish.defects.analytic import norm
from blemish.defects.chart import Chart
from blemish.defects.kind import Kind


@dataclass(frozen=True)
class Misfit:
    """Why a defect does not fit at a candidate, and how much of it would: 0.4 is four tenths of its size."""

    why: str
    fits: float = 0.0


@dataclass(frozen=True, eq=False)
class Laid:
    """A defect's map of the surface, and the part of the coarse mesh that it covers."""

    position: Vector
    """Its centre on the undamaged surface."""
    normal: Vector
    """The outward normal there."""
    chart: Chart
    spine: Points
    normals: Points
    """Outward normals along the spine."""
    patch: np.ndarray
    """Triangles of the coarse mesh that it may touch, all connected: the other side of a wall is not among them."""
    upward: Vector | None = None
    """The one direction in which it moves the surface; without it, everywhere along the normal."""


@dataclass(frozen=True, eq=False)
class Settled:
    """All that imprinting needs to know of a defect."""

    id: int
    kind: str
    label: str
    """What messages call it: ``dent 3 of 5 (population 1)``."""
    significant: bool
    thing: Kind
    region: int
    laid: Laid

    @property
    def reach_mm(self) -> float:
        """No point farther than this from the spine moves; a little is added because the spine is made of points."""
        return self.thing.reach_mm * 1.02 + 1e-6

    @cached_property
    def _tree(self) -> cKDTree:
        return cKDTree(self.laid.spine)

    def spine_distance(self, points: Points) -> PerPoint:
        """Give the distance of points from the spine."""
        if len(self.laid.spine) == 1:
            return norm(points - self.laid.spine[0])
        return self._tree.query(points)[0]

    def overlaps(self, other: Settled) -> bool:
        """Say whether the reach of this defect meets that of another."""
        reach = self.reach_mm + other.reach_mm
        low, high = other.laid.spine.min(axis=0) - reach, other.laid.spine.max(axis=0) + reach
        close = np.all((self.laid.spine > low) & (self.laid.spine < high), axis=1)
        return bool(close.any() and other.spine_distance(self.laid.spine[close]).min() < reach)
