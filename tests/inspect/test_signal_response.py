"""Signal-response curves: censored signals, agreement with hit/miss, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special
from simulated import A50, A90, MIDDLE, RISE

from blemish.errors import DetectionError
from blemish.inspect.pod.hit_miss import fit_hit_miss
from blemish.inspect.pod.scatter import scatter_tests
from blemish.inspect.pod.signal_response import Signals, fit_signal_response


def drawn(seed: int, number: int) -> tuple[np.ndarray, np.ndarray]:
    """Sizes, and signals 0.3 + 1.5 ln(a) with a scatter of 1: POD is Phi of the line at a threshold of 0."""
    rng = np.random.default_rng(seed)
    size = np.exp(rng.uniform(-1.5, 1.5, number))
    return size, MIDDLE + RISE * np.log(size) + rng.normal(size=number)


def test_without_censored_signals_it_is_the_least_squares_line() -> None:
    """Intercept and slope are those of a straight fit, the scatter the root mean square of its residuals."""
    size, signal = drawn(0, 120)
    curve = fit_signal_response(size, signal, 0.0, scales=["log"])
    slope, intercept = np.polyfit(np.log(size), signal, 1)
    rest = signal - intercept - slope * np.log(size)
    assert curve.response is not None
    told = (curve.response.intercept, curve.response.slope, curve.response.scatter)
    assert told == pytest.approx((intercept, slope, rest.std()), rel=1e-6)
    assert curve.a50 == pytest.approx(np.exp(-intercept / slope), rel=1e-6)
    assert curve.probability(2.0) == pytest.approx(special.ndtr((intercept + slope * np.log(2)) / rest.std()))


def test_censored_signals_do_not_flatten_the_line() -> None:
    """With four in ten signals cut off the line is nearly that of all, where taking them at the limit is not."""
    size, signal = drawn(1, 2000)
    whole = fit_signal_response(size, signal, 0.0, scales=["log"], judge=False)
    censored = fit_signal_response(size, signal, 0.0, limits=(-1.0, 1.5), scales=["log"], judge=False)
    cut = fit_signal_response(size, np.clip(signal, -1, 1.5), 0.0, scales=["log"], judge=False)
    slopes = [one.response.slope for one in (whole, censored, cut) if one.response is not None]
    assert censored.response is not None
    assert min(censored.response.num_left, censored.response.num_right) > 200
    assert slopes[1] == pytest.approx(slopes[0], rel=0.07)
    assert slopes[2] < 0.85 * slopes[0]
    assert (censored.a50, censored.a90) == pytest.approx((A50, A90), rel=0.07)


def test_signals_tell_more_than_hits_and_misses() -> None:
    """Both find the same curve; the bound from signals is nearer, and neither lies below a90."""
    size, signal = drawn(2, 300)
    by_signal = fit_signal_response(size, signal, 0.0, scales=["log"])
    by_hits = fit_hit_miss(size, signal >= 0, links=["probit"], scales=["log"])
    assert by_signal.a90_95 is not None
    assert by_hits.a90_95 is not None
    assert by_signal.a90_95 / by_signal.a90 < by_hits.a90_95 / by_hits.a90
    assert by_signal.a90_95 >= by_signal.a90
    assert by_signal.a90_95 == pytest.approx(by_signal.a90_95_wald, rel=0.02)
    assert by_signal.num_found == by_hits.num_found


def test_a_higher_threshold_finds_only_larger_defects() -> None:
    """a90 grows with the threshold, and a threshold moved with all signals changes nothing."""
    size, signal = drawn(3, 200)
    rising = [
        fit_signal_response(size, signal, level, scales=["log"], judge=False).size_at(0.9) for level in (-1.0, 0.0, 1.0)
    ]
    assert rising == sorted(rising)
    moved = fit_signal_response(size, signal + 5, 5.0, scales=["log"], judge=False).size_at(0.9)
    assert moved == pytest.approx(rising[1], rel=1e-6)


def test_a_bend_an_uneven_scatter_and_outliers_are_seen() -> None:
    """Each test answers to what it looks for, also with censored signals, and not to a straight line."""
    rng = np.random.default_rng(4)
    size = np.exp(rng.uniform(-1.5, 1.5, 600))
    x, noise = np.log(size), rng.normal(size=600)
    line = MIDDLE + RISE * x
    faults = {
        "straight line": line + 0.8 * x**2 + noise,
        "even scatter": line + np.exp(0.6 * x) * noise,
        "normal scatter": line + np.sign(noise) * noise**2,
    }
    for name, signal in faults.items():
        curve = fit_signal_response(size, signal, 0.0, limits=(-2.5, 3.5), scales=["log"], judge=False)
        assert curve.goodness.tests[name] < 0.001, name
    sound = fit_signal_response(size, line + noise, 0.0, limits=(-2.5, 3.5), scales=["log"])
    assert min(sound.goodness.tests.values()) > 0.01


def test_the_tests_of_scatter_reject_as_often_as_they_say() -> None:
    """Of normal residuals cut off on both sides about one in twenty is rejected at 5 %."""
    rng = np.random.default_rng(0)
    rejected = []
    for _ in range(80):
        size, signal = drawn(int(rng.integers(2**31)), 100)
        curve = fit_signal_response(size, signal, 0.0, limits=(-1.5, 1.8), scales=["log"], judge=False)
        rejected.append([curve.goodness.tests[name] < 0.05 for name in ("even scatter", "normal scatter")])
    assert (np.mean(rejected, axis=0) < 0.12).all()


def test_tests_of_scatter_hold_without_limits() -> None:
    """Then that of normality is Jarque and Bera's: from skewness and kurtosis alone."""
    e = np.random.default_rng(0).standard_t(8, 400)
    x = np.linspace(-1, 1, 400)
    x, e = (x - x.mean()) / x.std(), e - np.polyval(np.polyfit(x, e, 1), x)
    e = e / e.std()
    limits = np.array([[-np.inf] * 400, [np.inf] * 400])
    _, normal = scatter_tests(x, e, np.zeros(400, int), limits, np.arange(400))
    statistic = 400 * ((e**3).mean() ** 2 / 6 + ((e**4).mean() - 3) ** 2 / 24)
    assert normal == pytest.approx(np.exp(-statistic / 2), rel=0.02)


