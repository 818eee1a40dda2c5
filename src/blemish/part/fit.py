"""Fitting planes, cylinders, cones, spheres and tori to pieces of a triangle mesh.

Each kind has a start, from the facets' normals or from linear least squares, and one refinement for all: Gauss-Newton
steps on the distances of the vertices, which lie on the true surface where facets do not, each weighed down by how far
off it is (Cauchy's weights), so that a few vertices of a neighbour do no harm. The derivatives of a distance d with
gradient g at p: by the origin -g; by a turn of the axis about the origin o, g x (p - o); by the radii and the angle of
a cone as in :func:`_by_shape`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from blemish.arrays import PerPoint, Points, Vector
from blemish.frames import orthonormal
from blemish.part.model import Surface, SurfaceKind
from blemish.part.surfaces import distance_mm, gradient

STEPS = 20
FLATTEST = 30.0
"""A surface whose radius is more than this many times the size of its piece is not told from a flatter one."""


@dataclass(frozen=True, eq=False)
class Piece:
    """Some triangles of a mesh, as fitting sees them."""

    points: Points
    """The vertices, each once."""
    centres: Float[np.ndarray, "k 3"]
    """Of the facets."""
    normals: Float[np.ndarray, "k 3"]
    """Of the facets, of unit length."""
    areas: Float[np.ndarray, "k"]

    @property
    def size_mm(self) -> float:
        """The diagonal of the box around the vertices."""
        return float(np.linalg.norm(np.ptp(self.points, axis=0)))


def fit(kind: SurfaceKind, piece: Piece, tolerance_mm: float) -> Surface | None:
    """Fit a surface of a kind; ``None`` where the piece says too little, or nothing sensible comes out."""
    try:
        start = STARTS[kind](piece)
        found = None if start is None else refine(start, piece.points, tolerance_mm)
    except np.linalg.LinAlgError:
        return None
    return found if found is not None and _sensible(found, piece) else None


def refine(surface: Surface, points: Points, tolerance_mm: float) -> Surface | None:
    """Bring a surface to the points by Gauss-Newton steps; ``None`` if that leads nowhere."""
    off = distance_mm(surface, points)
    spread = float(np.sqrt(np.mean(off**2)))
    for number in range(STEPS):
        if not np.isfinite(spread):
            return None
        if spread < 1e-4 * tolerance_mm:
            break
        tangents = orthonormal(surface.axis)[:, :2]
        slopes = _derivatives(surface, tangents, points)
        weights = 1 / np.sqrt(1 + (off / max(2 * tolerance_mm, spread)) ** 2)
        step = _least_squares(slopes * weights[:, None], -off * weights)
        last = spread
        for shorter in (1.0, 0.5, 0.25, 0.1):
            moved = _moved(surface, tangents, shorter * step)
            if moved is None:
                continue
            off = distance_mm(moved, points)
            spread = float(np.sqrt(np.mean(off**2)))
            if spread < last:
                surface = moved
                break
        else:
            break  # no step is better
        if spread > 0.99 * last or (number > 4 and spread > max(0.8 * last, tolerance_mm)):
            break
    return surface


def _least_squares(matrix: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Solve for the least step by the normal equations, which are small; what they leave open stays as it is.

    A point may slide along its axis without any distance changing, so the matrix has a null space.
    """
    lengths = np.maximum(np.linalg.norm(matrix, axis=0), 1e-12)
    scaled = matrix / lengths
    values, vectors = np.linalg.eigh(scaled.T @ scaled)
    known = values > 1e-11 * values[-1]
    along = vectors[:, known]
    return np.asarray(along @ ((along.T @ (scaled.T @ wanted)) / values[known]) / lengths)


def _derivatives(surface: Surface, tangents: np.ndarray, points: Points) -> np.ndarray:
    """Give the slopes of the distances: three by the origin, two by the axis (but for a sphere), then the shape's.

    ``tangents`` (3, 2) are the two directions about which the axis may turn.
    """
    slope = gradient(surface, points)
    columns = [-slope]
    if surface.kind != "sphere":
        columns.append(_cross(slope, points - surface.origin_mm) @ tangents)
    columns += [column[:, None] for column in _by_shape(surface, points)]
    return np.concatenate(columns, axis=1)


def _by_shape(surface: Surface, points: Points) -> list[PerPoint]:
    ones = -np.ones(len(points))
    if surface.kind in ("cylinder", "sphere"):
        return [ones]
    relative = points - surface.origin_mm
    along = relative @ surface.axis
    across = np.linalg.norm(relative - along[:, None] * surface.axis, axis=1)
    if surface.kind == "cone":
        return [-across * np.sin(surface.semi_angle_rad) - along * np.cos(surface.semi_angle_rad)]
    if surface.kind == "torus":
        inwards = across - surface.radius_mm
        return [-inwards / np.maximum(np.hypot(inwards, along), 1e-12), ones]
    return []


def _cross(one: Points, other: Points) -> Points:
    """Give the cross products; several times faster than numpy's on few rows."""
    (a, b, c), (x, y, z) = one.T, other.T
    return np.stack([b * z - c * y, c * x - a * z, a * y - b * x], axis=1)


