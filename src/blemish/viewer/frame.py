"""The dataset's frame of a view: the image, what is true outlined in green, what the model called there in red."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from blemish.dataset import open_dataset
from blemish.dataset.index import FrameEntry, Frames
from blemish.inspect.predictions import open_predictions

LONGEST_PX = 800
CALLED, TRUE = (235, 40, 40), (60, 220, 60)


@dataclass(frozen=True, eq=False)
class FramePicture:
    """A picture and what it shows."""

    picture: np.ndarray
    """RGB, uint8 (h, w, 3)."""
    words: str


def frame_picture(run: Path, specimen: str, view: str) -> FramePicture | None:
    """Show a frame of a run's dataset; None where there is none.

    With predictions in ``inspection/predictions`` what they call is outlined too. Raises what opening the dataset and
    the predictions raises where they are damaged or do not belong together.
    """
    if not (run / "dataset" / "frames" / specimen / view / "frame.json").is_file():
        return None
    dataset = open_dataset(run / "dataset")
    frame = _named(dataset.frames, specimen, view)
    if frame is None:
        return None
    image = dataset.image(frame)
    grey = (image >> (frame.bits - 8)).astype(np.uint8) if image.dtype == np.uint16 else image
    true, called, told = dataset.defect_mask(frame), np.zeros(image.shape, dtype=bool), ""
    asked = (run / "inspection" / "predictions" / name for name in (dataset.splits.sets if dataset.splits else ()))
    found = next((one for one in asked if (one / "scores" / specimen / f"{view}.png").is_file()), None)
    if found is not None:
        predictions = open_predictions(found, dataset)
        called = predictions.scores(frame) >= predictions.threshold
        told = f", called in red (score {predictions.threshold:.2f} or more)"
    words = f"Frame {specimen}/{view} of the dataset: true defects in green{told}"
    return FramePicture(outlined(grey, called, true), words)


def outlined(grey: np.ndarray, called: np.ndarray, true: np.ndarray) -> np.ndarray:
    """Draw two masks around what they hold, on a picture that is made smaller first, RGB."""
    import cv2

    factor = min(1.0, LONGEST_PX / max(grey.shape))
    height, width = (max(1, round(side * factor)) for side in grey.shape)
    picture = np.repeat(cv2.resize(grey, (width, height), interpolation=cv2.INTER_AREA)[..., None], 3, axis=2)
    line = max(1, round(max(width, height) / 300))
    for mask, colour, gap in ((true, TRUE, 0), (called, CALLED, line)):
        share = cv2.resize(mask.astype(np.float32), (width, height), interpolation=cv2.INTER_AREA)
        shown = (share > 0).astype(np.uint8)
        within, around = (cv2.dilate(shown, np.ones((2 * far + 1,) * 2, np.uint8)) for far in (gap, gap + line))
        picture[around > within] = colour
    return np.asarray(picture)


def _named(frames: Frames, specimen: str, view: str) -> FrameEntry | None:
    found = np.flatnonzero(frames.names() == f"{specimen}/{view}".encode())
    return frames[int(found[0])] if len(found) else None
