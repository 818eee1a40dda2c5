"""Laying a defect's map onto the part around a candidate, or saying why it does not fit there."""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

from blemish.arrays import Vector
from blemish.defects.analytic import dot, norm, on_surface
from blemish.defects.chart import EdgeChart, SpotChart, TraceChart
from blemish.defects.film import Film
from blemish.defects.ground import SPOT_TURN_DEG, Candidate, Ground
from blemish.defects.kind import OnEdge, Spot, Trace
from blemish.defects.settled import Laid, Misfit
from blemish.defects.walk import Terrain, Walk, walk

SPOT_BEND_DEG = 50.0
"""Within the reach of a spot the surface normal turns away from that in its middle by at most this."""
STRAIGHT = 0.3
"""Along a nick, its edge strays from a straight line by at most this part of the nick's reach."""
MARGIN = 1.02
"""How much farther than its reach a defect stays from edges: its spine is made of points."""


def lay_spot(ground: Ground, thing: Spot, at: Candidate) -> Laid | Misfit:
    """Lay the map of a spot: no closed edge within its reach, and no strong bend."""
    part, topology, open_edges = ground.part, ground.topology, ground.open_to_spots
    spine = _straight_spine(ground, thing, at)
    if isinstance(spine, Misfit):
        return spine
    path, normals = on_surface(part, spine.triangles, spine.points)
    patch = topology.connected(topology.near(path, thing.reach_mm), spine.triangles, open_edges)
    # A film ends at a sharp edge; everything else keeps clear of it.
    ends = topology.turn_rad > np.radians(SPOT_TURN_DEG) if isinstance(thing, Film) else False
    clear = ground.clearance_mm(patch, open_edges | ends, path)
    if clear < thing.reach_mm * MARGIN:
        return Misfit("an edge is too near", clear / (thing.reach_mm * MARGIN))
    whole = thing.half_spine_mm + thing.reach_mm
    faces = np.unique(part.face[patch])
    surface = part.surfaces[faces[0]] if len(faces) == 1 else None
    if surface is not None and surface.kind in ("cylinder", "sphere"):
        bend = min(whole / surface.radius_mm, np.pi)
    else:
        within = np.linalg.norm(part.vertices_mm[part.triangles[patch]] - at.centre, axis=2) <= whole
        cosine = np.min(np.where(within, part.normals[patch] @ at.normal, 1.0))
        bend = float(np.arccos(np.clip(cosine, -1, 1)))
    if bend > np.radians(SPOT_BEND_DEG):
        return Misfit("the surface bends too much", np.radians(SPOT_BEND_DEG) / bend)
    cylinder = surface if surface is not None and surface.kind == "cylinder" else None
    return Laid(at.centre, at.normal, SpotChart(at.centre, at.normal, at.along, cylinder), path, normals, patch)


def _straight_spine(ground: Ground, thing: Spot, at: Candidate) -> Walk | Misfit:
    start = Walk(at.point[None], at.along[None], np.array([at.triangle]), stopped=False)
    if thing.half_spine_mm == 0:
        return start
    count = max(2, int(np.ceil(thing.half_spine_mm / (thing.reach_mm / 4))))
    step = thing.half_spine_mm / count
    terrain = Terrain(ground.part, ground.topology, ground.open_to_spots)
    ways = [
        walk(terrain, at.triangle, at.point, way, step_mm=step, turns_rad=np.zeros(count)) for way in _both(at.along)
    ]
    shortest = min(len(way.points) for way in ways)
    if shortest < count:
        return Misfit("an edge is too near", shortest * step / (thing.half_spine_mm + thing.reach_mm))
    return _joined(ways[1], start, ways[0])


