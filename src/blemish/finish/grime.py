"""Grime: oil, abraded metal and old wear that lie in streaks along the track of the tool, wherever it went.

What slides over a used part follows the marks that the tool left, and dark paste stays in them. With streaks e and b of
unit variance (:func:`.noise.streaks`), b four times as wide and twice as long as e, and S the smooth step::

    level   = 0.8 e + 0.6 b
    reflectance  <-  reflectance * (1 - grime * S((level - 1.4 (1 - 2 cover)) / w + 1/2)),   w = 0.8

Of streaks that are finer than a sample's patch the part ``keep`` of their level is seen; the variance v that is lost
widens the step to w = sqrt(0.8^2 + 20 v), 1/20 being the variance of a smooth step's slope. So the mean light stays,
near and far. Unlike a mark (``rub``, ``stain``) grime lies everywhere, and a specimen without it pays nothing. Our own
design.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from blemish.finish.arithmetic import Real, soft
from blemish.finish.noise import streaks, whole_cells
from blemish.finish.relief import Track, keep
from blemish.finish.skin import Skin

SIZES = ((0.8, 1.0, 1.0), (0.6, 4.0, 2.0))
"""Share of the level, width and length of the two sizes of streaks, relative to the stated ones."""


@dataclass(frozen=True)
class Grime:
    """The grime of one specimen in the renderer's memory."""

    strength: Real
    cover: Real
    width_mm: Real
    length_mm: Real
    seed: Any


def grime_of(skin: Skin, pattern: int) -> Grime | None:
    """Bring a skin's grime to the renderer; None if it has none."""
    import drjit as dr
    import mitsuba as mi

    if skin.grime == 0:
        return None
    numbers = (skin.grime, skin.grime_cover, skin.grime_width_mm, skin.grime_length_mm)
    strength, cover, width_mm, length_mm = (dr.opaque(mi.Float, number) for number in numbers)
    return Grime(strength, cover, width_mm, length_mm, dr.opaque(mi.UInt32, pattern & 0xFFFFFF))


def left_by(grime: Grime, track: Track) -> Real:
    """Give the share of the light that grime leaves at a place of a track."""
    import drjit as dr

    level: Real = 0.0
    lost: Real = 0.0
    for index, (share, wider, longer) in enumerate(SIZES):
        rows, width_mm = whole_cells(track.period_across_mm, wider * grime.width_mm)
        cells, length_mm = whole_cells(track.period_along_mm, longer * grime.length_mm)
        noise = streaks(track.along_mm / length_mm, track.across_mm / width_mm, grime.seed + 2 * index, cells, rows)
        seen = keep(2 * width_mm, track.footprint_across_mm)
        level += share * seen * noise
        lost += dr.square(share) * (1 - dr.square(seen))
    step = (level - 1.4 * (1 - 2 * grime.cover)) * dr.rsqrt(0.64 + 20 * lost)
    return 1 - grime.strength * soft(step + 0.5)
