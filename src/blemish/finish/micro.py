"""The metal at one point, as light meets it: a normal tilted by the finish, the directions of the track, roughness."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import drjit as dr
import mitsuba as mi
import numpy as np

from blemish.engine import aligned
from blemish.finish.arithmetic import Real, angle_of, at_least
from blemish.finish.borders import Borders, BorderTables, border_tables, face_at
from blemish.finish.catalogue import numbered
from blemish.finish.grime import Grime, grime_of, left_by
from blemish.finish.lay import AROUND, NUMBERS, PLANAR, ROW
from blemish.finish.metals import Metal
from blemish.finish.relief import Relief, Track
from blemish.finish.skin import BARE, Skin
from blemish.finish.soiling import Coat, FilmTables, LaidFilm, coat_at, film_tables

LEAST_COSINE = 0.02
"""A normal that faces away from the viewer (a slope, or a facet that stands for a round surface) is bent to this."""


@dataclass(frozen=True)
class FinishTables:
    """The finishes of one specimen in the renderer's memory. Nothing of it is written into the compiled code."""

    face_of_triangle: Any
    rows: Any
    metal: Any
    reflectance: Any
    """What the skin leaves of the metal's reflectance."""
    borders: BorderTables | None
    """Where finishes run into each other; None if they do so nowhere."""
    films: FilmTables | None
    """What lies on the metal; None if nothing does."""
    grime: Grime | None
    """Streaks along the tool's track; None where the skin has none."""
    kinds: tuple[int, ...]
    """The kinds of finish that occur; these, those of films, and whether there are borders and grime, are what the
    compiled code depends on."""


@dataclass(frozen=True)
class MicroSurface:
    """A patch of metal: ``frame`` is (along, across, normal) with the finish's slope in it."""

    frame: Any
    base_normal: Any
    """The normal of the part without the finish; no light leaves below it."""
    alpha: tuple[Real, Real]
    reflectance: Real
    """Multiplies what the metal reflects."""
    coat: Coat | None
    """The film on it; None where the specimen has none at all."""


def tables(  # noqa: PLR0917  what metal looks like, from its tool marks to what lies on it
    rows: np.ndarray,
    face_of_triangle: np.ndarray,
    metal: Metal,
    skin: Skin = BARE,
    borders: Borders | None = None,
    films: Sequence[LaidFilm] = (),
) -> FinishTables:
    """Bring rows of :func:`lay` to the renderer."""
    pattern = int(rows[:, NUMBERS + 2].sum()) & 0xFFFFFF
    complex_number: Any = mi.Complex2f
    index = complex_number(dr.opaque(mi.Float, metal.eta), dr.opaque(mi.Float, metal.k))
    kinds = tuple(sorted({int(kind) for kind in rows[:, 1]}))
    return FinishTables(
        mi.UInt32(aligned(face_of_triangle, np.uint32)),
        mi.Float(aligned(rows.ravel(), np.float32)),
        index,
        dr.opaque(mi.Float, skin.reflectance(metal)),
        None if borders is None else border_tables(borders, pattern),
        film_tables(films, len(face_of_triangle)),
        grime_of(skin, pattern + 1),
        kinds,
    )


