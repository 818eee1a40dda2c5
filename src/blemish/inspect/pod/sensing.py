"""Fitting the sensitivity of one look: how surely it finds a defect, by size, angle of view, resolution and region.

A logistic regression on the sightings of one kind of defects, by maximum likelihood without a penalty
(``sensitivity.py`` in the package's root holds the formula). The size is always in; angle, resolution and regions are
taken in one by one as long as Akaike's criterion falls, and no more of them than there are ten hits and ten misses
for (Peduzzi et al., J. Clin. Epidemiol. 49, 1996): what the records do not show must not steer a plan.

**Looks that fail together.** With p_v from that fit, a defect seen by some views is found by at least one of them with
1 - exp(-E), where E = e_best + i R and R is the evidence of the others. The independence i is fitted to the defects
with two sightings or more::

    l(i) = sum over the found of ln(1 - exp(-e_best - i R)) - sum over the others of (e_best + i R)

which has one peak between 0 and 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize

from blemish.errors import DetectionError
from blemish.inspect.pod.curve import MORE
from blemish.inspect.pod.likelihood import NoPeakError, Peak, climb
from blemish.inspect.pod.links import HitsAndMisses, probability
from blemish.inspect.sightings import Sightings
from blemish.sensitivity import Sensitivity, evidence

FEWEST_TARGETS = 20
FEWEST_OF_EACH = 10
"""Hits, and misses, for each coefficient beside the intercept."""
_REGION = "region "
_VARIES, _SCALES = 0.02, 0.1
"""Cosines, and logarithms of resolutions, that spread by less say nothing of their effect: with one working distance,
resolution only stands for where in the picture a place is."""


@dataclass(frozen=True, eq=False)
class _Columns:
    """What a regression may take in: named columns (n, c)."""

    name: str
    values: np.ndarray
    labels: tuple[str, ...]


def sensitivity_of(sightings: Sightings, measure: str, kind: str = "", *, with_regions: bool = True) -> Sensitivity:
    """Fit the sensitivity of one look to the sightings of a kind of defects (``""``: all) by a size in mm.

    Raises :class:`DetectionError` when there are too few or one-sided records, when hits and misses can be told apart
    without fail (so that no coefficient is finite), and when they do not show, with 95 % confidence and for grouped
    records, that larger defects are found more surely. Costs less than a second for 10 000 sightings.
    """
    chosen = sightings if not kind else sightings.where(sightings.rows["kind"] == kind)
    size = chosen.measure(measure)
    chosen = chosen.where(np.isfinite(size) & (size > 0))
    chosen = _with_angle(chosen)
    _refuse(chosen, kind or "all kinds", measure)
    first = _Columns("size", np.log(chosen.measure(measure))[:, None], ("log_size",))
    taken, peak = _selected(first, _candidates(chosen, with_regions=with_regions), chosen, kind)
    labels = [label for one in taken for label in one.labels]
    found = dict(zip(labels, peak.point[1:].tolist(), strict=True))
    low = float(peak.wald(np.eye(len(peak.point))[1:2], 0.95, -1)[0])
    if low <= 0:
        raise DetectionError(
            f"{kind or 'all kinds'} by {measure}: no sensitivity: it does not show that larger defects are found more "
            f"surely (coefficient of ln size {found['log_size']:.2g}, which may as well be {low:.2g}); take another "
            f"measure of size, or {MORE}"
        )
    columns = np.concatenate([np.ones((len(chosen), 1)), *(one.values for one in taken)], axis=1)
    return Sensitivity(
        kind=kind,
        measure=measure,
        intercept=float(peak.point[0]),
        log_size=found.pop("log_size"),
        cosine=found.pop("cosine", 0.0),
        log_px_per_mm=found.pop("log_px_per_mm", 0.0),
        of_region={name.removeprefix(_REGION): more for name, more in found.items()},
        independence=independence_of(probability("logit", columns @ peak.point), chosen.found, chosen.defects),
    )


def _with_angle(chosen: Sightings) -> Sightings:
    """Leave out sightings without an angle where others have one."""
    known = np.isfinite(chosen.rows["cosine"])
    return chosen.where(known) if known.any() else chosen


def _refuse(chosen: Sightings, kind: str, measure: str) -> None:
    hits, wrong = int(chosen.found.sum()), []
    misses, defects = len(chosen) - hits, len(np.unique(chosen.defects))
    if defects < FEWEST_TARGETS:
        wrong.append(f"{defects} different defects with a known size, at least {FEWEST_TARGETS} are needed")
    if hits < FEWEST_OF_EACH:
        wrong.append(f"{hits} hits, at least {FEWEST_OF_EACH} are needed: add larger defects")
    if misses < FEWEST_OF_EACH:
        wrong.append(f"{misses} misses, at least {FEWEST_OF_EACH} are needed: add smaller defects")
    if wrong:
        raise DetectionError(f"{kind} by {measure}: no sensitivity: {'; '.join(wrong)}; {MORE}")


def _candidates(chosen: Sightings, *, with_regions: bool) -> list[_Columns]:
    offered = []
    cosine, scale = chosen.rows["cosine"], chosen.rows["px_per_mm"]
    if np.isfinite(cosine).all() and cosine.std() > _VARIES:
        offered.append(_Columns("cosine", cosine[:, None], ("cosine",)))
    if np.isfinite(scale).all() and np.log(scale).std() > _SCALES:
        offered.append(_Columns("log_px_per_mm", np.log(scale)[:, None], ("log_px_per_mm",)))
    names, counts = np.unique(chosen.rows["region"], return_counts=True)
    # The region with most sightings is what the others are compared with.
    told = [name for name in names[np.argsort(-counts)][1:].tolist() if _two_sided(chosen, name)]
    if with_regions and told:
        values = np.stack([chosen.rows["region"] == name for name in told], axis=1).astype(float)
        offered.append(_Columns("regions", values, tuple(_REGION + name for name in told)))
    return offered


def _two_sided(chosen: Sightings, region: str) -> bool:
    found = chosen.found[chosen.rows["region"] == region]
    return bool(region) and min(int(found.sum()), int((~found).sum())) >= FEWEST_OF_EACH // 2


def _selected(first: _Columns, offered: list[_Columns], chosen: Sightings, kind: str) -> tuple[list[_Columns], Peak]:
    """Take columns in while Akaike's criterion falls."""
    found, groups = chosen.found, chosen.groups()[0]
    most = min(int(found.sum()), int((~found).sum())) // FEWEST_OF_EACH
    taken, left = [first], list(offered)
    peak = _fit(taken, found, groups)
    if peak is None:
        raise DetectionError(
            f"{kind or 'all kinds'}: no sensitivity: sizes tell hits and misses apart without fail, so how sharply is "
            f"not known; add sizes about the smallest that was found; {MORE}"
        )
    while left:
        tried = []
        for one in left:
            if sum(len(some.labels) for some in [*taken, one]) <= most:
                wider = _fit([*taken, one], found, groups)
                if wider is not None:
                    tried.append((2 * len(one.labels) - 2 * (wider.value - peak.value), one, wider))
        gain, one, wider = min(tried, key=lambda row: row[0], default=(0.0, first, peak))
        if gain >= 0:
            break
        taken.append(one)
        left.remove(one)
        peak = wider
    return taken, peak


