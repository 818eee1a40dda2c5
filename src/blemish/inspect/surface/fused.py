"""What each way of fusing is worth, side by side: held against what was imprinted.

A patch has a defect when at least ``defect_share`` of it is one; patches count by their area, and those that no view
sees count nowhere. A defect is found when called patches hold at least ``found_from`` of its area; a called place that
touches no significant defect is a false call. For comparison, ``single`` judges each view by itself, as an inspector
would who looks at one image after the other: each view counts the patches and defects that it sees, and false calls are
those of all views of a part.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from blemish.evaluate.objects import Found, recall_interval
from blemish.evaluate.pixels import Interval
from blemish.inspect.surface.buffers import Buffers, laid, views_of
from blemish.inspect.surface.calibrate import Calibration, Judged
from blemish.inspect.surface.fuse import Evidence, fuse
from blemish.inspect.surface.fusing import FUSIONS, Fusing
from blemish.inspect.surface.marked import truth_of_marks
from blemish.inspect.surface.on_part import joined
from blemish.inspect.surface.patches import Patches, Truth, truth_of

if TYPE_CHECKING:
    from blemish.inspect.predictions import Predictions


@dataclass(frozen=True)
class FusedScores:
    """What one way of fusing is worth on a set of specimens."""

    how: str
    """``single``: each view by itself; or a fusion."""
    threshold: float
    precision: float
    """Of the called area, the share that is defect patches."""
    recall: float
    """Of the area of defect patches that are seen, the share that is called."""
    f1: float
    defects: Found
    """Of the defects that are seen, those found; for single views each view counts each that it sees."""
    defects_of_part: Found
    """Of all defects of the specimens, those found; for single views, found by any one of them."""
    false_calls_per_part: float
    """Called places without a defect on one specimen; for single views those of all its views."""
    parts: int
    views_per_part: float
    recall_interval: Interval | None = None
    """95 % of the share of seen defects found, by bootstrap over specimens; None for fewer than two."""


@dataclass(frozen=True)
class _Count:
    """What is called on one specimen, by one view or by all."""

    called_mm2: float
    hit_mm2: float
    defect_mm2: float
    false_calls: int
    seen: frozenset[int]
    found: frozenset[int]


def judge(
    predictions: Predictions,
    patches: Patches,
    buffers: Buffers,
    progress: Callable[[int, int], None] | None = None,
) -> list[Judged]:
    """Put the predictions of every specimen of a set onto the part.

    ``progress`` is told frames done and frames in all. Raises :class:`RequestError` that tells at once which frames
    have no geometry. Costs about a second a frame of five megapixels beside the reading of its files; what is kept of a
    frame is some bytes for each patch that it sees.
    """
    buffers.check(predictions.frames)
    judged, done = [], 0
    for specimen in sorted({frame.specimen for frame in predictions.frames}):
        geometry, lookup = laid(buffers, specimen, patches)
        is_measured = buffers.is_measured(specimen)
        views, marks = [], []
        for view, marked in views_of(predictions, specimen, lookup, buffers, marks=not is_measured):
            views.append(view)
            marks += [marked] if marked is not None else []
            done += 1
            if progress is not None:
                progress(done, len(predictions.frames))
        if is_measured:
            significant = {one.id for one in predictions.dataset.specimen(specimen).defects if one.significant}
            truth = truth_of(geometry, lookup, significant)
        else:
            truth = truth_of_marks(marks, patches)
        judged.append(Judged(specimen, tuple(views), truth))
    return judged


def compare_fusions(
    judged: Sequence[Judged], patches: Patches, calibration: Calibration, fusing: Fusing
) -> list[FusedScores]:
    """Score single views and every fusion on the same specimens, each at the threshold of the validation set."""
    rows = []
    single = calibration.thresholds["single"]
    alone = [
        [_count(one, patches, fuse([view], "mean", len(patches)), single, fusing) for view in one.views]
        for one in judged
    ]
    rows.append(_told("single", single, alone, judged))
    for how in FUSIONS:
        threshold = calibration.thresholds[how]
        fused = (fuse(one.views, how, len(patches), calibration) for one in judged)
        pairs = zip(judged, fused, strict=True)
        counts = [[_count(one, patches, evidence, threshold, fusing)] for one, evidence in pairs]
        rows.append(_told(how, threshold, counts, judged))
    return rows


def _count(one: Judged, patches: Patches, evidence: Evidence, threshold: float, fusing: Fusing) -> _Count:
    label, number = joined(evidence.called(threshold), patches)
    area = np.bincount(label[label >= 0], patches.area_mm2[label >= 0], minlength=number)
    large = np.append(area >= fusing.smallest_call_mm2, False)  # the last is for patches that are not called, -1
    called = large[label]
    has, seen = one.truth.share >= fusing.defect_share, evidence.views_seen > 0
    true = np.unique(label[one.truth.patch])
    visible = _held(one.truth, seen, fusing)
    return _Count(
        called_mm2=float(patches.area_mm2[called].sum()),
        hit_mm2=float(patches.area_mm2[called & has].sum()),
        defect_mm2=float(patches.area_mm2[seen & has].sum()),
        false_calls=int(large.sum()) - int(large[true].sum()),
        seen=visible,
        found=visible & _held(one.truth, called, fusing),
    )


def _held(truth: Truth, where: np.ndarray, fusing: Fusing) -> frozenset[int]:
    """Give the defects of which at least ``found_from`` of the area lies on these patches."""
    inside = where[truth.patch]
    ids, place = np.unique(truth.defect, return_inverse=True)
    held = np.bincount(place[inside], truth.area_mm2[inside], minlength=len(ids))
    whole = np.bincount(place, truth.area_mm2, minlength=len(ids))
    return frozenset(ids[(held > 0) & (held >= fusing.found_from * whole)].tolist())


def _told(how: str, threshold: float, counts: Sequence[Sequence[_Count]], judged: Sequence[Judged]) -> FusedScores:
    every = [count for of_part in counts for count in of_part]
    called, hit, defect = (sum(getattr(one, name) for one in every) for name in ("called_mm2", "hit_mm2", "defect_mm2"))
    pairs = np.array(
        [[sum(len(one.found) for one in part), sum(len(one.seen) for one in part)] for part in counts], dtype=np.int64
    ).reshape(-1, 2)
    by_any = [frozenset().union(*(one.found for one in of_part)) for of_part in counts]
    return FusedScores(
        how=how,
        threshold=threshold,
        precision=hit / called if called else 0.0,
        recall=hit / defect if defect else 0.0,
        f1=2 * hit / (called + defect) if called + defect else 0.0,
        defects=Found(*(int(total) for total in pairs.sum(axis=0))),
        defects_of_part=Found(sum(map(len, by_any)), sum(len(one.truth.defect_area_mm2) for one in judged)),
        false_calls_per_part=sum(one.false_calls for one in every) / max(len(judged), 1),
        parts=len(judged),
        views_per_part=sum(len(one.views) for one in judged) / max(len(judged), 1),
        recall_interval=recall_interval(pairs[pairs[:, 1] > 0]),
    )
