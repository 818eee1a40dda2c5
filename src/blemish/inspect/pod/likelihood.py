"""Bounds by likelihood ratio on a linear function of coefficients, for any log-likelihood that is concave in them.

With b the coefficients, l their log-likelihood, B where it peaks, and eta = d.b the function of interest (d[0] = 1)::

    lower = min { d.b : 2 (l(B) - l(b)) <= q },    upper likewise

which is the profile-likelihood bound; q is the square of the quantile that a Wald bound would take. Records that come
in groups (views of one defect, defects of one specimen) are not independent. Then the covariance is the sandwich
V = A^-1 (sum over groups of t_g t_g') A^-1 (G-1)/G, with A the information and t_g = (1 - A_g A^-1)^-1 s_g a group's
score, enlarged by what the group itself contributes (Liang and Zeger, Biometrika 73, 1986; Mancl and DeRouen,
Biometrics 57, 2001): with some tens of groups the plain sandwich is too small. And q is multiplied by the design effect
d'Vd / d'A^-1 d: what the likelihood ratio of one function is too large by (Kent, Biometrika 69, 1982; Rao and Scott,
Ann. Statist. 12, 1984). Quantiles are Student's with G - 1 degrees of freedom.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from scipy import stats

MOST_STEPS = 60
AT_ONCE = 1 << 15
"""Records times functions that are worked on together: what fits into a processor's cache."""
_CLOSE = 1e-9


