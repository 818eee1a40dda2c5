"""What a part is: triangles that know which CAD face they came from, and faces that know their exact surface."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from blemish.arrays import CornerNormals, PerTriangle, Points, Triangles, Vector
from blemish.errors import did_you_mean

SurfaceKind = Literal["plane", "cylinder", "cone", "sphere", "torus", "free"]


@dataclass(frozen=True, eq=False)
class Surface:
    """The analytic surface under a CAD face, in world millimetres; ``free`` has only its tessellation.

    ===========  =======================================================================================
    plane        ``origin_mm``; ``axis`` is the outward normal
    cylinder     ``origin_mm`` on the ``axis``; ``radius_mm``
    cone         ``origin_mm`` is the apex; ``axis`` points into the cone; ``semi_angle_rad``
    sphere       ``origin_mm`` is the centre; ``radius_mm``
    torus        ``origin_mm`` is the centre; ``axis``; ``radius_mm`` to the tube's centre, ``tube_radius_mm``
    ===========  =======================================================================================
    """

    kind: SurfaceKind
    origin_mm: Vector
    axis: Vector
    radius_mm: float = 0.0
    tube_radius_mm: float = 0.0
    semi_angle_rad: float = 0.0


@dataclass(frozen=True)
class Region:
    """CAD faces that were machined alike: one name, one finish."""

    name: str
    faces: tuple[int, ...]
    colour: tuple[float, float, float] | None = None
    """The colour that the faces carry in the CAD file, sRGB in [0, 1], if that is what made them a region."""


@dataclass(frozen=True)
class Marking:
    """What a CAD file says of one face besides its surface."""

    colour: tuple[float, float, float] | None = None
    """sRGB in [0, 1]."""
    colour_name: str | None = None
    """What that colour is called: as the region that it makes."""
    name: str | None = None
    """The name that the designer gave to the face."""


@dataclass(frozen=True, eq=False)
class Part:
    """A part in millimetres: a watertight triangle mesh whose triangles remember their CAD face.

    Vertices are shared between triangles (that is what watertight means); shading normals are kept per corner, so that
    an edge between two CAD faces stays sharp and a facet of one smooth face never shows.
    """

    name: str
    digest: str
    """SHA-256 of the file that the part was read from, with the settings of the reading and the rules of regions."""
    vertices_mm: Points
    triangles: Triangles
    normals: CornerNormals
    face: PerTriangle
    """The CAD face of each triangle, an index into ``surfaces``."""
    surfaces: tuple[Surface, ...]
    regions: tuple[Region, ...]
    """Every face is in exactly one region."""
    markings: tuple[Marking, ...] = ()
    """What the file says of each face besides its surface; empty where it says nothing."""

    @cached_property
    def region_of_face(self) -> PerTriangle:
        """For each CAD face, the index of its region."""
        owner = np.full(len(self.surfaces), -1, dtype=np.int32)
        for index, region in enumerate(self.regions):
            owner[list(region.faces)] = index
        return owner

    @cached_property
    def region_of_triangle(self) -> PerTriangle:
        """For each triangle, the index of its region."""
        return self.region_of_face[self.face]

    @cached_property
    def areas_mm2(self) -> np.ndarray:
        """The area of each triangle, float64, shape (m,)."""
        a, b, c = self.vertices_mm[self.triangles].transpose(1, 0, 2)
        return 0.5 * np.linalg.norm(np.cross(b - a, c - a), axis=1)

    @cached_property
    def size_mm(self) -> np.ndarray:
        """The edge lengths of the axis-aligned bounding box, shape (3,)."""
        return np.ptp(self.vertices_mm, axis=0)

    @cached_property
    def centre_mm(self) -> np.ndarray:
        """The centre of the axis-aligned bounding box, shape (3,)."""
        return (self.vertices_mm.min(axis=0) + self.vertices_mm.max(axis=0)) / 2

    def strange_regions(self, names: Iterable[str]) -> list[str]:
        """List what is wrong with names of regions, one line for each that the part does not have; ``*`` is all."""
        known = [region.name for region in self.regions]
        return [
            f"{self.name} has no region {name!r}; {did_you_mean(name, known)}"
            for name in names
            if name != "*" and name not in known
        ]

    def region_named(self, name: str) -> int:
        """Give the index of a region; ``KeyError`` if there is none of that name."""
        for index, region in enumerate(self.regions):
            if region.name == name:
                return index
        raise KeyError(name)
