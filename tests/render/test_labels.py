"""From samples to labels."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from blemish.render.labels import areas_px, labels

SAMPLES = 4


def mask_of(pixels: dict[int, list[int]], significant: tuple[int, ...]) -> list[int]:
    """The mask of a row of four pixels, given the ids that the samples of each met."""
    pairs = [(pixel, id_) for pixel, ids in pixels.items() for id_ in ids if id_]
    at = np.array([pixel for pixel, _ in pairs], dtype=np.uint32)
    which = np.array([id_ for _, id_ in pairs], dtype=np.uint32)
    return labels(at, which, (1, 4), SAMPLES, significant)[0].tolist()


def test_half_a_pixel_is_enough() -> None:
    """One of four samples is not, two are."""
    assert mask_of({0: [1, 0, 0, 0], 1: [1, 1, 0, 0], 3: [1, 1, 1, 1]}, (1,)) == [0, 1, 0, 1]


def test_the_larger_defect_wins_and_ties_go_to_the_lower_id() -> None:
    """Two defects make up a pixel together; it gets the id of the one that is seen more."""
    assert mask_of({0: [5, 5, 2, 0], 1: [5, 2, 0, 0], 2: [9, 2, 9, 2]}, (2, 5, 9)) == [5, 2, 2, 0]


def test_insignificant_defects_are_background() -> None:
    """They are not in the mask and do not help others into it."""
    assert mask_of({0: [7, 7, 7, 7], 1: [7, 7, 7, 1], 2: [7, 7, 1, 1]}, (1,)) == [0, 0, 1, 0]


def test_no_defect_no_label() -> None:
    """Without samples that met a defect the mask is empty."""
    assert mask_of({}, (1, 2)) == [0, 0, 0, 0]


@given(st.lists(st.lists(st.integers(0, 3), min_size=SAMPLES, max_size=SAMPLES), min_size=4, max_size=4))
def test_the_rule_pixel_by_pixel(pixels: list[list[int]]) -> None:
    """The vectorised rule is the rule as one would say it (3 is insignificant)."""
    expected = []
    for ids in pixels:
        counts = {id_: ids.count(id_) for id_ in (1, 2)}
        is_labelled = sum(counts.values()) * 2 >= SAMPLES and any(counts.values())
        expected.append(max(counts, key=lambda id_: (counts[id_], -id_)) if is_labelled else 0)
    assert mask_of(dict(enumerate(pixels)), (1, 2)) == expected


def test_areas_count_every_sample_of_every_defect() -> None:
    """A defect's area is its samples over samples a pixel; one that is not seen has none."""
    assert areas_px(np.array([1, 1, 1, 4]), SAMPLES, (1, 2, 4)) == {1: 0.75, 2: 0.0, 4: 0.25}