def micro_surface(  # noqa: PLR0917  what a ray tracer knows about a hit, in its order
    finishes: FinishTables, position: Any, normal: Any, triangle: Any, to_viewer: Any, footprint_mm: Real, active: Any
) -> MicroSurface:
    """Evaluate the finish at ``position`` on ``triangle``, seen along ``to_viewer`` by a pixel ``footprint_mm`` wide.

    The footprint is that of a surface that faces the viewer; how it spreads on a slanted one is computed here.
    """
    face = dr.gather(mi.UInt32, finishes.face_of_triangle, triangle, active)
    if finishes.borders is not None:
        face = face_at(finishes.borders, position, face, active)
    row = [dr.gather(mi.Vector4f, finishes.rows, face * (ROW // 4) + i, active) for i in range(ROW // 4)]
    normal = visible(normal, to_viewer)
    frame, track = _track(row, position, normal, to_viewer, footprint_mm)
    numbers = [row[(NUMBERS + i) // 4][(NUMBERS + i) % 4] for i in range(ROW - NUMBERS)]
    relief = _relief(track, numbers, row[0].y, finishes.kinds)
    coat = None if finishes.films is None else coat_at(finishes.films, position, triangle, active)
    if coat is not None:
        relief = _under(coat, relief)
    tilted = frame.to_world(mi.Vector3f(-relief.slope_along, -relief.slope_across, 1))
    tilted = visible(dr.normalize(tilted), to_viewer)
    along = frame.s
    if relief.across is not None:
        along = frame.s * relief.across[1] - frame.t * relief.across[0]
    along = dr.normalize(along - tilted * dr.dot(tilted, along))
    return MicroSurface(
        mi.Frame3f(along, dr.cross(tilted, along), tilted),
        normal,
        (relief.alpha_along, relief.alpha_across),
        finishes.reflectance if finishes.grime is None else finishes.reflectance * left_by(finishes.grime, track),
        coat,
    )


def _under(coat: Coat, relief: Relief) -> Relief:
    """Give the relief under a film: flatter where fresh metal shows, and rougher."""
    return Relief(
        relief.slope_along * coat.relief,
        relief.slope_across * coat.relief,
        dr.sqrt(dr.square(relief.alpha_along) + dr.square(coat.haze)),
        dr.sqrt(dr.square(relief.alpha_across) + dr.square(coat.haze)),
        relief.across,
    )


def visible(normal: Any, to_viewer: Any) -> Any:
    """Bend a normal towards the viewer, just as far as it must be to be seen."""
    cosine = dr.dot(normal, to_viewer)
    return dr.normalize(normal + at_least(LEAST_COSINE - cosine, 0) * to_viewer)


def _relief(track: Track, numbers: list[Any], kind: Real, kinds: tuple[int, ...]) -> Relief:
    """Choose the relief of the row's kind. All are computed and one is kept: cheaper than calls."""
    chosen = numbered(kinds[0]).relief(track, numbers)
    for other in kinds[1:]:
        chosen = _either(kind == other, numbered(other).relief(track, numbers), chosen)
    return chosen


def _either(is_one: Any, one: Relief, other: Relief) -> Relief:
    across = None
    if one.across is not None or other.across is not None:
        pairs = zip(one.across or (0.0, 1.0), other.across or (0.0, 1.0), strict=True)
        x, y = (dr.select(is_one, a, b) for a, b in pairs)
        across = (x, y)
    return Relief(
        dr.select(is_one, one.slope_along, other.slope_along),
        dr.select(is_one, one.slope_across, other.slope_across),
        dr.select(is_one, one.alpha_along, other.alpha_along),
        dr.select(is_one, one.alpha_across, other.alpha_across),
        across,
    )


def _track(row: list[Any], position: Any, normal: Any, to_viewer: Any, footprint_mm: Real) -> tuple[Any, Track]:
    """Find the place on the track, and the frame (along, across, normal) there; see :mod:`.lay` for the rows."""
    shape, radius, cz = row[0].x, row[0].z, row[0].w
    cr, axis, rho, e1, ra, lead = row[1].w, row[2].xyz, row[2].w, row[3].xyz, row[3].w, row[4].x
    axis, e1 = mi.Vector3f(axis), mi.Vector3f(e1)
    e2 = dr.cross(axis, e1)
    v = mi.Vector3f(position) - mi.Vector3f(row[1].xyz)
    x, y, z = dr.dot(v, e1), dr.dot(v, e2), dr.dot(v, axis)
    r = dr.sqrt(dr.square(x) + dr.square(y))
    angle = angle_of(y, x)
    is_planar, is_around, is_arc = shape == PLANAR, shape == AROUND, rho > 0
    # On the profile, and the direction in which it grows.
    arc_angle = angle_of(z, r - ra)
    s = dr.select(is_arc, rho * arc_angle, cz * z + cr * r)
    out = (e1 * x + e2 * y) * dr.rcp(at_least(r, 1e-6))
    around = dr.cross(axis, out)
    sine, cosine = dr.sincos(arc_angle)
    onward = dr.select(is_arc, axis * cosine - out * sine, axis * cz + out * cr)
    wound = around + onward * (lead * (0.5 / dr.pi) * dr.rcp(at_least(r, 1e-6)))
    along = dr.select(is_planar, e1, dr.select(is_around, wound, onward))
    across = dr.select(is_planar, e2, dr.select(is_around, onward, around))
    # Square them with the normal; both directions turn together where the frame would be left-handed.
    along = dr.normalize(along - normal * dr.dot(along, normal))
    second = dr.cross(normal, along)
    along = dr.select(dr.dot(second, across) < 0, -along, along)
    frame = mi.Frame3f(along, dr.cross(normal, along), normal)
    view = frame.to_local(to_viewer)
    period = dr.select(is_planar, 0, 2 * dr.pi * radius)
    return frame, Track(
        along_mm=dr.select(is_planar, x, dr.select(is_around, radius * angle, s)),
        across_mm=dr.select(is_planar, y, dr.select(is_around, s - lead * (0.5 / dr.pi) * angle, radius * angle)),
        turn=angle * (0.5 / dr.pi),
        period_along_mm=dr.select(is_around, period, 0),
        period_across_mm=dr.select(is_around, dr.abs(lead), period),
        footprint_along_mm=footprint_mm * _spread(view.x, view.z),
        footprint_across_mm=footprint_mm * _spread(view.y, view.z),
        position_mm=(position.x, position.y, position.z),
        along=(frame.s.x, frame.s.y, frame.s.z),
        across=(frame.t.x, frame.t.y, frame.t.z),
    )


def _spread(sideways: Real, upwards: Real) -> Real:
    """How much wider a footprint gets on a slanted surface, in the direction in which ``sideways`` is measured."""
    return dr.sqrt(1 + dr.square(sideways / at_least(upwards, LEAST_COSINE)))
