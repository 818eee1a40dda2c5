"""One specimen, ready to be looked at: its geometry for the ray tracer, its finishes, its labels. Built once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from blemish.arrays import CornerNormals, PerTriangle, Points, Triangles
from blemish.defects.specimen import Specimen
from blemish.engine import aligned, split_corners, start, to_mitsuba, to_ray_scene
from blemish.finish import Finish, lay
from blemish.finish.borders import borders_of
from blemish.finish.metals import metal_named
from blemish.finish.skin import BARE, Skin
from blemish.part.model import Part
from blemish.plan.light import Light

if TYPE_CHECKING:
    from blemish.render.nominal import Nominal


@dataclass(frozen=True, eq=False)
class TracedMesh:
    """Triangles in the renderer's memory."""

    world: Any
    """The ``mi.Scene`` for rays; it holds these triangles and nothing else."""
    vertices: Any
    """Position and normal of each vertex: [x, y, z, 0, nx, ny, nz, 0]."""
    corners: Any
    """The vertices of each triangle: [a, b, c, defect id]."""


@dataclass(frozen=True, eq=False)
class Scene(TracedMesh):
    """A specimen in the renderer's memory, with the light that looks at it. Views change nothing in it.

    A scene belongs to the process that built it.
    """

    specimen: str
    light: Light
    significant: tuple[int, ...]
    """Ids of the defects that go into masks."""
    defects: tuple[int, ...]
    """Ids of all defects."""
    finishes: Any
    """``FinishTables``."""
    rows: np.ndarray
    """The finishes as laid on faces, as they went into ``finishes``."""
    twin: Scene | None = None
    """The same specimen before anything was pressed in, where that was asked for."""
    nominal: Nominal | None = None
    """The part as designed, where that was asked for."""


def build_scene(  # noqa: PLR0917  all that a specimen looks like, in the order in which it is made
    specimen: Specimen,
    part: Part,
    finishes: Mapping[str, Finish],
    metal: str,
    light: Light,
    skin: Skin = BARE,
    *,
    with_twin: bool = False,
    with_nominal: bool = False,
) -> Scene:
    """Build the scene of one specimen: 0.1 s and about 100 bytes for each triangle, twice that with its twin.

    ``with_nominal`` keeps the part as designed beside it, for maps that a network may be shown.

    :class:`FinishError` if a region cannot carry its finish or the metal is unknown, :class:`EngineError` if the
    renderer cannot start.
    """
    index = metal_named(metal)
    rows = lay(part, finishes)
    borders = borders_of(part, skin.transition_mm, skin.transition_up_to_deg)
    start()
    from blemish.finish import micro

    finishes_of = partial(micro.tables, rows, specimen.face, index, skin, borders)
    scene = _scene(specimen, light, finishes_of(specimen.films), rows)
    if with_nominal:
        from blemish.render.nominal import build_nominal

        scene = replace(scene, nominal=build_nominal(part))
    if not with_twin:
        return scene
    before = specimen.at_rest()
    return replace(scene, twin=_scene(before, light, finishes_of(before.films), rows))


def traced_mesh(vertices_mm: Points, triangles: Triangles, normals: CornerNormals, ids: PerTriangle) -> TracedMesh:
    """Load triangles with the normals of their corners and an id each; the engine must be running."""
    import drjit as dr
    import mitsuba as mi

    positions, unit, split = split_corners(vertices_mm, triangles, normals)
    table = np.zeros((len(positions), 8), dtype=np.float32)
    table[:, 0:3], table[:, 4:7] = positions, unit
    corners = np.concatenate([split, ids[:, None].astype(np.uint32)], axis=1)
    places, ids_of = mi.Float(aligned(table.ravel(), np.float32)), mi.UInt32(aligned(corners.ravel(), np.uint32))
    mesh = TracedMesh(to_ray_scene(to_mitsuba(positions, split)), places, ids_of)
    dr.eval(mesh.vertices, mesh.corners)
    return mesh


def _scene(specimen: Specimen, light: Light, finishes: Any, rows: np.ndarray) -> Scene:
    import drjit as dr

    mesh = traced_mesh(specimen.vertices_mm, specimen.triangles, specimen.normals, specimen.instance)
    scene = Scene(
        specimen=specimen.name,
        light=light,
        significant=tuple(defect.id for defect in specimen.defects if defect.significant),
        defects=tuple(defect.id for defect in specimen.defects),
        world=mesh.world,
        vertices=mesh.vertices,
        corners=mesh.corners,
        finishes=finishes,
        rows=rows,
    )
    dr.eval(scene.finishes.rows, scene.finishes.face_of_triangle)
    if scene.finishes.films is not None:
        dr.eval(scene.finishes.films.rows, scene.finishes.films.row_of_triangle)
    return scene
