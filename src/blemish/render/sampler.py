"""Where to look within a pixel: well-spread random points that depend on nothing but pixel, sample and seed.

The first two dimensions of Sobol's sequence, Owen-scrambled by hashing, with the order of the points shuffled anew for
each pair of dimensions (B. Burley, "Practical hash-based Owen scrambling", JCGT 9(4), 2020; the hash is Laine and
Karras's with better constants). Any power of two of points is stratified in both dimensions and in all the elementary
intervals between them; more points can be added later without moving the first ones. No state is kept, so any subset
of pixels in any order of work gives the same points.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import drjit as dr
import mitsuba as mi
import numpy as np

from blemish.engine import aligned


@dataclass(frozen=True)
class PixelSampler:
    """The points of some samples: arrays of ``pixel`` (its number in the image) and ``index`` (the sample's in it)."""

    pixel: Any
    index: Any
    seed: Any

    def pair(self, purpose: int) -> Any:
        """Give one point in the unit square for each sample; another set of points for each ``purpose``."""
        key = _hashed(self.pixel ^ _hashed(self.seed ^ mi.UInt32(0x9E3779B9 * (purpose + 1) & 0xFFFFFFFF)))
        shuffled = _scrambled(dr.brev(self.index), key)
        # With the index reversed, the first dimension is the index itself, and the second is its transform below.
        first = dr.brev(_scrambled(dr.brev(shuffled), _hashed(key ^ 0x51633E2D)))
        second = dr.brev(_scrambled(_second_dimension(dr.brev(shuffled)), _hashed(key ^ 0x68BC21EB)))
        return mi.Point2f(_unit(first), _unit(second))


def samples_of(pixels: np.ndarray, begin: int, count: int, seed: Any) -> PixelSampler:
    """Make the sampler of samples ``begin`` to ``begin + count`` of some pixels, one pixel after the other."""
    # Of an array of one number Dr.Jit makes a constant, and so another program for the one pixel of a faint defect.
    some = mi.UInt32(aligned(np.resize(pixels, max(len(pixels), 2)), np.uint32))
    samples: Any = dr.opaque(mi.UInt32, count)
    lane: Any = dr.arange(mi.UInt32, len(pixels) * count)
    which = lane // samples
    first: Any = dr.opaque(mi.UInt32, begin)
    return PixelSampler(dr.gather(mi.UInt32, some, which), first + lane - which * samples, seed)


def _second_dimension(index: Any) -> Any:
    """Multiply the bits of an index with Pascal's triangle modulo 2: Sobol's second dimension, bits reversed.

    Entry (i, j) of the triangle is odd where the bits of i are among those of j, so the product is a sum over
    supersets, which takes one step for each bit of the bit's place.
    """
    for shift, mask in ((1, 0x55555555), (2, 0x33333333), (4, 0x0F0F0F0F), (8, 0x00FF00FF), (16, 0x0000FFFF)):
        index ^= (index >> shift) & mask
    return index


def _scrambled(bits: Any, key: Any) -> Any:
    """Flip each bit depending on the bits below it and the key: Owen's scrambling of a reversed number."""
    bits ^= bits * 0x3D20ADEA
    bits += key
    bits *= (key >> 16) | 1
    bits ^= bits * 0x05526C56
    bits ^= bits * 0x53A22864
    return bits


def _hashed(x: Any) -> Any:
    x = (x ^ (x >> 16)) * 0x7FEB352D
    x = (x ^ (x >> 15)) * 0x846CA68B
    return x ^ (x >> 16)


def _unit(bits: Any) -> Any:
    return mi.Float(bits >> 8) * (1.0 / (1 << 24))
