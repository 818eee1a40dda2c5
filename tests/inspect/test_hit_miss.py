"""Hit/miss curves: what is known of them, and what is refused."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy import optimize, special
from simulated import A50, A90, looks

from blemish.errors import DetectionError
from blemish.inspect.pod.detection import as_json, from_json
from blemish.inspect.pod.hit_miss import fit_hit_miss
from blemish.inspect.pod.links import LINKS, HitsAndMisses, predictor, probability

# Example "Good 1" of POD v4.5 (US Air Force Research Laboratory, github.com/AFRL-Material-State-Awareness/POD4.5,
# folder HitMiss): 60 simulated cracks and what that program (R's glm) made of them.
MISSED = """0.026429706 0.033503454 0.053120163 0.070630726 0.079225089 0.094606814 0.095282408 0.102307749 0.107649372
0.120030103 0.120304186 0.130035327 0.14030999 0.153704356 0.153917693 0.166910359 0.181461883 0.187918014 0.191985489
0.206296735 0.22254802 0.223172984 0.226625926 0.234836897 0.240048821 0.245869667 0.247247879 0.259783658 0.28762478
0.296634941"""
FOUND = """0.22125183 0.24864422 0.254521076 0.260924841 0.270902464 0.283500563 0.284831232 0.291295773 0.308812298
0.319062008 0.322503578 0.345716849 0.356358449 0.366939348 0.392040921 0.401791147 0.413413202 0.417064974 0.425014553
0.427228229 0.434310898 0.452074355 0.474195496 0.5148145 0.538676457 0.541220773 0.54866743 0.553663894 0.604257669
0.718182309"""


def published() -> tuple[np.ndarray, np.ndarray]:
    """The published records."""
    missed, found = (np.array([float(word) for word in text.split()]) for text in (MISSED, FOUND))
    return np.concatenate([missed, found]), np.repeat([False, True], [len(missed), len(found)])


def test_a_published_example_comes_out_as_published() -> None:
    """Intercept, slope, criterion and a90 to all digits, a90/95 by Wald to what 1.645 rounds off."""
    curve = fit_hit_miss(*published(), links=["logit"], scales=["linear"])
    assert curve.coefficients == pytest.approx((-11.83265105, 45.30678376), rel=1e-7)
    assert curve.candidates["logit, linear"] == pytest.approx(28.45673968, rel=1e-8)
    assert curve.a90 == pytest.approx(0.309663906, rel=1e-7)
    assert curve.a90_95_wald == pytest.approx(0.381546911, rel=2e-4)


def test_the_bound_of_a90_is_that_of_a_plain_search() -> None:
    """Where twice the log-likelihood, with the best slope for each place of a90, has dropped by 1.645 squared."""
    size, found = published()
    curve = fit_hit_miss(size, found, links=["logit"], scales=["linear"])
    sign, wanted = np.where(found, 1, -1), np.log(9)

    def best(a90: float) -> float:
        def along(slope: float) -> float:
            return -float(special.log_expit(sign * (wanted + slope * (size - a90))).sum())

        return -optimize.minimize_scalar(along, bounds=(0, 200), method="bounded", options={"xatol": 1e-10}).fun

    assert curve.a90_95 is not None
    assert 2 * (best(curve.a90) - best(curve.a90_95)) == pytest.approx(special.ndtri(0.95) ** 2, rel=1e-5)


@pytest.mark.parametrize("seed", range(4))
def test_bounds_hold_the_curve_between_them(seed: int) -> None:
    """a90/95 is never below a90, and low, curve and high lie in this order everywhere, also beyond the sizes."""
    rng = np.random.default_rng(seed)
    size, found, which = looks(rng, 70, views=3, shared=1.0)
    curve = fit_hit_miss(size, found, groups=which, targets=which, judge=False)
    places = np.geomspace(size.min() / 5, size.max() * 5, 300)
    low, high = curve.bounds(places)
    middle = curve.probability(places)
    assert (low <= middle + 1e-12).all()
    assert (high >= middle - 1e-12).all()
    assert (np.diff(middle) >= 0).all()
    for value in (curve.a90_95, curve.a90_95_wald):
        assert value is None or (curve.a90 is not None and value >= curve.a90 >= curve.a50)
    if curve.a90_95 is not None:
        assert curve.bounds(curve.a90_95)[0] == pytest.approx(0.9, abs=2e-3)
        assert curve.design_effect >= 1


def test_bounds_hold_what_they_promise() -> None:
    """In 60 trials with 100 defects the bound of a90 holds about 95 times in 100 (benchmarks: 1000 trials)."""
    rng, held = np.random.default_rng(5), []
    for _ in range(60):
        size, found, _ = looks(rng, 100)
        curve = fit_hit_miss(size, found, links=["probit"], scales=["log"], judge=False)
        held.append((curve.a90_95 or np.inf) >= A90)
    assert 0.88 <= np.mean(held) < 1


def test_looks_that_fail_together_widen_the_bounds() -> None:
    """Five views of each defect: as independent records the bound is too near; as groups it holds more often."""
    rng, alone, together = np.random.default_rng(6), [], []
    for _ in range(24):
        size, found, which = looks(rng, 100, views=5, shared=1.5)
        one = fit_hit_miss(size, found, targets=which, links=["probit"], scales=["log"], judge=False)
        other = fit_hit_miss(size, found, groups=which, targets=which, links=["probit"], scales=["log"], judge=False)
        assert (other.a90_95 or np.inf) >= (one.a90_95 or np.inf)
        assert other.coefficients == one.coefficients
        alone.append((one.a90_95 or np.inf) >= A90)
        together.append((other.a90_95 or np.inf) >= A90)
    assert np.mean(together) > np.mean(alone)
    assert np.mean(together) >= 0.85


def test_the_same_record_ten_times_over_is_no_more_than_once() -> None:
    """Copies in one group bound a90 about as far off as the records themselves; as records of their own far nearer."""
    size, found, which = looks(np.random.default_rng(2), 90)
    how = {"links": ["logit"], "scales": ["log"], "judge": False}
    once = fit_hit_miss(size, found, **how)
    copies = [np.repeat(part, 10) for part in (size, found, which)]
    grouped = fit_hit_miss(*copies[:2], groups=copies[2], targets=copies[2], **how)
    loose = fit_hit_miss(*copies[:2], targets=copies[2], **how)
    assert grouped.coefficients == pytest.approx(once.coefficients, rel=1e-6)
    room, copied, wrong = (one.a90_95_wald / one.a90 - 1 for one in (once, grouped, loose))
    assert copied == pytest.approx(room, rel=0.5)
    assert wrong < 0.5 * room
    assert grouped.num_targets == 90


def test_more_records_find_the_curve_that_made_them() -> None:
    """With 5000 defects a50 and a90 are the true ones, and the right link and scale of size are chosen."""
    size, found, _ = looks(np.random.default_rng(0), 5000)
    curve = fit_hit_miss(size, found)
    assert (curve.link, curve.scale) == ("probit", "log")
    assert curve.a50 == pytest.approx(A50, rel=0.05)
    assert curve.a90 == pytest.approx(A90, rel=0.05)
    assert curve.a90_95 == pytest.approx(curve.a90_95_wald, rel=0.01)


def test_a_unit_of_size_changes_nothing() -> None:
    """In micrometres all sizes are a thousand times as large, and the probabilities the same."""
    size, found, _ = looks(np.random.default_rng(1), 200)
    fine, coarse = fit_hit_miss(size, found), fit_hit_miss(1000 * size, found)
    assert coarse.a90_95 == pytest.approx(1000 * fine.a90_95, rel=1e-6)
    assert coarse.bounds(500.0)[0] == pytest.approx(fine.bounds(0.5)[0], abs=1e-9)


def test_a_curve_survives_json() -> None:
    """Written and read back it is the same value."""
    size, found, which = looks(np.random.default_rng(1), 100, views=2)
    curve = fit_hit_miss(size, found, groups=which, targets=which)
    assert from_json(json.loads(json.dumps(as_json(curve), allow_nan=False))) == curve


@pytest.mark.parametrize(
    ("size", "found", "said"),
    [
        (np.linspace(1, 2, 30), np.arange(30) % 2 == 0, "30 different defects, at least 60"),
        (np.linspace(1, 2, 80), np.ones(80, bool), "0 misses.*add smaller defects"),
        (np.linspace(1, 2, 80), np.zeros(80, bool), "0 hits.*add larger defects"),
        (np.linspace(1, 2, 80), np.arange(80) >= 40, "no overlap"),
        (np.linspace(1, 2, 80), np.arange(80) < 40, "not found more often"),
        (np.ones(80), np.arange(80) % 2 == 0, "1 different sizes"),
    ],
)
def test_records_that_bear_no_curve_are_refused(size: np.ndarray, found: np.ndarray, said: str) -> None:
    """Too few, one-sided, without overlap, or the wrong way round: the message says so and what makes more."""
    with pytest.raises(DetectionError, match=f"{said}.*blemish make"):
        fit_hit_miss(size, found, measure="width_mm")


def test_views_of_few_defects_are_not_many_records() -> None:
    """A thousand looks at twenty defects are twenty defects."""
    size, found, which = looks(np.random.default_rng(0), 20, views=50)
    with pytest.raises(DetectionError, match="20 different defects"):
        fit_hit_miss(size, found, groups=which, targets=which)


def test_a_model_that_misses_one_in_four_at_any_size_gets_no_curve() -> None:
    """Shares that level off at 75 % are no such curve; a curve through them would promise a90 somewhere."""
    rng = np.random.default_rng(4)
    size = np.exp(rng.uniform(-2, 3, 1500))
    found = rng.random(1500) < 0.75 * special.ndtr(3 * np.log(size))
    with pytest.raises(DetectionError, match="do not support this curve"):
        fit_hit_miss(size, found)
    assert not fit_hit_miss(size, found, judge=False).goodness.supports


def test_sizes_beyond_those_shown_are_not_given() -> None:
    """A curve that passes 90 % only beyond the largest defect has no a90, and says where it would be."""
    size, found, _ = looks(np.random.default_rng(0), 400)
    small = size < A50 * 1.2
    curve = fit_hit_miss(size[small], found[small])
    assert curve.a90 is None
    assert "beyond the largest size shown" in curve.reasons["a90"]
    assert "a90 not reached" in curve.sentence()


@pytest.mark.parametrize("link", LINKS)
def test_derivatives_of_links_are_those_of_their_value(link: str) -> None:
    """Slope and curvature agree with differences, and the predictor undoes the probability."""
    x, found = np.linspace(-3, 4, 40), np.arange(40) % 3 > 0
    likelihood = HitsAndMisses(link, np.stack([np.ones(40), x], axis=1), found)
    point, step = np.array([0.3, 0.7]), 1e-5
    _, slope, curve = (part[0] for part in likelihood.at(point[None]))
    for axis in range(2):
        shift = step * np.eye(2)[axis]
        up, down = likelihood.at((point + shift)[None]), likelihood.at((point - shift)[None])
        assert (up[0][0] - down[0][0]) / (2 * step) == pytest.approx(slope[axis], rel=1e-6)
        assert (up[1][0] - down[1][0]) / (2 * step) == pytest.approx(curve[axis], rel=1e-5)
    assert likelihood.of_each(point).sum(axis=0) == pytest.approx(slope)
    assert likelihood.curved(point).sum(axis=0) == pytest.approx(-curve)
    assert probability(link, np.array([predictor(link, 0.9)])) == pytest.approx(0.9)
