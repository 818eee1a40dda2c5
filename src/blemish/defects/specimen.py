"""A specimen: one physical example of the part, with its own defects pressed into its own geometry."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from blemish.arrays import CornerNormals, PerTriangle, Points, Triangles, Vector
from blemish.part.model import Part


@dataclass(frozen=True)
class Imprinted:
    """One defect as it was made: what was drawn, where it went, what became of it."""

    id: int
    """The number of this defect on its specimen, from 1: the value of its pixels in the masks."""
    kind: str
    significant: bool
    """Significant defects are what inspection must find; insignificant ones must be left alone."""
    parameters: dict[str, Any]
    """The fields of the plain thing that was drawn (``Dent``, ``Scratch``), as they are named there."""
    position_mm: tuple[float, float, float]
    """Its centre on the undamaged surface, world coordinates."""
    normal: tuple[float, float, float]
    """The outward surface normal there."""
    region: str
    area_mm2: float
    """Area of the triangles that carry its id; of a film, of all that it covers."""
    depth_mm: float
    """The deepest displacement measured on the mesh; positive is into the metal."""


@dataclass(frozen=True)
class LeftOut:
    """Defects of one population that found no place on a specimen."""

    kind: str
    population: int
    """Which population of the recipe, counted from 1."""
    regions: tuple[str, ...]
    """Where they were to lie."""
    wanted: int
    """How many of this population the specimen was to have."""
    missing: int
    """How many of them it has not."""
    why: str
    """What was in the way most often."""


@dataclass(frozen=True, eq=False)
class LaidFilm:
    """Where a film lies, for whoever computes what it does to light."""

    id: int
    kind: str
    parameters: dict[str, Any]
    centre_mm: Vector
    normal: Vector
    along: Vector
    """The direction of its length, a unit vector in the surface."""
    half_axes_mm: tuple[float, float]
    triangles: np.ndarray
    """The triangles of the specimen that it covers; a dent among them keeps its own id."""
    soiling: Any = None
    """What it does to light (``blemish.finish.soiling.Kind``), where its kind is of another package."""
    is_broken: bool = False
    """It is the bare metal of a defect, such as the floor of pits, and nothing that lies on the part."""


@dataclass(frozen=True, eq=False)
class Specimen:
    """A part with defects: finer triangles where they are, each knowing its CAD face and its defect.

    ``rest_vertices_mm`` and ``rest_normals`` are the same triangles before anything was pressed in: the defect-free
    twin.
    """

    name: str
    """``d000`` (defective) or ``c000`` (correct): the name of its folder."""
    part_digest: str
    vertices_mm: Points
    triangles: Triangles
    normals: CornerNormals
    rest_vertices_mm: Points
    rest_normals: CornerNormals
    face: PerTriangle
    """CAD face of each triangle."""
    instance: PerTriangle
    """Defect id of each triangle; 0 is none. Significant and insignificant defects both have ids."""
    defects: tuple[Imprinted, ...]
    films: tuple[LaidFilm, ...] = ()
    """Where dust, stains and the like lie, and where the metal is broken: what reflects otherwise than the finish."""
    left_out: tuple[LeftOut, ...] = ()
    """What its populations gave it and found no place."""

    @classmethod
    def of(cls, part: Part, name: str = "c000") -> Specimen:
        """Give the part as it was drawn, as a specimen without any defect."""
        return cls(
            name=name,
            part_digest=part.digest,
            vertices_mm=part.vertices_mm,
            triangles=part.triangles,
            normals=part.normals,
            rest_vertices_mm=part.vertices_mm,
            rest_normals=part.normals,
            face=part.face,
            instance=np.zeros(len(part.triangles), dtype=np.int32),
            defects=(),
        )

    def at_rest(self) -> Specimen:
        """Give the defect-free twin: the same triangles, ids and films before metal was pressed in or broken out."""
        return replace(
            self,
            vertices_mm=self.rest_vertices_mm,
            normals=self.rest_normals,
            films=tuple(film for film in self.films if not film.is_broken),
        )
