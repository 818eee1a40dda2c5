"""What is called a defect in learning: all of it that is in view, only what can be seen, or what would be drawn around.

A rendered frame may have ``visibility.png``: for each defect pixel its contrast-to-noise ratio against the same frame
without defects, times 100 (16 bits; 0 where there is no defect). With ``label = "visible"`` defect pixels below
``visible_from`` are neither defect nor correct: loss, threshold and validation pass over them.

A rendered mask ends where the metal is broken. Who marks photographs draws a line around that, with a margin; with
``label_margin_px`` rendered labels are grown by as much, so that both mean the same. Photographs' labels stay.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from blemish.arrays import Instances
from blemish.dataset import png
from blemish.dataset.index import FrameEntry
from blemish.dataset.read import Dataset
from blemish.errors import DatasetError, RequestError
from blemish.learn.protocol import Protocol

IGNORED = 2
"""The label of pixels that do not count; 0 is correct, 1 a defect."""
STEPS_A_UNIT = 100
"""Values of ``visibility.png`` in a contrast-to-noise ratio of 1."""


@dataclass(frozen=True, eq=False)
class Labels(Dataset):
    """A dataset whose masks are labels: 0, 1 and :data:`IGNORED` where a defect is too faint."""

    visible_from: float | None = None
    """Fainter defect pixels are ignored; ``None`` counts all."""
    margin_px: int = 0
    """How far labels of rendered frames are grown."""

    def mask(self, frame: FrameEntry) -> Instances:
        """Read a frame's labels; photographs have no ``visibility.png``, their annotators marked what they saw."""
        there = super().mask(frame) > 0
        labels = there.astype(np.uint16)
        if self.visible_from is not None:
            labels[there & self._is_faint(frame)] = IGNORED
        if self.margin_px and self.header.kind == "rendered":
            side = 2 * self.margin_px + 1
            disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
            grown = cv2.dilate((labels == 1).astype(np.uint8), disc) > 0
            labels[grown & (labels == 0)] = 1
        return labels

    def _is_faint(self, frame: FrameEntry) -> np.ndarray:
        path = self.root / "frames" / frame.specimen / frame.view / "visibility.png"
        if path.is_file():
            try:
                ratio = png.decode(path.read_bytes(), frame.width_px, frame.height_px, 16)
            except png.DamagedError as error:
                raise DatasetError(f"{path}: damaged: {error}; make the dataset again") from None
            return ratio < (self.visible_from or 0) * STEPS_A_UNIT
        if self.header.kind == "rendered":
            raise RequestError(
                f"{path}: there is no such file, so it is not known which defects can be seen; make the dataset with "
                'visibility, or use label = "geometric"'
            )
        return np.zeros((frame.height_px, frame.width_px), bool)


def labelled(dataset: Dataset, protocol: Protocol) -> Dataset:
    """Give a dataset whose masks are labels as a protocol wants them."""
    visible_from = protocol.visible_from if protocol.label == "visible" else None
    if visible_from is None and not protocol.label_margin_px:
        return dataset
    margin_px = protocol.label_margin_px
    return Labels(dataset.root, dataset.header, dataset.frames, visible_from=visible_from, margin_px=margin_px)


def folder_name(protocol: Protocol) -> str:
    """Name the part of the tile cache that holds such labels: they differ from the masks on disk."""
    visible = f"visible-{protocol.visible_from:g}" if protocol.label == "visible" else ""
    margin = f"margin-{protocol.label_margin_px}" if protocol.label_margin_px else ""
    return "-".join(part for part in (visible, margin) if part) or "."
