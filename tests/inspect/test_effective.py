"""Effective coverage: what the plan with this model finds, wherever it may be."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blemish.inspect.surface.effective import Looks, combined, coverage_table, probabilities, smallest_found
from blemish.sensitivity import Sensitivity

SENSITIVITY = Sensitivity(kind="dent", intercept=-6.0, log_size=3.0, cosine=4.0, log_px_per_mm=1.0, rho=0.7)
SIZES = (0.2, 0.5, 1.0)


def looks(seed: int, number: int = 200, patches: int = 50) -> Looks:
    """Looks of ten views at the first patches of a part; the last ten are seen by none."""
    rng = np.random.default_rng(seed)
    return Looks(
        patch=rng.integers(0, patches - 10, number),
        view=rng.integers(0, 10, number),
        cosine=rng.uniform(0.3, 1.0, number),
        px_per_mm=rng.uniform(5, 40, number),
    )


@given(st.integers(0, 1000))
def test_it_never_exceeds_the_coverage_of_the_camera(seed: int) -> None:
    """Where no view looks nothing is found; where one looks the probability lies between 0 and 1."""
    some = looks(seed)
    found = probabilities(some, 50, SENSITIVITY, SIZES)
    seen = np.bincount(some.patch, minlength=50) > 0
    assert not found[~seen].any()
    assert (found[seen] > 0).all()
    assert (found <= 1).all()
    table = coverage_table(
        np.ones(50), np.arange(50) // 25, ("front", "back"), some, found, "dent", SIZES, probability=0.5
    )
    assert all(row.share <= row.seen for row in table)
    assert {row.region for row in table} == {"*", "front", "back"}


def test_larger_defects_and_more_looks_are_found_more_surely() -> None:
    """The probability grows with the size, and with each further view."""
    some = looks(3)
    found = probabilities(some, 50, SENSITIVITY, SIZES)
    assert (np.diff(found, axis=1) >= 0).all()
    half = Looks(*(values[:100] for values in (some.patch, some.view, some.cosine, some.px_per_mm)))
    assert (probabilities(half, 50, SENSITIVITY, SIZES) <= found + 1e-12).all()


def test_one_look_is_the_look_and_independent_looks_multiply() -> None:
    """With rho = 1 a look alone gives its own p, two give 1 - (1 - p)^2; with rho < 1 less than that."""
    p = np.array([0.6, 0.6, 0.6])
    both = combined(np.array([0, 1, 1]), p, 3, rho=1.0)
    assert both == pytest.approx([0.6, 0.84, 0.0])
    assert combined(np.array([0, 1, 1]), p, 3, rho=0.5)[1] == pytest.approx(0.6)


def test_the_smallest_size_is_where_the_probability_is_reached() -> None:
    """At the size that is given it is met, a little below it is not; where nothing is found, it is infinite."""
    some = looks(5)
    smallest = smallest_found(some, 50, SENSITIVITY, 0.9, (0.05, 5.0))
    told = np.flatnonzero(np.isfinite(smallest) & (smallest > 0.05))
    assert len(told) > 20
    assert np.isinf(smallest[40:]).all()
    for patch in told[:10]:
        at, below = (probabilities(some, 50, SENSITIVITY, [smallest[patch] * share])[patch, 0] for share in (1.0, 0.99))
        assert at >= 0.9 > below


def test_a_region_can_be_harder_than_others() -> None:
    """What a sensitivity knows of a region raises or lowers the probability there alone."""
    some = looks(7)
    region, names = np.arange(50) // 25, ("front", "back")
    harder = Sensitivity(
        kind="dent", intercept=-6.0, log_size=3.0, cosine=4.0, log_px_per_mm=1.0, of_region={"back": -2.0}
    )
    plain, hard = (
        probabilities(some, 50, sensitivity, [0.5], some.more(sensitivity, region, names))[:, 0]
        for sensitivity in (
            Sensitivity(kind="dent", intercept=-6.0, log_size=3.0, cosine=4.0, log_px_per_mm=1.0),
            harder,
        )
    )
    seen = np.bincount(some.patch, minlength=50) > 0
    np.testing.assert_array_equal(plain[:25], hard[:25])
    assert (hard[25:][seen[25:]] < plain[25:][seen[25:]]).all()
