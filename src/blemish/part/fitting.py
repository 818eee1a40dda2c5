"""Holding a surface against triangles: which of them lie on it, and whether they say enough to be believed.

Vertices of a tessellated CAD body lie on its surfaces, while the chords between them stray from it. So all vertices of
a face must lie on its surface within a part of its own chord error, which is how far the arc over a facet rises above
it: h theta / 8 for facets of height h that meet at an angle theta.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from blemish.arrays import Points
from blemish.part.facets import Facets
from blemish.part.fit import Piece, fit
from blemish.part.model import Surface, SurfaceKind
from blemish.part.surfaces import distance_mm, free, gradient

LEAN_DEG = 20.0
"""How far a facet may lean from the surface under its middle; half a tessellator's step, and then some."""
WIDEST_MM = 5e-3
"""However coarse the facets are, vertices must lie this near to their surface."""
CHORD_SHARE = 0.4
UNKNOWNS: dict[SurfaceKind, int] = {"plane": 3, "cylinder": 5, "cone": 6, "sphere": 4, "torus": 7}
LARGEST_FIT = 600
"""Fits use no more points than this, spread over all."""


@dataclass(frozen=True)
class Tolerance:
    """How far a face may be from its surface."""

    vertices_mm: float
    """What vertices may be off."""
    chord_mm: float
    """What the middles of facets may be off."""


def tolerance_of(mesh: Facets, bent: np.ndarray) -> Tolerance:
    """Give what the bent edges of a piece say of how finely it was cut into facets."""
    left, right, angle, length = (column[bent] for column in mesh.edges)
    height = (mesh.areas[left] + mesh.areas[right]) / np.maximum(length, 1e-12)
    chord = float(np.quantile(height * angle / 8, 0.9)) if len(bent) else 0.0
    return Tolerance(max(min(CHORD_SHARE * chord, WIDEST_MM), mesh.finest_mm), 3 * chord + mesh.finest_mm)


def piece_of(mesh: Facets, members: np.ndarray) -> Piece:
    """Gather triangles for a fit: no more than it needs, spread over all."""
    points = np.unique(mesh.triangles[members])
    points = points[:: max(1, len(points) // LARGEST_FIT)]
    some = members[:: max(1, len(members) // LARGEST_FIT)]
    return Piece(mesh.points[points], mesh.centres[some], mesh.normals[some], mesh.areas[some])


def fitting(mesh: Facets, members: np.ndarray, kind: SurfaceKind, tolerance: Tolerance) -> Surface | None:
    """Fit a surface to triangles; ``None`` unless all of them lie on it and face as it does."""
    surface = fit(kind, piece_of(mesh, members), tolerance.vertices_mm)
    return surface if surface is not None and lying(mesh, members, surface, tolerance).all() else None


def lying(
    mesh: Facets, members: np.ndarray, surface: Surface, tolerance: Tolerance, seed: int | None = None
) -> np.ndarray:
    """Tell which triangles lie on a surface: with all three vertices, and facing as it does, all to the same side.

    That side is the one of the triangle ``seed``, or without it the one of most area.
    """
    corners = mesh.corners[members]
    on = (np.abs(distance_mm(surface, corners.reshape(-1, 3))).reshape(-1, 3) <= tolerance.vertices_mm).all(axis=1)
    centres, normals = mesh.centres[members[on]], mesh.normals[members[on]]
    facing = np.einsum("ij,ij->i", gradient(surface, centres), normals)
    weights = mesh.areas[members[on]] if seed is None else members[on] == seed
    side = 1.0 if weights @ facing >= 0 else -1.0
    # A wide flat may have all its corners on a cylinder too; but its middle is farther off than those of facets.
    near = np.abs(distance_mm(surface, centres)) <= tolerance.chord_mm
    on[on] = near & (side * facing >= np.cos(np.radians(LEAN_DEG)))
    return on


def supported(mesh: Facets, members: np.ndarray, surface: Surface, num_bends: int) -> bool:
    """Tell whether so few triangles can say what kind of surface they lie on."""
    if surface.kind == "plane":
        return True
    points = np.unique(mesh.triangles[members])
    if len(points) < UNKNOWNS[surface.kind] + 3 or num_bends < 2:
        return False
    if surface.kind == "torus" and _rings(surface, mesh.points[points]) < 4:
        return False
    normals = mesh.normals[members]
    mean = mesh.areas[members] @ normals
    mean = mean / max(float(np.linalg.norm(mean)), 1e-12)
    return bool((normals @ mean).min() < np.cos(np.radians(4.0)))


def _rings(torus: Surface, points: Points) -> int:
    """Count the places on a torus' profile where points are: through any three rings about one axis there is one."""
    relative = points - torus.origin_mm
    along = relative @ torus.axis
    across = np.linalg.norm(relative - along[:, None] * torus.axis, axis=1)
    around = np.sort(np.arctan2(along, across - torus.radius_mm))
    return 1 + int((np.diff(around) > np.radians(0.5)).sum())


def freeform(mesh: Facets, members: np.ndarray) -> Surface:
    """Give the surface of triangles that no surface fits."""
    return free(mesh.centres[members].mean(axis=0), mesh.doubled[members].sum(axis=0))
