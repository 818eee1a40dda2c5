"""Marks: what is listed is what the scores show."""

from __future__ import annotations

import numpy as np
import pytest

from blemish.learn.marks import Mark, find_marks, overlay


def scores() -> np.ndarray:
    """Two patches, one of them a diagonal pair, and a weak one."""
    scores = np.zeros((40, 50), np.float32)
    scores[5:8, 10:14] = 0.75
    scores[6, 11] = 0.9
    scores[20, 20] = scores[21, 21] = 0.6
    scores[30:33, 30:33] = 0.3
    return scores


def test_each_patch_above_the_threshold_is_one_mark() -> None:
    """Place, size and scores are exact; the surest comes first; small ones may be left out."""
    first, second = find_marks(scores(), 0.5)
    assert (first.left_px, first.top_px, first.width_px, first.height_px, first.area_px) == (10, 5, 4, 3, 12)
    assert first.peak_score == pytest.approx(0.9)
    assert first.mean_score == pytest.approx((11 * 0.75 + 0.9) / 12)
    weak = float(np.float32(0.6))
    assert second == Mark(20, 20, 2, 2, 2, weak, weak)
    assert find_marks(scores(), 0.5, smallest_px=3) == (first,)
    assert len(find_marks(scores(), 0.25)) == 3
    assert find_marks(scores(), 0.95) == ()


def test_an_overlay_outlines_marks_and_leaves_the_rest() -> None:
    """Red surrounds each mark without touching it; far away the picture is the image, at any bit depth."""
    image = np.full((40, 50), 100 * 257, np.uint16)
    picture = overlay(image, scores(), 0.5)
    assert (picture[5:8, 10:14] == 100).all()
    assert (picture[35:, 40:] == 100).all()
    red = (picture[..., 2] == 255) & (picture[..., 0] == 40)
    assert red[3, 10]
    assert not red[28:].any()
    assert overlay(image, scores(), 0.95, brighten_stops=1.0).min() == 200
