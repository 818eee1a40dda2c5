"""Coated: what metal under a film reflects: the metal's own highlight, weakened, and a part in all directions alike.

    f cos = r shine (metal's f cos) + diffuse cos / pi

with r what the skin leaves of the metal's reflectance. Directions are chosen from both parts in proportion to how much
they reflect. Metal without a film is :mod:`.ggx` alone, and nothing else is compiled.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from blemish.finish import ggx
from blemish.finish.arithmetic import Real

if TYPE_CHECKING:
    from blemish.finish.micro import MicroSurface


def eval_pdf(micro: MicroSurface, view: Any, light: Any, metal: Any) -> tuple[Real, Real]:
    """Give f cos and the density with which :func:`sample` would choose this direction, per steradian."""
    import drjit as dr

    value, density = ggx.eval_pdf(view, light, micro.alpha, metal)
    value = value * micro.reflectance
    if micro.coat is None:
        return value, density
    share = _share(micro)
    even = dr.select((view.z > 0) & (light.z > 0), light.z / dr.pi, 0)
    return micro.coat.shine * value + micro.coat.diffuse * even, (1 - share) * density + share * even


def sample(micro: MicroSurface, view: Any, point: Any, metal: Any) -> tuple[Any, Real, Real]:
    """Choose a direction of light for two numbers in [0, 1): direction, weight f cos / pdf (at most 1), and pdf."""
    import drjit as dr

    if micro.coat is None:
        light, weight, density = ggx.sample(view, point, micro.alpha, metal)
        return light, weight * micro.reflectance, density
    share = _share(micro)
    is_even = point.x < share
    whole = dr.select(is_even, share, 1 - share)
    x = dr.select(is_even, point.x, point.x - share) / dr.select(whole > 0, whole, 1)
    light, _, _ = ggx.sample(view, type(point)(x, point.y), micro.alpha, metal)
    # Lambert's law: evenly over the disc under the hemisphere.
    sine, cosine = dr.sincos(2 * dr.pi * point.y)
    radius = dr.sqrt(x)
    upward = type(view)(radius * cosine, radius * sine, dr.sqrt(dr.abs(1 - x)))
    light = dr.select(is_even, upward, light)
    value, density = eval_pdf(micro, view, light, metal)
    return light, dr.select(density > 0, value / density, 0), density


def _share(micro: MicroSurface) -> Real:
    """The part of directions that are chosen evenly."""
    assert micro.coat is not None
    whole = micro.coat.diffuse + micro.coat.shine
    import drjit as dr

    return micro.coat.diffuse / dr.select(whole > 0, whole, 1)
