"""Noise without end and without repetition: numbers hashed from lattice places, joined smoothly.

Ordinary value noise varies less half-way between lattice points, which shows as a regular pattern in a highlight. Here
the weights of two neighbours are divided by sqrt((1 - w)^2 + w^2), so that the variance is 1 everywhere.

:func:`furrows` and :func:`bumps` are sums of single marks instead, one in each lattice cell at a random place in it,
each with the profile

    k(r) = (1 - 4 r^2)^3,   r < 1/2

and a random height of mean 0. Places are spread evenly over each cell, so the variance of the sum is the same
everywhere, and it is known: that of the slope is 1 by construction, that of the height follows (``*_SLOPE_TO_HEIGHT``).
A place is reached only by the marks of the two nearest cells in each direction. (Sparse convolution noise: J. P. Lewis,
"Algorithms for solid noise synthesis", SIGGRAPH 1989.)
"""

from __future__ import annotations

from itertools import product
from typing import Any

from blemish.finish.arithmetic import Real, at_least


def mixed(x: Any, y: Any, seed: Any) -> Real:
    """Hash two lattice coordinates (Int32) and a seed (UInt32) to a number of mean 0 and variance 1, in +-sqrt(3)."""
    import drjit as dr

    real: Any = dr.float_array_t(type(x))
    return (real(_bits(x, y, seed) >> 8) * (2.0 / (1 << 24)) - 1) * 3**0.5


def _bits(x: Any, y: Any, seed: Any) -> Any:
    """Hash two lattice coordinates (Int32) and a seed (UInt32) to 32 random bits."""
    import drjit as dr

    unsigned: Any = dr.uint32_array_t(type(x))
    h = unsigned(x) * 0x8DA6B343 ^ unsigned(y) * 0xD8163841 ^ unsigned(seed) * 0xCB1AB31F
    # The finishing steps of MurmurHash3: every bit that comes in changes half of those that go out.
    h = (h ^ (h >> 16)) * 0x85EBCA6B
    h = (h ^ (h >> 13)) * 0xC2B2AE35
    return h ^ (h >> 16)


RQ_TO_RA = 1.2533
"""sqrt(pi / 2): standard deviation over mean deviation of a profile whose heights are normally distributed."""

FURROW_SLOPE_TO_HEIGHT = 3.9497
"""Standard deviation of the slope over that of the height, for furrows one wide: sqrt of int k'^2 / int k^2."""

BUMP_SLOPE_TO_HEIGHT = 4.2428
"""The same for bumps one across, for the slope in one direction: sqrt of int (dk/dx)^2 dV / int k^2 dV."""


BUMPS_A_CELL = 3


def furrows(along: Real, across: Real, seed: Any, period_along: Real, period_across: Real) -> Real:
    """Give the slope across furrows and ridges, one long and one wide: unit variance; periods as in :func:`streaks`.

    Their height is the cube of an even random number: most are shallow and a few are deep, as grits cut.
    """
    import drjit as dr

    x, y = dr.floor(along - 0.5), dr.floor(across - 0.5)
    slope: Real = 0.0
    for i, j in product((0, 1), (0, 1)):
        bits = _bits(cell(x + i, period_along), cell(y + j, period_across), seed)
        dx = along - (x + i) - _share(bits, 0, 10)
        dy = across - (y + j) - _share(bits, 10, 10)
        height = 2 * _share(bits, 20, 12) - 1
        slope += height * height * height * dy * _cap(dx * dx) * dr.square(_cap(dy * dy))
    # 1 / sqrt(E[height^2] * int c(x)^2 dx * int (y c(y)^2)^2 dy) with the cap c(r) = 1 - 4 r^2
    return slope * 37.6987


