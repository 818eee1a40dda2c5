"""A probability-of-detection curve as a value: what was fitted, to what, with which bounds, and whether it holds.

::

    POD(a) = L(b0 + b1 f(a)),   f(a) = a or ln a,   L the link (links.py)
    a50, a90                    the sizes at which POD is 50 % and 90 %
    a90/95                      the size at which the lower bound of POD, one-sided with 95 % confidence, is 90 %

``low`` and ``high`` are one-sided bounds each: with 95 % confidence the curve is above ``low``, and with 95 %
confidence below ``high``. A size is only given within the sizes that were shown: beyond, the curve is a guess.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from scipy import stats

from blemish.errors import WorkError
from blemish.inspect.pod.goodness import Goodness
from blemish.inspect.pod.links import Link, predictor, probability
from blemish.settings import plain

Scale = Literal["log", "linear"]
SCALES: tuple[Scale, ...] = ("log", "linear")


@dataclass(frozen=True)
class Band:
    """Bounds on the linear predictor at some sizes, by likelihood ratio."""

    x: tuple[float, ...]
    """Sizes as the model takes them: f(a), rising."""
    low: tuple[float, ...]
    high: tuple[float, ...]


@dataclass(frozen=True)
class Response:
    """The line through signals, and what stands at its ends.

    signal = intercept + slope f(a) + scatter e, with e normal; f and the signal's axis as stated.
    """

    intercept: float
    slope: float
    scatter: float
    axis: Scale
    """How the signal was taken: as it is, or its logarithm."""
    threshold: float
    """The signal from which on a defect counts as found, as it came."""
    num_left: int
    """Signals known only to lie at or below a limit."""
    num_right: int


@dataclass(frozen=True)
class Detection:
    """How surely a defect is found, by its size."""

    model: Literal["hit/miss", "signal response"]
    measure: str
    link: Link
    scale: Scale
    coefficients: tuple[float, float]
    """b0 and b1."""
    covariance: tuple[tuple[float, float], tuple[float, float]]
    """Of both, for grouped records."""
    degrees: float | None
    """Degrees of freedom of Student's t behind the bounds; None: normal."""
    confidence: float
    """Of each one-sided bound."""
    num_records: int
    num_found: int
    num_targets: int
    """Different defects among the records."""
    grouped_by: str
    """What was taken to be independent: ``record``, ``defect`` or ``specimen``."""
    design_effect: float
    """By what dependence within groups multiplied the variance at a90; 1 for independent records."""
    smallest: float
    largest: float
    """The sizes among the records."""
    a50: float | None
    a90: float | None
    a90_95: float | None
    """By likelihood ratio."""
    a90_95_wald: float | None
    """By standard error, for comparison."""
    reasons: dict[str, str]
    """Why a size above is not given."""
    band: Band
    goodness: Goodness
    candidates: dict[str, float] = field(default_factory=dict)
    """Akaike's criterion of each link and scale that was tried; the smallest was taken."""
    response: Response | None = None

    def probability(self, size: np.ndarray | float) -> np.ndarray:
        """Give the probability of detection at some sizes; sizes are positive where the curve takes logarithms."""
        return probability(self.link, self.coefficients[0] + self.coefficients[1] * self.transform(size))

    def bounds(self, size: np.ndarray | float) -> tuple[np.ndarray, np.ndarray]:
        """Give the one-sided lower and upper bound at some sizes, by likelihood ratio."""
        x = self.transform(size)
        low, high = (_along(x, self.band.x, side) for side in (self.band.low, self.band.high))
        best = self.coefficients[0] + self.coefficients[1] * x
        return probability(self.link, np.minimum(low, best)), probability(self.link, np.maximum(high, best))

    def wald(self, size: np.ndarray | float, confidence: float | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Give the one-sided bounds at some sizes by standard error, with any confidence."""
        level = self.confidence if confidence is None else confidence
        quantile = stats.norm.ppf(level) if self.degrees is None else stats.t.ppf(level, self.degrees)
        x = self.transform(size)
        best = self.coefficients[0] + self.coefficients[1] * x
        (a, b), (_, d) = self.covariance
        spread = quantile * np.sqrt(np.maximum(a + 2 * b * x + d * x * x, 0))
        return probability(self.link, best - spread), probability(self.link, best + spread)

    def size_at(self, share: float) -> float:
        """Give the size at which the curve reaches a probability, wherever that is."""
        x = (predictor(self.link, share) - self.coefficients[0]) / self.coefficients[1]
        return float(np.exp(x)) if self.scale == "log" else x

    def transform(self, size: np.ndarray | float) -> np.ndarray:
        """Give f(a)."""
        values = np.asarray(size, float)
        if self.scale == "linear":
            return values
        with np.errstate(divide="ignore"):
            return np.asarray(np.log(np.maximum(values, 0)))

    def sentence(self) -> str:
        """Say in words what the curve says."""
        told = []
        for name, label in (("a50", "a50"), ("a90", "a90"), ("a90_95", "a90/95")):
            value = getattr(self, name)
            told.append(f"{label} = {value:.3g}" if value is not None else f"{label} not reached")
        return (
            f"{self.model} by {self.measure} ({self.link}, {self.scale} size): {', '.join(told)}; "
            f"{self.num_found} of {self.num_records} records found, {self.num_targets} defects"
        )


def _along(x: np.ndarray, at: tuple[float, ...], values: tuple[float, ...]) -> np.ndarray:
    """Interpolate a smooth bound, and go on straight beyond its ends."""
    from scipy.interpolate import PchipInterpolator

    places, bound = np.array(at), np.array(values)
    inside = PchipInterpolator(places, bound)(np.clip(x, places[0], places[-1]))
    first = (bound[1] - bound[0]) / (places[1] - places[0])
    last = (bound[-1] - bound[-2]) / (places[-1] - places[-2])
    with np.errstate(invalid="ignore"):
        beyond = np.where(x < places[0], first * (x - places[0]), np.where(x > places[-1], last * (x - places[-1]), 0))
    return np.asarray(inside + beyond)


def as_json(curve: Detection) -> dict[str, Any]:
    """Give a curve as plain numbers."""
    return dict(plain(curve))


def from_json(values: Mapping[str, Any], where: str = "detection") -> Detection:
    """Read a curve back; :class:`WorkError` when it is none of this version."""
    from pydantic import TypeAdapter, ValidationError

    try:
        return TypeAdapter(Detection).validate_json(json.dumps(values))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(key) for key in first["loc"])
        raise WorkError(
            f"{where}: no detection curve of this version ({place}: {first['msg']}); inspect again"
        ) from None
