"""Placing: where on the part a defect goes, and the map of the surface that is laid around it there.

A candidate is a point drawn by area on the allowed regions. A defect fits there if nothing within its reach is a sharp
edge or another region, if the surface does not bend away too much, if the wall is thick enough, and if no other defect
is near. What does not fit is told by a :class:`Misfit`, which says why and how much would have fitted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.spatial import cKDTree

from blemish.arrays import PerPoint, Points, Vector
from blemish.defects.analytic import on_surface
from blemish.defects.chart import Chart, SpotChart, TraceChart
from blemish.defects.kind import Kind, Spot, Trace
from blemish.defects.topology import Topology, topology_of
from blemish.defects.walk import walk
from blemish.part.model import Part, Surface

SPOT_TURN_DEG = 30.0
"""A spot stays away from edges over which the surface normal turns by more than this."""
TRACE_TURN_DEG = 50.0
"""A trace runs over bevels, but not over edges that are sharper than this."""
SPOT_BEND_DEG = 50.0
"""Within the reach of a spot the surface normal turns away from that in its middle by at most this."""


@dataclass(frozen=True, eq=False)
class Settled:
    """A defect that has its place: all that imprinting needs."""

    id: int
    kind: str
    label: str
    """What messages call it: ``dent 3 (population 1)``."""
    thing: Kind
    significant: bool
    position: Vector
    normal: Vector
    region: int
    chart: Chart
    spine: Points
    patch: np.ndarray
    """Triangles of the coarse mesh that it may touch, all connected: the other side of a wall is not among them."""

    @property
    def reach_mm(self) -> float:
        """No point farther than this from the spine moves; a little is added because the spine is made of points."""
        return self.thing.reach_mm * 1.02 + 1e-6

    @cached_property
    def tree(self) -> cKDTree:
        """The spine's points, to be searched."""
        return cKDTree(self.spine)

    def spine_distance(self, points: Points) -> PerPoint:
        """Give the distance of points from the spine."""
        if len(self.spine) == 1:
            return np.linalg.norm(points - self.spine[0], axis=1)
        return self.tree.query(points)[0]


@dataclass(frozen=True)
class Misfit:
    """Why a defect does not fit at a candidate, and what the largest one is that would."""

    why: str
    fits: float = 0.0
    """As a part of what was asked: reach of a spot, length of a trace, depth under a thin wall."""


@dataclass(frozen=True, eq=False)
class Ground:
    """A part and where on it one kind of defect may lie: regions, and the edges it may run over."""

    part: Part
    topology: Topology
    allowed: np.ndarray
    """Triangles on which a defect may lie (m,), bool."""
    cumulative_mm2: np.ndarray
    """Running sum of the allowed area (m,), to draw from."""

    def open_edges(self, turn_deg: float) -> np.ndarray:
        """Say which edges may be run over: not too sharp, allowed ground on both sides."""
        beside = self.topology.sides
        ground = np.all(self.allowed[beside] & (beside >= 0), axis=1)
        return ground & (self.topology.turn_rad <= np.radians(turn_deg))

    @cached_property
    def open_to_spots(self) -> np.ndarray:
        """The edges that a spot may lie over."""
        return self.open_edges(SPOT_TURN_DEG)

    @cached_property
    def open_to_traces(self) -> np.ndarray:
        """The edges that a trace may run over."""
        return self.open_edges(TRACE_TURN_DEG)

    def draw(self, rng: np.random.Generator) -> tuple[int, Vector]:
        """Draw a point by area: its triangle and its coordinates on the coarse mesh."""
        at = rng.random() * self.cumulative_mm2[-1]
        triangle = int(np.searchsorted(self.cumulative_mm2, at, side="right"))
        triangle = min(triangle, len(self.cumulative_mm2) - 1)
        a, b, c = self.part.vertices_mm[self.part.triangles[triangle]]
        root, second = np.sqrt(rng.random()), rng.random()
        return triangle, (1 - root) * a + root * (1 - second) * b + root * second * c


