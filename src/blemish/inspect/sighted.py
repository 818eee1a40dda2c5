"""Making sightings: each defect of each frame that was predicted, measured in mask, scores and geometry.

The *signal* of a sighting is the log-odds of the score that enough of its pixels reach: with the rule that a defect is
found when a share q of its n pixels is called, it is the log-odds of the k-th largest score among them,
k = max(1, ceil(q n)). So a defect is found exactly when its signal is not below the log-odds of the threshold, and the
signal-response model (``signal_response.py``) judges by the same rule as hits and misses do. The *noise* of a frame is
the same away from defects: the largest score that four pixels in a square reach.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from blemish.arrays import Instances, Scores
from blemish.dataset.index import FrameEntry
from blemish.dataset.layers import read_geometry
from blemish.dataset.read import Dataset
from blemish.dataset.record import DefectRecord, FrameRecord, SpecimenRecord
from blemish.evaluate.objects import ObjectRule, count_false_calls, seen_objects
from blemish.inspect.contrast import PixelContrast, pixel_contrast
from blemish.inspect.sightings import FRAME, ROW, Sightings
from blemish.inspect.surface.backproject import NOTHING, log_odds, optics_of

if TYPE_CHECKING:
    from blemish.inspect.predictions import Predictions

Maps = Mapping[str, np.ndarray]

_NEAR_PX = 5
_SHEET = ("focal_length_mm", "working_distance_mm", "pixel_pitch_um", "f_number")
_ALSO = {
    "diameter_mm": ("diameter_mm", "spread_mm"),
    "width_mm": ("width_mm", "breadth_mm"),
    "depth_mm": ("depth_mm", "height_mm"),
    "length_mm": ("length_mm",),
}
"""What the kinds of defects call a size, first come first served."""


def sightings_of(
    predictions: Predictions,
    progress: Callable[[int, int], None] | None = None,
    *,
    rule: ObjectRule | None = None,
    geometry: Callable[[FrameEntry], Maps | None] | None = None,
) -> Sightings:
    """List every defect in every frame that was predicted.

    ``geometry`` gives the maps of a frame (of ``geometry.exr``) or None; by default the dataset's own, where there are
    any. Without them angle, area seen and scale from depth are nan. Costs reading each frame's scores, mask and maps,
    and memory for one frame.
    """
    asked, dataset = rule or ObjectRule(), predictions.dataset
    maps_of = geometry or (lambda frame: _own_maps(dataset, frame))
    specimens: dict[str, SpecimenRecord] = {}
    rows: list[tuple[Any, ...]] = []
    frames: list[tuple[Any, ...]] = []
    pixels: PixelContrast | None = None
    for index, frame in enumerate(predictions.frames):
        if frame.specimen not in specimens:
            specimens[frame.specimen] = dataset.specimen(frame.specimen)
        look = _look(predictions, frame, specimens[frame.specimen], maps_of(frame), asked)
        rows += _sighted(look)
        frames.append(_framed(look))
        counted = pixel_contrast(dataset, look.record, look.mask, look.called)
        pixels = counted if pixels is None else pixels.plus(counted)
        if progress is not None:
            progress(index + 1, len(predictions.frames))
    return Sightings(np.array(rows, ROW), np.array(frames, FRAME), predictions.threshold, asked, pixels)


@dataclass(frozen=True, eq=False)
class _Look:
    """One frame with all that is known of it."""

    frame: FrameEntry
    record: FrameRecord
    specimen: SpecimenRecord
    mask: Instances
    scores: Scores
    called: np.ndarray
    maps: Maps | None
    rule: ObjectRule

    @property
    def focal_length_px(self) -> float:
        camera = self.record.camera or {}
        if not set(_SHEET) <= set(camera):
            return float("nan")
        return optics_of(camera, self.record.name).focal_length_px


def _own_maps(dataset: Dataset, frame: FrameEntry) -> Maps | None:
    path = dataset.root / "frames" / frame.name / "geometry.exr"
    return read_geometry(path) if path.is_file() else None


def _look(
    predictions: Predictions, frame: FrameEntry, specimen: SpecimenRecord, maps: Maps | None, rule: ObjectRule
) -> _Look:
    dataset = predictions.dataset
    scores = predictions.scores(frame)
    called = scores >= np.float32(predictions.threshold)
    return _Look(frame, dataset.record(frame), specimen, dataset.mask(frame), scores, called, maps, rule)


def _sighted(look: _Look) -> list[tuple[Any, ...]]:
    known = {one.id: one for one in look.record.defects}
    told = {one.id: one for one in look.specimen.defects}
    rows: list[tuple[Any, ...]] = []
    for one in seen_objects(look.mask, look.called, look.rule):
        defect = told.get(one.id) or DefectRecord(id=one.id, kind="unknown")
        seen = known.get(one.id)
        left, top, width, height = (seen.box_px if seen is not None else None) or (0, 0, *look.mask.shape[::-1])
        box = slice(top, top + height), slice(left, left + width)
        here = look.mask[box] == one.id
        cosine, px_per_mm = _angle_and_scale(look, box, here, defect)
        signal = signal_of(look.scores[box][here], look.rule.found_from)
        rows.append(
            (
                *(look.frame.specimen, look.frame.view, defect.kind, defect.region or ""),
                *(_finish(look.specimen, defect), one.id, *_sizes(defect), float(one.area_px), one.width_px),
                *(np.nan if value is None else value for value in _visible(seen)),
                *(cosine, px_per_mm, signal, float(look.called[box][here].mean()), one.found),
            )
        )
    return rows


def signal_of(scores: np.ndarray, found_from: float) -> float:
    """Give the log-odds that a share of a defect's pixels (n,) reaches; see the head of this file."""
    enough = min(len(scores), int(np.ceil(max(1, found_from * len(scores)))))
    at = np.partition(scores, len(scores) - enough)[len(scores) - enough]
    return float(log_odds(np.array([at], np.float32))[0])


