"""The score from which a pixel is called a defect.

It is the one that maximises F1 = 2 TP / (2 TP + FP + FN) over the validation pixels, then fixed. When these hold no
defect, F1 says nothing and the threshold is a stated quantile of the correct pixels' scores: never the lowest score,
which would call everything a defect.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float64

from blemish.learn.histogram import ScoreHistogram, at_or_above, thresholds


@dataclass(frozen=True)
class Threshold:
    """A threshold and where it comes from."""

    value: float
    """Scores from this one on are defects."""
    chosen_by: Literal["f1", "quantile"]
    f1: float | None
    """F1 of the pixels that it was chosen on; ``None`` where there were no defects."""


def f1_scores(histogram: ScoreHistogram) -> Float64[np.ndarray, "bins"]:
    """Give F1 at each bin's threshold; 0 where nothing is found."""
    false, true = at_or_above(histogram)
    called_or_there = true + false + histogram.defective.sum()
    return 2.0 * true / np.maximum(called_or_there, 1)


def choose_threshold(histogram: ScoreHistogram, correct_quantile: float) -> Threshold:
    """Choose the threshold of best F1; where several thresholds are equally good, the middle one."""
    values = thresholds()
    if histogram.defective.sum() == 0:
        return Threshold(float(values[_quantile_bin(histogram, correct_quantile)]), "quantile", None)
    scores = f1_scores(histogram)
    best = int(np.argmax(scores))
    # The counts do not change between the filled bin below and the next one: stand in the middle, far from both.
    filled = np.flatnonzero(histogram.correct + histogram.defective)
    below = filled[filled < best]
    low = int(below[-1]) + 1 if len(below) else best
    high = int(filled[np.searchsorted(filled, best)])
    return Threshold(float(values[(low + high + 1) // 2]), "f1", float(scores[best]))


def _quantile_bin(histogram: ScoreHistogram, quantile: float) -> int:
    """Give the first bin above the quantile of the correct pixels' scores."""
    upto = np.cumsum(histogram.correct)
    return int(min(np.searchsorted(upto, quantile * upto[-1]) + 1, len(upto) - 1))