def test_derivatives_of_signals_are_those_of_their_likelihood() -> None:
    """Slope and curvature agree with differences, for signals known and censored on both sides."""
    size, signal = drawn(5, 60)
    limited = np.clip(signal, -1, 1)
    beyond = np.where(limited <= -1, -1, np.where(limited >= 1, 1, 0))
    likelihood = Signals(np.stack([np.ones(60), np.log(size), -limited], axis=1), beyond)
    point, step = np.array([0.2, 1.2, 0.9]), 1e-5
    _, slope, curve = (part[0] for part in likelihood.at(point[None]))
    for axis in range(3):
        shift = step * np.eye(3)[axis]
        up, down = likelihood.at((point + shift)[None]), likelihood.at((point - shift)[None])
        assert (up[0][0] - down[0][0]) / (2 * step) == pytest.approx(slope[axis], rel=1e-5)
        assert (up[1][0] - down[1][0]) / (2 * step) == pytest.approx(curve[axis], rel=1e-4)
    assert likelihood.of_each(point).sum(axis=0) == pytest.approx(slope)
    assert likelihood.curved(point).sum(axis=0) == pytest.approx(-curve)


@pytest.mark.parametrize(
    ("number", "turn", "limits", "said"),
    [
        (30, 1, (-9.0, 9.0), "30 different defects, at least 40"),
        (60, -1, (-9.0, 9.0), "do not have stronger signals"),
        (60, 1, (0.29, 0.3), "lie between the limits, at least 10"),
    ],
)
def test_signals_that_bear_no_curve_are_refused(number: int, turn: int, limits: tuple[float, float], said: str) -> None:
    """Too few, the wrong way round, or all censored: the message says so and what makes more."""
    size, signal = drawn(0, number)
    with pytest.raises(DetectionError, match=f"{said}.*blemish make"):
        fit_signal_response(size**turn, signal, 0.0, limits=limits, measure="depth_mm")
