"""The histogram is exact to the bin; the threshold is the best there is, and safe without defects."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blemish.learn.histogram import BINS, bin_of, empty, thresholds
from blemish.learn.threshold import choose_threshold, f1_scores

probabilities = st.floats(0, 1, width=32)


@settings(deadline=None)
@given(st.lists(probabilities, min_size=1, max_size=50), st.integers(0, BINS - 1))
def test_counting_from_a_bin_is_comparing_with_its_threshold(scores: list[float], at: int) -> None:
    """A score is at or above a threshold exactly when its bin is at or above the threshold's."""
    values = np.array([*scores, thresholds()[at]], np.float32)
    np.testing.assert_array_equal(values >= thresholds()[at], bin_of(values) >= bin_of(thresholds()[at : at + 1])[0])


def test_bins_are_fine_where_networks_put_their_scores() -> None:
    """Thresholds rise from 0 to 1; scores of one bin differ by less than 0.002 % of their distance to 0 or 1."""
    values = thresholds().astype(float)
    assert values[0] == 0
    assert values[-1] == pytest.approx(1, abs=1e-7)
    steps = np.diff(values)
    assert steps.min() >= 0
    middle = (values[:-1] > 1e-6) & (values[1:] < 0.95)
    assert (steps[middle] / np.minimum(values[:-1], 1 - values[:-1])[middle]).max() < 2e-5


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 2**32 - 1))
def test_no_other_threshold_is_better(seed: int) -> None:
    """The chosen threshold reaches the best F1 of all thresholds, found by trying each score."""
    rng = np.random.default_rng(seed)
    scores = rng.random(40, dtype=np.float32)
    defective = rng.random(40) < 0.3
    defective[0] = True
    histogram = empty()
    histogram.add(scores, defective)

    def f1(threshold: float) -> float:
        called = scores >= threshold
        return 2 * (called & defective).sum() / (called.sum() + defective.sum())

    chosen = choose_threshold(histogram, 0.999)
    assert chosen.chosen_by == "f1"
    assert chosen.f1 == pytest.approx(f1(chosen.value))
    assert f1(chosen.value) == pytest.approx(max(f1(score) for score in scores))


def test_between_separated_scores_the_threshold_stands_in_the_middle() -> None:
    """With all defects at 0.9 and all else at 0.001, it is far from both."""
    histogram = empty()
    histogram.add(np.array([0.001] * 9 + [0.9], np.float32), np.array([False] * 9 + [True]))
    chosen = choose_threshold(histogram, 0.999)
    assert chosen.f1 == 1
    assert 0.01 < chosen.value < 0.8


@pytest.mark.parametrize("scores", [np.linspace(0, 1, 10_001), np.full(100, 0.25), np.zeros(100), np.ones(100)])
def test_without_defects_few_correct_pixels_are_called_defects(scores: np.ndarray) -> None:
    """No positives: at most one in a hundred correct pixels lies above the 99 % quantile; never all of them."""
    histogram = empty()
    histogram.add(scores.astype(np.float32), np.zeros(len(scores), bool))
    chosen = choose_threshold(histogram, 0.99)
    assert (chosen.chosen_by, chosen.f1) == ("quantile", None)
    share = float((scores.astype(np.float32) >= np.float32(chosen.value)).mean())
    # Only scores that are all exactly 1 leave no number above them.
    assert share <= 0.01 or scores.min() == 1


def test_f1_without_defects_is_zero() -> None:
    """Nothing to find gives F1 0, not a division by zero."""
    histogram = empty()
    histogram.add(np.array([0.2], np.float32), np.array([False]))
    assert f1_scores(histogram).max() == 0
