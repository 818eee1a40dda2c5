"""Signal response (a-hat against a): the probability of detection from how strong each defect's signal is.

::

    signal = b0 + b1 f(a) + scatter e,   e normal;     POD(a) = Phi((b0 + b1 f(a) - threshold) / scatter)

(Berens, Metals Handbook 17, 1989; MIL-HDBK-1823A, 2009.) Signals below what can be told from nothing and signals that
saturate are *censored*: known only to lie beyond a limit. Leaving them out, or taking them at the limit, flattens the
line; here they enter the likelihood with the probability of lying there. In Olsen's coefficients (Econometrica 46,
1978), b / scatter and 1 / scatter, that likelihood has one peak, and POD is Phi of a linear function of them, so its
bounds are found as those of hit/miss are.

**What has to hold**, each tested on the likelihood itself so that censored signals count (score tests with the records'
groups, Bera, Jarque and Lee 1984): the line is straight (no bend at the quartiles of size), the scatter is the same
everywhere (it does not grow with size), the scatter is normal (skewness and kurtosis). A curve is refused when one of
them fails below 1 % *and* hits and misses differ from the curve by 5 percentage points somewhere (``goodness.py``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

import numpy as np
from scipy import special

from blemish.errors import DetectionError
from blemish.inspect.pod.curve import MORE, Line, Records, drawn, records
from blemish.inspect.pod.detection import SCALES, Detection, Response, Scale
from blemish.inspect.pod.goodness import Goodness, gap_of, hinges, score_test, shares_of
from blemish.inspect.pod.likelihood import NoPeakError, Peak, climb
from blemish.inspect.pod.links import Parts, probit_parts
from blemish.inspect.pod.scatter import scatter_tests
from blemish.inspect.sightings import Sightings
from blemish.inspect.surface.backproject import SURE

FEWEST_TARGETS = 40
"""Defects that MIL-HDBK-1823A asks for where signals are known."""
FEWEST_SEEN = 10
"""Signals that are not censored."""
_NORMAL = 0.5 * np.log(2 * np.pi)


@dataclass(frozen=True, eq=False)
class Signals:
    """The likelihood of signals with rows (1, x, -signal); coefficients (b0, b1, 1) / scatter."""

    rows: np.ndarray
    beyond: np.ndarray
    """-1: the signal lies at or below what stands in its row; 1: at or above; 0: it is what stands there."""

    def parts(self, points: np.ndarray) -> Parts:
        """Give each record's value and derivatives by eta = (line - signal) / scatter, (k, n) each."""
        eta = points @ self.rows.T
        value, first, second = probit_parts(eta, np.where(self.beyond < 0, -1.0, 1.0))
        seen = self.beyond == 0
        return (
            np.where(seen, -(eta**2) / 2 - _NORMAL, value),
            np.where(seen, -eta, first),
            np.where(seen, -1.0, second),
        )

    def at(self, points: np.ndarray) -> Parts:
        """Give value, slope and curvature of the whole; -inf where the scatter is not positive."""
        value, first, second = self.parts(points)
        seen, inverse = int((self.beyond == 0).sum()), points[:, 2]
        allowed = np.maximum(inverse, 1e-300)
        pairs = (self.rows[:, :, None] * self.rows[:, None, :]).reshape(len(self.rows), -1)
        slope, curve = first @ self.rows, (second @ pairs).reshape(-1, 3, 3)
        slope[:, 2] += seen / allowed
        curve[:, 2, 2] -= seen / allowed**2
        return np.where(inverse > 0, value.sum(axis=1) + seen * np.log(allowed), -np.inf), slope, curve

    def of_each(self, point: np.ndarray) -> np.ndarray:
        """Give the slope of each record's part, (n, 3)."""
        slopes = self.parts(point[None])[1][0][:, None] * self.rows
        slopes[:, 2] += (self.beyond == 0) / point[2]
        return np.asarray(slopes)

    def curved(self, point: np.ndarray) -> np.ndarray:
        """Give minus the curvature of each record's part, (n, 3, 3)."""
        weight = -self.parts(point[None])[2][0]
        curves = weight[:, None, None] * self.rows[:, :, None] * self.rows[:, None, :]
        curves[:, 2, 2] += (self.beyond == 0) / point[2] ** 2
        return np.asarray(curves)