def _both(direction: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return direction, -direction


def _joined(back: Walk, start: Walk, on: Walk) -> Walk:
    """Put the way back, the start and the way on into one walk."""
    return Walk(
        np.concatenate([back.points[::-1], start.points, on.points]),
        np.concatenate([-back.directions[::-1], start.directions, on.directions]),
        np.concatenate([back.triangles[::-1], start.triangles, on.triangles]),
        back.stopped or on.stopped,
    )


def lay_trace(ground: Ground, thing: Trace, at: Candidate) -> Laid | Misfit:
    """Lay the map of a trace: walk its path both ways from its middle, and keep clear of closed edges."""
    part, topology, open_edges = ground.part, ground.topology, ground.open_to_traces
    half = thing.length_mm / 2
    count = max(8, int(np.ceil(half / (thing.feature_mm / 4))))
    step = half / count
    ways = np.arange(-count, count + 1) * step
    heading = thing.heading(ways)
    ahead = np.cos(heading[count]) * at.along + np.sin(heading[count]) * at.across
    terrain = Terrain(part, topology, open_edges)
    on = walk(terrain, at.triangle, at.point, ahead, step_mm=step, turns_rad=np.diff(heading[count:]))
    back = walk(terrain, at.triangle, at.point, -ahead, step_mm=step, turns_rad=np.diff(heading[count::-1]))
    if on.stopped or back.stopped:
        return Misfit("there is no room to run", (len(on.points) + len(back.points)) / (2 * count))
    whole = _joined(back, Walk(at.point[None], ahead[None], np.array([at.triangle]), stopped=False), on)
    path, normals = on_surface(part, whole.triangles, whole.points)
    directions = whole.directions - dot(whole.directions, normals)[:, None] * normals
    directions /= norm(directions)[:, None]
    near = topology.near(path, thing.reach_mm)
    near = near[cKDTree(path).query(topology.centroids[near])[0] <= thing.reach_mm * MARGIN + topology.radii_mm[near]]
    patch = topology.connected(near, np.unique(whole.triangles), open_edges)
    clear = ground.clearance_mm(patch, open_edges, path)
    if clear < thing.reach_mm * MARGIN:
        return Misfit("an edge is too near", clear / (thing.reach_mm * MARGIN))
    chart = TraceChart(path, normals, directions, ways, thing.bend(ways))
    return Laid(at.centre, at.normal, chart, path, normals, patch)


def lay_on_edge(ground: Ground, thing: OnEdge, edge: int, point: Vector) -> Laid | Misfit:
    """Lay the folded map of a nick: the edge runs straight on for its length, and no other edge is near."""
    part, topology = ground.part, ground.topology
    start, end = part.vertices_mm[topology.edges[edge]]
    along = (end - start) / np.linalg.norm(end - start)
    one, other = topology.sides[edge]
    upward = _unit(part.normals[one].sum(axis=0)) + _unit(part.normals[other].sum(axis=0))
    upward /= np.linalg.norm(upward)
    # As for spots: an ellipse with half axes a > b lies within b of the segment of half-length a - b.
    half_spine = max(thing.half_edge_mm - thing.reach_mm, 0.0)
    spine = point + np.linspace(-1, 1, 9)[:, None] * half_spine * along
    near = topology.near(spine, thing.reach_mm)
    edges = np.unique(topology.of_triangle[near])
    sharp = edges[topology.turn_rad[edges] > np.radians(SPOT_TURN_DEG)]
    off = _off_line(part.vertices_mm[topology.edges[sharp]], point, along, half_spine + thing.reach_mm)
    own = sharp[off < STRAIGHT * thing.reach_mm]
    open_edges = topology.turn_rad <= np.radians(SPOT_TURN_DEG)
    open_edges[own] = True
    run = _run_along(part.vertices_mm[topology.edges[own]], point, along)
    if run < thing.half_edge_mm:
        return Misfit("the edge is too short or bends", run / thing.half_edge_mm)
    patch = topology.connected(near, np.array([one, other]), open_edges)
    clear = ground.clearance_mm(patch, open_edges, spine)
    if clear < thing.reach_mm * MARGIN:
        return Misfit("another edge is too near", clear / (thing.reach_mm * MARGIN))
    normals = np.broadcast_to(upward, spine.shape).copy()
    return Laid(point, upward, EdgeChart(point, along), spine, normals, patch, upward)


def _off_line(ends: np.ndarray, point: Vector, along: Vector, half_mm: float) -> np.ndarray:
    """Give how far segments (k, 2, 3), clipped to a stretch of a line, stray from it; infinite beyond the stretch."""
    step = ends - point
    at = step @ along
    off = np.linalg.norm(step - at[..., None] * along, axis=2)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.clip((np.array([[-half_mm], [half_mm]]) - at[:, 0]) / (at[:, 1] - at[:, 0]), 0, 1)
    strays = off[:, 0] + share * (off[:, 1] - off[:, 0])
    beyond = (at.max(axis=1) < -half_mm) | (at.min(axis=1) > half_mm) | ~np.isfinite(strays).all(axis=0)
    return np.where(beyond, np.inf, strays.max(axis=0))


def _run_along(ends: np.ndarray, point: Vector, along: Vector) -> float:
    """Give how far segments (k, 2, 3) cover a line without a gap, from a point on it to both sides: the shorter way."""
    at = np.sort((ends - point) @ along, axis=1)
    reach = []
    for low, high in (at.T, -at.T[::-1]):
        far = 0.0
        for start, end in sorted(zip(low, high, strict=True)):
            if start <= far + 1e-6:
                far = max(far, end)
        reach.append(far)
    return min(reach)


def _unit(vector: Vector) -> Vector:
    return vector / np.linalg.norm(vector)
