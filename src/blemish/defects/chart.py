"""Maps of the surface around a defect: from points of the part to (u, v) in millimetres, and back for directions.

* Around a spot on a plane or cylinder the map is exact: the cylinder is unrolled. Elsewhere the distance from the
  centre is that along a circular arc whose ends have the two normals at hand, which is exact on spheres and good while
  the normal turns by less than a radian.
* Along a trace each point belongs to the nearest point of the path; ``u`` is the way along the path, ``v`` the distance
  to the left of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol, runtime_checkable

import numpy as np
from scipy.spatial import cKDTree

from blemish.arrays import PerPoint, Points, Vector
from blemish.defects.analytic import cross, dot, norm
from blemish.part.model import Surface
from blemish.part.surfaces import gradient


@dataclass(frozen=True, eq=False)
class Located:
    """Points on a map: coordinates, and the world vectors that are the gradients of ``u`` and ``v`` there."""

    u: PerPoint
    v: PerPoint
    along: Points
    across: Points


@runtime_checkable
class Chart(Protocol):
    """A map around one defect."""

    def locate(self, points: Points, normals: Points) -> Located:
        """Find points of the rest surface, with their unit normals, on the map."""
        ...


def transport(vectors: Points, start: Points, end: Points) -> Points:
    """Turn tangent vectors at unit normals ``start`` into tangent vectors at ``end``, by the least rotation."""
    cosine = dot(start, end)[:, None]
    share = dot(end, vectors)[:, None] / np.maximum(1 + cosine, 1e-6)
    return vectors - share * (start + end)


def arc_steps(points: Points, origins: Points, normals: Points, origin_normals: Points) -> Points:
    """Give the tangent vectors at the origins that lead to the points along circular arcs: direction and length."""
    step = points - origins
    flat = step - dot(step, origin_normals)[:, None] * origin_normals
    half_sine = np.minimum(norm(normals - origin_normals) / 2, 1.0)
    bulge = np.where(half_sine > 1e-6, np.arcsin(half_sine) / np.maximum(half_sine, 1e-6), 1.0)
    length = norm(step) * bulge
    return flat * (length / np.maximum(norm(flat), 1e-12))[:, None]


@dataclass(frozen=True, eq=False)
class SpotChart:
    """The map around one point: ``along`` is the unit direction of u, ``normal`` the outward normal."""

    centre: Vector
    normal: Vector
    along: Vector
    cylinder: Surface | None = None
    """The cylinder to unroll, if the whole spot lies on one."""

    def locate(self, points: Points, normals: Points) -> Located:
        """Find points on the map."""
        across = np.cross(self.normal, self.along)
        if self.cylinder is not None:
            return self._unrolled(self.cylinder, points, across)
        start = np.broadcast_to(self.normal, points.shape)
        step = arc_steps(points, np.broadcast_to(self.centre, points.shape), normals, start)
        return Located(
            step @ self.along,
            step @ across,
            transport(np.broadcast_to(self.along, points.shape), start, normals),
            transport(np.broadcast_to(across, points.shape), start, normals),
        )

    def _unrolled(self, cylinder: Surface, points: Points, across: Vector) -> Located:
        axis = cylinder.axis
        side = np.sign(self.normal @ gradient(cylinder, self.centre[None])[0])
        outward = side * self.normal
        around = np.cross(axis, outward)
        radial = gradient(cylinder, points)
        angle = np.arctan2(radial @ around, radial @ outward)
        flat = np.stack([cylinder.radius_mm * angle, (points - self.centre) @ axis], axis=1)
        tangent = np.cross(axis, radial)
        parts = np.array([[self.along @ around, self.along @ axis], [across @ around, across @ axis]])
        return Located(
            flat @ parts[0],
            flat @ parts[1],
            parts[0, 0] * tangent + parts[0, 1] * axis,
            parts[1, 0] * tangent + parts[1, 1] * axis,
        )


@dataclass(frozen=True, eq=False)
class EdgeChart:
    """The map folded over a sharp edge: ``along`` is the edge's direction at ``centre``."""

    centre: Vector
    along: Vector

    def locate(self, points: Points, normals: Points) -> Located:
        """Find points on the map; ``v`` is the distance from the edge on either face."""
        step = points - self.centre
        u = step @ self.along
        away = step - u[:, None] * self.along
        v = norm(away)
        outward = away / np.maximum(v, 1e-9)[:, None]
        return Located(u, v, np.broadcast_to(self.along, normals.shape), outward)


@dataclass(frozen=True, eq=False)
class TraceChart:
    """The map along a path: its points, unit normals and directions, the way ``u`` to each, and its bend in 1/mm."""

    path: Points
    normals: Points
    directions: Points
    u: PerPoint
    bend: PerPoint

    @cached_property
    def tree(self) -> cKDTree:
        """The path's points, to be searched."""
        return cKDTree(self.path)

    def locate(self, points: Points, normals: Points) -> Located:
        """Find points on the map; between two points of the path the path is a circular arc."""
        _, nearest = self.tree.query(points)
        start, ahead, bend = self.normals[nearest], self.directions[nearest], self.bend[nearest]
        left = cross(start, ahead)
        step = arc_steps(points, self.path[nearest], normals, start)
        s, t = dot(step, ahead), dot(step, left)
        # The arc's centre lies 1 / bend to the left; 1 - bend t is how much shorter the way is there.
        inner = np.maximum(1 - bend * t, 0.1)
        way, v = s / inner, t - bend * s * s / (2 * inner)
        turn = bend * way
        forward = ahead + turn[:, None] * left
        sideways = left - turn[:, None] * ahead
        return Located(
            self.u[nearest] + way,
            v,
            transport(forward / np.maximum(1 - bend * v, 0.1)[:, None], start, normals),
            transport(sideways, start, normals),
        )
