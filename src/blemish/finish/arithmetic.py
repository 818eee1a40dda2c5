"""Arithmetic that every LLVM can compile.

LLVM 22 and 23 split some vectors into single numbers late in compilation, have no instruction for the IEEE maximum and
minimum of those, and **abort the process** ("Cannot select: fmaximum"); whether they do so depends on the whole kernel
and on what else the process has loaded, not on a line. So nothing that is compiled here ever uses ``dr.maximum``,
``dr.minimum``, nor what is made of them (``dr.clip``, ``dr.safe_sqrt``, ``dr.atan2``, ``mi.fresnel_conductor``). A
comparison and a choice compile everywhere; they are faster, too, because they need not care for NaN.
"""

from __future__ import annotations

from typing import Any

Real = Any
"""A Dr.Jit array of floats, or a number."""

# atan(t) = t P(t^2) on [0, 1]: least squares on Chebyshev nodes, error below 2e-7 in single precision.
ARCTANGENT = (
    0.999999984,
    -0.333330668,
    0.199924836,
    -0.142025705,
    0.106367541,
    -0.0749544544,
    0.0425876075,
    -0.0160050305,
    0.0028340643,
)


def at_least(value: Real, least: Real) -> Real:
    """Give the larger of the two."""
    import drjit as dr

    return dr.select(value > least, value, least)


def angle_of(y: Real, x: Real) -> Real:
    """Give the angle of the direction (x, y) in radians, from -pi to pi; 0 for no direction."""
    import drjit as dr

    a: Real = dr.abs(x)
    b: Real = dr.abs(y)
    is_steep = b > a
    long = dr.select(is_steep, b, a)
    t = dr.select(is_steep, a, b) / dr.select(long > 0, long, 1)
    square = dr.square(t)
    polynomial = ARCTANGENT[-1]
    for coefficient in reversed(ARCTANGENT[:-1]):
        polynomial = polynomial * square + coefficient
    angle = t * polynomial
    angle = dr.select(is_steep, 0.5 * dr.pi - angle, angle)
    angle = dr.select(x < 0, dr.pi - angle, angle)
    return dr.mulsign(angle, y)


def soft(x: Real) -> Real:
    """Give a smooth step from 0 to 1 on [0, 1]."""
    import drjit as dr

    x = dr.select(x > 0, dr.select(x < 1, x, 1), 0)
    return x * x * (3 - 2 * x)
