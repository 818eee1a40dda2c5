"""Soiling: what dust, stains and the traces of hands do to the light, and what the broken floor of a pit does.

Each film of a specimen is a row of numbers: where it lies, its tangent frame, its half axes and what it is like. The
triangles that it covers name their row. Its formula turns the place in the film, (u, v) in mm from its centre, into its
thickness f in [0, 1]; then

    shine   = 1 - strength f              how much the metal under it still reflects
    diffuse = albedo strength f           how much comes back in all directions alike (Lambert's law)
    haze    = haze f                      GGX alpha that is added, in quadrature, to the metal's own
    relief  = 1 - fresh f                 what is left of the marks of the machine tool

Shine and diffuse never add up to more than 1, so no light is made. The formulas are those in the heads of the kinds'
own files (``defects/dust.py`` and its neighbours), written in Dr.Jit; rows are data to the compiled program, and a
specimen without films pays nothing.

In the plane of the film the length of a step is that through space: on round surfaces the pattern stays as large as it
is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from blemish.engine import aligned
from blemish.finish.arithmetic import Real, at_least, soft
from blemish.finish.noise import mixed, streaks

ROW = 24
"""Numbers in a row: [kind, a, b, seed | centre, strength | along, albedo | normal, haze | fresh | 7 of the formula]."""
_NUMBERS = 17
_SEEDS = 1 << 24


LaidFilm = Any
"""A film where it lies: ``blemish.defects.specimen.LaidFilm``, which this room does not know."""


@dataclass(frozen=True)
class Place:
    """A place in a film: mm from its centre along and across it, in parts of its half axes, and the film's numbers."""

    u: Real
    v: Real
    rho: Real
    half: tuple[Real, Real]
    seed: Any
    numbers: Sequence[Real]


@dataclass(frozen=True)
class Coat:
    """What a film makes of a place; see the head of this file."""

    shine: Real
    diffuse: Real
    haze: Real
    relief: Real


@dataclass(frozen=True)
class FilmTables:
    """The films of a specimen in the renderer's memory."""

    row_of_triangle: Any
    """Row of the film on each triangle; row 0 is no film."""
    rows: Any
    kinds: tuple[Kind, ...]
    """The kinds that occur; the place of each is its number. They alone are what the compiled code depends on."""


def cloud(u: Real, v: Real, size_mm: Real, seed: Any) -> Real:
    """Give smooth noise of unit variance with features of a size."""
    return streaks(u / size_mm, v / size_mm, seed, 0.0, 0.0)


def _outline(at: Place, ragged: Real) -> Real:
    """Give rho, enlarged here and there by noise, so that the outline draws in."""
    size = 0.45 * at.half[1]
    inwards = soft(0.5 + 0.3 * cloud(at.u, at.v, size, at.seed)) + 0.35 * soft(
        0.5 + 0.3 * cloud(at.u, at.v, 0.3 * size, at.seed + 2)
    )
    return at.rho * (1 + 0.3 * ragged * inwards)


def dust(at: Place) -> Real:
    """Specks, at most one a cell."""
    import drjit as dr

    speck, cell, fill = at.numbers[0], at.numbers[1], at.numbers[2]
    x, y = dr.floor(at.u / cell), dr.floor(at.v / cell)
    integer: Any = dr.int32_array_t(type(x))
    column, row = integer(x), integer(y)

    def share(which: int) -> Real:
        return mixed(column, row, at.seed + which) * (0.5 / 3**0.5) + 0.5

    middle = dr.sqrt(dr.square((x + 0.5) * cell / at.half[0]) + dr.square((y + 0.5) * cell / at.half[1]))
    is_there = share(0) < fill * (1 - dr.square(middle))
    radius = 0.5 * speck * (0.4 + 1.2 * dr.square(share(1)))
    room = at_least(cell - 2.6 * radius, 0)
    du = at.u - x * cell - 1.3 * radius - room * share(2)
    dv = at.v - y * cell - 1.3 * radius - room * share(3)
    ragged = 1 + 0.25 * cloud(at.u, at.v, 0.6 * radius, at.seed + 4)
    away = dr.sqrt(dr.square(du) + dr.square(dv))
    return dr.select(is_there, soft((radius * ragged - away) / (0.3 * radius) + 0.5), 0)