def ground_of(part: Part, regions: Sequence[int]) -> Ground:
    """Give the ground that some regions of a part make, by their indices."""
    allowed = np.isin(part.region_of_triangle, regions)
    return Ground(part, topology_of(part), allowed, np.cumsum(np.where(allowed, part.areas_mm2, 0.0)))


def reference_direction(surface: Surface, point: Vector, normal: Vector) -> Vector:
    """Give the surface's own direction at a point, from which orientations are counted (counter-clockwise from outside).

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
    length = np.linalg.norm(flat)
    if length < 1e-6:
        flat = np.eye(3)[np.argmin(np.abs(normal))]
        flat = flat - (flat @ normal) * normal
        length = np.linalg.norm(flat)
    return flat / length


def settle(ground: Ground, thing: Kind, triangle: int, point: Vector, **named: object) -> Settled | Misfit:
    """Lay a defect's map around a candidate; ``named`` are the fields of :class:`Settled` that placing does not know."""
    part = ground.part
    centre, normal = (x[0] for x in on_surface(part, np.array([triangle]), point[None]))
    own = reference_direction(part.surfaces[part.face[triangle]], centre, normal)
    angle = np.radians(thing.orientation_deg)
    along = np.cos(angle) * own + np.sin(angle) * np.cross(normal, own)
    lay = _lay_trace if isinstance(thing, Trace) else _lay_spot
    laid = lay(ground, thing, triangle, point, centre, normal, along)
    if isinstance(laid, Misfit):
        return laid
    chart, spine, patch = laid
    wall = wall_mm(part, spine[:: max(1, len(spine) // 5)], normal, triangle)
    if wall < 2 * thing.deepest_mm:
        return Misfit("the wall is too thin", wall / 2 / thing.deepest_mm)
    region = int(part.region_of_triangle[triangle])
    return Settled(
        thing=thing, position=centre, normal=normal, region=region, chart=chart, spine=spine, patch=patch, **named
    )


def _lay_spot(
    ground: Ground, thing: Spot, triangle: int, point: Vector, centre: Vector, normal: Vector, along: Vector
) -> tuple[Chart, Points, np.ndarray] | Misfit:
    part, topology, open_edges = ground.part, ground.topology, ground.open_to_spots
    spine, on_way = centre[None], np.array([triangle])
    whole = thing.half_spine_mm + thing.reach_mm
    if thing.half_spine_mm > 0:
        count = max(2, int(np.ceil(thing.half_spine_mm / (thing.reach_mm / 4))))
        step = thing.half_spine_mm / count
        for way in (along, -along):
            gone = walk(part, topology, open_edges, triangle, point, way, step, np.zeros(count))
            if gone.stopped:
                return Misfit("an edge is too near", len(gone.points) * step / whole)
            spine = np.concatenate([spine, on_surface(part, gone.triangles, gone.points)[0]])
            on_way = np.concatenate([on_way, gone.triangles])
    patch = topology.connected(topology.near(spine, thing.reach_mm), on_way, open_edges)
    clear = _clearance(ground, patch, open_edges, spine)
    if clear < thing.reach_mm * 1.02:
        return Misfit("an edge is too near", clear / thing.reach_mm)
    corners = part.vertices_mm[part.triangles[patch]]
    within = np.linalg.norm(corners - centre, axis=2) <= whole
    cosine = np.min(np.where(within, part.normals[patch] @ normal, 1.0))
    faces = np.unique(part.face[patch])
    surface = part.surfaces[faces[0]] if len(faces) == 1 else None
    if surface is not None and surface.kind in ("cylinder", "sphere"):
        cosine = np.cos(min(whole / surface.radius_mm, np.pi))
    if cosine < np.cos(np.radians(SPOT_BEND_DEG)):
        return Misfit("the surface bends too much", np.radians(SPOT_BEND_DEG) / np.arccos(cosine))
    cylinder = surface if surface is not None and surface.kind == "cylinder" else None
    return SpotChart(centre, normal, along, cylinder), spine, patch


def _lay_trace(
    ground: Ground, thing: Trace, triangle: int, point: Vector, centre: Vector, normal: Vector, along: Vector
) -> tuple[Chart, Points, np.ndarray] | Misfit:
    part, topology, open_edges = ground.part, ground.topology, ground.open_to_traces
    half = thing.length_mm / 2
    count = max(8, int(np.ceil(half / (thing.feature_mm / 4))))
    step = half / count
    ways = np.arange(-count, count + 1) * step
    heading = thing.heading(ways)
    left = np.cross(normal, along)
    start = np.cos(heading[count]) * along + np.sin(heading[count]) * left
    on = walk(part, topology, open_edges, triangle, point, start, step, np.diff(heading[count:]))
    back = walk(part, topology, open_edges, triangle, point, -start, step, np.diff(heading[count::-1]))
    if on.stopped or back.stopped:
        return Misfit("there is no room to run", (len(on.points) + len(back.points)) * step / thing.length_mm)
    triangles = np.concatenate([back.triangles[::-1], [triangle], on.triangles])
    points = np.concatenate([back.points[::-1], point[None], on.points])
    directions = np.concatenate([-back.directions[::-1], start[None], on.directions])
    path, normals = on_surface(part, triangles, points)
    directions = directions - np.sum(directions * normals, axis=1, keepdims=True) * normals
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    chart = TraceChart(path, normals, directions, ways, thing.bend(ways))
    near = topology.near(path, thing.reach_mm)
    distance = chart.tree.query(topology.centroids[near])[0]
    near = near[distance <= thing.reach_mm * 1.02 + topology.radii_mm[near]]
    patch = topology.connected(near, np.unique(triangles), open_edges)
    clear = _clearance(ground, patch, open_edges, path)
    if clear < thing.reach_mm * 1.02:
        return Misfit("an edge is too near", clear / thing.reach_mm)
    return chart, path, patch


def _clearance(ground: Ground, patch: np.ndarray, open_edges: np.ndarray, spine: Points) -> float:
    """Give the distance from the spine to the nearest edge of the patch that must not be run over."""
    edges = np.unique(ground.topology.of_triangle[patch])
    edges = edges[~open_edges[edges]]
    ends = ground.part.vertices_mm[ground.topology.edges[edges]]
    best = np.inf
    for start, end in ends:
        side = end - start
        share = np.clip((spine - start) @ side / (side @ side), 0, 1)
        best = min(best, float(np.linalg.norm(spine - start - share[:, None] * side, axis=1).min()))
    return best


def wall_mm(part: Part, points: Points, normal: Vector, triangle: int) -> float:
    """Give the least thickness of metal under some points, straight down; infinite if nothing is below."""
    own = part.normals[triangle].mean(axis=0)
    del own
    a, b, c = part.vertices_mm[part.triangles].transpose(1, 0, 2)
    side, other = b - a, c - a
    away = np.cross(-normal, other)
    scale = np.sum(side * away, axis=1)
    facing = scale < -1e-12
    best = np.inf
    for point in points:
        offset = point - a[facing]
        inverse = 1 / scale[facing]
        u = np.sum(offset * away[facing], axis=1) * inverse
        turned = np.cross(offset, side[facing])
        v = turned @ -normal * inverse
        distance = np.sum(other[facing] * turned, axis=1) * inverse
        hit = (u >= 0) & (v >= 0) & (u + v <= 1) & (distance > 1e-4)
        if hit.any():
            best = min(best, float(distance[hit].min()))
    return best


def apart(one: Settled, others: Sequence[Settled]) -> bool:
    """Say whether a defect overlaps none of the others."""
    for other in others:
        reach = one.reach_mm + other.reach_mm
        low, high = other.spine.min(axis=0) - reach, other.spine.max(axis=0) + reach
        close = np.all((one.spine > low) & (one.spine < high), axis=1)
        if close.any() and other.spine_distance(one.spine[close]).min() < reach:
            return False
    return True
