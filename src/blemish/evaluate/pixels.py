"""Pixel by pixel: precision, recall, F1, average precision, and how they change with the threshold.

All of it comes from the histogram of scores, so it is exact for the scores as they are binned. Where nothing is
called a defect, precision is 0; where there is no defect, recall and F1 are 0.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from blemish.learn.histogram import ScoreHistogram, at_or_above, bin_of, thresholds
from blemish.learn.threshold import f1_scores
from blemish.seeds import stream


@dataclass(frozen=True)
class PixelCounts:
    """Pixels by what they are and what they were called."""

    true_positive: int
    false_positive: int
    false_negative: int
    true_negative: int

    @property
    def precision(self) -> float:
        """The share of what was called a defect that is one."""
        return self.true_positive / max(self.true_positive + self.false_positive, 1)

    @property
    def recall(self) -> float:
        """The share of the defects that was called one."""
        return self.true_positive / max(self.true_positive + self.false_negative, 1)

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall: 2 TP / (2 TP + FP + FN)."""
        return 2 * self.true_positive / max(2 * self.true_positive + self.false_positive + self.false_negative, 1)


@dataclass(frozen=True)
class CurvePoint:
    """Precision and recall at one threshold."""

    threshold: float
    precision: float
    recall: float


@dataclass(frozen=True)
class Interval:
    """A 95 % interval."""

    low: float
    high: float


def count(histogram: ScoreHistogram, threshold: float) -> PixelCounts:
    """Count pixels at a threshold that is the beginning of a bin, as chosen ones are."""
    at = int(bin_of(np.array([threshold], np.float32))[0])
    false, true = at_or_above(histogram)
    return PixelCounts(
        true_positive=int(true[at]),
        false_positive=int(false[at]),
        false_negative=int(true[0] - true[at]),
        true_negative=int(false[0] - false[at]),
    )


def average_precision(histogram: ScoreHistogram) -> float:
    """Give AP = sum over falling thresholds of (R_n - R_(n-1)) P_n, not interpolated; 0 without defects."""
    false, true = at_or_above(histogram)
    if true[0] == 0:
        return 0.0
    precision = true / np.maximum(true + false, 1)
    return float((histogram.defective * precision).sum() / true[0])


def best_f1(histogram: ScoreHistogram) -> float:
    """Give the F1 of the best threshold there could have been, to compare with that of the one chosen before."""
    return float(f1_scores(histogram).max()) if histogram.defective.any() else 0.0


def curve(histogram: ScoreHistogram, points: int = 200) -> tuple[CurvePoint, ...]:
    """Give at most ``points`` points of the precision-recall curve, evenly spread over recall, by falling threshold."""
    false, true = at_or_above(histogram)
    if true[0] == 0:
        return ()
    filled = np.flatnonzero(histogram.defective)[::-1]
    steps = np.searchsorted(true[filled], np.linspace(true[filled[0]], true[0], points))
    values = thresholds()
    return tuple(
        CurvePoint(float(values[at]), float(true[at] / (true[at] + false[at])), float(true[at] / true[0]))
        for at in filled[np.unique(steps)]
    )


def f1_interval(parts: Iterable[PixelCounts], draws: int = 1000) -> Interval | None:
    """Give the bootstrap interval of F1 over independent parts (specimens): which parts there are is drawn anew.

    Parts with and without defects are drawn separately, as many of each as there are. ``None`` for fewer than two
    parts with defects, which say nothing about their spread.
    """
    counts = np.array([[part.true_positive, part.false_positive, part.false_negative] for part in parts]).reshape(-1, 3)
    defective = counts[:, 0] + counts[:, 2] > 0
    if defective.sum() < 2:
        return None
    rng = stream(0, "bootstrap")
    strata = [some for some in (counts[defective], counts[~defective]) if len(some)]
    drawn = sum(some[rng.integers(len(some), size=(draws, len(some)))].sum(axis=1) for some in strata)
    true, false, missed = np.asarray(drawn).T
    f1 = 2 * true / np.maximum(2 * true + false + missed, 1)
    return Interval(*(float(edge) for edge in np.quantile(f1, [0.025, 0.975])))
