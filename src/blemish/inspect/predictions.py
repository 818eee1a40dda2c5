"""What a model thinks of every pixel of a set of frames, kept on disk, so that it is asked once.

::

    predictions.json                 dataset, model, threshold and set that the scores belong to
    scores/<specimen>/<view>.png     16 bits grey: 65535 times the probability of a defect

Sixteen bits tell log-odds up to 11, and thresholds of a thousandth.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from blemish.arrays import Scores
from blemish.dataset import png
from blemish.dataset.atomic import clear, replace_file
from blemish.dataset.index import FrameEntry, Frames
from blemish.dataset.read import Dataset
from blemish.errors import RequestError, WorkError
from blemish.settings import Fraction, plain, read, settings

if TYPE_CHECKING:
    from blemish.learn import Model

FILE = "predictions.json"
FORMAT = "blemish predictions"
VERSION = 1
FULL = 65535
"""The value of a probability of 1."""


@settings
class Asked:
    """``predictions.json``: who was asked about what."""

    format: str = FORMAT
    version: int = VERSION
    dataset: str
    """Name of the dataset."""
    dataset_digest: str
    """SHA-256 of its list of frames, which holds the digest of every frame."""
    split: str
    network: str
    model_digest: str
    """SHA-256 of the weights."""
    threshold: Fraction
    """Scores from here on are called defects."""
    complete: bool = False
    """Whether every frame of the set has its scores."""


@dataclass(frozen=True, eq=False)
class Predictions:
    """Scores of the frames of one set."""

    root: Path
    dataset: Dataset
    asked: Asked
    frames: Frames

    @property
    def threshold(self) -> float:
        """The score from which on a pixel is called a defect."""
        return float(self.asked.threshold)

    def scores(self, frame: FrameEntry) -> Scores:
        """Read the probability of a defect in each pixel, (h, w) float32; :class:`WorkError` if it is damaged."""
        path = _path(self.root, frame)
        try:
            levels = png.decode(path.read_bytes(), frame.width_px, frame.height_px, 16)
        except (OSError, png.DamagedError) as error:
            raise WorkError(f"{path}: these scores are damaged ({error}); remove the file and inspect again") from None
        return levels.astype(np.float32) / FULL


def predict_dataset(
    model: Model,
    dataset: Dataset,
    split: str,
    folder: Path,
    progress: Callable[[int, int], None] | None = None,
) -> Predictions:
    """Ask a model about every frame of a set (``*``: of all); what the same model said of the same dataset is kept.

    Raises :class:`RequestError` when the set is empty. Costs one pass of the network over each frame.
    """
    from blemish.learn import predict
    from blemish.learn.geometry import network_maps

    frames = frames_of(dataset, split)
    if len(frames) == 0:
        raise RequestError(f"{dataset.root}: the set {split!r} is empty; there is nothing to inspect")
    asked = Asked(
        dataset=dataset.header.name,
        dataset_digest=_digest(dataset),
        split=split,
        network=model.protocol.network,
        model_digest=model.digest,
        threshold=model.threshold.value,
    )
    clear(folder)
    if not _same(folder, asked):
        shutil.rmtree(folder / "scores", ignore_errors=True)
        _write(folder, asked)
    for index, frame in enumerate(frames):
        if not _path(folder, frame).is_file():
            scores = predict(model, dataset.image(frame), network_maps(dataset, frame, model.protocol))
            packed = png.encode(np.rint(scores * FULL).astype(np.uint16))
            replace_file(folder, _path(folder, frame), packed)
        if progress is not None:
            progress(index + 1, len(frames))
    _write(folder, Asked(**{**plain(asked), "complete": True}))
    clear(folder)
    return open_predictions(folder, dataset)


def open_predictions(folder: Path, dataset: Dataset) -> Predictions:
    """Open scores that were kept.

    Raises :class:`RequestError` when there are none, when they belong to another dataset or to frames that have been
    made anew since, and when some are missing.
    """
    asked = _read(folder)
    if asked is None:
        raise RequestError(f"{folder}: no predictions are kept here; `blemish inspect STUDY` makes them")
    if asked.dataset_digest != _digest(dataset):
        raise RequestError(
            f"{folder}: these predictions belong to another state of a dataset ({asked.dataset!r}) than the one in "
            f"{dataset.root} ({dataset.header.name!r}); `blemish inspect STUDY` asks the model again"
        )
    frames = frames_of(dataset, asked.split)
    missing = [frame.name for frame in frames if not _path(folder, frame).is_file()]
    if missing:
        raise RequestError(
            f"{folder}: scores of {len(missing)} of {len(frames)} frames are missing, the first of {missing[0]}; "
            "`blemish inspect STUDY` goes on where it stopped"
        )
    return Predictions(folder, dataset, asked, frames)


def frames_of(dataset: Dataset, split: str) -> Frames:
    """Give the frames of one set; ``*`` is all of them."""
    return dataset.frames if split == "*" else dataset.split(split)


def _path(folder: Path, frame: FrameEntry) -> Path:
    return folder / "scores" / frame.specimen / f"{frame.view}.png"


def _digest(dataset: Dataset) -> str:
    return dataset.header.digests.get("frames.npy", "")


def _same(folder: Path, asked: Asked) -> bool:
    before = _read(folder)
    return before is not None and {**plain(before), "complete": False} == plain(asked)


def _write(folder: Path, asked: Asked) -> None:
    replace_file(folder, folder / FILE, (json.dumps(plain(asked), indent=1, sort_keys=True) + "\n").encode())


def _read(folder: Path) -> Asked | None:
    path = folder / FILE
    if not path.is_file():
        return None
    try:
        found = read(Asked, json.loads(path.read_bytes()), str(path))
    except (ValueError, OSError) as error:
        raise WorkError(f"{path}: this file is damaged ({error}); remove the folder and inspect again") from None
    if (found.format, found.version) != (FORMAT, VERSION):
        raise WorkError(
            f"{path}: this is {found.format!r} version {found.version}; this program reads {FORMAT!r} version {VERSION}"
        )
    return found
