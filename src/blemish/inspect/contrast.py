"""Labelled pixels by how far they stand out from the picture without defects, and how many of them were called."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from blemish.arrays import Instances, Mask
from blemish.dataset import png
from blemish.dataset.layers import STEPS_A_UNIT
from blemish.dataset.read import Dataset
from blemish.dataset.record import FrameRecord

EDGES = (0.0, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, float("inf"))
"""Contrast-to-noise ratios: half of these classes lies below 1 and above, in doublings."""


@dataclass(frozen=True, eq=False)
class PixelContrast:
    """Counts of labelled pixels."""

    labelled: np.ndarray
    """By class of contrast between :data:`EDGES`, int64 (8,)."""
    called: np.ndarray
    """Those of them that the model called, int64 (8,)."""
    unknown: int
    """Labelled pixels of frames that do not tell their contrast."""
    unknown_called: int

    def plus(self, other: PixelContrast) -> PixelContrast:
        """Add two counts."""
        return PixelContrast(
            self.labelled + other.labelled,
            self.called + other.called,
            self.unknown + other.unknown,
            self.unknown_called + other.unknown_called,
        )


def pixel_contrast(dataset: Dataset, record: FrameRecord, mask: Instances, called: Mask) -> PixelContrast:
    """Count the pixels of one frame; its contrasts are read from ``visibility.png`` where it has one."""
    nothing = np.zeros(len(EDGES) - 1, np.int64)
    there = mask > 0
    if not there.any():
        return PixelContrast(nothing, nothing, 0, 0)
    path = dataset.root / "frames" / record.name / "visibility.png"
    if record.visibility_sha256 is None or not path.is_file():
        return PixelContrast(nothing, nothing, int(there.sum()), int((there & called).sum()))
    hundredths = png.decode(path.read_bytes(), record.width_px, record.height_px, 16)
    contrast = hundredths[there] / STEPS_A_UNIT
    return PixelContrast(
        np.histogram(contrast, EDGES)[0].astype(np.int64),
        np.histogram(contrast[called[there]], EDGES)[0].astype(np.int64),
        0,
        0,
    )
