"""What is called a defect in learning: all of it that is in view, or only what can be seen.

A rendered frame may have ``visibility.png``: for each defect pixel its contrast-to-noise ratio against the same frame
without defects, times 100 (16 bits; 0 where there is no defect). With ``label = "visible"`` defect pixels below
``visible_from`` are neither defect nor correct: loss, threshold and validation pass over them.
"""

from __future__ import annotations

from dataclasses import dataclass

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
class VisibleLabels(Dataset):
    """A dataset whose masks are labels: 0, 1 and :data:`IGNORED` where a defect is too faint."""

    visible_from: float = 0.0

    def mask(self, frame: FrameEntry) -> Instances:
        """Read a frame's labels; photographs have no ``visibility.png``, their annotators marked what they saw."""
        there = super().mask(frame) > 0
        labels = there.astype(np.uint16)
        path = self.root / "frames" / frame.specimen / frame.view / "visibility.png"
        if path.is_file():
            try:
                ratio = png.decode(path.read_bytes(), frame.width_px, frame.height_px, 16)
            except png.DamagedError as error:
                raise DatasetError(f"{path}: damaged: {error}; make the dataset again") from None
            labels[there & (ratio < self.visible_from * STEPS_A_UNIT)] = IGNORED
        elif self.header.kind == "rendered":
            raise RequestError(
                f"{path}: there is no such file, so it is not known which defects can be seen; make the dataset with "
                'visibility, or use label = "geometric"'
            )
        return labels


def labelled(dataset: Dataset, protocol: Protocol) -> Dataset:
    """Give a dataset whose masks are labels as a protocol wants them."""
    if protocol.label == "geometric":
        return dataset
    return VisibleLabels(dataset.root, dataset.header, dataset.frames, visible_from=protocol.visible_from)


def folder_name(protocol: Protocol) -> str:
    """Name the part of the tile cache that holds such labels: they differ from the masks on disk."""
    return "." if protocol.label == "geometric" else f"visible-{protocol.visible_from:g}"
