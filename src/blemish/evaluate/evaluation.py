"""A model against one set of a dataset, at full resolution and at the threshold that was chosen before."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from blemish.dataset.atomic import clear, replace_file
from blemish.dataset.index import FrameEntry, Frames
from blemish.dataset.read import Dataset
from blemish.errors import RequestError, WorkError
from blemish.evaluate import pixels
from blemish.evaluate.objects import ObjectRule, ObjectScores, Tally
from blemish.evaluate.pixels import CurvePoint, Interval, PixelCounts
from blemish.learn import histogram
from blemish.learn.checkpoint import Model
from blemish.learn.exposure import levels
from blemish.learn.geometry import network_maps
from blemish.learn.prediction import predict
from blemish.settings import plain

FILE = "evaluation.json"
PREDICTIONS = "predictions"
VERSION = 3
_PICTURE = re.compile(rf"{PREDICTIONS}/\d{{3,9}}-[a-z]+\.png")
"""Pictures lie inside the evaluation: a report, which holds them, never shows what lies elsewhere."""


@dataclass(frozen=True)
class Example:
    """One frame as pictures of 8 bits; paths are relative to ``evaluation.json``."""

    frame: str
    image: str
    mask: str
    """White where a defect is."""
    scores: str
    """White where the model is sure of a defect."""
    called: str
    """White where it calls one: 8 bits of the scores would not tell at a low threshold."""


@dataclass(frozen=True)
class Evaluation:
    """What a model is worth on one set of frames."""

    dataset: str
    dataset_digest: str
    split: str
    network: str
    model_digest: str
    images: int
    images_with_defects: int
    threshold: float
    precision: float
    recall: float
    f1: float
    f1_interval: Interval | None
    """95 %, by bootstrap over specimens; ``None`` for fewer than two."""
    average_precision: float
    best_f1: float
    """With the threshold that would have been best on these very frames."""
    pixels: PixelCounts
    objects: ObjectScores
    curve: tuple[CurvePoint, ...]
    by_specimen: dict[str, PixelCounts]
    examples: tuple[Example, ...]
    version: int = VERSION


def evaluate(
    model: Model,
    dataset: Dataset,
    split: str,
    folder: Path,
    progress: Callable[[int, int], None] | None = None,
    *,
    rule: ObjectRule | None = None,
    examples: int = 6,
) -> Evaluation:
    """Score every frame of a set; write ``evaluation.json`` and some predictions into ``folder``, and give the same.

    ``progress`` is told frames done and frames in all. Raises :class:`RequestError` when the set is empty. Costs one
    pass of the network over each frame, and memory for one frame.
    """
    frames = dataset.split(split)
    if len(frames) == 0:
        raise RequestError(f"{dataset.root}: the set {split!r} is empty; there is nothing to evaluate on")
    clear(folder)
    scored, tally = histogram.empty(), Tally(rule or ObjectRule())
    by_specimen: dict[str, PixelCounts] = {}
    shown = _choose_examples(frames, examples)
    written: list[Example] = []
    kinds = _Kinds(dataset)
    for index, frame in enumerate(frames):
        image, mask = dataset.image(frame), dataset.mask(frame)
        scores = predict(model, image, network_maps(dataset, frame, model.protocol))
        called = scores >= np.float32(model.threshold.value)
        scored.add(scores, mask > 0)
        tally.add(mask, called, kinds.of(frame), _contrasts(dataset, frame), frame.specimen)
        by_specimen[frame.specimen] = _counted(called, mask > 0, by_specimen.get(frame.specimen))
        if index in shown:
            pictures = {"image": levels(image), "mask": (mask > 0) * 255.0, "scores": scores * 255}
            pictures["called"] = called * 255.0
            written.append(_write_example(folder, len(written), frame, pictures))
        if progress is not None:
            progress(index + 1, len(frames))
    evaluation = _summed(
        model, dataset, split, scored, tally, frames=frames, by_specimen=by_specimen, examples=tuple(written)
    )
    replace_file(folder, folder / FILE, (json.dumps(plain(evaluation), indent=1) + "\n").encode())
    clear(folder)
    return evaluation


def read_evaluation(folder: Path) -> Evaluation:
    """Read ``evaluation.json`` back; :class:`WorkError` when it is missing, damaged or of another version."""
    from pydantic import TypeAdapter, ValidationError

    path = folder / FILE
    try:
        found = TypeAdapter(Evaluation).validate_json(path.read_bytes())
    except FileNotFoundError:
        raise WorkError(f"{path}: there is no evaluation here; `blemish evaluate` makes one") from None
    except ValidationError as error:
        raise WorkError(
            f"{path}: not an evaluation of this version ({error.error_count()} faults); evaluate again"
        ) from None
    named = [name for one in found.examples for name in (one.image, one.mask, one.scores, one.called)]
    strange = [name for name in named if not _PICTURE.fullmatch(name)]
    if strange:
        raise WorkError(f"{path}: it names a picture that no evaluation writes, {strange[0][:80]!r}; evaluate again")
    return found


def _summed(
    model: Model,
    dataset: Dataset,
    split: str,
    scored: histogram.ScoreHistogram,
    tally: Tally,
    *,
    frames: Frames,
    by_specimen: dict[str, PixelCounts],
    examples: tuple[Example, ...],
) -> Evaluation:
    counts = pixels.count(scored, model.threshold.value)
    return Evaluation(
        dataset=dataset.header.name,
        dataset_digest=dataset.header.digests.get("frames.npy", ""),
        split=split,
        network=model.protocol.network,
        model_digest=model.digest,
        images=len(frames),
        images_with_defects=int((frames.column("defect_px") > 0).sum()),
        threshold=model.threshold.value,
        precision=counts.precision,
        recall=counts.recall,
        f1=counts.f1,
        f1_interval=pixels.f1_interval(by_specimen.values()),
        average_precision=pixels.average_precision(scored),
        best_f1=pixels.best_f1(scored),
        pixels=counts,
        objects=tally.scores(),
        curve=pixels.curve(scored),
        by_specimen=by_specimen,
        examples=examples,
    )


def _contrasts(dataset: Dataset, frame: FrameEntry) -> dict[int, float]:
    """Give the contrast-to-noise ratio of each defect in a frame, as far as its record tells it."""
    if not frame.defective:
        return {}
    return {one.id: one.contrast for one in dataset.record(frame).defects if one.contrast is not None}


class _Kinds:
    """The kind of each defect id, read once a specimen; frames come sorted by specimen."""

    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset
        self.specimen = ""
        self.kinds: dict[int, str] = {}

    def of(self, frame: FrameEntry) -> dict[int, str]:
        if frame.specimen != self.specimen:
            self.specimen = frame.specimen
            self.kinds = {defect.id: defect.kind for defect in self.dataset.specimen(frame.specimen).defects}
        return self.kinds


def _counted(called: Any, there: Any, before: PixelCounts | None) -> PixelCounts:
    true = int((called & there).sum())
    false, missed = int(called.sum()) - true, int(there.sum()) - true
    counts = [true, false, missed, called.size - true - false - missed]
    if before is not None:
        earlier = (before.true_positive, before.false_positive, before.false_negative, before.true_negative)
        counts = [a + b for a, b in zip(counts, earlier, strict=True)]
    return PixelCounts(*counts)


def _choose_examples(frames: Frames, wanted: int) -> set[int]:
    """Choose frames evenly spread over those with defects, and one in four over those without."""
    has = frames.column("defect_px") > 0
    shows, correct = np.flatnonzero(has), np.flatnonzero(~has)
    num_correct = min(max(wanted // 4, wanted - len(shows)), len(correct))
    chosen: set[int] = set()
    for pool, number in ((correct, num_correct), (shows, min(wanted - num_correct, len(shows)))):
        chosen |= {int(pool[i]) for i in np.linspace(0, len(pool) - 1, number).round().astype(int)}
    return chosen


def _write_example(folder: Path, number: int, frame: FrameEntry, pictures: dict[str, Any]) -> Example:
    names = {}
    for kind, values in pictures.items():
        names[kind] = f"{PREDICTIONS}/{number:03d}-{kind}.png"
        packed = cv2.imencode(".png", np.clip(np.round(values), 0, 255).astype(np.uint8))[1]
        replace_file(folder, folder / names[kind], packed.tobytes())
    return Example(frame=frame.name, **names)
