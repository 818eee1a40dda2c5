"""Noise without end and without repetition: numbers hashed from lattice places, joined smoothly.

Ordinary value noise varies less half-way between lattice points, which shows as a regular pattern in a highlight. Here
the weights of two neighbours are divided by sqrt((1 - w)^2 + w^2), so that the variance is 1 everywhere.
"""

from __future__ import annotations

from typing import Any

from blemish.finish.arithmetic import Real, at_least


def mixed(x: Any, y: Any, seed: Any) -> Real:
    """Hash two lattice coordinates (Int32) and a seed (UInt32) to a number of mean 0 and variance 1, in +-sqrt(3)."""
    import drjit as dr

    unsigned: Any = dr.uint32_array_t(type(x))
    real: Any = dr.float_array_t(type(x))
    h = unsigned(x) * 0x8DA6B343 ^ unsigned(y) * 0xD8163841 ^ unsigned(seed) * 0xCB1AB31F
    # The finishing steps of MurmurHash3: every bit that comes in changes half of those that go out.
    h = (h ^ (h >> 16)) * 0x85EBCA6B
    h = (h ^ (h >> 13)) * 0xC2B2AE35
    h ^= h >> 16
    return (real(h >> 8) * (2.0 / (1 << 24)) - 1) * 3**0.5


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
