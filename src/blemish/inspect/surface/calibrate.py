"""How much a view may be believed: measured on the validation set, never on the test set.

Each look of a view at a patch falls into a band of view angle and a level of evidence. With d of D looks at defect
patches and s of S at sound patches of a band in a level, the level's log-likelihood ratio is

    L = log((d + m q) / (D + m)) - log((s + m q) / (S + m)),    q = (d / D + s / S) / 2,   m = levels / 2.

m is the weight of Jeffreys' prior, but the prior is what both kinds of patches do alike: a band that nothing was
measured of, and a view whose hit rate is its false-call rate, say exactly nothing. More evidence never means less:
neighbouring levels in which it would are counted as one.

Views of one patch err together (a stain is a stain from everywhere), so their sum is overconfident. It is therefore
raised to one power g, 0 < g <= 1, chosen to give the validation patches the greatest likelihood:

    log-odds of a defect = log(prior / (1 - prior)) + g sum over views of L.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from blemish.arrays import PerPoint
from blemish.disk import write_whole
from blemish.errors import RequestError, WorkError
from blemish.inspect.surface.backproject import ViewEvidence
from blemish.inspect.surface.fuse import fuse
from blemish.inspect.surface.fusing import FUSIONS, Fusing, Fusion
from blemish.inspect.surface.patches import Truth
from blemish.settings import plain, read, settings

FILE = "calibration.json"
LEAST = 30
"""Looks at defect patches below which rates say nothing."""
Counts = tuple[tuple[int, ...], ...]


@settings
class Calibration:
    """``calibration.json``: what was measured of views on the validation set."""

    patch_mm: float
    """The patches that it was measured on; others are seen otherwise."""
    angle_bands_deg: tuple[float, ...]
    """Where bands of view angle end; one more band follows, up to 90 degrees."""
    edges: tuple[float, ...]
    """Mean log-odds between the levels of evidence, ascending."""
    defects: Counts
    """Looks at defect patches, by band and level."""
    sound: Counts
    """Looks at patches without a defect, by band and level."""
    calls: tuple[tuple[int, int, int, int], ...] = ()
    """By band, for a single view: hits, looks at defect patches, false calls, looks at sound patches."""
    exponent: float = 1.0
    """g, for views that err together."""
    prior: float = 0.5
    """The share of seen patches that have a defect."""
    thresholds: dict[str, float]
    """Evidence from which on a patch is called, for ``single`` views and each fusion: the best F1 by area."""
    specimens: tuple[str, ...] = ()
    """Who it was measured on."""

    def __post_init__(self) -> None:
        shape = (len(self.angle_bands_deg) + 1, len(self.edges) + 1)
        if any(np.shape(counts) != shape for counts in (self.defects, self.sound)):
            raise ValueError(f"its counts must have {shape[0]} bands of {shape[1]} levels")

    def table(self) -> np.ndarray:
        """Give L by band and level, (bands, levels)."""
        rows = []
        for defects, sound in zip(self.defects, self.sound, strict=True):
            of_defects, of_sound, block = outcomes(defects, sound)
            rows.append((np.log(of_defects) - np.log(of_sound))[block])
        return np.array(rows)

    def ratio(self, view: ViewEvidence) -> PerPoint:
        """Give L of each look of a view, (k,)."""
        return self.table()[bands_of(view, self.angle_bands_deg), np.searchsorted(self.edges, view.log_odds, "right")]

    def probability(self, log_ratio: np.ndarray) -> np.ndarray:
        """Turn fused evidence of ``bayes`` into the probability of a defect."""
        return 1 / (1 + np.exp(-(np.log(self.prior / (1 - self.prior)) + log_ratio)))

    def rates(self) -> list[tuple[str, float, float, int, int]]:
        """Give by band: its name, hit rate, false-call rate, looks at defect and at sound patches."""
        ends = (0.0, *self.angle_bands_deg, 90.0)
        names = [f"{low:g}-{high:g} deg" for low, high in pairwise(ends)]
        return [
            (name, hits / max(defects, 1), false / max(sound, 1), defects, sound)
            for name, (hits, defects, false, sound) in zip(names, self.calls, strict=True)
        ]


@dataclass(frozen=True, eq=False)
class Judged:
    """A specimen, what every view makes of it, and where its defects are."""

    specimen: str
    views: Sequence[ViewEvidence]
    truth: Truth


def outcomes(defects: Sequence[int], sound: Sequence[int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give what one band's counts say: the smoothed share of defect looks and of sound looks by level, and the block.

    Levels are joined into blocks where a higher one would else mean less, or where nothing was measured; shares are
    those of blocks, and ``block`` names the block of each level.
    """
    d, s = np.array(defects, dtype=np.float64), np.array(sound, dtype=np.float64)
    total_d, total_s, weight = d.sum(), s.sum(), len(d) / 2
    shares = [counts / total for counts, total in ((d, total_d), (s, total_s)) if total]
    q = np.mean(shares, axis=0) if shares else np.full(len(d), 1 / len(d))
    smooth = np.stack(
        [(counts + weight * q) / (total + weight) for counts, total in ((d, total_d), (s, total_s))], axis=1
    )
    blocks: list[tuple[float, float, int]] = []  # the shares of both, and how many levels
    for of_defects, of_sound in smooth.tolist():
        blocks.append((of_defects, of_sound, 1))
        while len(blocks) > 1 and _falls(blocks[-2], blocks[-1]):
            (a, b, levels), (c, e, more) = blocks[-2:]
            blocks[-2:] = [(a + c, b + e, levels + more)]
    table = np.array(blocks)
    return table[:, 0], table[:, 1], np.repeat(np.arange(len(blocks)), table[:, 2].astype(int))


