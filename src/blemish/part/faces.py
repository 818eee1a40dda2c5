"""From loose triangles, as a file gives them, to a part's closed mesh with a normal at every corner."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from blemish.arrays import CornerNormals, PerTriangle, Points, Triangles
from blemish.errors import PartError
from blemish.part.model import Surface
from blemish.part.solid import bodies, faulty_edges, volume_mm3, weld_closed
from blemish.part.surfaces import distance_mm, free, gradient

TRUSTED_MM = 1e-3
"""How far a face's vertices may lie off the surface that its file names before that name is not believed."""


@dataclass(frozen=True, eq=False)
class Faces:
    """Triangles of faces, each face with vertices and normals of its own: not welded yet."""

    vertices_mm: Points
    normals: Points
    """At each vertex."""
    triangles: Triangles
    face: PerTriangle
    surfaces: tuple[Surface, ...]


@dataclass(frozen=True, eq=False)
class ClosedMesh:
    """What becomes of faces: the geometry of a part."""

    vertices_mm: Points
    triangles: Triangles
    normals: CornerNormals
    face: PerTriangle
    surfaces: tuple[Surface, ...]


def closed(faces: Faces, where: str, cure: str) -> ClosedMesh:
    """Weld faces into one closed solid that is turned outwards, or raise a :class:`PartError` with the places."""
    points, triangles, stays = weld_closed(faces.vertices_mm, faces.triangles)
    if len(triangles) == 0:
        raise PartError(f"{where}: no triangle in it has an area; {cure}")
    _refuse_open(points, triangles, where, cure)
    corner_normals = faces.normals[faces.triangles[stays]]
    face = faces.face[stays]
    if volume_mm3(points, triangles) < 0:
        triangles, corner_normals = triangles[:, ::-1], -corner_normals[:, ::-1]
    _refuse_several(points, triangles, where)
    surfaces, normals = _exact(points, triangles, corner_normals, face, faces.surfaces)
    return ClosedMesh(points, triangles.astype(np.int32), normals, face.astype(np.int32), surfaces)


def _refuse_open(points: Points, triangles: Triangles, where: str, cure: str) -> None:
    faulty = faulty_edges(triangles)
    if not len(faulty):
        return
    places = points[faulty].mean(axis=1)
    worst = places[np.argsort(-np.linalg.norm(np.diff(points[faulty], axis=1)[:, 0], axis=1))[:3]]
    shown = "; ".join("(" + ", ".join(f"{value:.2f}" for value in place) + ")" for place in worst)
    low, high = places.min(axis=0), places.max(axis=0)
    raise PartError(
        f"{where}: the surface is not closed: {len(faulty)} edges do not join exactly two triangles, the longest near "
        f"{shown} mm, all between ({', '.join(f'{v:.1f}' for v in low)}) and ({', '.join(f'{v:.1f}' for v in high)}) mm; "
        f"{cure}"
    )


def _refuse_several(points: Points, triangles: Triangles, where: str) -> None:
    """Take one body, which may have closed hollows; a file with several is refused, for a part is one piece."""
    shell = bodies(triangles)
    outer = [one for one in range(shell.max() + 1) if volume_mm3(points, triangles[shell == one]) > 0]
    if len(outer) > 1:
        sizes = [np.ptp(points[triangles[shell == one]].reshape(-1, 3), axis=0) for one in outer[:4]]
        shown = ", ".join(" x ".join(f"{value:.1f}" for value in size) + " mm" for size in sizes)
        raise PartError(
            f"{where}: there are {len(outer)} separate solids in it ({shown}{', ...' if len(outer) > 4 else ''}); a part "
            "is one piece: export the one that is inspected on its own"
        )


def _exact(
    points: Points, triangles: Triangles, given: CornerNormals, face: PerTriangle, surfaces: tuple[Surface, ...]
) -> tuple[tuple[Surface, ...], CornerNormals]:
    """Give each corner the normal of the exact surface, outwards, and each plane its outward normal as axis."""
    a, b, c = points[triangles].transpose(1, 0, 2)
    geometric = np.cross(b - a, c - a)
    normals = np.empty(given.shape)
    exact = list(surfaces)
    order = np.argsort(face, kind="stable")
    ends = np.searchsorted(face[order], np.arange(len(surfaces) + 1))
    for index, surface in enumerate(surfaces):
        mine = order[ends[index] : ends[index + 1]]
        corners = points[triangles[mine]].reshape(-1, 3)
        if len(mine) and np.abs(distance_mm(surface, corners)).max() > TRUSTED_MM:
            surface = free(corners.mean(axis=0))  # noqa: PLW2901
        facing = np.repeat(geometric[mine], 3, axis=0)
        if surface.kind == "free":
            smooth = given[mine].reshape(-1, 3)
        else:
            smooth = gradient(surface, corners)
            lost = ~smooth.any(axis=1)  # a cone's apex: take the normal of the middle of the triangle
            smooth[lost] = gradient(surface, np.repeat(points[triangles[mine]].mean(axis=1), 3, axis=0)[lost])
        if np.einsum("ij,ij->", smooth, facing) < 0:
            smooth = -smooth
        if surface.kind == "plane" and len(mine):
            surface = replace(surface, axis=smooth[0])  # noqa: PLW2901
        exact[index] = surface
        normals[mine] = _facing_out(smooth, facing).reshape(-1, 3, 3)
    return tuple(exact), normals


def _facing_out(smooth: Points, facing: Points) -> Points:
    """Replace normals that are missing or look into the material by those of their triangles."""
    lengths = np.linalg.norm(facing, axis=1, keepdims=True)
    flat = np.divide(facing, lengths, out=smooth.copy(), where=lengths > 0)
    wrong = (np.einsum("ij,ij->i", smooth, flat) <= 0) | ~smooth.any(axis=1)
    return np.where(wrong[:, None], flat, smooth)
