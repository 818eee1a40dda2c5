"""Effective coverage: what the plan with this model finds, wherever it may be."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blemish.inspect.surface.effective import Looks, combined, coverage_table, probabilities, smallest_found
from blemish.sensitivity import Sensitivity

SENSITIVITY = Sensitivity(kind="dent", intercept=-6.0, log_size=3.0, cosine=4.0, log_px_per_mm=1.0, independence=0.7)
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


@given(st.lists(st.floats(0.0, 0.999), min_size=1, max_size=6), st.floats(0.0, 1.0))
def test_looks_together_find_more_than_the_best_and_less_than_independent_ones(p: list[float], share: float) -> None:
    """One look gives its own p; many give what lies between the best of them and the product, and both ends are met."""

    def found(independence: float, some: list[float]) -> float:
        sensitivity = replace(SENSITIVITY, independence=independence)
        return float(combined(np.zeros(len(some), int), np.array(some), 2, sensitivity)[0])

    assert found(share, p[:1]) == pytest.approx(p[0], abs=1e-9)
    assert found(0.0, p) == pytest.approx(max(p), abs=1e-9)
    assert found(1.0, p) == pytest.approx(1 - np.prod(1 - np.array(p)), abs=1e-9)
    assert max(p) - 1e-9 <= found(share, p) <= found(1.0, p) + 1e-9
    assert found(share, p[:-1] or p) <= found(share, p) + 1e-9


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