def _moved(surface: Surface, tangents: np.ndarray, step: np.ndarray) -> Surface | None:
    axis = surface.axis
    shape = step[3:] if surface.kind == "sphere" else step[5:]
    if surface.kind != "sphere":
        turn = tangents @ np.clip(step[3:5], -0.3, 0.3)
        axis = axis + np.cross(turn, axis)
        axis = axis / np.linalg.norm(axis)
    moved = replace(surface, origin_mm=surface.origin_mm + step[:3], axis=axis)
    if surface.kind in ("cylinder", "sphere"):
        moved = replace(moved, radius_mm=surface.radius_mm + float(shape[0]))
    if surface.kind == "cone":
        moved = replace(moved, semi_angle_rad=surface.semi_angle_rad + float(np.clip(shape[0], -0.3, 0.3)))
    if surface.kind == "torus":
        radius, tube = (float(value) for value in shape)
        moved = replace(moved, radius_mm=surface.radius_mm + radius, tube_radius_mm=surface.tube_radius_mm + tube)
    good = moved.radius_mm >= 0 and moved.tube_radius_mm >= 0 and 0 <= moved.semi_angle_rad < np.pi / 2
    return moved if good else None


def _sensible(surface: Surface, piece: Piece) -> bool:
    """Refuse what would be told from a simpler surface by rounding alone, and tori that meet themselves."""
    size = piece.size_mm
    if surface.kind in ("cylinder", "sphere"):
        return bool(0 < surface.radius_mm < FLATTEST * size)
    if surface.kind == "cone":
        return bool(np.radians(0.5) < surface.semi_angle_rad < np.radians(89.5))
    if surface.kind == "torus":
        return bool(0 < surface.tube_radius_mm < surface.radius_mm < FLATTEST * size)
    return True


def _plane(piece: Piece) -> Surface | None:
    normal = piece.areas @ piece.normals
    length = np.linalg.norm(normal)
    middle = piece.points.mean(axis=0)
    return Surface("plane", middle, normal / length) if length > 0 else None


def _cylinder(piece: Piece) -> Surface | None:
    """Across the axis all normals lie in one plane, and the vertices on a circle."""
    axis = np.linalg.eigh((piece.normals * piece.areas[:, None]).T @ piece.normals)[1][:, 0]
    frame = orthonormal(axis)
    circle = _circle(piece.points @ frame[:, :2])
    if circle is None:
        return None
    (x, y), radius = circle
    return Surface("cylinder", _beside(frame[:, 0] * x + frame[:, 1] * y, axis, piece), axis, radius_mm=radius)


def _cone(piece: Piece) -> Surface | None:
    """All normals have the same angle to the axis, and all facets' planes go through the apex."""
    weights = piece.areas / piece.areas.sum()
    spread = piece.normals - weights @ piece.normals
    axis = np.linalg.eigh((spread * weights[:, None]).T @ spread)[1][:, 0]
    weighed = piece.normals * weights[:, None]
    middle = piece.centres.mean(axis=0)
    heights = np.einsum("ij,ij->i", piece.normals, piece.centres - middle)
    apex = middle + np.linalg.solve(weighed.T @ piece.normals, weighed.T @ heights)
    if (middle - apex) @ axis < 0:
        axis = -axis
    sine = abs(float(weights @ piece.normals @ axis))
    return Surface("cone", apex, axis, semi_angle_rad=float(np.arcsin(min(sine, 0.9999))))


def _sphere(piece: Piece) -> Surface | None:
    """|p|^2 = 2 c.p + (r^2 - |c|^2) is linear in the centre and that constant."""
    middle = piece.points.mean(axis=0)
    points = piece.points - middle
    system = np.concatenate([2 * points, np.ones((len(points), 1))], axis=1)
    x, y, z, rest = np.linalg.lstsq(system, (points**2).sum(axis=1), rcond=1e-12)[0]
    centre = np.array([x, y, z])
    square = rest + centre @ centre
    return (
        Surface("sphere", middle + centre, np.array([0.0, 0.0, 1.0]), radius_mm=float(square**0.5))
        if square > 0
        else None
    )


def _torus(piece: Piece) -> Surface | None:
    """The normals meet the axis, which is least squares on lines (see ``axis.py``); the profile is a circle."""
    middle = piece.points.mean(axis=0)
    moments = np.cross(piece.centres - middle, piece.normals)
    weighed = piece.normals * piece.areas[:, None]
    nn, mn, mm = weighed.T @ piece.normals, moments.T @ weighed, (moments * piece.areas[:, None]).T @ moments
    inverse = np.linalg.pinv(nn, rcond=1e-6, hermitian=True)
    axis = np.linalg.eigh(mm - mn @ inverse @ mn.T)[1][:, 0]
    origin = middle + np.cross(axis, -inverse @ mn.T @ axis)
    along = (piece.points - origin) @ axis
    across = np.linalg.norm(piece.points - origin - along[:, None] * axis, axis=1)
    circle = _circle(np.stack([across, along], axis=1))
    if circle is None:
        return None
    (radius, height), tube = circle
    return Surface("torus", origin + height * axis, axis, radius_mm=float(radius), tube_radius_mm=tube)


def _circle(points: np.ndarray) -> tuple[np.ndarray, float] | None:
    """Fit a circle to points of a plane by linear least squares (I. Kasa, 1976)."""
    middle = points.mean(axis=0)
    system = np.concatenate([2 * (points - middle), np.ones((len(points), 1))], axis=1)
    x, y, rest = np.linalg.lstsq(system, ((points - middle) ** 2).sum(axis=1), rcond=1e-12)[0]
    square = rest + x * x + y * y
    return (middle + np.array([x, y]), float(square**0.5)) if square > 0 else None


def _beside(point: Vector, axis: Vector, piece: Piece) -> Vector:
    """Move a point along an axis to where it is beside the middle of the piece."""
    return point + axis * ((piece.points.mean(axis=0) - point) @ axis)


STARTS: dict[str, Callable[[Piece], Surface | None]] = {
    "plane": _plane,
    "cylinder": _cylinder,
    "cone": _cone,
    "sphere": _sphere,
    "torus": _torus,
}
"""The kinds that are fitted, the simplest first."""
