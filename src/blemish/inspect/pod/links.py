"""Links: how the probability of a hit follows from a linear predictor eta, and the likelihood of hits and misses.

::

    logit    P = 1 / (1 + exp(-eta))          the odds of a hit grow by the same factor with each step
    probit   P = Phi(eta)                     a signal with normal scatter passes a threshold
    loglog   P = exp(-exp(-eta))              rises fast and saturates slowly

All three have log-concave tails, so the likelihood has one peak or, where hits and misses do not overlap, none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from scipy import special

Link = Literal["logit", "probit", "loglog"]
LINKS: tuple[Link, ...] = get_args(Link)
Parts = tuple[np.ndarray, np.ndarray, np.ndarray]


def probability(link: Link, eta: np.ndarray | float) -> np.ndarray:
    """Give the probability of a hit."""
    if link == "logit":
        return np.asarray(special.expit(eta))
    if link == "probit":
        return np.asarray(special.ndtr(eta))
    return np.asarray(np.exp(-np.exp(-np.clip(eta, -30, None))))


def predictor(link: Link, share: float) -> float:
    """Give the linear predictor of a probability between 0 and 1."""
    if link == "logit":
        return float(special.logit(share))
    if link == "probit":
        return float(special.ndtri(share))
    return float(-np.log(-np.log(share)))


def _logit(eta: np.ndarray, sign: np.ndarray) -> Parts:
    other = special.expit(-sign * eta)
    return special.log_expit(sign * eta), sign * other, -other * (1 - other)


def probit_parts(eta: np.ndarray, sign: np.ndarray) -> Parts:
    """Give value and derivatives of ln Phi(sign eta)."""
    turned = sign * eta
    value = special.log_ndtr(turned)
    mills = np.exp(-(turned**2) / 2 - value) / np.sqrt(2 * np.pi)
    return value, sign * mills, -mills * (mills + turned)


def _loglog(eta: np.ndarray, sign: np.ndarray) -> Parts:
    hazard = np.exp(-np.clip(eta, -6, 30))
    grown = np.expm1(hazard)
    missed = hazard / grown
    curve = hazard * (grown - hazard * (grown + 1)) / grown**2
    hit = sign > 0
    return (
        np.where(hit, -hazard, np.log(-np.expm1(-hazard))),
        np.where(hit, hazard, -missed),
        np.where(hit, -hazard, curve),
    )


_PARTS: dict[str, Callable[[np.ndarray, np.ndarray], Parts]] = {
    "logit": _logit,
    "probit": probit_parts,
    "loglog": _loglog,
}


@dataclass(frozen=True, eq=False)
class HitsAndMisses:
    """The likelihood of hits (n,) with columns (n, p); the first column is 1."""

    link: Link
    columns: np.ndarray
    found: np.ndarray

    def parts(self, points: np.ndarray) -> Parts:
        """Give value, first and second derivative of each record by its predictor, (k, n) each."""
        return _PARTS[self.link](points @ self.columns.T, np.where(self.found, 1.0, -1.0))

    def at(self, points: np.ndarray) -> Parts:
        """Give value, slope and curvature of the whole."""
        value, first, second = self.parts(points)
        count, size = len(points), points.shape[1]
        pairs = (self.columns[:, :, None] * self.columns[:, None, :]).reshape(len(self.columns), -1)
        return value.sum(axis=1), first @ self.columns, (second @ pairs).reshape(count, size, size)

    def of_each(self, point: np.ndarray) -> np.ndarray:
        """Give the slope of each record's part, (n, p)."""
        return np.asarray(self.parts(point[None])[1][0][:, None] * self.columns)

    def curved(self, point: np.ndarray) -> np.ndarray:
        """Give minus the curvature of each record's part, (n, p, p)."""
        weight = -self.parts(point[None])[2][0]
        return np.asarray(weight[:, None, None] * self.columns[:, :, None] * self.columns[:, None, :])