def noise_of(scores: Scores, mask: Instances) -> float:
    """Give the log-odds that a square of two by two pixels away from defects reaches; -inf where there is none."""
    away = scores
    if mask.any():
        near = np.ones((2 * _NEAR_PX + 1, 2 * _NEAR_PX + 1), np.uint8)
        away = np.where(cv2.dilate((mask > 0).astype(np.uint8), near) > 0, np.float32(0), scores)
    strongest = cv2.erode(away.astype(np.float32), np.ones((2, 2), np.uint8)).max()
    return float(log_odds(np.array([strongest], np.float32))[0])


def _framed(look: _Look) -> tuple[Any, ...]:
    false_calls = count_false_calls(look.mask, look.called, look.rule)
    defects = len(np.unique(look.mask[look.mask > 0]))
    noise = noise_of(look.scores, look.mask)
    return look.frame.specimen, look.frame.view, false_calls, defects, _area_seen_mm2(look), noise


def _area_seen_mm2(look: _Look) -> float:
    """Add up the surface behind the pixels: (depth / f)^2 / cosine each; grazing ones count as if at 5 degrees."""
    if look.maps is None:
        return float("nan")
    seen = look.maps["triangle"] != NOTHING
    depth, cosine = look.maps["depth.Z"][seen], look.maps["cosine"][seen].astype(np.float32)
    return float(((depth / look.focal_length_px) ** 2 / np.maximum(np.abs(cosine), 0.087)).sum())


def _angle_and_scale(
    look: _Look, box: tuple[slice, slice], here: np.ndarray, defect: DefectRecord
) -> tuple[float, float]:
    """Give the mean cosine of the angle of sight, and pixels a millimetre of a surface that faces the camera."""
    if look.maps is not None:
        on = here & (look.maps["triangle"][box] != NOTHING)
        if on.any():
            cosine = float(np.abs(look.maps["cosine"][box][on].astype(np.float64)).mean())
            return cosine, look.focal_length_px / float(look.maps["depth.Z"][box][on].mean())
    pose = look.record.pose
    if pose is None or defect.position_mm is None:
        return float("nan"), float("nan")
    depth = float(pose.inverse().apply(np.array([defect.position_mm], float))[0, 2])
    return float("nan"), look.focal_length_px / depth


def _sizes(defect: DefectRecord) -> list[float]:
    drawn = defect.parameters
    found = {name: next((drawn[key] for key in keys if key in drawn), None) for name, keys in _ALSO.items()}
    if found["depth_mm"] is None:
        found["depth_mm"] = defect.depth_mm
    found["area_mm2"] = defect.area_mm2
    return [float(value) if isinstance(value, int | float) else float("nan") for value in found.values()]


def _visible(seen: Any) -> tuple[float | None, float | None]:
    return (None, None) if seen is None else (seen.contrast, seen.detectability)


def _finish(specimen: SpecimenRecord, defect: DefectRecord) -> str:
    drawn = specimen.finishes.get(defect.region or "")
    return str(drawn.get("kind", "")) if isinstance(drawn, Mapping) else ""
