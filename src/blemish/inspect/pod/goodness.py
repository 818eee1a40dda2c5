"""Whether records support a curve: a test that sees any smooth departure, and the gap that it makes.

**The test.** A curve is compared with one that may bend at the quartiles of size: three hinges max(0, x - quartile)
are added to the predictor, and the score test asks whether the likelihood wants any of them (Rao 1948). It needs no
second fit, so it cannot fail on separable parts, and it holds for grouped records: with z the hinges less what the
curve's own columns explain of them, u = sum z s over the groups, and s each record's score,

    Q = u' (sum over groups of u_g u_g')^-1 u    is chi-squared with three degrees of freedom under the curve.

Grouping by size as Hosmer and Lemeshow (1980) do would depend on where the groups are cut; their table is kept beside
it, as what a person looks at. **The gap** is the largest difference between the share found in such a group and the
curve there, less what chance allows (one standard error). A curve is refused when the test says no (below 1 %) *and*
the gap is 5 percentage points or more: with ten thousand records a test finds departures that change nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy import stats

from blemish.inspect.pod.likelihood import summed

REFUSED_BELOW = 0.01
LARGEST_GAP = 0.05
_BINS = 8


@dataclass(frozen=True)
class Share:
    """Records of about one size."""

    low: float
    """The smallest size among them."""
    high: float
    found: int
    total: int
    expected: float
    """The share that the curve expects."""

    @property
    def share(self) -> float:
        """The share found."""
        return self.found / max(self.total, 1)

    def interval(self, confidence: float = 0.95) -> tuple[float, float]:
        """Give the exact two-sided interval of the share (Clopper and Pearson)."""
        return binomial_interval(self.found, self.total, confidence)


@dataclass(frozen=True)
class Goodness:
    """What the tests said."""

    tests: dict[str, float] = field(default_factory=dict)
    """p-values by what they look for."""
    gap: float = 0.0
    """The largest difference between curve and shares beyond one standard error, as a probability."""
    shares: tuple[Share, ...] = ()

    @property
    def supports(self) -> bool:
        """Whether the records support the curve."""
        return min(self.tests.values(), default=1.0) >= REFUSED_BELOW or self.gap < LARGEST_GAP

    def sentence(self) -> str:
        """Say it in words."""
        told = ", ".join(f"{name} p = {value:.2g}" for name, value in self.tests.items())
        verdict = "support" if self.supports else "do not support"
        return f"the records {verdict} this curve ({told}; largest gap to the shares found {self.gap:.0%})"


def binomial_interval(found: int, total: int, confidence: float = 0.95) -> tuple[float, float]:
    """Give the exact two-sided interval of a share (Clopper and Pearson, Biometrika 26, 1934)."""
    tail = (1 - confidence) / 2
    low = 0.0 if found == 0 else float(stats.beta.ppf(tail, found, total - found + 1))
    high = 1.0 if found >= total else float(stats.beta.ppf(1 - tail, found + 1, total - found))
    return low, high


def hinges(x: np.ndarray) -> np.ndarray:
    """Give columns that bend at the quartiles, as many as differ from a straight line, (n, up to 3)."""
    knots = [knot for knot in np.unique(np.quantile(x, [0.25, 0.5, 0.75])) if x.min() < knot < x.max()]
    columns = [np.maximum(0, x - knot) for knot in knots]
    return np.stack(columns, axis=1) if columns else np.zeros((len(x), 0))


def score_test(
    extra: np.ndarray, own: np.ndarray, information: np.ndarray, cross: np.ndarray, groups: np.ndarray
) -> float:
    """Give the p-value of extra coefficients beside a model's own.

    ``extra`` (n, q) and ``own`` (n, p) are each record's slope by them, ``information`` (p, p) and ``cross`` (p, q)
    minus the second derivatives of the likelihood, ``groups`` the group of each record.
    """
    left = extra - own @ np.linalg.lstsq(information, cross, rcond=None)[0]
    return moment_test(left, groups)


def moment_test(parts: np.ndarray, groups: np.ndarray) -> float:
    """Give the p-value of the sums of columns (n, q) being 0, when rows of a group depend on each other."""
    if parts.shape[1] == 0:
        return 1.0
    sums = summed(parts, groups)
    spread = sums.T @ sums
    scale = np.sqrt(np.diag(spread))
    keep = scale > 1e-12 * max(scale.max(), 1e-300)
    if not keep.any():
        return 1.0
    total, spread = sums.sum(axis=0)[keep], spread[np.ix_(keep, keep)]
    statistic = float(total @ np.linalg.lstsq(spread, total, rcond=None)[0])
    return float(stats.chi2.sf(statistic, np.linalg.matrix_rank(spread)))


def shares_of(size: np.ndarray, found: np.ndarray, expected: np.ndarray, bins: int = _BINS) -> tuple[Share, ...]:
    """Divide records into groups of equally many of about one size; equal sizes stay together."""
    edges = np.unique(np.quantile(size, np.linspace(0, 1, min(bins, max(2, len(size) // 10)) + 1)))
    at = np.clip(np.searchsorted(edges, size, side="right") - 1, 0, max(len(edges) - 2, 0))
    return tuple(
        Share(
            float(size[at == one].min()),
            float(size[at == one].max()),
            int(found[at == one].sum()),
            int((at == one).sum()),
            float(expected[at == one].mean()),
        )
        for one in np.unique(at)
    )


def gap_of(shares: tuple[Share, ...], design_effect: float = 1.0) -> float:
    """Give the largest difference between shares and curve beyond one standard error of the share."""
    gaps = [0.0]
    for one in shares:
        error = np.sqrt(design_effect * max(one.expected * (1 - one.expected), 1e-9) / one.total)
        gaps.append(abs(one.share - one.expected) - float(error))
    return max(gaps)
