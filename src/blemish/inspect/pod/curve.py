"""From a peak of the likelihood to a curve: the steps that hit/miss and signal response share.

Both models are linear in the end: eta(x) = d(x).b with d(x) = (1, x, ...), and POD = L(eta). So bounds, a50, a90 and
a90/95 are found in the same way; only the likelihood differs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from blemish.errors import DetectionError
from blemish.inspect.pod.detection import Band, Detection, Response, Scale
from blemish.inspect.pod.goodness import Goodness
from blemish.inspect.pod.likelihood import Peak
from blemish.inspect.pod.links import Link, predictor

MORE = (
    "give [defects] more or other sizes in the study, make more defective specimens (`blemish make`) "
    "and inspect again (`blemish inspect`)"
)
"""What to do where records are missing."""
_PLACES = 21
_BEYOND = 0.15


@dataclass(frozen=True, eq=False)
class Records:
    """What a curve is fitted to: one entry a sighting."""

    measure: str
    size: np.ndarray
    found: np.ndarray
    groups: np.ndarray | None
    """Which records belong together; None where each stands for itself."""
    targets: np.ndarray | None
    """Which defect each record shows; None where each shows another."""
    grouped_by: str

    @property
    def num_targets(self) -> int:
        """How many different defects there are."""
        return len(self.size) if self.targets is None else len(np.unique(self.targets))

    @property
    def group_codes(self) -> np.ndarray:
        """A number for the group of each record."""
        return np.arange(len(self.size)) if self.groups is None else np.unique(self.groups, return_inverse=True)[1]


def records(  # noqa: PLR0917  columns of one table
    size: np.ndarray,
    found: np.ndarray,
    groups: np.ndarray | None,
    targets: np.ndarray | None,
    measure: str,
    grouped_by: str,
) -> Records:
    """Take what came as arrays of one length; records without a size are left out."""
    size, found = np.asarray(size, float), np.asarray(found, bool)
    if size.shape != found.shape or size.ndim != 1:
        raise DetectionError(f"{measure}: {size.shape} sizes do not go with {found.shape} findings")
    known = np.isfinite(size)

    def kept(labels: np.ndarray | None) -> np.ndarray | None:
        return None if labels is None else np.asarray(labels)[known]

    name = "record" if groups is None else grouped_by
    return Records(measure, size[known], found[known], kept(groups), kept(targets), name)


@dataclass(frozen=True, eq=False)
class Line:
    """A fitted predictor eta(x) with its uncertainty."""

    peak: Peak
    direction: Callable[[np.ndarray], np.ndarray]
    """Gives d(x), (k, p), of places x (k,)."""
    link: Link
    scale: Scale
    confidence: float
    smallest: float
    largest: float
    """Ends of the sizes that were shown."""

    def eta(self, x: np.ndarray) -> np.ndarray:
        """Give the predictor."""
        return np.asarray(self.direction(x) @ self.peak.point)

    def place(self, size: float) -> float:
        """Give f(a)."""
        return float(np.log(size)) if self.scale == "log" else size

    def size(self, x: float) -> float:
        """Give a of f(a)."""
        return float(np.exp(x)) if self.scale == "log" else x

    @property
    def straight(self) -> tuple[float, float]:
        """b0 and b1 of eta = b0 + b1 x."""
        zero, one = self.eta(np.array([0.0, 1.0]))
        return float(zero), float(one - zero)

    def band(self) -> Band:
        """Give the bounds over the sizes shown and a little beyond."""
        first, last = self.place(self.smallest), self.place(self.largest)
        room = _BEYOND * (last - first)
        x = np.linspace(first - room, last + room, _PLACES)
        d = self.direction(x)
        low, high = (self.peak.bound(d, self.confidence, side) for side in (-1, 1))
        return Band(*(tuple(float(value) for value in part) for part in (x, low, high)))

    def sizes(self) -> tuple[dict[str, float | None], dict[str, str]]:
        """Give a50, a90 and a90/95 both ways, and why one of them is not given."""
        b0, b1 = self.straight
        found: dict[str, float | None] = {}
        reasons: dict[str, str] = {}
        for name, share in (("a50", 0.5), ("a90", 0.9)):
            x = (predictor(self.link, share) - b0) / b1
            found[name] = self._within(name, f"the curve reaches {share:.0%}", x, reasons)
        for name, bound in (("a90_95", self._low), ("a90_95_wald", self._low_wald)):
            safe = self._reached(bound, (predictor(self.link, 0.9) - b0) / b1)
            found[name] = self._within(name, "the lower bound reaches 90%", safe, reasons)
        return found, reasons

    def _within(self, name: str, what: str, x: float | None, reasons: dict[str, str]) -> float | None:
        if x is None:
            reasons[name] = f"{what} nowhere near the sizes shown, up to {self.largest:.3g}; {MORE}"
            return None
        size = self.size(x)
        if size > self.largest * (1 + 1e-9):
            reasons[name] = f"{what} only at {size:.3g}, beyond the largest size shown, {self.largest:.3g}; {MORE}"
            return None
        if size < self.smallest * (1 - 1e-9):
            reasons[name] = f"{what} at {size:.3g}, below the smallest size shown, {self.smallest:.3g}; {MORE}"
            return None
        return size

    def _low(self, x: float) -> float:
        return float(self.peak.bound(self.direction(np.array([x])), self.confidence, -1)[0])

    def _low_wald(self, x: float) -> float:
        return float(self.peak.wald(self.direction(np.array([x])), self.confidence, -1)[0])

    def _reached(self, bound: Callable[[float], float], start: float) -> float | None:
        """Find where a lower bound reaches 90 %, from where the curve does."""
        from scipy.optimize import brentq

        wanted = predictor(self.link, 0.9)
        step = max(self.place(self.largest) - self.place(self.smallest), 1e-6) / 4
        inner = start
        for _ in range(16):
            outer = inner + step
            if bound(outer) >= wanted:
                return float(brentq(lambda x: bound(x) - wanted, inner, outer, xtol=1e-9 * (1 + abs(outer))))
            inner = outer
        return None


def drawn(  # noqa: PLR0917  what a fit knows
    model: Literal["hit/miss", "signal response"],
    taken: Records,
    line: Line,
    judged: Callable[[float], Goodness],
    tried: dict[str, float],
    response: Response | None = None,
    *,
    judge: bool,
) -> Detection:
    """Put a fitted line into a curve; :class:`DetectionError` when the records do not support it and ``judge`` is on.

    ``judged`` gives the goodness of fit from the design effect.
    """
    sizes, reasons = line.sizes()
    b0, b1 = line.straight
    at_90 = (predictor(line.link, 0.9) - b0) / b1
    effect = float(line.peak.design_effect(line.direction(np.array([at_90])))[0])
    goodness = judged(effect)
    if judge and not goodness.supports:
        raise DetectionError(
            f"{taken.measure}: no curve: {goodness.sentence()}; take another measure of size, fit kinds or "
            "finishes apart, or look at the shares found by size"
        )
    # The functionals b0 = eta(0) and b1 = eta(1) - eta(0) of the coefficients that were fitted.
    ends = line.direction(np.array([0.0, 1.0]))
    turn = np.stack([ends[0], ends[1] - ends[0]])
    (a, b), (c, d) = (turn @ line.peak.covariance @ turn.T).tolist()
    return Detection(
        model=model,
        measure=taken.measure,
        link=line.link,
        scale=line.scale,
        coefficients=(b0, b1),
        covariance=((a, b), (c, d)),
        degrees=None if line.peak.num_groups is None else max(line.peak.num_groups - 1.0, 1.0),
        confidence=line.confidence,
        num_records=len(taken.size),
        num_found=int(taken.found.sum()),
        num_targets=taken.num_targets,
        grouped_by=taken.grouped_by,
        design_effect=effect,
        smallest=line.smallest,
        largest=line.largest,
        **sizes,
        reasons=reasons,
        band=line.band(),
        goodness=goodness,
        candidates=tried,
        response=response,
    )