def bumps(x: Real, y: Real, z: Real, seed: Any) -> tuple[Real, Real, Real]:
    """Give the gradient of round bumps and hollows one across that fill space: unit variance in each direction.

    Each cell has three of them, so that no flat ground shows between.
    """
    import drjit as dr

    cells = [dr.floor(value - 0.5) for value in (x, y, z)]
    total: list[Real] = [0.0, 0.0, 0.0]
    for corner in product((0, 1), (0, 1), (0, 1)):
        i, j, k = (cell(low + shift, low * 0) for low, shift in zip(cells, corner, strict=True))
        bits = _bits(i, j, seed + _bits(k, k, 0x9E3779B9))
        within = [value - (low + shift) for value, low, shift in zip((x, y, z), cells, corner, strict=True)]
        for _ in range(BUMPS_A_CELL):
            away = [value - _share(bits, 8 * axis, 8) for axis, value in enumerate(within)]
            height = 2 * _share(bits, 24, 8) - 1
            steep = height * dr.square(_cap(dr.square(away[0]) + dr.square(away[1]) + dr.square(away[2])))
            total = [sum_ + steep * one for sum_, one in zip(total, away, strict=True)]
            bits = (bits ^ (bits >> 15)) * 0x2C1B3C6D
    # 1 / sqrt(E[height^2] * int (x c(r)^2)^2 dV), c(r) = 1 - 4 r^2
    scale = 51.8500 * BUMPS_A_CELL**-0.5
    return total[0] * scale, total[1] * scale, total[2] * scale


def _cap(square: Real) -> Real:
    """1 - 4 r^2 within half a cell, 0 beyond."""
    return at_least(1 - 4 * square, 0)


def _share(bits: Any, low: int, count: int) -> Real:
    """Make a number in [0, 1) of some bits of a hash, in the middle of its step."""
    import drjit as dr

    real: Any = dr.float_array_t(type(bits))
    return (real((bits >> low) & ((1 << count) - 1)) + 0.5) * (1.0 / (1 << count))


def along_line(t: Real, row: Any, seed: Any, period: Real = 0.0) -> Real:
    """Noise of unit variance and unit correlation length along t, another one for each ``row`` and ``seed``.

    With a whole number as ``period`` it comes back to itself after that length; 0 is endless.
    """
    import drjit as dr

    begin = dr.floor(t)
    first, second = cell(begin, period), cell(begin + 1, period)
    return join(mixed(first, row, seed), mixed(second, row, seed), t - begin)


def streaks(along: Real, across: Real, seed: Any, period_along: Real, period_across: Real) -> Real:
    """Noise of unit variance in streaks of length 1 and width 1; whole numbers as periods, 0 is endless.

    Each row of streaks has its own random shift along the track, so that no two rows end at the same place.
    """
    import drjit as dr

    begin = dr.floor(across)
    rows = [cell(begin, period_across), cell(begin + 1, period_across)]
    values = [along_line(along + mixed(row, row, seed + 1), row, seed, period_along) for row in rows]
    return join(values[0], values[1], across - begin)


def join(before: Real, after: Real, t: Real) -> Real:
    """Go smoothly (two derivatives) from one independent number to the next, with the same variance all the way."""
    import drjit as dr

    w = t * t * t * (t * (t * 6 - 15) + 10)
    return ((1 - w) * before + w * after) * dr.rsqrt(dr.square(1 - w) + dr.square(w))


def cell(index: Real, period: Real) -> Any:
    """Turn a whole-numbered float into a lattice index, taken modulo the period if there is one."""
    import drjit as dr

    wrapped = dr.select(period > 0, index - period * dr.floor(index / at_least(period, 1)), index)
    return dr.int32_array_t(type(wrapped))(wrapped)


def whole_cells(period_mm: Real, size_mm: Real) -> tuple[Real, Real]:
    """Fit cells of about ``size_mm`` into a period: how many go in (0 if there is no period), and their exact size."""
    import drjit as dr

    count = dr.select(period_mm > 0, at_least(dr.round(period_mm / size_mm), 1), 0)
    return count, dr.select(count > 0, period_mm / at_least(count, 1), size_mm)


def lumps(x: Real, y: Real, z: Real, seed: Any) -> Real:
    """Noise of unit variance in space, in lumps about one across."""
    import drjit as dr

    j, k = dr.floor(y), dr.floor(z)
    planes = []
    for dk in (0, 1):
        deep = seed + _bits(cell(k + dk, k * 0), cell(k + dk, k * 0), 0x68E31DA4)
        rows = [along_line(x, cell(j + dj, j * 0), deep) for dj in (0, 1)]
        planes.append(join(rows[0], rows[1], y - j))
    return join(planes[0], planes[1], z - k)