class _Fit(NamedTuple):
    scale: Scale
    axis: Scale
    x: tuple[float, float]
    """Mean and spread that x was brought to 0 and 1 by."""
    y: tuple[float, float]
    likelihood: Signals
    peak: Peak
    akaike: float


def fit_signal_response(
    size: np.ndarray,
    signal: np.ndarray,
    threshold: float,
    *,
    limits: tuple[float, float] = (-np.inf, np.inf),
    groups: np.ndarray | None = None,
    targets: np.ndarray | None = None,
    measure: str = "size",
    grouped_by: str = "group",
    scales: Sequence[Scale] = SCALES,
    axes: Sequence[Scale] = ("linear",),
    confidence: float = 0.95,
    fewest_targets: int = FEWEST_TARGETS,
    judge: bool = True,
) -> Detection:
    """Fit a curve to sizes (n,) and signals (n,); a defect is found from ``threshold`` on.

    Signals at or beyond ``limits`` are taken as censored there. ``axes`` are the ways to take the signal (the log-odds
    of a model are logarithms already). Of scales and axes the pair with the smallest Akaike criterion is taken. Raises
    :class:`DetectionError` as :func:`blemish.inspect.pod.hit_miss.fit_hit_miss` does.
    """
    signal = np.asarray(signal, float)
    taken = records(size, signal >= threshold, groups, targets, measure, grouped_by)
    signal = np.clip(signal[np.isfinite(np.asarray(size, float))], *limits)
    beyond = np.where(signal <= limits[0], -1, np.where(signal >= limits[1], 1, 0))
    _refuse(taken, signal, beyond, threshold, fewest_targets, scales, axes)
    fits = _fits(taken, signal, beyond, scales, axes)
    best = min(fits, key=lambda one: one.akaike)
    smallest, largest = float(taken.size.min()), float(taken.size.max())
    level = (float(np.log(threshold)) if best.axis == "log" else threshold) - best.y[0]

    def direction(places: np.ndarray) -> np.ndarray:
        x = (np.asarray(places) - best.x[0]) / best.x[1]
        return np.stack([np.ones(len(x)), x, np.full(len(x), -level / best.y[1])], axis=1)

    line = Line(best.peak, direction, "probit", best.scale, confidence, smallest, largest)
    place = np.log(taken.size) if best.scale == "log" else taken.size
    expected = special.ndtr(line.eta(place))
    tried = {f"{one.scale} size, {one.axis} signal": one.akaike for one in fits}
    response = _response(best, threshold, beyond)
    ends = np.log(np.maximum(limits, 1e-300)) if best.axis == "log" else np.asarray(limits, float)
    in_scatter = ((ends - best.y[0]) / best.y[1])[:, None] * best.peak.point[2] - line_at(best.peak.point, best)

    def judged(effect: float) -> Goodness:
        return _goodness(taken, best, in_scatter, expected, effect)

    return drawn("signal response", taken, line, judged, tried, response, judge=judge)


def line_at(point: np.ndarray, best: _Fit) -> np.ndarray:
    """Give the line of each record, in units of the scatter."""
    return np.asarray(best.likelihood.rows[:, :2] @ point[:2])


def _refuse(  # noqa: PLR0917
    taken: Records,
    signal: np.ndarray,
    beyond: np.ndarray,
    threshold: float,
    fewest_targets: int,
    scales: Sequence[Scale],
    axes: Sequence[Scale],
) -> None:
    wrong, seen = [], int((beyond == 0).sum())
    if taken.num_targets < fewest_targets:
        wrong.append(f"{taken.num_targets} different defects, at least {fewest_targets} are needed (MIL-HDBK-1823A)")
    if seen < FEWEST_SEEN:
        wrong.append(f"{seen} signals lie between the limits, at least {FEWEST_SEEN} are needed")
    if len(np.unique(taken.size)) < 3:
        wrong.append(f"{len(np.unique(taken.size))} different sizes, at least 3 are needed")
    if "linear" not in scales and len(signal) and taken.size.min() <= 0:
        wrong.append(f"a size of {taken.size.min():.3g}, which has no logarithm")
    if "linear" not in axes and len(signal) and min(signal.min(), threshold) <= 0:
        wrong.append(f"a signal of {min(signal.min(), threshold):.3g}, which has no logarithm")
    if wrong:
        raise DetectionError(f"{taken.measure}: no curve: {'; '.join(wrong)}; {MORE}")


