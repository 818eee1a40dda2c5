"""Analytic surfaces: from the CAD kernel's words to :class:`Surface`, their distance and their normals."""

from __future__ import annotations

from typing import Any

import numpy as np

from blemish.arrays import Matrix, PerPoint, Points, Vector
from blemish.part.model import Surface

MM_PER_M = 1000.0


def surface_of(descriptor: dict[str, Any] | None, placement: Matrix, middle_mm: Vector) -> Surface:
    """Turn what the B-rep extension says of a face (metres, before its placement) into a surface in millimetres.

    ``middle_mm`` lies amid the face's points; it tells on which side of its apex a cone is.
    """
    if descriptor is None:
        return free(middle_mm)
    kind = descriptor["type"]
    said = descriptor.get("normal", descriptor.get("axis", (0.0, 0.0, 1.0)))  # a sphere has no axis
    turned = placement[:3, :3] @ np.array(said, dtype=np.float64)
    axis = turned / np.linalg.norm(turned)
    start = next(descriptor[key] for key in ("apex", "center", "origin") if key in descriptor)
    origin = (placement[:3, :3] @ np.array(start, dtype=np.float64) + placement[:3, 3]) * MM_PER_M
    if kind == "plane":
        return Surface(kind, origin, axis)
    if kind == "cone":
        into = axis if (middle_mm - origin) @ axis > 0 else -axis
        return Surface(kind, origin, into, semi_angle_rad=abs(descriptor["semi_angle"]))
    if kind == "torus":
        radius, tube = descriptor["major_radius"] * MM_PER_M, descriptor["minor_radius"] * MM_PER_M
        return Surface(kind, origin, axis, radius_mm=radius, tube_radius_mm=tube)
    if kind in ("cylinder", "sphere"):
        return Surface(kind, origin, axis, radius_mm=descriptor["radius"] * MM_PER_M)
    return free(middle_mm)


def free(middle_mm: Vector, facing: Vector | None = None) -> Surface:
    """Give a surface that has only its tessellation; its axis is where it faces on the whole, if that is known."""
    length = 0.0 if facing is None else float(np.linalg.norm(facing))
    axis = np.array([0.0, 0.0, 1.0]) if facing is None or length < 1e-9 else facing / length
    return Surface("free", middle_mm, axis)


def distance_mm(surface: Surface, points: Points) -> PerPoint:
    """Give the signed distance of points from the surface, growing along :func:`gradient`; zero for ``free``."""
    out, along = _across_and_along(surface, points)
    across = np.linalg.norm(out, axis=1)
    if surface.kind == "plane":
        return along
    if surface.kind == "cylinder":
        return across - surface.radius_mm
    if surface.kind == "cone":
        return across * np.cos(surface.semi_angle_rad) - along * np.sin(surface.semi_angle_rad)
    if surface.kind == "sphere":
        return np.linalg.norm(points - surface.origin_mm, axis=1) - surface.radius_mm
    if surface.kind == "torus":
        return np.hypot(across - surface.radius_mm, along) - surface.tube_radius_mm
    return np.zeros(len(points))


def gradient(surface: Surface, points: Points) -> Points:
    """Give the unit normals (n, 3) at points on an analytic surface, away from its axis; zero where it has none.

    plane: its axis; cylinder: across the axis; cone with half angle a: across cos a - axis sin a; sphere: from the
    centre; torus: from the tube's centre line.
    """
    out, along = _across_and_along(surface, points)
    if surface.kind == "plane":
        return np.broadcast_to(surface.axis, points.shape).copy()
    if surface.kind == "sphere":
        return _unit(points - surface.origin_mm)
    across = _unit(out)
    if surface.kind == "cylinder":
        return across
    if surface.kind == "cone":
        slope = across * np.cos(surface.semi_angle_rad) - surface.axis * np.sin(surface.semi_angle_rad)
        return np.where(np.any(across != 0, axis=1, keepdims=True), slope, 0.0)
    if surface.kind == "torus":
        return _unit(out - across * surface.radius_mm + along[:, None] * surface.axis)
    raise ValueError("a free surface has no formula")


def _across_and_along(surface: Surface, points: Points) -> tuple[Points, PerPoint]:
    """Split points, seen from the origin, into the part across the axis (n, 3) and the length along it (n,)."""
    relative = points - surface.origin_mm
    along = relative @ surface.axis
    return relative - along[:, None] * surface.axis, along


def _unit(vectors: Points) -> Points:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    # Nearer than a nanometre to the axis, a direction is only rounding.
    return np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 1e-6)