def _falls(before: tuple[float, float, int], after: tuple[float, float, int]) -> bool:
    """Say whether the second block means less than the first, or either is empty."""
    return after[0] * before[1] < before[0] * after[1] or 0 in (after[0], before[0])


def bands_of(view: ViewEvidence, angle_bands_deg: Sequence[float]) -> np.ndarray:
    """Give the band of view angle of each look, from 0."""
    angle = np.degrees(np.arccos(np.clip(view.cosine, 0, 1)))
    return np.searchsorted(angle_bands_deg, angle, "right")


def calibrate(judged: Sequence[Judged], area_mm2: PerPoint, patch_mm: float, fusing: Fusing) -> Calibration:
    """Measure what views are worth on the specimens of the validation set.

    Raises :class:`RequestError` where too few defects, or nothing but defects, were seen to measure rates.
    """
    looks = [view.log_odds for one in judged for view in one.views]
    has = [one.truth.share[view.patch] >= fusing.defect_share for one in judged for view in one.views]
    evidence = np.concatenate([*looks, np.zeros(0)])
    defective = np.concatenate([*has, np.zeros(0, dtype=bool)])
    _refuse_one_sided(judged, int(defective.sum()), int((~defective).sum()))
    weight = np.concatenate([area_mm2[view.patch] for one in judged for view in one.views])
    single = best_threshold(evidence, defective, weight)
    edges = _edges(evidence[defective], single, fusing.levels)
    measured = Calibration(
        patch_mm=patch_mm,
        angle_bands_deg=tuple(map(float, fusing.angle_bands_deg)),
        edges=edges,
        **_counts(judged, fusing, edges, single),
        thresholds={"single": single},
        specimens=tuple(one.specimen for one in judged),
    )
    evidence, defective, _ = _pooled(judged, "bayes", measured, fusing, area_mm2)
    prior = float(np.clip(defective.mean(), 1e-6, 1 - 1e-6))
    tempered = replace(measured, prior=prior, exponent=_exponent(evidence, defective, prior))
    thresholds = {"single": single}
    for how in FUSIONS:
        thresholds[how] = best_threshold(*_pooled(judged, how, tempered, fusing, area_mm2))
    return replace(tempered, thresholds=thresholds)


def best_threshold(evidence: PerPoint, defective: np.ndarray, weight: PerPoint) -> float:
    """Give the evidence from which on calls have the best F1, patches counting by weight."""
    order = np.argsort(-evidence, kind="stable")
    hits = np.cumsum(np.where(defective, weight, 0)[order])
    called = np.cumsum(weight[order])
    f1 = 2 * hits / (called + hits[-1])
    value = evidence[order]
    last = np.append(value[1:] < value[:-1], True)  # patches of equal evidence are called together
    return float(value[last][np.argmax(f1[last])])