def _fits(
    taken: Records, signal: np.ndarray, beyond: np.ndarray, scales: Sequence[Scale], axes: Sequence[Scale]
) -> list[_Fit]:
    groups = None if taken.groups is None else taken.group_codes
    fits = []
    for scale, axis in product(scales, axes):
        if (scale == "log" and taken.size.min() <= 0) or (axis == "log" and signal.min() <= 0):
            continue
        x = np.log(taken.size) if scale == "log" else taken.size
        y = np.log(signal) if axis == "log" else signal
        at_x, at_y = (float(x.mean()), float(x.std())), (float(y.mean()), float(y.std()) or 1.0)
        rows = np.stack([np.ones(len(x)), (x - at_x[0]) / at_x[1], -(y - at_y[0]) / at_y[1]], axis=1)
        likelihood = Signals(rows, beyond)
        slope = float(np.mean(rows[:, 1] * -rows[:, 2]))
        inverse = 1 / max(np.sqrt(max(1 - slope**2, 0.0)), 0.05)
        try:
            peak = climb(likelihood, np.array([0.0, slope * inverse, inverse]), groups)
        except NoPeakError:
            continue
        if peak.point[1] > 0:
            seen = beyond == 0
            unit = seen.sum() * np.log(at_y[1]) + (np.log(signal[seen]).sum() if axis == "log" else 0.0)
            fits.append(_Fit(scale, axis, at_x, at_y, likelihood, peak, float(6 - 2 * (peak.value - unit))))
    if not fits:
        raise DetectionError(
            f"{taken.measure}: no curve: larger defects do not have stronger signals; take another measure of size, "
            f"or {MORE}"
        )
    return fits


def _response(best: _Fit, threshold: float, beyond: np.ndarray) -> Response:
    first, second, inverse = best.peak.point
    slope = float(best.y[1] * second / (inverse * best.x[1]))
    return Response(
        intercept=float(best.y[0] + best.y[1] * first / inverse - slope * best.x[0]),
        slope=slope,
        scatter=float(best.y[1] / inverse),
        axis=best.axis,
        threshold=float(threshold),
        num_left=int((beyond < 0).sum()),
        num_right=int((beyond > 0).sum()),
    )


def _goodness(taken: Records, best: _Fit, limits: np.ndarray, expected: np.ndarray, effect: float) -> Goodness:
    """Test straightness, even scatter and normality; see the head of this file."""
    point, likelihood, groups = best.peak.point, best.likelihood, taken.group_codes
    _, first, second = (part[0] for part in likelihood.parts(point[None]))
    own, bends = likelihood.of_each(point), hinges(likelihood.rows[:, 1])
    cross = (likelihood.rows * -second[:, None]).T @ bends
    shares = shares_of(taken.size, taken.found, expected)
    bent = score_test(bends * first[:, None], own, -likelihood.at(point[None])[2][0], cross, groups)
    even, normal = scatter_tests(likelihood.rows[:, 1], -(likelihood.rows @ point), likelihood.beyond, limits, groups)
    tests = {"straight line": bent, "even scatter": even, "normal scatter": normal}
    return Goodness(tests, gap_of(shares, effect), shares)


def signal_response_of(sightings: Sightings, measure: str, *, judge: bool = True) -> Detection:
    """Fit the signals of sightings to one measure of size; scores of 0 and 1 are censored."""
    groups, grouped_by = sightings.groups()
    end = SURE - 1e-3
    return fit_signal_response(
        sightings.measure(measure),
        sightings.rows["signal"],
        sightings.signal_threshold,
        limits=(-end, end),
        groups=groups,
        targets=sightings.defects,
        measure=measure,
        grouped_by=grouped_by,
        judge=judge,
    )