def fibre(at: Place) -> Real:
    """A wavy line."""
    import drjit as dr

    length, width, sway, waves = (at.numbers[i] for i in range(4))
    t = 2 * at.u / length
    bow = 1 - dr.square(t)
    integer: Any = dr.int32_array_t(type(t))
    none = integer(t * 0)
    first = dr.pi * waves * t + 1.81 * mixed(none, none, at.seed)
    second = 1.618 * dr.pi * waves * t + 1.81 * mixed(none, none, at.seed + 1)
    line = sway * bow * (2 * dr.sin(first) + dr.sin(second)) / 3
    turn = sway * bow * dr.pi * waves * (2 * dr.cos(first) + 1.618 * dr.cos(second)) / 3
    slope = (turn - 2 * t * line / at_least(bow, 0.05)) * 2 / length
    away = dr.abs(at.v - line) * dr.rsqrt(1 + dr.square(slope))
    return dr.select(bow > 0, soft((0.5 * width - away) / (0.3 * width) + 0.5), 0)


def stain(at: Place) -> Real:
    """A patchy inside and a ring."""
    import drjit as dr

    rim, ragged = at.numbers[0], at.numbers[1]
    rho = _outline(at, ragged)
    inside = soft((1 - rho) / 0.05)
    ring = dr.exp(-dr.square((rho - 0.92) / 0.05)) + 0.4 * dr.exp(-dr.square((rho - 0.7) / 0.04))
    patchy = 0.5 + 0.22 * cloud(at.u, at.v, 0.25 * at.half[1], at.seed + 6)
    film = (1 - rim) * patchy + rim * ring
    return inside * dr.select(film < 0, 0, dr.select(film < 1, film, 1))


def fingerprint(at: Place) -> Real:
    """Stripes of grease around a core."""
    import drjit as dr

    ridge, smear = at.numbers[0], at.numbers[1]
    long, broad = at.half
    bend = 0.8 * ridge * cloud(at.u, at.v, 0.8 * broad, at.seed)
    from_core = dr.sqrt(0.75 * dr.square(at.u + 0.2 * long) + dr.square(at.v) + 0.01 * dr.square(broad))
    wave = 0.5 + 0.5 * dr.cos(2 * dr.pi * (from_core + bend) / ridge)
    stripes = soft((wave - 0.25) / 0.5) * (1 - smear) + 0.5 * smear
    touched = soft((1 - _outline(at, 1.0)) / 0.3)
    patchy = soft(0.85 + 0.35 * cloud(at.u, at.v, 0.35 * broad, at.seed + 6))
    pores = 0.8 + 0.2 * soft(0.5 + 0.5 * cloud(at.u, at.v, 0.5 * ridge, at.seed + 8))
    return stripes * touched * patchy * pores


def rub(at: Place) -> Real:
    """Dull streaks."""
    streak, cover = at.numbers[0], at.numbers[1]
    fine = streaks(at.u / (30 * streak), at.v / streak, at.seed, 0.0, 0.0)
    broad = streaks(at.u / (60 * streak), at.v / (4 * streak), at.seed + 2, 0.0, 0.0)
    level = 0.8 * fine + 0.6 * broad
    return soft((1 - _outline(at, 1.0)) / 0.5) * soft((level - 1.4 * (1 - 2 * cover)) / 0.8 + 0.5)


def pits(at: Place) -> Real:
    """Metal that broke, grain by grain and crumb by crumb: everywhere on the pit's own triangles."""
    grain = cloud(at.u, at.v, 0.12 * at.numbers[0], at.seed)
    crumb = cloud(at.u, at.v, 0.4 * at.numbers[0], at.seed + 2)
    return 0.2 + 0.8 * soft(0.55 + 0.35 * (0.6 * grain + 0.8 * crumb))


def untouched(at: Place) -> Real:
    """The skin of a bubble, the walls of a crack: everywhere on their own triangles, a little uneven."""
    return 1 - 0.3 * soft(0.5 + 0.4 * cloud(at.u, at.v, 0.3 * at.numbers[0], at.seed))


@dataclass(frozen=True)
class Kind:
    """A kind of film: its formula, from the place to the thickness, and the film's settings that it reads."""

    formula: Callable[[Place], Real]
    numbers: tuple[str, ...]
    """Names of settings, at most seven."""
    common: Mapping[str, float]
    """What stands for ``strength``, ``haze``, ``albedo`` and ``fresh`` where the film has no such setting."""