@runtime_checkable
class Likelihood(Protocol):
    """A log-likelihood, concave in its coefficients."""

    def at(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Give value (k,), slope (k, p) and curvature (k, p, p) at k points (k, p); -inf outside its domain."""
        ...

    def of_each(self, point: np.ndarray) -> np.ndarray:
        """Give the slope of each record's part, (n, p)."""
        ...

    def curved(self, point: np.ndarray) -> np.ndarray:
        """Give minus the curvature of each record's part, (n, p, p)."""
        ...


class NoPeakError(Exception):
    """The likelihood grows without end; who fits knows what that means in words."""


@dataclass(frozen=True, eq=False)
class Peak:
    """Where a likelihood is largest, and how sharp it is there."""

    likelihood: Likelihood
    point: np.ndarray
    value: float
    naive: np.ndarray
    """Covariance if records were independent: the inverse information (p, p)."""
    covariance: np.ndarray
    """Sandwich covariance, nowhere below the naive one: chance must not make bounds narrower."""
    num_records: int
    num_groups: int | None
    """Groups that are independent; None where every record stands for itself."""

    def quantile(self, confidence: float) -> float:
        """Give the quantile of a one-sided bound."""
        if self.num_groups is None:
            return float(stats.norm.ppf(confidence))
        return float(stats.t.ppf(confidence, max(self.num_groups - 1, 1)))

    def design_effect(self, directions: np.ndarray) -> np.ndarray:
        """Say by what groups multiply the variance of linear functions (k, p); at least 1."""
        return _variance(directions, self.covariance) / _variance(directions, self.naive)

    def wald(self, directions: np.ndarray, confidence: float, side: int) -> np.ndarray:
        """Give the bound of linear functions (k, p) by their standard error; side -1 is the lower one."""
        spread = np.sqrt(_variance(directions, self.covariance))
        return np.asarray(directions @ self.point + side * self.quantile(confidence) * spread)

    def bound(self, directions: np.ndarray, confidence: float, side: int) -> np.ndarray:
        """Give the bound of linear functions (k, p), whose first factor is 1, by likelihood ratio."""
        drop = self.quantile(confidence) ** 2 * self.design_effect(directions) / 2
        rows = max(1, AT_ONCE // self.num_records)
        parts = [slice(start, start + rows) for start in range(0, len(drop), rows)]
        return np.concatenate([_profile(self, directions[part], drop[part], side) for part in parts])


def climb(likelihood: Likelihood, start: np.ndarray, groups: np.ndarray | None = None) -> Peak:
    """Find the peak by Newton's method with halved steps; :class:`NoPeakError` where there is none.

    ``groups`` numbers the group of each record, int (n,).
    """
    point = np.asarray(start, float)
    value, slope, curve = (part[0] for part in likelihood.at(point[None]))
    for _ in range(MOST_STEPS):
        try:
            step = np.linalg.solve(-curve, slope)
        except np.linalg.LinAlgError:
            raise NoPeakError from None
        gain = float(slope @ step)
        if not np.isfinite(gain) or gain < 0:
            raise NoPeakError
        for _ in range(40):
            new = tuple(part[0] for part in likelihood.at((point + step)[None]))
            if new[0] >= value - 1e-12 * abs(value):
                break
            step = step / 2
        point, (value, slope, curve) = point + step, new
        if gain < _CLOSE:
            break
    else:
        raise NoPeakError
    try:
        naive = np.linalg.inv(-curve)
        np.linalg.cholesky(naive)
    except np.linalg.LinAlgError:
        raise NoPeakError from None
    covariance, count = _sandwich(likelihood, point, naive, groups)
    return Peak(likelihood, point, float(value), naive, covariance, len(likelihood.of_each(point)), count)


def _sandwich(
    likelihood: Likelihood, point: np.ndarray, naive: np.ndarray, groups: np.ndarray | None
) -> tuple[np.ndarray, int | None]:
    """Give the covariance for grouped records, raised to the naive one wherever it is below it."""
    if groups is None:
        return naive, None
    sums = summed(likelihood.of_each(point), groups)
    count, size = sums.shape
    root = np.linalg.cholesky(naive)
    own = summed(likelihood.curved(point).reshape(-1, size * size), groups).reshape(-1, size, size)
    share = np.einsum("qp,gqr,rs->gps", root, own, root)
    values, vectors = np.linalg.eigh(share)
    # A group that holds nearly all there is to know of something is no group among many.
    whitened = np.einsum("gpk,gqk,gk,gq->gp", vectors, vectors, 1 / (1 - np.minimum(values, 0.9)), sums @ root)
    ratio = whitened.T @ whitened * (count - 1) / count
    values, vectors = np.linalg.eigh(ratio)
    return root @ (vectors * np.maximum(values, 1)) @ vectors.T @ root.T, count


def summed(values: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Add up the rows (n, p) of each group."""
    codes = np.unique(groups, return_inverse=True)[1]
    return np.stack([np.bincount(codes, column) for column in values.T], axis=1)


def _variance(directions: np.ndarray, covariance: np.ndarray) -> np.ndarray:
    return np.einsum("kp,pq,kq->k", directions, covariance, directions)


def _profile(peak: Peak, directions: np.ndarray, drop: np.ndarray, side: int) -> np.ndarray:
    """Find where the profile of each function has dropped: Newton's method on value and remaining slopes at once.

    The coefficients are written as (eta, c) with b = (eta - d[1:].c, c). From the point where the parabola at the
    peak has dropped as much, four or five steps do; what has not settled then is searched step by step.
    """
    best = directions @ peak.point
    spread = np.sqrt(_variance(directions, peak.naive))
    eta = best + side * np.sqrt(2 * drop) * spread
    lean = directions @ peak.naive[:, 1:] / spread[:, None] ** 2
    rest = peak.point[1:] + lean * (eta - best)[:, None]
    change = _jacobian(directions)
    for _ in range(12):
        value, slope, curve = _at(peak.likelihood, change, eta, rest)
        miss = value - (peak.value - drop)
        matrix = curve.copy()
        matrix[:, 0] = slope
        target = np.concatenate([miss[:, None], slope[:, 1:]], axis=1)
        with np.errstate(all="ignore"):
            try:
                step = np.linalg.solve(matrix, -target[..., None])[..., 0]
            except np.linalg.LinAlgError:
                break
        longest = np.abs(step[:, 0]) / (2 * spread * np.sqrt(2 * drop))
        step /= np.maximum(longest, 1)[:, None]
        step = np.where(np.isfinite(step), step, 0)
        eta, rest = eta + step[:, 0], rest + step[:, 1:]
        if np.abs(step[:, 0]).max() < 1e-7 * spread.max():
            break
    value, slope, _ = _at(peak.likelihood, change, eta, rest)
    settled = np.isfinite(value) & (np.abs(value - peak.value + drop) < 1e-5 * np.maximum(drop, 1))
    settled &= (np.abs(slope[:, 1:]) < 1e-3 * (1 + np.abs(slope[:, :1]))).all(axis=1) & (side * (eta - best) > 0)
    for row in np.flatnonzero(~settled):
        eta[row] = _searched(peak, directions[row], float(drop[row]), side)
    return eta


def _searched(peak: Peak, direction: np.ndarray, drop: float, side: int) -> float:
    """Find one bound by widening and halving, each time with the best of the other coefficients."""
    change = _jacobian(direction[None])
    best = float(direction @ peak.point)
    reach = float(np.sqrt(_variance(direction[None], peak.naive)[0] * 2 * drop))

    def lost(eta: float, rest: np.ndarray) -> tuple[float, np.ndarray]:
        for _ in range(MOST_STEPS):
            value, slope, curve = (part[0] for part in _at(peak.likelihood, change, np.array([eta]), rest[None]))
            step = np.linalg.solve(-curve[1:, 1:], slope[1:])
            for _ in range(30):
                new = _at(peak.likelihood, change, np.array([eta]), (rest + step)[None])[0][0]
                if new >= value:
                    break
                step = step / 2
            rest = rest + step
            if abs(slope[1:] @ step) < _CLOSE:
                break
        return peak.value - float(value), rest

    inner, outer, rest = best, best + side * reach, peak.point[1:]
    for _ in range(40):
        gone, rest = lost(outer, rest)
        if gone >= drop:
            break
        inner, outer = outer, outer + side * 2 * abs(outer - best)
    for _ in range(50):
        middle = (inner + outer) / 2
        gone, rest = lost(middle, rest)
        inner, outer = (inner, middle) if gone >= drop else (middle, outer)
    return outer


def _jacobian(directions: np.ndarray) -> np.ndarray:
    """Give the matrices (k, p, p) that turn (eta, c) into coefficients."""
    count, size = directions.shape
    change = np.broadcast_to(np.eye(size), (count, size, size)).copy()
    change[:, 0, 1:] = -directions[:, 1:]
    return change


def _at(
    likelihood: Likelihood, change: np.ndarray, eta: np.ndarray, rest: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give value, slope and curvature in the coordinates (eta, c)."""
    points = np.einsum("kpq,kq->kp", change, np.concatenate([eta[:, None], rest], axis=1))
    value, slope, curve = likelihood.at(points)
    return (
        value,
        np.einsum("kpq,kp->kq", change, slope),
        np.einsum("kpq,kpr,krs->kqs", change, curve, change),
    )
