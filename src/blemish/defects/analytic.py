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

_TINY = 1e-12


def project(surface: Surface, points: Points) -> Points:
    """Give the nearest points of the surface."""
    if surface.kind == "free":
        return points
    if surface.kind == "plane":
        return points - np.outer((points - surface.origin_mm) @ surface.axis, surface.axis)
    height, radial, radius = _about_axis(surface, points)
    if surface.kind == "sphere":
        away = points - surface.origin_mm
        return surface.origin_mm + away * (surface.radius_mm / np.maximum(_length(away), _TINY))
    if surface.kind == "cylinder":
        return points + radial * (surface.radius_mm - radius)
    if surface.kind == "cone":
        sin, cos = np.sin(surface.semi_angle_rad), np.cos(surface.semi_angle_rad)
        along = radius * sin + height * cos
        return surface.origin_mm + along * (radial * sin + surface.axis * cos)
    ring = surface.origin_mm + radial * surface.radius_mm
    away = points - ring
    return ring + away * (surface.tube_radius_mm / np.maximum(_length(away), _TINY))


def exact_normals(surface: Surface, points: Points) -> Points:
    """Give unit normals at points of the surface, pointing away from its axis or centre; not for ``free``."""
    if surface.kind == "plane":
        return np.broadcast_to(surface.axis, points.shape).copy()
    _, radial, _ = _about_axis(surface, points)
    if surface.kind == "cylinder":
        return radial
    if surface.kind == "cone":
        return radial * np.cos(surface.semi_angle_rad) - surface.axis * np.sin(surface.semi_angle_rad)
    if surface.kind == "sphere":
        away = points - surface.origin_mm
    else:
        away = points - surface.origin_mm - radial * surface.radius_mm
    return away / np.maximum(_length(away), _TINY)


def part_normals(part: Part, triangles: np.ndarray, points: Points) -> Points:
    """Give outward unit normals at points that lie in triangles of the part, one each, or on the surface over them.

    Where the CAD face is analytic they are exact, on free surfaces interpolated between the triangle's corners.
    """
    result = np.empty_like(points)
    for surface, rows in by_face(part, triangles):
        corners = part.normals[triangles[rows]]
        if surface.kind == "free":
            weights = _barycentric(part.vertices_mm[part.triangles[triangles[rows]]], points[rows])
            mixed = np.einsum("nk,nkc->nc", weights, corners)
            result[rows] = mixed / np.maximum(_length(mixed), _TINY)
        else:
            exact = exact_normals(surface, points[rows])
            side = dot(exact, corners[:, 0])[:, None]
            result[rows] = np.where(side < 0, -exact, exact)
    return result


def curved_gradient(surface: Surface, points: Points, normals: Points, gradient: Points, height: PerPoint) -> Points:
    """Give a gradient on the surface as it is seen from ``height`` above it: shorter where the surface bends away.

    All these surfaces are made by turning a line or circle about an axis. Around the axis the curvature is n.r / rho,
    with r the direction away from the axis and rho the distance from it; along, it is that of the line (none) or of the
    circle. A tangent is longer by 1 + height times curvature there, a gradient shorter.
    """
    if surface.kind in ("plane", "free"):
        return gradient
    centre_line, radial, radius = _about_axis(surface, points)
    del centre_line
    tangent = cross(np.broadcast_to(surface.axis, radial.shape), radial)
    around = dot(normals, radial) / np.maximum(radius[:, 0], _TINY)
    circle = {"sphere": surface.radius_mm, "torus": surface.tube_radius_mm}.get(surface.kind, 0.0)
    outward = np.sign(dot(normals, exact_normals(surface, points)))
    along = outward / circle if circle else np.zeros(len(points))
    part_around = dot(gradient, tangent)[:, None] * tangent
    return part_around / (1 + height * around)[:, None] + (gradient - part_around) / (1 + height * along)[:, None]


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


def _about_axis(surface: Surface, points: Points) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give height along the axis (n, 1), unit vectors away from it (n, 3) and distances from it (n, 1)."""
    away = points - surface.origin_mm
    height = (away @ surface.axis)[:, None]
    radial = away - height * surface.axis
    radius = _length(radial)
    return height, radial / np.maximum(radius, _TINY), radius
