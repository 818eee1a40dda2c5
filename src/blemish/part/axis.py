"""The axis that faces turn about, whether or not the CAD file says it.

A surface that is swept by a screw motion, p' = cbar + c x p, moves along itself: its normals stand across the velocity,

    n . (cbar + c x p) = c . (p x n) + cbar . n = 0,

which is linear in (c, cbar): the normals are lines of one linear complex. Surfaces of revolution have pitch c . cbar
equal to zero, thread flanks have the pitch of the thread. Points and normals of a face therefore give its axis by
least squares under |c| = 1: H. Pottmann, T. Randrup, "Rotational and helical surface approximation for reverse
engineering", Computing 60 (1998), 307-322.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from blemish.arrays import PerPoint, Points, Vector
from blemish.part.model import Part, Surface

ROUND = ("cylinder", "cone", "torus")
"""Kinds of surface that have an axis."""
FITS_DEG = 3.0
"""An axis is believed if the surface's normals stand across the motion about it to this, in the mean of squares."""
COAXIAL_DEG = 0.2
COAXIAL_MM = 0.05
"""Axes nearer than this, in direction and in place, are one: parts are not made more precisely than that."""


@dataclass(frozen=True, eq=False)
class Axis:
    """A line in space that faces turn about."""

    point_mm: Vector
    """The point of the axis that is nearest to the middle of the faces."""
    direction: Vector
    """Of length one; its largest component is positive."""
    pitch_mm: float
    """How far the surface goes along the axis in a turn; zero for a surface of revolution, signed as a right thread."""
    misfit_deg: float
    """How far the normals are from standing across the motion, root mean square."""
    source: Literal["surfaces", "fit", "neighbours"]
    """The analytic surfaces of the faces themselves, the fit to their normals, or surfaces that they touch."""


def axis_of(part: Part, faces: Sequence[int], direction: Vector | None = None) -> Axis | None:
    """Find the axis that some faces of a part turn about, or ``None`` where they have none or not one alone.

    The cylinders, cones and tori among the faces decide if there are any (the axis with most area about it), then the
    normals, then the round surfaces that the faces touch, if the faces turn about their axis too. A sphere turns about
    every axis through its centre and a plane about every one along its normal: ``direction`` says which one is meant,
    and only axes along it are considered. Takes milliseconds.
    """
    mine = np.flatnonzero(np.isin(part.face, np.asarray(faces, dtype=np.int64)))
    if not len(mine):
        return None
    lines = _Lines.of(part, mine)
    given = None if direction is None else _unit(np.asarray(direction, dtype=np.float64))
    own = _candidates(part, faces, given)
    if own:
        return lines.about(own[0], "surfaces")
    fitted = lines.fitted(given)
    if fitted is not None:
        return fitted
    touching = set(part.face[np.isin(part.triangles, part.triangles[mine]).any(axis=1)].tolist()) - set(faces)
    for surface in _candidates(part, sorted(touching), given):
        axis = lines.about(surface, "neighbours")
        if axis.misfit_deg <= FITS_DEG:
            return axis
    return None


def coaxial(one: Surface, other: Surface) -> bool:
    """Tell whether two surfaces that have an axis share it."""
    between = other.origin_mm - one.origin_mm
    off_mm = np.linalg.norm(between - one.axis * (between @ one.axis))
    return bool(parallel(one.axis, other.axis, COAXIAL_DEG) and off_mm < COAXIAL_MM)


def parallel(one: Vector, other: Vector, within_deg: float) -> bool:
    """Tell whether two unit directions differ by no more than an angle, whichever way they point."""
    return bool(np.degrees(np.arctan2(np.linalg.norm(np.cross(one, other)), abs(one @ other))) <= within_deg)


