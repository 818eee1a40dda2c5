"""How many correct and how many defective pixels have which score: all that metrics and thresholds need.

Counting is exact to the bin and takes the same memory for one pixel as for ten thousand million. A bin is a float32
number with its last bits dropped: of the score below one half, of its distance to 1 above. So bins are fine where
networks put their scores, close to 0 and close to 1, and each begins exactly at a float32 number: counting the bins
from one on is the same, to the pixel, as comparing scores with its threshold.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from jaxtyping import Bool, Float, Float32, Int64

_KEPT_BITS = 16
_DROPPED = 23 - _KEPT_BITS
_SMALLEST = np.float32(2.0**-24)
_FIRST = int(_SMALLEST.view(np.uint32)) >> _DROPPED
_HALF = (int(np.float32(0.5).view(np.uint32)) >> _DROPPED) - _FIRST
BINS = 2 * _HALF + 1
"""Three million: below one half, above it, and one half itself."""

Counts = Int64[np.ndarray, "bins"]


@dataclass(frozen=True, eq=False)
class ScoreHistogram:
    """Pixels counted by score; :func:`empty` makes one, :meth:`add` fills it."""

    correct: Counts
    defective: Counts

    def add(self, scores: Float[np.ndarray, "..."], defective: Bool[np.ndarray, "..."]) -> None:
        """Count pixels, in place; scores are probabilities from 0 to 1."""
        bins, there = bin_of(scores.ravel()), defective.ravel()
        np.add.at(self.correct, bins[~there], 1)
        np.add.at(self.defective, bins[there], 1)


def empty() -> ScoreHistogram:
    """Give a histogram that has counted nothing; 48 MB, of which what is never touched takes no memory."""
    return ScoreHistogram(np.zeros(BINS, np.int64), np.zeros(BINS, np.int64))


def bin_of(scores: Float[np.ndarray, "n"]) -> Int64[np.ndarray, "n"]:
    """Give the bin of each score; a higher score never has a lower bin."""
    scores = np.ascontiguousarray(scores, dtype=np.float32)
    assert np.all((scores >= 0) & (scores <= 1)), "scores are probabilities"
    upper = scores >= 0.5
    # 1 - score is exact in float32 from one half on.
    distance = np.where(upper, np.float32(1.0) - scores, scores)
    key = np.maximum((distance.view(np.uint32) >> _DROPPED).astype(np.int64) - _FIRST, 0)
    return np.where(upper, BINS - 1 - key, key)


@cache
def thresholds() -> Float32[np.ndarray, "bins"]:
    """Give for each bin the lowest score that falls into it or above."""
    edges = ((np.arange(_HALF + 2, dtype=np.uint32) + np.uint32(_FIRST)) << _DROPPED).view(np.float32).astype(float)
    lower = edges[:_HALF].copy()
    lower[0] = 0.0
    # Scores from one half on are multiples of 2^-24, and so are their distances to 1; the largest one in a bin counts.
    grain = float(_SMALLEST)
    farthest = np.minimum((np.ceil(edges[1:] / grain) - 1) * grain, 0.5)
    values = np.concatenate([lower, (1.0 - farthest)[::-1]]).astype(np.float32)
    values.setflags(write=False)
    return values


def at_or_above(histogram: ScoreHistogram) -> tuple[Counts, Counts]:
    """Give for each bin how many correct and how many defective pixels score in it or above."""
    return np.cumsum(histogram.correct[::-1])[::-1], np.cumsum(histogram.defective[::-1])[::-1]
