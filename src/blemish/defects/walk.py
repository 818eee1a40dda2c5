"""Walking straight ahead, or along a curve, over the triangles of a part.

A straight walk unfolds each triangle into the plane of the one before: what goes straight there is a geodesic of the
mesh, runs along a cylinder as a helix and over a bevel as a scratch does. A curved walk also turns by a little at each
step. What lies behind the walker is never looked at, so both sides of a thin wall are different places.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from blemish.arrays import Points, Vector
from blemish.defects.topology import Topology
from blemish.part.model import Part


@dataclass(frozen=True, eq=False)
class Terrain:
    """A part and the edges (e,) of it that may be walked over."""

    part: Part
    topology: Topology
    open_edges: np.ndarray


@dataclass(frozen=True, eq=False)
class Walk:
    """Where a walk came by: points at equal steps, the triangle and the direction at each; shorter if stopped."""

    points: Points
    directions: Points
    triangles: np.ndarray
    stopped: bool


def walk(
    terrain: Terrain, triangle: int, point: Vector, direction: Vector, *, step_mm: float, turns_rad: np.ndarray
) -> Walk:
    """Walk ``len(turns_rad)`` steps, turning left by ``turns_rad[i]`` during step i; stop at an edge that is not open.

    The points do not contain the start.
    """
    part, topology, open_edges = terrain.part, terrain.topology, terrain.open_edges
    corners = part.vertices_mm[part.triangles]
    points, directions, triangles = [], [], []
    stopped = False
    normal = _facet_normal(corners[triangle])
    heading = _into_plane(direction, normal)
    here = np.asarray(point, dtype=np.float64)
    for turn in turns_rad:
        heading = _turned(heading, normal, turn / 2)
        left = step_mm
        while True:
            length, edge = _to_border(corners[triangle], normal, here, heading)
            if length >= left:
                here = here + left * heading
                break
            beyond = topology.neighbours[triangle, edge]
            if beyond < 0 or not open_edges[topology.of_triangle[triangle, edge]]:
                stopped = True
                break
            here = here + length * heading
            left -= length
            side = corners[triangle, (edge + 1) % 3] - corners[triangle, edge]
            triangle = int(beyond)
            before, normal = normal, _facet_normal(corners[triangle])
            heading = _unfold(heading, side, before, normal)
        if stopped:
            break
        heading = _turned(heading, normal, turn / 2)
        points.append(here)
        directions.append(heading)
        triangles.append(triangle)
    return Walk(
        np.array(points).reshape(-1, 3),
        np.array(directions).reshape(-1, 3),
        np.array(triangles, dtype=np.int64),
        stopped,
    )


def _turned(heading: np.ndarray, normal: np.ndarray, angle: float) -> np.ndarray:
    return np.cos(angle) * heading + np.sin(angle) * _cross(normal, heading) if angle else heading


def _facet_normal(corners: np.ndarray) -> np.ndarray:
    normal = _cross(corners[1] - corners[0], corners[2] - corners[0])
    return normal / np.sqrt(normal @ normal)


def _into_plane(direction: np.ndarray, normal: np.ndarray) -> np.ndarray:
    flat = direction - (direction @ normal) * normal
    return flat / np.sqrt(flat @ flat)


def _unfold(heading: np.ndarray, side: np.ndarray, before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Turn a heading from one facet's plane into the next one's, about the edge ``side`` that they share."""
    along = side / np.sqrt(side @ side)
    a = heading @ along
    b = heading @ _cross(before, along)
    return _into_plane(a * along + b * _cross(after, along), after)


def _to_border(corners: np.ndarray, normal: np.ndarray, here: np.ndarray, heading: np.ndarray) -> tuple[float, int]:
    """Give the way to the border of a triangle and the edge that is met there; never backwards."""
    best, edge = np.inf, -1
    for k in range(3):
        side = corners[(k + 1) % 3] - corners[k]
        outward = _cross(side, normal)
        speed = heading @ outward
        if speed > 1e-12 * np.sqrt(outward @ outward):
            length = max((corners[k] - here) @ outward / speed, 0.0)
            if length < best:
                best, edge = length, k
    return best, edge


def _cross(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Give the cross product of two plain vectors; ten times as fast as numpy's for this one job."""
    return np.array([a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]])
