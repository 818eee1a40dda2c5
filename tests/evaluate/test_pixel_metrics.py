"""Pixel metrics from the histogram, against scikit-learn and torchmetrics."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, f1_score, precision_score, recall_score

from blemish.evaluate import pixels
from blemish.evaluate.pixels import PixelCounts
from blemish.learn.histogram import ScoreHistogram, bin_of, empty, thresholds
from blemish.learn.networks._torchvision import load_torchvision
from blemish.learn.threshold import choose_threshold


def network_like(seed: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Scores as networks give them, crowded at 0 and 1, and what the pixels are."""
    rng = np.random.default_rng(seed)
    defective = rng.random(count) < 0.03
    logits = rng.normal(-6, 3, count) + defective * rng.normal(7, 3, count)
    return (1 / (1 + np.exp(-logits))).astype(np.float32), defective


def counted(scores: np.ndarray, defective: np.ndarray) -> ScoreHistogram:
    """Count them in five portions."""
    histogram = empty()
    for some, there in zip(np.array_split(scores, 5), np.array_split(defective, 5), strict=True):
        histogram.add(some, there)
    return histogram


@pytest.mark.parametrize("seed", range(3))
def test_metrics_agree_with_scikit_learn(seed: int) -> None:
    """Precision, recall, F1 and average precision differ by less than 1e-6."""
    scores, defective = network_like(seed, 300_000)
    histogram = counted(scores, defective)
    threshold = choose_threshold(histogram, 0.99).value
    counts = pixels.count(histogram, threshold)
    called = scores >= np.float32(threshold)
    assert counts.precision == pytest.approx(precision_score(defective, called), abs=1e-6)
    assert counts.recall == pytest.approx(recall_score(defective, called), abs=1e-6)
    assert counts.f1 == pytest.approx(f1_score(defective, called), abs=1e-6)
    assert pixels.average_precision(histogram) == pytest.approx(average_precision_score(defective, scores), abs=1e-6)


def test_metrics_agree_with_torchmetrics() -> None:
    """So they do with an oracle of another family, at the threshold and without one."""
    load_torchvision()  # torchmetrics imports it; beside a torch for processors it needs our help
    from torchmetrics.functional.classification import (
        binary_average_precision,
        binary_f1_score,
        binary_precision,
        binary_recall,
    )

    scores, defective = network_like(7, 200_000)
    histogram = counted(scores, defective)
    threshold = choose_threshold(histogram, 0.99).value
    counts = pixels.count(histogram, threshold)
    # It compares with ">", we with ">=": the next number below the threshold makes both the same.
    below = float(np.nextafter(np.float32(threshold), np.float32(0)))
    given, truth = torch.from_numpy(scores), torch.from_numpy(defective.astype(np.int64))
    for mine, theirs in (
        (counts.precision, binary_precision(given, truth, threshold=below)),
        (counts.recall, binary_recall(given, truth, threshold=below)),
        (counts.f1, binary_f1_score(given, truth, threshold=below)),
        (pixels.average_precision(histogram), binary_average_precision(given, truth)),
    ):
        assert mine == pytest.approx(float(theirs), abs=1e-6)


def test_average_precision_is_exact_for_scores_on_bins() -> None:
    """With scores that stand on bins, ties and all, average precision is scikit-learn's to rounding."""
    scores, defective = network_like(5, 20_000)
    binned = thresholds()[bin_of(scores)]
    coarse = thresholds()[bin_of(scores) // 80_000 * 80_000]
    for values in (binned, coarse):
        expected = average_precision_score(defective, values)
        assert pixels.average_precision(counted(values, defective)) == pytest.approx(expected, abs=1e-12)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32 - 1), st.floats(0, 1, width=32))
def test_all_pixels_are_counted_once(seed: int, value: float) -> None:
    """True and false, positive and negative add up to all pixels, whatever the threshold."""
    scores, defective = network_like(seed, 100)
    threshold = float(thresholds()[bin_of(np.array([value], np.float32))[0]])
    counts = pixels.count(counted(scores, defective), threshold)
    assert counts.true_positive + counts.false_negative == defective.sum()
    assert counts.false_positive + counts.true_negative == (~defective).sum()
    assert counts.true_positive + counts.false_positive == (scores >= np.float32(threshold)).sum()


def test_the_curve_runs_down_the_thresholds() -> None:
    """Recall rises and thresholds fall along the curve, to full recall; it is no longer than asked for."""
    curve = pixels.curve(counted(*network_like(0, 50_000)), points=50)
    assert 30 < len(curve) <= 50
    assert curve[-1].recall == 1
    assert [point.recall for point in curve] == sorted(point.recall for point in curve)
    assert [point.threshold for point in curve] == sorted((point.threshold for point in curve), reverse=True)


def test_nothing_there_and_nothing_called_divide_by_nothing() -> None:
    """Without defects, or without any call, the metrics are 0."""
    nothing = counted(np.full(10, 0.2, np.float32), np.zeros(10, bool))
    counts = pixels.count(nothing, float(thresholds()[-1]))
    assert (counts.precision, counts.recall, counts.f1) == (0, 0, 0)
    assert pixels.average_precision(nothing) == pixels.best_f1(nothing) == 0
    assert pixels.curve(nothing) == ()


def test_the_interval_holds_f1_and_narrows_with_more_specimens() -> None:
    """It contains the F1 of all, is wider for few specimens than for many, and is not made up for one."""
    rng = np.random.default_rng(0)

    def some(number: int) -> list[PixelCounts]:
        return [PixelCounts(*(int(x) for x in rng.integers(50, 150, 3)), true_negative=9) for _ in range(number)]

    few, many = pixels.f1_interval(some(3)), pixels.f1_interval(some(300))
    assert few is not None
    assert many is not None
    assert many.low < 2 / 4 + 0.02
    assert many.high > 2 / 4 - 0.02
    assert many.high - many.low < few.high - few.low
    assert pixels.f1_interval(some(1)) is None
    assert pixels.f1_interval([PixelCounts(0, 3, 0, 9)] * 5) is None