def _candidates(part: Part, faces: Iterable[int], direction: Vector | None) -> list[Surface]:
    """Give one surface for each axis that round faces have, that with most area about it first."""
    area_mm2 = np.bincount(part.face, part.areas_mm2, minlength=len(part.surfaces))
    found: list[tuple[Surface, float]] = []
    for face in faces:
        surface = part.surfaces[face]
        if surface.kind not in ROUND or (direction is not None and not parallel(surface.axis, direction, 1.0)):
            continue
        same = next((i for i, (other, _) in enumerate(found) if coaxial(other, surface)), None)
        if same is None:
            found.append((surface, float(area_mm2[face])))
        else:
            found[same] = (found[same][0], found[same][1] + float(area_mm2[face]))
    return [surface for surface, _ in sorted(found, key=lambda pair: -pair[1])]


@dataclass(frozen=True, eq=False)
class _Lines:
    """The normals of some faces, as lines in space, seen from their middle and in units of their size."""

    points: Points
    normals: Points
    weights: PerPoint
    middle_mm: Vector
    scale_mm: float

    @staticmethod
    def of(part: Part, triangles: np.ndarray) -> _Lines:
        """Take the corners of some triangles with their shading normals, each weighed by area."""
        corners = part.vertices_mm[part.triangles[triangles]].reshape(-1, 3)
        weights = np.repeat(np.maximum(part.areas_mm2[triangles], 1e-12), 3)
        weights = weights / weights.sum()
        middle = weights @ corners
        scale = max(float(np.sqrt(weights @ ((corners - middle) ** 2).sum(axis=1))), 1e-9)
        return _Lines((corners - middle) / scale, part.normals[triangles].reshape(-1, 3), weights, middle, scale)

    def fitted(self, direction: Vector | None) -> Axis | None:
        """Fit the complex; ``None`` if it does not fit, or if another fits as well."""
        moments = np.cross(self.points, self.normals)
        weighed = self.weights[:, None] * self.normals
        nn, mn, mm = weighed.T @ self.normals, moments.T @ weighed, (moments * self.weights[:, None]).T @ moments
        if np.linalg.eigvalsh(nn)[1] < np.sin(np.radians(FITS_DEG)) ** 2:
            return None  # all normals are parallel: a plane turns about every line along them
        inverse = np.linalg.pinv(nn, rcond=1e-4, hermitian=True)
        if direction is not None:
            axis = self._axis(direction, -inverse @ mn.T @ direction, "fit")
            return axis if axis.misfit_deg <= FITS_DEG else None
        directions = np.linalg.eigh(mm - mn @ inverse @ mn.T)[1].T
        best, second = (self._axis(c, -inverse @ mn.T @ c, "fit") for c in directions[:2])
        alone = second.misfit_deg > max(5 * best.misfit_deg, FITS_DEG / 10)
        return best if best.misfit_deg <= FITS_DEG and alone else None

    def about(self, surface: Surface, source: Literal["surfaces", "neighbours"]) -> Axis:
        """Give the axis of a surface, with the pitch at which the normals fit it best."""
        c = surface.axis
        around = np.cross((surface.origin_mm - self.middle_mm) / self.scale_mm, c)
        along = self.normals @ c
        velocity = (self.normals * (around + np.cross(c, self.points))).sum(axis=1)
        square = float(self.weights @ along**2)
        turns_alone = self._axis(c, around, source)
        if square < 1e-6 or turns_alone.misfit_deg <= FITS_DEG / 10:
            return turns_alone
        return self._axis(c, around - c * float(self.weights @ (along * velocity)) / square, source)

    def _axis(self, c: Vector, cbar: Vector, source: Literal["surfaces", "fit", "neighbours"]) -> Axis:
        velocity = cbar + np.cross(c, self.points)
        across = (velocity * self.normals).sum(axis=1)
        sine = np.sqrt(self.weights @ across**2 / max(float(self.weights @ (velocity**2).sum(axis=1)), 1e-12))
        sign = np.sign(c[np.abs(c).argmax()])
        return Axis(
            point_mm=self.middle_mm + np.cross(c, cbar) * self.scale_mm,
            direction=c * sign,
            pitch_mm=float(2 * np.pi * (c @ cbar) * self.scale_mm),
            misfit_deg=float(np.degrees(np.arcsin(min(sine, 1.0)))),
            source=source,
        )


def _unit(vector: Vector) -> Vector:
    return vector / np.linalg.norm(vector)
