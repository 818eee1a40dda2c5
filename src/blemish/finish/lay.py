"""Laying finishes on faces: one row of numbers for each CAD face, the only thing that the renderer's formulas read.

A row says where the tool's track runs on the face (its shape, axis and profile, from the analytic surface) and how the
tool cut (the finish's own numbers). Rows are data, not code: specimens, parts and views with the same kinds of finishes
share one compiled kernel.

==========  =============================================================================================
PLANAR      along = v . e1, across = v . (axis x e1); the axis is the face's normal
AROUND      along = R phi, across = s: the track goes around the axis
PROFILE     along = s, across = R phi: the track goes along the profile
==========  =============================================================================================

On a helix of lead l (AROUND only) ``across`` is s - l phi / 2 pi, and comes back to itself after l.

with v the position relative to the row's origin, phi its angle about the row's axis, z and r its height along and
distance from it. The place s on the profile is ``cz z + cr r`` on planes, cylinders and cones, whose profiles are
straight, and ``rho atan2(z, r - ra)`` on spheres and tori, whose profiles are arcs of radius ``rho`` about (ra, 0).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from blemish.arrays import Vector
from blemish.errors import FinishError
from blemish.finish.catalogue import kind_of, number_of
from blemish.frames import orthonormal
from blemish.part.axis import axis_of
from blemish.part.model import Part, Region, Surface

PLANAR, AROUND, PROFILE = 0, 1, 2
ROW = 32
"""Numbers in a row: [shape, kind, R, cz | origin, cr | axis, rho | e1, ra | lead, 3 unused | the finish]."""
NUMBERS = 20
"""Where the finish's own numbers begin."""


@dataclass(frozen=True, eq=False)
class Path:
    """Where the track runs on one face: the first twenty numbers of its row."""

    shape: int
    origin_mm: Vector
    axis: Vector
    e1: Vector
    profile: tuple[float, float] = (1.0, 0.0)
    """cz and cr."""
    arc: tuple[float, float] = (0.0, 0.0)
    """rho and ra; a rho of 0 is a straight profile."""
    lead_mm: float = 0.0
    """Of a track that winds around the axis like a thread."""


def lay(part: Part, finishes: Mapping[str, Any]) -> np.ndarray:
    """Lay each region's finish on its faces: float32 (faces, ROW). :class:`FinishError` if a region cannot carry it."""
    table = np.ones((len(part.surfaces), ROW), dtype=np.float32)
    geometry = _FaceGeometry(part)
    for region in part.regions:
        finish = finishes[region.name]
        lead_mm = getattr(finish, "lead_mm", 0.0)
        axis = _turning_axis(part, region, finish) if finish.follows == "axis" or lead_mm else None
        for face in region.faces:
            surface = part.surfaces[face]
            if axis is not None and lead_mm:
                path = Path(AROUND, *axis, orthonormal(axis[1])[:, 0], lead_mm=lead_mm)
            elif axis is not None:
                path = _turned_path(surface, *axis)
            elif finish.follows == "direction":
                path = _directed_path(surface, geometry.normal[face], np.array(finish.direction))
            else:
                path = _planar(surface.origin_mm, geometry.normal[face], None)
            table[face] = _row(path, geometry.mean_radius(face, path), number_of(type(finish)), finish.numbers())
    return table


class _FaceGeometry:
    """Area, mean normal and mean radius of each CAD face, from its triangles."""

    def __init__(self, part: Part) -> None:
        count = len(part.surfaces)
        self._face = part.face
        self._centres = part.vertices_mm[part.triangles].mean(axis=1)
        self._weights = part.areas_mm2
        self.area_mm2 = np.bincount(part.face, part.areas_mm2, minlength=count)
        mean = part.normals.mean(axis=1) * part.areas_mm2[:, None]
        self.normal = np.stack([np.bincount(part.face, mean[:, i], minlength=count) for i in range(3)], axis=1)
        # A closed face, such as a whole cylinder, has no mean normal; any direction will do.
        none = np.linalg.norm(self.normal, axis=1) < 1e-6 * np.maximum(self.area_mm2, 1e-12)
        self.normal[none] = (0.0, 0.0, 1.0)

    def mean_radius(self, face: int, path: Path) -> float:
        """Give the mean distance of the face from the path's axis: what an angle is multiplied with to be a length."""
        chosen = self._face == face
        if path.shape == PLANAR or not chosen.any():
            return 0.0
        away = self._centres[chosen] - path.origin_mm
        radius = np.linalg.norm(away - np.outer(away @ path.axis, path.axis), axis=1)
        return float(np.average(radius, weights=np.maximum(self._weights[chosen], 1e-12)))


