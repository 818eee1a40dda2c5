"""The ground: a part, and where on it one population of defects may lie."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from blemish.arrays import PerPoint, Points, Vector
from blemish.defects.analytic import dot, on_surface
from blemish.defects.density import Density
from blemish.defects.topology import Topology, topology_of
from blemish.part.model import Part, Surface

SPOT_TURN_DEG = 30.0
"""A spot stays away from edges over which the surface normal turns by more than this."""
TRACE_TURN_DEG = 50.0
"""A trace runs over bevels, but not over edges that are sharper than this."""
NICK_TURN_DEG = 50.0
"""A nick lies on edges over which the surface normal turns by more than this."""
_BATCH, _BATCHES = 256, 1000
"""How many places are looked at together where there is a density, and how often."""


@dataclass(frozen=True, eq=False)
class Ground:
    """A part and the triangles of it that are allowed."""

    part: Part
    topology: Topology
    allowed: np.ndarray
    """Triangles on which a defect may lie (m,), bool."""
    weighed_mm2: np.ndarray
    """The allowed area of each triangle, times the weight of its region (m,)."""
    density: Density | None = None
    """What the area is multiplied with, besides."""

    def _open_edges(self, turn_deg: float) -> np.ndarray:
        beside = self.topology.sides
        ground = np.all(self.allowed[beside] & (beside >= 0), axis=1)
        return ground & (self.topology.turn_rad <= np.radians(turn_deg))

    @cached_property
    def open_to_spots(self) -> np.ndarray:
        """The edges (e,) that a spot may lie over: not too sharp, with allowed ground on both sides."""
        return self._open_edges(SPOT_TURN_DEG)

    @cached_property
    def open_to_traces(self) -> np.ndarray:
        """The edges (e,) that a trace may run over."""
        return self._open_edges(TRACE_TURN_DEG)

    @cached_property
    def _by_area(self) -> _Lot:
        return _Lot.of(self.weighed_mm2, self.topology.centroids, self.topology.radii_mm, self.density)

    def draw(self, rng: np.random.Generator) -> tuple[int, Vector] | None:
        """Draw a point by area, weight and density: a triangle and a point in it; None where there is no place."""

        def points(triangles: np.ndarray) -> Points:
            a, b, c = self.part.vertices_mm[self.part.triangles[triangles]].transpose(1, 0, 2)
            root, second = np.sqrt(rng.random((len(a), 1))), rng.random((len(a), 1))
            return (1 - root) * a + root * (1 - second) * b + root * second * c

        return self._by_area.draw(rng, points)

    @cached_property
    def sharp_edges(self) -> np.ndarray:
        """The outward edges (k,) that turn by more than ``NICK_TURN_DEG``, with allowed ground on a side."""
        beside = self.topology.sides
        sharp = (self.topology.turn_rad > np.radians(NICK_TURN_DEG)) & np.all(beside >= 0, axis=1)
        sharp &= np.any(self.allowed[beside], axis=1)
        return np.flatnonzero(sharp & self.topology.outward)

    @cached_property
    def _by_length(self) -> _Lot:
        start, end = self._edge_ends
        length = np.linalg.norm(end - start, axis=1)
        return _Lot.of(length, (start + end) / 2, length / 2, self.density)

    @property
    def _edge_ends(self) -> tuple[Points, Points]:
        start, end = self.part.vertices_mm[self.topology.edges[self.sharp_edges]].transpose(1, 0, 2)
        return start, end

    def draw_on_edge(self, rng: np.random.Generator) -> tuple[int, Vector] | None:
        """Draw a point by length and density on the sharp edges: an edge and a point of it; None if there is none."""
        start, end = self._edge_ends

        def points(edges: np.ndarray) -> Points:
            return start[edges] + rng.random((len(edges), 1)) * (end[edges] - start[edges])

        found = self._by_length.draw(rng, points)
        return None if found is None else (int(self.sharp_edges[found[0]]), found[1])

    def clearance_mm(self, patch: np.ndarray, open_edges: np.ndarray, spine: Points) -> float:
        """Give the distance from a spine to the nearest edge of a patch of triangles that is not open."""
        edges = np.unique(self.topology.of_triangle[patch])
        best = np.inf
        for start, end in self.part.vertices_mm[self.topology.edges[edges[~open_edges[edges]]]]:
            side = end - start
            share = np.clip((spine - start) @ side / (side @ side), 0, 1)
            away = spine - start - share[:, None] * side
            best = min(best, float(np.sqrt(dot(away, away).min())))
        return best


@dataclass(frozen=True, eq=False)
class _Lot:
    """Things that places are drawn from: by size and density, by rejection below a bound for each thing."""

    running: PerPoint
    most: PerPoint
    density: Density | None

    @staticmethod
    def of(sizes: PerPoint, centres: Points, radii_mm: PerPoint, density: Density | None) -> _Lot:
        """Prepare drawing from things of these sizes that lie in balls."""
        most = np.ones(len(sizes)) if density is None else density.most(centres, radii_mm)
        return _Lot(np.cumsum(sizes * most), most, density)

    def draw(self, rng: np.random.Generator, points: Callable[[np.ndarray], Points]) -> tuple[int, Vector] | None:
        """Draw a thing and a point of it; ``points`` gives a random point in each of some things."""
        if len(self.running) == 0 or self.running[-1] <= 0:
            return None
        batch = 1 if self.density is None else _BATCH
        for _ in range(_BATCHES):
            things = np.searchsorted(self.running, rng.random(batch) * self.running[-1], side="right")
            things = np.minimum(things, len(self.running) - 1)
            places = points(things)
            if self.density is None:
                return int(things[0]), places[0]
            kept = np.flatnonzero(rng.random(batch) * self.most[things] < self.density.at(places))
            if len(kept):
                return int(things[kept[0]]), places[kept[0]]
        return None


def ground_of(
    part: Part, regions: Sequence[int], weights: Sequence[float] = (), density: Density | None = None
) -> Ground:
    """Give the ground that some regions of a part make, by their indices, and how often each is chosen by its area."""
    weight = np.zeros(len(part.regions))
    weight[list(regions)] = weights or 1.0
    of_triangle = weight[part.region_of_triangle]
    return Ground(part, topology_of(part), of_triangle > 0, of_triangle * part.areas_mm2, density)


@dataclass(frozen=True, eq=False)
class Candidate:
    """A point on the ground and the tangent frame of a defect there."""

    triangle: int
    point: Vector
    """On the flat triangle."""
    centre: Vector
    """On the exact surface."""
    normal: Vector
    along: Vector
    """The direction of the defect's u."""

    @property
    def across(self) -> Vector:
        """The direction of the defect's v."""
        return np.cross(self.normal, self.along)


