"""The exact surface under a CAD face: the nearest point on it and the normal there.

New vertices are put onto it and shading normals are taken from it, so that no facet of the coarse mesh shows through a
defect. ``free`` surfaces have neither; there the flat triangle and its interpolated corner normals stand.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from blemish.arrays import PerPoint, Points
from blemish.part.model import Part, Surface
from blemish.part.surfaces import distance_mm, gradient

_TINY = 1e-12


def project(surface: Surface, points: Points) -> Points:
    """Give the nearest points of the surface."""
    if surface.kind == "free":
        return points
    return points - distance_mm(surface, points)[:, None] * gradient(surface, points)


def part_normals(part: Part, triangles: np.ndarray, points: Points) -> Points:
    """Give outward unit normals at points that lie in triangles of the part, one each, or on the surface over them.

    Where the CAD face is analytic they are exact; on free surfaces, and in the tip of a cone, they are interpolated
    between the triangle's corners.
    """
    result = np.zeros_like(points)
    for surface, rows in by_face(part, triangles):
        if surface.kind != "free":
            exact = gradient(surface, points[rows])
            side = dot(exact, part.normals[triangles[rows], 0])[:, None]
            result[rows] = np.where(side < 0, -exact, exact)
    rest = np.flatnonzero(dot(result, result) == 0)
    weights = _barycentric(part.vertices_mm[part.triangles[triangles[rest]]], points[rest])
    mixed = np.einsum("nk,nkc->nc", weights, part.normals[triangles[rest]])
    result[rest] = mixed / np.maximum(_length(mixed), _TINY)
    return result


def curved_gradient(surface: Surface, points: Points, normals: Points, slope: Points, height: PerPoint) -> Points:
    """Give a gradient on the surface as it is seen from ``height`` above it: shorter where the surface bends away.

    All these surfaces are made by turning a line or circle about an axis. Around the axis the curvature is n.r / rho,
    with r the direction away from the axis and rho the distance from it; along, it is that of the line (none) or of the
    circle. A tangent is longer by 1 + height times curvature there, a gradient shorter.
    """
    if surface.kind in ("plane", "free"):
        return slope
    radial, radius = _about_axis(surface, points)
    tangent = cross(np.broadcast_to(surface.axis, radial.shape), radial)
    around = dot(normals, radial) / np.maximum(radius, _TINY)
    circle = {"sphere": surface.radius_mm, "torus": surface.tube_radius_mm}.get(surface.kind, 0.0)
    outward = np.sign(dot(normals, gradient(surface, points)))
    along = outward / circle if circle else np.zeros(len(points))
    part_around = dot(slope, tangent)[:, None] * tangent
    return part_around / (1 + height * around)[:, None] + (slope - part_around) / (1 + height * along)[:, None]


def on_surface(part: Part, triangles: np.ndarray, points: Points) -> tuple[Points, Points]:
    """Put points that lie in triangles of the part onto the exact surface; give them and their outward normals."""
    exact = points.copy()
    for surface, rows in by_face(part, triangles):
        exact[rows] = project(surface, points[rows])
    return exact, part_normals(part, triangles, exact)


def by_face(part: Part, triangles: np.ndarray) -> Iterator[tuple[Surface, np.ndarray]]:
    """Give each CAD face's surface and which of the triangles lie in it."""
    face = part.face[triangles]
    order = np.argsort(face, kind="stable")
    bounds = np.flatnonzero(np.diff(face[order], prepend=-1, append=-1))
    for start, stop in pairwise(bounds):
        yield part.surfaces[face[order[start]]], order[start:stop]


def _barycentric(corners: np.ndarray, points: Points) -> np.ndarray:
    a, b, c = corners.transpose(1, 0, 2)
    normal = cross(b - a, c - a)
    whole = np.maximum(dot(normal, normal), 1e-30)
    second = dot(cross(points - a, c - a), normal) / whole
    third = dot(cross(b - a, points - a), normal) / whole
    return np.stack([1 - second - third, second, third], axis=1)


def dot(a: Points, b: Points) -> PerPoint:
    """Give the scalar products of rows; much faster than a sum over so short an axis."""
    return np.einsum("nc,nc->n", a, b)


def norm(vectors: Points) -> PerPoint:
    """Give the lengths of rows."""
    return np.sqrt(dot(vectors, vectors))


def cross(a: Points, b: Points) -> Points:
    """Give the vector products of rows; twice as fast as numpy's, which serves every shape."""
    result = np.empty(np.broadcast_shapes(a.shape, b.shape))
    result[:, 0] = a[:, 1] * b[:, 2] - a[:, 2] * b[:, 1]
    result[:, 1] = a[:, 2] * b[:, 0] - a[:, 0] * b[:, 2]
    result[:, 2] = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
    return result


def area_vectors(corners: np.ndarray) -> Points:
    """Give normals of triangles (n, 3, 3) whose length is twice the area."""
    return cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])


def _length(vectors: Points) -> np.ndarray:
    return norm(vectors)[:, None]


def _about_axis(surface: Surface, points: Points) -> tuple[Points, PerPoint]:
    """Give unit vectors away from the axis, and the distances from it."""
    away = points - surface.origin_mm
    away = away - (away @ surface.axis)[:, None] * surface.axis
    radius = norm(away)
    return away / np.maximum(radius, _TINY)[:, None], radius
