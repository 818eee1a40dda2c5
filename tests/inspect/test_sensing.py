"""The sensitivity of one look: found again from sightings, or refused."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from simulated import sightings

from blemish.errors import DetectionError
from blemish.inspect.pod.sensing import independence_of, sensitivity_of, separable
from blemish.sensitivity import Sensitivity
from blemish.settings import plain, read


def test_the_reach_that_made_the_sightings_is_found_again() -> None:
    """Size, angle and resolution count as much as they did; independent looks are taken to be so."""
    sensitivity = sensitivity_of(sightings(np.random.default_rng(0), 400, 6), "diameter_mm", "dent")
    assert sensitivity.log_size == pytest.approx(3, abs=0.4)
    assert sensitivity.cosine == pytest.approx(4, abs=0.8)
    assert sensitivity.log_px_per_mm == pytest.approx(1, abs=0.4)
    assert sensitivity.independence > 0.85
    one = np.ones(3)
    found = sensitivity.probability(np.array([0.3, 1.0, 3.0]), 0.8 * one, 20 * one)
    assert (np.diff(found) > 0).all()


def test_a_reach_survives_json() -> None:
    """Written as plain numbers and read back it is the same value."""
    sensitivity = sensitivity_of(sightings(np.random.default_rng(1), 100, 3), "diameter_mm", "dent")
    assert read(Sensitivity, plain(sensitivity), "sensitivity.json") == sensitivity


def test_what_was_not_measured_is_left_out() -> None:
    """Without angles and scales only the size counts, and a covariate that means nothing is not taken in."""
    seen = sightings(np.random.default_rng(2), 200, 3)
    blind = seen.rows.copy()
    blind["cosine"], blind["px_per_mm"] = np.nan, 20.0
    sensitivity = sensitivity_of(dataclasses.replace(seen, rows=blind), "diameter_mm", "dent")
    assert (sensitivity.cosine, sensitivity.log_px_per_mm, sensitivity.of_region) == (0.0, 0.0, {})
    assert sensitivity.log_size > 0


def test_a_region_that_hides_defects_is_told_apart() -> None:
    """Where half of the defects lie in a region that takes 3 off the log-odds, about 3 is found to be missing."""
    rng = np.random.default_rng(3)
    seen = sightings(rng, 400, 4)
    rows = seen.rows.copy()
    hidden = rows["id"] > 6
    rows["region"][hidden] = "thread"
    rows["found"] = rows["signal"] - 3 * hidden >= 0
    sensitivity = sensitivity_of(dataclasses.replace(seen, rows=rows), "diameter_mm", "dent")
    assert sensitivity.of_region["thread"] == pytest.approx(-3, abs=0.6)


def test_looks_that_agree_count_as_one() -> None:
    """Where all four looks at a defect do the same a further one is worth nothing; where they do not care, all."""
    rng = np.random.default_rng(4)
    which, p = np.repeat(np.arange(3000), 4), np.full(12000, 0.3)
    same, free = (rng.random(3000) < 0.3)[which], rng.random(12000) < 0.3
    half = np.where((rng.random(3000) < 0.5)[which], same, free)
    assert independence_of(p, same, which) == pytest.approx(0, abs=0.04)
    assert independence_of(p, free, which) == pytest.approx(1, abs=0.06)
    assert 0.2 < independence_of(p, half, which) < 0.8
    assert independence_of(p[:5], same[:5], np.arange(5)) == 1.0


@pytest.mark.parametrize(("gap", "apart"), [(0.1, True), (0.0, True), (-0.1, False)])
def test_a_plane_between_hits_and_misses_is_found(gap: float, apart: bool) -> None:
    """Apart, or touching, no coefficient is finite; overlapping ones have a peak."""
    x = np.concatenate([np.linspace(0, 1, 20), np.linspace(1 + gap, 2, 20)])
    columns = np.stack([np.ones(40), x, np.sin(40 * x)], axis=1)
    assert separable(columns[:, :2], np.arange(40) >= 20) is apart


def test_sightings_without_a_reach_are_refused() -> None:
    """Separable, too few, one-sided, and where size does not matter: each is said, with what makes more."""
    seen = sightings(np.random.default_rng(5), 100, 2)
    size = seen.rows["diameter_mm"]

    def found(what: np.ndarray) -> None:
        rows = seen.rows.copy()
        rows["found"] = what
        sensitivity_of(dataclasses.replace(seen, rows=rows), "diameter_mm", "dent", with_regions=False)

    with pytest.raises(DetectionError, match=r"tell hits and misses apart without fail.*blemish make"):
        found(size > 1)
    with pytest.raises(DetectionError, match="0 misses"):
        found(size > 0)
    with pytest.raises(DetectionError, match="does not show that larger defects"):
        found(seen.rows["id"] % 2 == 0)
    with pytest.raises(DetectionError, match="10 different defects"):
        sensitivity_of(seen.where(seen.defects < 10), "diameter_mm", "dent")
    with pytest.raises(DetectionError, match="0 different defects with a known size"):
        sensitivity_of(seen, "width_mm", "dent")