def _fit(taken: list[_Columns], found: np.ndarray, groups: np.ndarray) -> Peak | None:
    """Fit a regression; None where its records are separable."""
    columns = np.concatenate([np.ones((len(found), 1)), *(one.values for one in taken)], axis=1)
    if separable(columns, found):
        return None
    start = np.zeros(columns.shape[1])
    share = found.mean()
    start[0] = np.log(share / (1 - share))
    try:
        return climb(HitsAndMisses("logit", columns, found), start, groups)
    except NoPeakError:
        return None


def separable(columns: np.ndarray, found: np.ndarray) -> bool:
    """Say whether a plane has all hits on one side and all misses on the other (both may lie on it).

    Then the likelihood has no peak (Albert and Anderson, Biometrika 71, 1984). Found by a linear programme: the largest
    sum of signed distances, none of them negative, of coefficients between -1 and 1.
    """
    scaled = columns / np.maximum(np.abs(columns).max(axis=0), 1e-300)
    signed = np.where(found, 1.0, -1.0)[:, None] * scaled
    done = optimize.linprog(
        -signed.sum(axis=0), A_ub=-signed, b_ub=np.zeros(len(found)), bounds=(-1, 1), method="highs"
    )
    return bool(-done.fun > 1e-7)


def independence_of(p: np.ndarray, found: np.ndarray, defects: np.ndarray) -> float:
    """Fit the independence of looks to the defects that have two sightings or more; 1 where there are none."""
    codes = np.unique(defects, return_inverse=True)[1]
    looks, best = evidence(p), np.zeros(int(codes.max(initial=-1)) + 1)
    np.maximum.at(best, codes, looks)
    rest = np.bincount(codes, looks) - best
    any_found = np.bincount(codes, found) > 0
    many = (np.bincount(codes) >= 2) & (rest > 0)
    miss, hit = rest[many & ~any_found].sum(), many & any_found

    def loss(independence: float) -> float:
        return float(independence * miss - np.log(-np.expm1(-best[hit] - independence * rest[hit])).sum())

    return float(optimize.minimize_scalar(loss, bounds=(0.0, 1.0), method="bounded").x) if miss > 0 else 1.0