KINDS: dict[str, Kind] = {
    "dust": Kind(dust, ("speck_mm", "cell_mm", "fill"), {"strength": 1.0, "haze": 0.0}),
    "fibre": Kind(fibre, ("length_mm", "width_mm", "sway_mm", "waves"), {"strength": 1.0, "haze": 0.0}),
    "stain": Kind(stain, ("rim", "ragged"), {}),
    "fingerprint": Kind(fingerprint, ("ridge_mm", "smear"), {}),
    "rub": Kind(rub, ("streak_mm", "cover"), {}),
    # A broken grain is rough in every direction, and some light does not find out of it again.
    "pits": Kind(pits, ("pit_mm",), {"haze": 0.3, "fresh": 1.0}),
    "blowhole": Kind(untouched, ("diameter_mm",), {"haze": 0.3, "fresh": 1.0}),
    "crack": Kind(untouched, ("width_mm",), {"haze": 0.3, "fresh": 1.0}),
}


def kind_of(film: LaidFilm) -> Kind:
    """Give the kind of a film; one of another package brings it along."""
    kind: Kind = KINDS.get(film.kind) or film.soiling
    return kind


def row_of(film: LaidFilm, number: int) -> np.ndarray:
    """Give the row of numbers of one film; ``number`` is its kind's."""
    kind = kind_of(film)
    said = {**film.parameters, **kind.common}
    row = np.ones(ROW)  # not zeros: formulas of other kinds are computed too, and divide
    row[0:4] = number, *film.half_axes_mm, int(said.get("pattern", 0)) * 16 % _SEEDS
    row[4:8] = *film.centre_mm, said["strength"]
    row[8:12] = *film.along, said["albedo"]
    row[12:16] = *film.normal, said["haze"]
    row[16] = said.get("fresh", 0.0)
    row[_NUMBERS : _NUMBERS + len(kind.numbers)] = [said[name] for name in kind.numbers]
    return row


def film_tables(films: Sequence[LaidFilm], num_triangles: int) -> FilmTables | None:
    """Bring the films of a specimen to the renderer; None if there are none."""
    import mitsuba as mi

    if not films:
        return None
    nothing = np.ones(ROW)
    nothing[[7, 11, 15, 16]] = 0  # no strength, albedo, haze, nothing fresh
    row_of_triangle = np.zeros(num_triangles, dtype=np.uint32)
    for number, film in enumerate(films, 1):
        row_of_triangle[film.triangles] = number
    names = sorted({film.kind for film in films})
    rows = np.array([nothing, *(row_of(film, names.index(film.kind)) for film in films)], dtype=np.float32)
    kinds = {film.kind: kind_of(film) for film in films}
    return FilmTables(
        mi.UInt32(aligned(row_of_triangle, np.uint32)),
        mi.Float(aligned(rows.ravel(), np.float32)),
        tuple(kinds[name] for name in names),
    )


def coat_at(films: FilmTables, position: Any, triangle: Any, active: Any) -> Coat:
    """Evaluate the films at places on triangles. All kinds that occur are computed and one is kept."""
    import drjit as dr
    import mitsuba as mi

    which = dr.gather(mi.UInt32, films.row_of_triangle, triangle, active)
    row: list[Any] = [dr.gather(mi.Vector4f, films.rows, which * (ROW // 4) + i, active) for i in range(ROW // 4)]
    along, normal = mi.Vector3f(row[2].xyz), mi.Vector3f(row[3].xyz)
    step = mi.Vector3f(position) - mi.Vector3f(row[1].xyz)
    u, v = dr.dot(step, along), dr.dot(step, dr.cross(normal, along))
    flat = dr.sqrt(dr.square(u) + dr.square(v))
    longer = dr.norm(step) / at_least(flat, 1e-6)
    longer = dr.select(longer < 2, longer, 2)
    u, v = u * longer, v * longer
    a, b = row[0].y, row[0].z
    at = Place(
        u=u,
        v=v,
        rho=dr.sqrt(dr.square(u / a) + dr.square(v / b)),
        half=(a, b),
        seed=mi.UInt32(row[0].w),
        numbers=[row[i // 4][i % 4] for i in range(_NUMBERS, ROW)],
    )
    thickness: Real = 0.0
    for number, kind in enumerate(films.kinds):
        thickness = dr.select(row[0].x == number, kind.formula(at), thickness)
    thickness = dr.select(which > 0, thickness, 0)
    taken = row[1].w * thickness
    return Coat(1 - taken, row[2].w * taken, row[3].w * thickness, 1 - row[4].x * thickness)
