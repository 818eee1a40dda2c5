"""Scratches in one direction, whose slope is stated: what brushed and ground surfaces have in common.

The slope across the track is the sum of noise N in cells of three sizes b_i w by c_i l, which share it,

    slope = s * sum_i a_i N_i(x / (c_i l), y / (b_i w)),     sum_i a_i^2 = 1,  var N_i = 1

with x along and y across the track. Each kind has its own noise.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from blemish.finish.noise import whole_cells
from blemish.finish.relief import Relief, Track, keep, rougher

Sizes = tuple[tuple[float, float, float], ...]
"""Share of the slope a, width b and length c of each size, relative to the stated ones."""


def scratched(
    track: Track, numbers: Any, sizes: Sizes, noise: Callable[..., Any], *, seeds: int, widths: float
) -> Relief:
    """Give the relief from roughness along and across, pattern, width, length and slope, in this order.

    The noise takes ``seeds`` seeds a size, and its wavelength is ``widths`` widths of a cell.
    """
    import drjit as dr

    alpha_along, alpha_across, pattern, width, length, slope = (numbers[i] for i in range(6))
    seed = dr.uint32_array_t(type(track.along_mm))(pattern) * 16
    total, lost = 0.0, 0.0
    for index, (share, wider, longer) in enumerate(sizes):
        rows, width_mm = whole_cells(track.period_across_mm, wider * width)
        cells, length_mm = whole_cells(track.period_along_mm, longer * length)
        found = noise(track.along_mm / length_mm, track.across_mm / width_mm, seed + seeds * index, cells, rows)
        seen = keep(widths * width_mm, track.footprint_across_mm)
        total += share * slope * seen * found
        lost += dr.square(share * slope) * (1 - dr.square(seen))
    return Relief(total * 0, total, alpha_along + total * 0, rougher(alpha_across, lost))