def write_calibration(calibration: Calibration, path: Path) -> None:
    """Write it as JSON, whole or not at all."""
    write_whole(path, json.dumps(plain(calibration), indent=1, sort_keys=True) + "\n")


def read_calibration(path: Path) -> Calibration:
    """Read it back; :class:`WorkError` where there is none, or it is damaged."""
    try:
        values: Any = json.loads(path.read_text(encoding="utf-8"))
        return read(Calibration, values, str(path))
    except OSError:
        raise WorkError(f"{path}: views were not calibrated yet; `blemish inspect STUDY` does it") from None
    except (ValueError, TypeError, RequestError) as error:
        raise WorkError(f"{path}: this is no calibration, or it is damaged: {error}; inspect again") from None


def _refuse_one_sided(judged: Sequence[Judged], defects: int, sound: int) -> None:
    if defects >= LEAST and sound >= LEAST:
        return
    what = "defects" if defects < LEAST else "sound surface"
    raise RequestError(
        f"the validation set ({len(judged)} specimens: {', '.join(one.specimen for one in judged) or 'none'}) shows "
        f"too few {what} to calibrate views: {defects} looks at patches with a defect and {sound} at patches without, "
        f"{LEAST} of each are needed; give the split more validation specimens ([split] shares) and run `blemish make`"
    )


def _edges(defects: np.ndarray, single: float, levels: int) -> tuple[float, ...]:
    """Put edges where defect patches fall into levels of like numbers, one of them at the single view's threshold."""
    if levels == 2:
        return (single,)
    cuts = np.quantile(defects, np.arange(1, levels - 1) / (levels - 1))
    return tuple(float(edge) for edge in np.unique(np.append(cuts, single)))


def _counts(judged: Sequence[Judged], fusing: Fusing, edges: tuple[float, ...], single: float) -> dict[str, Any]:
    bands, levels = len(fusing.angle_bands_deg) + 1, len(edges) + 1
    counts = np.zeros((2, bands, levels), dtype=np.int64)
    calls = np.zeros((2, bands), dtype=np.int64)
    for one in judged:
        for view in one.views:
            band = bands_of(view, fusing.angle_bands_deg)
            level = np.searchsorted(edges, view.log_odds, "right")
            has = (one.truth.share[view.patch] >= fusing.defect_share).astype(np.int64)
            place = (has * bands + band) * levels + level
            counts += np.bincount(place, minlength=counts.size).reshape(counts.shape)
            called = view.log_odds >= single
            calls += np.bincount((has * bands + band)[called], minlength=2 * bands).reshape(2, bands)
    totals = counts.sum(axis=2)
    rows = np.stack([calls[1], totals[1], calls[0], totals[0]], axis=1)
    return {
        "defects": tuple(map(tuple, counts[1].tolist())),
        "sound": tuple(map(tuple, counts[0].tolist())),
        "calls": tuple(map(tuple, rows.tolist())),
    }


def _pooled(
    judged: Sequence[Judged], how: Fusion, calibration: Calibration, fusing: Fusing, area_mm2: PerPoint
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give fused evidence, whether there is a defect, and area of all patches of all specimens that any view sees."""
    columns = []
    for one in judged:
        fused = fuse(one.views, how, len(area_mm2), calibration)
        seen = fused.views_seen > 0
        columns.append((fused.log_odds[seen], one.truth.share[seen] >= fusing.defect_share, area_mm2[seen]))
    evidence, defective, area = (np.concatenate(column) for column in zip(*columns, strict=True))
    return evidence, defective, area


def _exponent(sums: PerPoint, defective: np.ndarray, prior: float) -> float:
    """Give the g in (0, 1] of the greatest likelihood; its logarithm is concave in g."""
    from scipy.optimize import minimize_scalar

    start, sign = np.log(prior / (1 - prior)), np.where(defective, -1.0, 1.0)
    found = minimize_scalar(
        lambda g: float(np.logaddexp(0, sign * (start + g * sums)).sum()), bounds=(0.0, 1.0), method="bounded"
    )
    return float(found.x)
