"""False calls with their intervals, and where recall is lost."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from simulated import frames, sightings

from blemish.inspect.contrast import EDGES, PixelContrast
from blemish.inspect.loss import loss_of
from blemish.inspect.pod.false_calls import false_calls_of, poisson_interval, tradeoff_of
from blemish.inspect.pod.goodness import binomial_interval
from blemish.inspect.sightings import Sightings

POISSON = {0: (0.0, 3.689), 1: (0.0253, 5.572), 10: (4.795, 18.39)}
"""Exact 95 % limits of a Poisson mean, as tables since Garwood (1936) have them."""


def with_frames(table: np.ndarray) -> Sightings:
    """Sightings with these frames."""
    return dataclasses.replace(sightings(np.random.default_rng(0), 20, 2), frames=table)


@pytest.mark.parametrize("count", POISSON)
def test_intervals_of_counts_are_those_of_the_tables(count: int) -> None:
    """Garwood's limits, and for shares the rule of three: none of 100 is at most 3.6 %."""
    assert poisson_interval(count) == pytest.approx(POISSON[count], rel=1e-3)
    assert binomial_interval(0, 100) == pytest.approx((0, 0.0362), abs=1e-4)
    assert binomial_interval(29, 29, 0.9)[0] == pytest.approx(0.9019, abs=1e-4)


def test_rates_are_counts_over_what_was_looked_at() -> None:
    """Per image and per 100 mm2, each within its interval; without geometry nothing is said of areas."""
    rng = np.random.default_rng(0)
    calls = false_calls_of(with_frames(frames(rng.poisson(0.5, 400), 250.0)))
    assert calls.per_image == pytest.approx(calls.calls / 400)
    assert calls.per_image_interval.low < 0.5 < calls.per_image_interval.high
    assert calls.per_100_mm2 == pytest.approx(calls.per_image / 2.5)
    assert calls.per_100_mm2_interval is not None
    assert calls.per_100_mm2_interval.low < 0.2 < calls.per_100_mm2_interval.high
    assert "mm2" in calls.sentence()
    unknown = false_calls_of(with_frames(frames(rng.poisson(0.5, 40))))
    assert unknown.per_100_mm2 is None


def test_calls_that_come_in_clusters_widen_the_interval() -> None:
    """The same number of calls, all on a few specimens: the interval holds many more rates."""
    even, heaped = np.tile([1, 0], 200), np.zeros(400, int)
    heaped[:40] = 5
    narrow, wide = (false_calls_of(with_frames(frames(one, each=20))) for one in (even, heaped))
    assert narrow.calls == wide.calls
    assert narrow.spread == 1
    assert wide.spread > 10
    spans = [one.per_image_interval.high - one.per_image_interval.low for one in (narrow, wide)]
    assert spans[1] > 3 * spans[0]


def test_a_higher_threshold_finds_less_and_deceives_less() -> None:
    """Both shares fall with the threshold, from all to nothing."""
    seen = sightings(np.random.default_rng(1), 50, 4)
    told = tradeoff_of(seen)
    assert (np.diff(told.threshold) > 0).all()
    assert (np.diff(told.found) <= 0).all()
    assert (np.diff(told.deceived) <= 0).all()
    assert told.found[0] == 1


def contrasted(contrast: np.ndarray, found: np.ndarray) -> Sightings:
    """Sightings with these contrasts, each of 25 pixels."""
    seen = sightings(np.random.default_rng(0), len(found), 1)
    rows = seen.rows.copy()
    rows["contrast"], rows["detectability"], rows["found"] = contrast, 5 * contrast, found
    labelled = 25 * np.histogram(contrast, EDGES)[0]
    called = 25 * np.histogram(contrast[found], EDGES)[0]
    return dataclasses.replace(seen, rows=rows, pixels=PixelContrast(labelled, called, 7, 3))


def test_what_is_lost_is_lost_once() -> None:
    """Found, lost below the limit and lost above it add up to all that is labelled."""
    rng = np.random.default_rng(2)
    contrast = np.exp(rng.normal(0, 1.5, 300))
    loss = loss_of(contrasted(contrast, rng.random(300) < contrast / (1 + contrast)))
    for one in loss.divisions:
        assert one.found + one.lost_unseen + one.lost_seen == one.total
        assert sum(row.total for row in one.classes) == one.total
        assert 0 <= one.share_over_labelled <= 1
        assert one.recall_of_seen >= one.recall
    assert loss.pixels is not None
    assert loss.pixels.unknown == 7
    assert [row.total for row in loss.by_contrast] == np.histogram(contrast, EDGES)[0].tolist()


def test_a_model_that_finds_all_that_can_be_seen_is_not_to_blame() -> None:
    """Its whole loss is over-labelling; one that misses what stands out has no excuse."""
    contrast = np.exp(np.random.default_rng(3).normal(0, 1.5, 300))
    good, bad = (loss_of(contrasted(contrast, found)) for found in (contrast >= 1, contrast < 1))
    assert {(one.lost_seen, one.share_over_labelled, one.recall_of_seen) for one in good.divisions} == {(0, 1.0, 1.0)}
    assert {(one.lost_unseen, one.share_over_labelled, one.recall_of_seen) for one in bad.divisions} == {(0, 0.0, 0.0)}


def test_without_contrast_nothing_is_divided() -> None:
    """And the sentence says what measures it."""
    loss = loss_of(sightings(np.random.default_rng(0), 20, 1))
    assert (loss.divisions, loss.by_contrast) == ((), ())
    assert "render.visibility = true" in loss.sentence()
