"""The exact surface under a CAD face: the nearest point on it and the normal there.

New vertices are put onto it and shading normals are taken from it, so that no facet of the coarse mesh shows through a
defect. ``free`` surfaces have neither; there the flat triangle and its interpolated corner normals stand.
"""

from __future__ import annotations

import numpy as np

from blemish.arrays import Points
from blemish.part.model import Surface

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


def normals(surface: Surface, points: Points) -> Points:
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


def _length(vectors: Points) -> np.ndarray:
    return np.linalg.norm(vectors, axis=-1, keepdims=True)


def _about_axis(surface: Surface, points: Points) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give height along the axis (n, 1), unit vectors away from it (n, 3) and distances from it (n, 1)."""
    away = points - surface.origin_mm
    height = (away @ surface.axis)[:, None]
    radial = away - height * surface.axis
    radius = _length(radial)
    return height, radial / np.maximum(radius, _TINY), radius
