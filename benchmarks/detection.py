"""Curves of detection: how long a fit takes, and how often the bounds hold what they promise.

    python benchmarks/detection.py                 the time of a fit on 10 000 records, beside a plain optimiser
    python benchmarks/detection.py coverage 1000   the share of trials in which a bound lies on the right side
    python benchmarks/detection.py coverage 1000 defects-in-views

The plain optimiser does less: the same four fits by BFGS with numerical slopes, and one a90/95 by root search with the
other coefficient searched anew at each step; no band, no goodness of fit. A one-sided 95 % bound should hold in 95 % of
the trials; with 1000 of them, chance moves that by 0.7 points.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import numpy as np
from figures import tell
from scipy import optimize, special

from blemish.inspect.pod.detection import Detection
from blemish.inspect.pod.hit_miss import fit_hit_miss
from blemish.inspect.pod.signal_response import fit_signal_response

RISE, MIDDLE = 1.5, 0.3
A90 = float(np.exp((special.ndtri(0.9) - MIDDLE) / RISE))
A50 = float(np.exp(-MIDDLE / RISE))


def plain(size: np.ndarray, found: np.ndarray) -> float:
    """Fit four curves and bound a90 of the best, as one would write it in an afternoon."""

    def loss(b: np.ndarray, x: np.ndarray, link: str) -> float:
        eta = np.where(found, 1, -1) * (b[0] + b[1] * x)
        return -float((special.log_expit(eta) if link == "logit" else special.log_ndtr(eta)).sum())

    fits = []
    for link, quantile in (("logit", np.log(9)), ("probit", special.ndtri(0.9))):
        for x in (np.log(size), size):
            done = optimize.minimize(loss, [0.0, 1.0], args=(x, link), method="BFGS")
            fits.append((done.fun, link, quantile, x, done.x))
    best, link, quantile, x, b = min(fits, key=lambda one: one[0])

    def dropped(place: float) -> float:
        def along(slope: float) -> float:
            return loss(np.array([quantile - slope * place, slope]), x, link)

        return 2 * (optimize.minimize_scalar(along, bounds=(0, 4 * b[1]), method="bounded").fun - best) - 1.645**2

    a90 = (quantile - b[0]) / b[1]
    return float(optimize.brentq(dropped, a90 + 1e-9, a90 + 2, xtol=1e-6))


def fit_time(count: int = 10_000) -> None:
    """Time both on the same records."""
    rng = np.random.default_rng(0)
    size = np.exp(rng.normal(0, 0.6, count))
    found = rng.random(count) < special.expit(0.5 + 3 * np.log(size))
    ours, theirs = [], []
    for _ in range(5):
        begun = time.process_time()
        curve = fit_hit_miss(size, found)
        ours.append(time.process_time() - begun)
        begun = time.process_time()
        other = np.exp(plain(size, found))
        theirs.append(time.process_time() - begun)
    begun = time.process_time()
    fit_hit_miss(size, found, groups=np.arange(count) // 5)
    grouped = time.process_time() - begun
    print(
        f"{count} records: {np.median(ours):.2f} s of one core with four fits, bounds and goodness of fit "
        f"({grouped:.2f} s for groups of five); plain optimiser without a band {np.median(theirs):.2f} s, "
        f"{np.median(theirs) / np.median(ours):.1f} times as long; a90/95 {curve.a90_95:.4f} and {other:.4f}"
    )
    tell("a curve on 10 000 records", float(np.median(ours)), "processor s", goal="at most 1")
    tell("the same in groups of five", grouped, "processor s")
    tell("a plain optimiser", float(np.median(theirs)), "processor s", ratio=float(np.median(theirs) / np.median(ours)))
    tell("a90/95", float(curve.a90_95 or np.nan), "")
    tell("a90/95, plain optimiser", float(other), "")


def once(rng: np.random.Generator) -> Detection:
    """100 defects, each seen once."""
    return _hit_miss(rng, 100, 1, 0.0, grouped=False)


def few(rng: np.random.Generator) -> Detection:
    """60 defects, each seen once: as few as are allowed."""
    return _hit_miss(rng, 60, 1, 0.0, grouped=False)


def in_views(rng: np.random.Generator) -> Detection:
    """100 defects in 5 views each, whose looks fail together."""
    return _hit_miss(rng, 100, 5, 1.5, grouped=True)


def in_views_ungrouped(rng: np.random.Generator) -> Detection:
    """The same, taken as if the 500 looks were independent."""
    return _hit_miss(rng, 100, 5, 1.5, grouped=False)


def signals(rng: np.random.Generator) -> Detection:
    """100 signals, those of one in four censored."""
    size = np.exp(rng.uniform(-1.5, 1.5, 100))
    signal = MIDDLE + RISE * np.log(size) + rng.normal(size=100)
    return fit_signal_response(size, signal, 0.0, limits=(-2.0, 2.0), scales=["log"], judge=False)


def _hit_miss(rng: np.random.Generator, defects: int, views: int, shared: float, *, grouped: bool) -> Detection:
    which = np.repeat(np.arange(defects), views)
    size = np.exp(rng.uniform(-1.5, 1.5, defects))[which]
    eta = np.hypot(1, shared) * (MIDDLE + RISE * np.log(size))
    found = eta + shared * rng.normal(size=defects)[which] + rng.normal(size=len(which)) > 0
    groups = which if grouped else None
    return fit_hit_miss(size, found, groups=groups, targets=which, links=["probit"], scales=["log"], judge=False)


TRIALS: dict[str, Callable[[np.random.Generator], Detection]] = {
    "once": once,
    "few": few,
    "defects-in-views": in_views,
    "defects-in-views-ungrouped": in_views_ungrouped,
    "signals": signals,
}


def coverage(trials: int, names: list[str]) -> None:
    """Count how often bounds hold."""
    for name in names:
        rng = np.random.default_rng(7)
        held = []
        for _ in range(trials):
            curve = TRIALS[name](rng)
            (low50, low90), (high50, high90) = curve.bounds(np.array([A50, A90]))
            safe, wald = curve.a90_95 or np.inf, curve.a90_95_wald or np.inf
            held.append([safe >= A90, wald >= A90, low50 <= 0.5, high50 >= 0.5, low90 <= 0.9, high90 >= 0.9])
        told = np.mean(held, axis=0)
        print(
            f"{name} ({TRIALS[name].__doc__}) {trials} trials: a90/95 by likelihood ratio {told[0]:.1%}, by Wald "
            f"{told[1]:.1%}; bounds of POD at a50 {told[2]:.1%} and {told[3]:.1%}, "
            f"at a90 {told[4]:.1%} and {told[5]:.1%}",
            flush=True,
        )
        sides = (
            "a90/95 by likelihood ratio",
            "a90/95 by Wald",
            "lower at a50",
            "upper at a50",
            "lower at a90",
            "upper at a90",
        )
        for side, share in zip(sides, told, strict=True):
            tell(f"{name}, {trials} trials: {side}", 100 * float(share), "% of bounds hold")


if __name__ == "__main__":
    if sys.argv[1:2] == ["coverage"]:
        coverage(int(sys.argv[2]) if len(sys.argv) > 2 else 1000, sys.argv[3:] or list(TRIALS))
    else:
        fit_time()
