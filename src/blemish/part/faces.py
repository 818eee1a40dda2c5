"""From the faces of a CAD body to a part's geometry: a closed mesh with the exact normal at every corner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from blemish.arrays import CornerNormals, PerTriangle, Points, Triangles
from blemish.part.model import Surface
from blemish.part.solid import solid_of
from blemish.part.surfaces import distance_mm, free, gradient

TRUSTED_MM = 1e-2
"""How far a face's vertices may lie off the surface that its file names before that name is not believed.

CAD programs join faces to some micrometres; edges of fillets lie that far off the cylinders that they end.
"""


@dataclass(frozen=True, eq=False)
class Faces:
    """Triangles of CAD faces, each face with vertices of its own: not welded yet."""

    vertices_mm: Points
    normals: Points
    """At each vertex, from the tessellator."""
    triangles: Triangles
    face: PerTriangle
    surfaces: tuple[Surface, ...]


@dataclass(frozen=True, eq=False)
class Geometry:
    """The geometry of a part; the fields mean what they mean in :class:`~blemish.part.model.Part`."""

    vertices_mm: Points
    triangles: Triangles
    normals: CornerNormals
    face: PerTriangle
    surfaces: tuple[Surface, ...]


def geometry_of(faces: Faces, where: str, cure: str) -> Geometry:
    """Weld faces into a closed solid and give each corner the outward normal of the exact surface.

    Freeform faces keep the tessellator's normals, which the CAD kernel takes from the true surface. Planes get their
    outward normal as axis. Raises :class:`PartError` if the faces do not close.
    """
    solid = solid_of(faces.vertices_mm, faces.triangles, where, cure)
    face = faces.face[solid.kept]
    given = faces.normals[faces.triangles[solid.kept]]
    if solid.turned:
        given = -given[:, ::-1]
    return shaded(solid.vertices_mm, solid.triangles, face, given, faces.surfaces)


def shaded(
    vertices_mm: Points, triangles: Triangles, face: PerTriangle, given: CornerNormals, surfaces: Sequence[Surface]
) -> Geometry:
    """Give the corners of a closed mesh the normals of its faces' surfaces; freeform faces keep the ``given`` ones."""
    corners = vertices_mm[triangles]
    facing = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals = np.empty_like(given)
    exact = list(surfaces)
    order = np.argsort(face, kind="stable")
    ends = np.searchsorted(face[order], np.arange(len(exact) + 1))
    for index in np.flatnonzero(np.diff(ends)):
        mine = order[ends[index] : ends[index + 1]]
        exact[index], normals[mine] = _exact(exact[index], corners[mine], given[mine], facing[mine])
    return Geometry(vertices_mm, triangles.astype(np.int32), normals, face.astype(np.int32), tuple(exact))


def _exact(
    surface: Surface, corners: CornerNormals, given: CornerNormals, facing: Points
) -> tuple[Surface, CornerNormals]:
    """Give the surface of one face, believed only if its vertices lie on it, and its corner normals turned outwards.

    ``corners`` (k, 3, 3) are the places of the triangles' corners, ``facing`` (k, 3) points out of each triangle.
    """
    points = corners.reshape(-1, 3)
    if np.abs(distance_mm(surface, points)).max() > TRUSTED_MM:
        surface = free(points.mean(axis=0))
    if surface.kind == "free":
        outside = np.einsum("kij,kj->", given, facing) >= 0
        return surface, outwards(given if outside else -given, facing)
    normals = gradient(surface, points).reshape(-1, 3, 3)
    lost = ~normals.any(axis=2)  # at a cone's apex, where the normal of the triangle's middle serves
    normals[lost] = gradient(surface, corners.mean(axis=1))[np.nonzero(lost)[0]]
    # The side is the whole face's: a sliver of a face may lie folded over, yet it should shade as its surface does.
    if np.einsum("kij,kj->", normals, facing) < 0:
        normals = -normals
    return (replace(surface, axis=normals[0, 0]) if surface.kind == "plane" else surface), normals


def outwards(normals: CornerNormals, facing: Points) -> CornerNormals:
    """Replace normals that are missing or look into the material by those of their triangles: slivers have such."""
    lengths = np.linalg.norm(facing, axis=1, keepdims=True)
    flat = np.divide(facing, lengths, out=np.zeros_like(facing), where=lengths > 0)[:, None, :]
    wrong = (np.einsum("kij,kj->ki", normals, facing) <= 0) & (lengths > 0)
    return np.where(wrong[..., None], flat, normals)
