"""Whether the scatter of censored signals is normal and the same for all sizes: Lagrange multiplier tests.

With e the standard residual and He_k the Hermite polynomials, the means of h_k are 0 under the model::

    h_k = He_k(e)                               of a signal that is known
    h_k = He_(k-1)(a) phi(a) / Q(a)             of one above a limit a, the mean of He_k(e) there; below: -phi / Phi

x h_2 sees a scatter that changes with size, h_3 skewness, h_4 heavy tails (Bera, Jarque and Lee, Int. Econ. Review 25,
1984; without censoring the latter two are Jarque and Bera's test). Fitting has brought h_1, x h_1 and h_2 to 0, which
their covariance allows for. Covariances are expectations under the model, by quadrature between the limits: those taken
from the records themselves reject far too often for fourth powers. For groups they are raised by the design effect.
"""

from __future__ import annotations

import numpy as np
from scipy import special, stats

from blemish.inspect.pod.likelihood import summed

_NODES = 24
_FAR = 8.0


def scatter_tests(
    x: np.ndarray, residual: np.ndarray, beyond: np.ndarray, limits: np.ndarray, groups: np.ndarray
) -> tuple[float, float]:
    """Give the p-values of even and of normal scatter.

    ``residual`` (n,) are standard residuals, of censored signals the limit's; ``beyond`` (n,) is -1 below the lower
    limit, 1 above the upper and else 0; ``limits`` (2, n) are both limits in the same units, infinite where there is
    none; ``groups`` (n,) numbers what belongs together.
    """
    h = _moments(residual, beyond)
    means = _expected(limits)
    one = np.ones_like(x)
    factors = (one, x, one, x, one, one)
    which = (0, 0, 1, 1, 2, 3)
    parts = np.stack([factor * h[:, k] for factor, k in zip(factors, which, strict=True)], axis=1)
    whole = np.array(
        [
            [float((f * g * means[:, j, k]).sum()) for g, k in zip(factors, which, strict=True)]
            for f, j in zip(factors, which, strict=True)
        ]
    )
    explained = np.linalg.solve(whole[:3, :3], whole[:3, 3:])
    left = parts[:, 3:] - parts[:, :3] @ explained
    spread = whole[3:, 3:] - whole[3:, :3] @ explained
    sums = summed(left, groups)
    effect = np.sqrt(np.maximum((sums**2).sum(axis=0) / np.maximum((left**2).sum(axis=0), 1e-300), 1))
    spread = spread * effect[:, None] * effect[None, :]
    total = left.sum(axis=0)
    return _tail(total[:1], spread[:1, :1]), _tail(total[1:], spread[1:, 1:])


def _tail(total: np.ndarray, spread: np.ndarray) -> float:
    return float(stats.chi2.sf(total @ np.linalg.solve(spread, total), len(total)))


def _hermite(e: np.ndarray) -> np.ndarray:
    """Give He_1 to He_4 (..., 4)."""
    return np.stack([e, e**2 - 1, e**3 - 3 * e, e**4 - 6 * e**2 + 3], axis=-1)


def _at_limit(a: np.ndarray, side: int) -> np.ndarray:
    """Give h_1 to h_4 of signals beyond a limit, (n, 4)."""
    tail = side * np.exp(-(a**2) / 2 - 0.5 * np.log(2 * np.pi) - special.log_ndtr(-side * a))
    return np.stack([np.ones_like(a), a, a**2 - 1, a**3 - 3 * a], axis=-1) * tail[:, None]


def _moments(residual: np.ndarray, beyond: np.ndarray) -> np.ndarray:
    h = _hermite(residual)
    for side in (-1, 1):
        here = beyond == side
        h[here] = _at_limit(residual[here], side)
    return h


def _expected(limits: np.ndarray) -> np.ndarray:
    """Give E[h_j h_k] of each record, (n, 4, 4)."""
    low, high = np.clip(limits, -_FAR, _FAR)
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    middle, half = (low + high) / 2, (high - low) / 2
    e = middle[:, None] + half[:, None] * nodes
    density = half[:, None] * weights * np.exp(-(e**2) / 2) / np.sqrt(2 * np.pi)
    h = _hermite(e)
    means = np.einsum("nq,nqj,nqk->njk", density, h, h, optimize=True)
    for end, side in zip(limits, (-1, 1), strict=True):
        some = np.abs(end) < _FAR
        at = _at_limit(np.where(some, end, 0), side)
        mass = np.where(some, special.ndtr(-side * end), 0)
        means += mass[:, None, None] * at[:, :, None] * at[:, None, :]
    return means
