"""What blasted, cast and polished surfaces share: bumps of a few sizes, alike in all directions."""

from __future__ import annotations

from typing import Any

from blemish.finish.noise import BUMP_SLOPE_TO_HEIGHT, RQ_TO_RA, bumps
from blemish.finish.relief import Relief, Track, keep, rougher

Sizes = tuple[tuple[float, float], ...]

SIZES: Sizes = ((0.8, 1.0), (0.6, 2.1))
"""Share of the slope and size of the bumps, relative to the stated size; the squares of the shares add up to 1."""


def slope_of(ra_um: float, size_mm: float, sizes: Sizes) -> float:
    """Give the standard deviation of the slope in one direction of bumps that have this mean roughness Ra."""
    height_to_slope = sum((share * larger) ** 2 for share, larger in sizes) ** 0.5
    return BUMP_SLOPE_TO_HEIGHT * RQ_TO_RA * ra_um * 1e-3 / (size_mm * height_to_slope)


def relief(track: Track, numbers: Any, sizes: Sizes) -> Relief:
    """Slopes of bumps, for numbers (alpha along, alpha across, pattern, size, slope, ...)."""
    import drjit as dr

    alpha_along, alpha_across, pattern, size, slope = (numbers[i] for i in range(5))
    seed = dr.uint32_array_t(type(track.along_mm))(pattern) * 16
    footprint = dr.sqrt(0.5 * (dr.square(track.footprint_along_mm) + dr.square(track.footprint_across_mm)))
    along, across, lost = 0.0, 0.0, 0.0
    for index, (share, larger) in enumerate(sizes):
        scale = dr.rcp(larger * size)
        x, y, z = (value * scale for value in track.position_mm)
        gradient = bumps(x, y, z, seed + index)
        seen = keep(larger * size, footprint)
        along += share * slope * seen * sum(g * d for g, d in zip(gradient, track.along, strict=True))
        across += share * slope * seen * sum(g * d for g, d in zip(gradient, track.across, strict=True))
        lost += dr.square(share * slope) * (1 - dr.square(seen))
    return Relief(along, across, rougher(alpha_along, lost), rougher(alpha_across, lost))