def candidate_at(part: Part, triangle: int, point: Vector, orientation_deg: float) -> Candidate:
    """Lay a tangent frame at a point of a triangle, turned counter-clockwise from the surface's own direction."""
    (centre,), (normal,) = on_surface(part, np.array([triangle]), point[None])
    own = reference_direction(part.surfaces[part.face[triangle]], centre, normal)
    angle = np.radians(orientation_deg)
    along = np.cos(angle) * own + np.sin(angle) * np.cross(normal, own)
    return Candidate(triangle, point, centre, normal, along)


def reference_direction(surface: Surface, point: Vector, normal: Vector) -> Vector:
    """Give the surface's own direction at a point, from which orientations are counted.

    Cylinders and cones: along the axis. Tori: around the axis. Planes, spheres and free surfaces: the world's x axis
    laid into the surface, or the y axis where x stands upright on it.
    """
    if surface.kind in ("cylinder", "cone"):
        wanted = surface.axis
    elif surface.kind == "torus":
        wanted = np.cross(surface.axis, point - surface.origin_mm)
    else:
        wanted = np.array([1.0, 0.0, 0.0]) if abs(normal[0]) < 0.9 else np.array([0.0, 1.0, 0.0])
    flat = wanted - (wanted @ normal) * normal
    if flat @ flat < 1e-12:
        wanted = np.eye(3)[np.argmin(np.abs(normal))]
        flat = wanted - (wanted @ normal) * normal
    return flat / np.sqrt(flat @ flat)
