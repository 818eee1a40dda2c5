"""Defects found one by one, and false calls where there is nothing."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from blemish.evaluate.objects import Found, ObjectRule, Tally, count_false_calls, recall_interval, seen_objects
from blemish.evaluate.pixels import Interval


def drawn() -> np.ndarray:
    """A scratch 3 px wide, id 1, and a dent 13 px across, id 4."""
    mask = np.zeros((80, 120), np.uint8)
    mask[10:13, 10:90] = 1
    cv2.circle(mask, (60, 50), 6, 4, -1)
    return mask.astype(np.uint16)


def test_a_perfect_prediction_finds_all_and_calls_nothing_falsely() -> None:
    """Called exactly where the mask is: every defect found, nothing else."""
    mask = drawn()
    seen = list(seen_objects(mask, mask > 0, ObjectRule()))
    assert [(one.id, one.found) for one in seen] == [(1, True), (4, True)]
    assert count_false_calls(mask, mask > 0, ObjectRule()) == 0


def test_nothing_called_finds_nothing() -> None:
    """Not even with a rule that asks for no share: one pixel it must be."""
    mask = drawn()
    for rule in (ObjectRule(), ObjectRule(found_from=0.0)):
        assert not any(one.found for one in seen_objects(mask, np.zeros(mask.shape, bool), rule))


def test_width_is_that_of_a_scratch_and_the_diameter_of_a_dent() -> None:
    """The largest circle inside: 3 px for the scratch however long, about 13 px for the dent."""
    scratch, dent = seen_objects(drawn(), drawn() > 0, ObjectRule())
    assert scratch.width_px == pytest.approx(3)
    assert dent.width_px == pytest.approx(13, abs=2)
    assert scratch.area_px == 240


@pytest.mark.parametrize(("called_columns", "found"), [(7, False), (8, True)])
def test_a_defect_is_found_from_the_stated_share_on(called_columns: int, found: bool) -> None:
    """A tenth of its pixels is enough, less is not."""
    mask = drawn()
    called = np.zeros(mask.shape, bool)
    called[10:13, 10 : 10 + called_columns] = True
    assert next(iter(seen_objects(mask, called, ObjectRule(found_from=0.1)))).found is found


def test_false_calls_are_patches_that_touch_no_defect() -> None:
    """A patch that reaches into a defect is none; specks under the stated size are none; diagonals connect."""
    mask, called = drawn(), np.zeros((80, 120), bool)
    called[5:30, 10:14] = True  # through the scratch
    called[70:73, 100:103] = True  # a false call
    called[60, 5] = called[61, 6] = called[62, 7] = called[63, 8] = True  # another, diagonal
    called[20, 100] = True  # a speck
    assert count_false_calls(mask, called, ObjectRule(smallest_call_px=4)) == 2
    assert count_false_calls(mask, called, ObjectRule(smallest_call_px=1)) == 3


def test_the_tally_sorts_by_kind_size_and_visibility() -> None:
    """Counts of kinds, widths and areas each add up to all; contrast counts where known; false calls are per image."""
    tally = Tally(ObjectRule())
    mask = drawn()
    only_dent = mask == 4
    only_dent[70:75, 5:10] = True
    tally.add(mask, only_dent, {1: "scratch", 4: "dent"}, {4: 2.5})
    tally.add(np.zeros_like(mask), only_dent, {})
    scores = tally.scores()
    assert scores.all == Found(1, 2)
    assert scores.by_kind == {"dent": Found(1, 1), "scratch": Found(0, 1)}
    assert scores.by_width_px == {"2-4": Found(0, 1), "8-16": Found(1, 1)}
    assert scores.by_area_px == {"64-256": Found(1, 2)}
    assert scores.by_contrast == {"2-4": Found(1, 1)}
    assert scores.recall_interval is None
    assert scores.false_calls_per_image == 1.5
    assert (scores.correct_images, scores.correct_images_with_false_call) == (1, 1)


def test_the_interval_of_the_share_found_narrows_with_more_specimens() -> None:
    """Over specimens, not over defects: it holds the share of all, and alike specimens leave no doubt."""
    rng = np.random.default_rng(0)

    def some(number: int) -> np.ndarray:
        return np.stack([rng.integers(0, 10, number), np.full(number, 10)], axis=1)

    few, many = some(4), some(400)
    short, long = recall_interval(few), recall_interval(many)
    assert short is not None
    assert long is not None
    assert long.high - long.low < short.high - short.low
    assert long.low < many[:, 0].sum() / many[:, 1].sum() < long.high
    assert recall_interval(np.array([[3, 10]] * 5)) == Interval(0.3, 0.3)
    assert recall_interval(some(1)) is None