def _row(path: Path, radius_mm: float, kind: int, numbers: Sequence[float]) -> np.ndarray:
    row = np.ones(ROW)  # not zeros: formulas of other kinds are computed too, and divide
    row[0:4] = path.shape, kind, radius_mm, path.profile[0]
    row[4:8] = *path.origin_mm, path.profile[1]
    row[8:12] = *path.axis, path.arc[0]
    row[12:16] = *path.e1, path.arc[1]
    row[16] = path.lead_mm
    row[NUMBERS : NUMBERS + len(numbers)] = numbers
    return row


def _turning_axis(part: Part, region: Region, finish: Any) -> tuple[Vector, Vector]:
    """Give a point and a direction: those of the settings, else those that most of the region turns about."""
    point, given = (getattr(finish, name, None) for name in ("axis_point_mm", "axis_direction"))
    if point is not None and given is not None:
        direction = np.array(given, dtype=np.float64)
        return np.array(point, dtype=np.float64), direction / np.linalg.norm(direction)
    axis = axis_of(part, region.faces)
    if axis is None and finish.follows != "axis":
        raise FinishError(
            f"region {region.name!r}: lead_mm asks for a helix around an axis, and this region has none (no cylinder, "
            "cone or torus, and nothing that turns about one line); leave lead_mm out"
        )
    if axis is None:
        raise FinishError(
            f"region {region.name!r}: {kind_of(finish)} goes around an axis, and this region has none (no cylinder, "
            "cone or torus, and nothing that turns about one line); give it axis_point_mm and axis_direction, or "
            "another finish"
        )
    return axis.point_mm, axis.direction


def _turned_path(surface: Surface, point: Vector, direction: Vector) -> Path:
    """Around the face's own axis where it has one, else around the region's."""
    if surface.kind in ("cylinder", "cone", "torus"):
        return _round(AROUND, surface, surface.axis)
    if surface.kind == "sphere":
        return _round(AROUND, surface, direction)
    e1 = orthonormal(direction)[:, 0]
    lean = abs(float(surface.axis @ direction)) if surface.kind == "plane" else 0.0
    return Path(AROUND, point, direction, e1, profile=((1 - min(lean, 1.0) ** 2) ** 0.5, lean))


def _directed_path(surface: Surface, normal: Vector, direction: Vector) -> Path:
    """Along the direction on planes and free faces; on round faces around the axis or along it, whichever is nearer."""
    direction = direction / np.linalg.norm(direction)
    if surface.kind == "sphere":
        return _round(PROFILE, surface, direction)
    if surface.kind in ("cylinder", "cone", "torus"):
        return _round(PROFILE if abs(surface.axis @ direction) > 0.7 else AROUND, surface, surface.axis)
    return _planar(surface.origin_mm, normal, direction)


def _planar(origin_mm: Vector, normal: Vector, direction: Vector | None) -> Path:
    frame = orthonormal(normal, direction)
    return Path(PLANAR, origin_mm, frame[:, 2], frame[:, 0])


def _round(shape: int, surface: Surface, axis: Vector) -> Path:
    e1 = orthonormal(axis)[:, 0]
    if surface.kind == "cone":
        profile = (float(np.cos(surface.semi_angle_rad)), float(np.sin(surface.semi_angle_rad)))
        return Path(shape, surface.origin_mm, axis, e1, profile=profile)
    if surface.kind == "torus":
        return Path(shape, surface.origin_mm, axis, e1, arc=(surface.tube_radius_mm, surface.radius_mm))
    if surface.kind == "sphere":
        return Path(shape, surface.origin_mm, axis, e1, arc=(surface.radius_mm, 0.0))
    return Path(shape, surface.origin_mm, axis, e1)
