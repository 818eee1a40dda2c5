"""The laws of fusion: what must hold whatever the views say."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from surfaces import view

from blemish.errors import RequestError
from blemish.inspect.surface.backproject import ViewEvidence
from blemish.inspect.surface.calibrate import Calibration, outcomes
from blemish.inspect.surface.fuse import fuse
from blemish.inspect.surface.fusing import FUSIONS, Fusion

PATCHES = 30
COUNTS = st.lists(st.integers(0, 400), min_size=4, max_size=4)


def calibration(defects: list[int], sound: list[int], other: tuple[list[int], list[int]] | None = None) -> Calibration:
    """Two bands of view angle, four levels of evidence; in the second band the counts may be others."""
    more = other or (defects, sound)
    return Calibration(
        patch_mm=1.0,
        angle_bands_deg=(40.0,),
        edges=(-2.0, 0.0, 2.0),
        defects=(tuple(defects), tuple(more[0])),
        sound=(tuple(sound), tuple(more[1])),
        exponent=0.7,
        prior=0.02,
        thresholds={"single": 0.0, "max": 0.0, "mean": 0.0, "bayes": 0.0},
    )


INFORMED = calibration([5, 10, 20, 60], [900, 60, 20, 5])


def some_views(seed: int, number: int) -> list[ViewEvidence]:
    """Views that see some patches each, from any angle."""
    rng = np.random.default_rng(seed)
    seen = [np.flatnonzero(rng.random(PATCHES) < 0.6) for _ in range(number)]
    return [view(f"v{k}", patch, rng.normal(0, 4, len(patch)), rng.uniform(0.3, 1)) for k, patch in enumerate(seen)]


@settings(max_examples=25)
@given(st.integers(0, 2**31), st.sampled_from(FUSIONS))
def test_fusing_one_view_equals_that_view(seed: int, how: Fusion) -> None:
    """Alone, a view says what it says: its mean log-odds, or as much as its level is worth."""
    (one,) = some_views(seed, 1)
    fused = fuse([one], how, PATCHES, INFORMED)
    own = INFORMED.exponent * INFORMED.ratio(one) if how == "bayes" else one.log_odds
    np.testing.assert_allclose(fused.log_odds[one.patch], own, rtol=1e-6)
    unseen = np.setdiff1d(np.arange(PATCHES), one.patch)
    assert np.isnan(fused.log_odds[unseen]).all()
    assert not fused.called(-1e9)[unseen].any()
    np.testing.assert_array_equal(fused.views_seen[one.patch], 1)


@settings(max_examples=25)
@given(st.integers(0, 2**31), st.sampled_from(FUSIONS))
def test_the_order_of_views_does_not_matter(seed: int, how: Fusion) -> None:
    """Any order gives the same evidence, but for rounding."""
    views = some_views(seed, 4)
    first = fuse(views, how, PATCHES, INFORMED)
    for order in itertools.islice(itertools.permutations(views), 1, 24, 7):
        other = fuse(order, how, PATCHES, INFORMED)
        np.testing.assert_allclose(other.log_odds, first.log_odds, rtol=1e-9, atol=1e-9)
        np.testing.assert_array_equal(other.views_seen, first.views_seen)


@settings(max_examples=25)
@given(st.integers(0, 2**31), COUNTS, st.integers(1, 50))
def test_a_view_that_tells_nothing_changes_nothing(seed: int, counts: list[int], times: int) -> None:
    """A band in which defect and sound patches look alike, at whatever rate, adds exactly nothing to what is known."""
    alike = ([times * count for count in counts], counts)
    mixed = calibration([5, 10, 20, 60], [900, 60, 20, 5], alike)
    rng = np.random.default_rng(seed)
    known = [view("v0", np.arange(PATCHES), rng.normal(0, 4, PATCHES), cosine=0.95)]
    blind = [view("v1", np.arange(PATCHES), rng.normal(0, 4, PATCHES), cosine=0.4)]
    before, after = (fuse(views, "bayes", PATCHES, mixed).log_odds for views in (known, known + blind))
    np.testing.assert_allclose(after, before, rtol=0, atol=1e-12)


@settings(max_examples=25)
@given(COUNTS, COUNTS)
def test_a_calibrated_view_never_lowers_what_is_expected_of_a_defect(defects: list[int], sound: list[int]) -> None:
    """Over what a calibrated view says of defects, evidence rises on average; of sound patches it falls."""
    table = calibration(defects, sound).table()[0]
    of_defects, of_sound, block = outcomes(defects, sound)
    assert of_defects.sum() == pytest.approx(1)
    assert of_sound.sum() == pytest.approx(1)
    by_block = np.array([table[block == number][0] for number in range(len(of_defects))])
    assert (of_defects * by_block).sum() >= -1e-12
    assert (of_sound * by_block).sum() <= 1e-12
    assert (np.diff(table) >= -1e-12).all()


def test_the_mean_trusts_views_that_see_well() -> None:
    """A view from the front, near and sharp moves the mean more than one that grazes, is far or blurred."""
    patch = np.array([0])
    sharp, grazing = view("a", patch, np.array([2.0]), 1.0), view("b", patch, np.array([-2.0]), 0.25)
    fused = fuse([sharp, grazing], "mean", 1)
    assert fused.log_odds[0] == pytest.approx((2 * 1.0 - 2 * 0.25) / 1.25)
    blurred = ViewEvidence(**{**vars(grazing), "cosine": sharp.cosine, "blur_px": np.float32([3**0.5])})
    assert fuse([sharp, blurred], "mean", 1).log_odds[0] == pytest.approx((2 * 1.0 - 2 * 0.5) / 1.5)


def test_bayes_needs_what_was_measured() -> None:
    """Without rates there is nothing to weigh views by."""
    with pytest.raises(RequestError, match="calibrate"):
        fuse(some_views(1, 2), "bayes", PATCHES)
