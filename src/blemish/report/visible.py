"""How much of what the masks mark can be seen at all: from the visibility that was measured when frames were made."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from blemish.dataset import png
from blemish.dataset.layers import STEPS_A_UNIT
from blemish.dataset.read import Dataset

MOST_FRAMES = 400
"""Frames that are read; of more, so many are taken at equal steps."""
SEEN_FROM = 1.0
"""The contrast-to-noise ratio from which a pixel counts as seen."""
EDGES = np.array([0, 0.25, 0.5, 1, 2, 4, 8, 16, np.inf])


@dataclass(frozen=True)
class Seen:
    """Labelled pixels, and defects in views, by contrast-to-noise ratio."""

    frames: int
    pixels: np.ndarray
    """How many labelled pixels fall between the edges, int64 (8,)."""
    views: np.ndarray
    """How many defects, as one view shows them, by the ratio of their pixels (root mean square), int64 (8,)."""

    def sentence(self) -> str:
        """Say what it means."""
        below = int(np.searchsorted(EDGES, SEEN_FROM))
        unseen = self.pixels[:below].sum() / max(self.pixels.sum(), 1)
        hidden = self.views[:below].sum() / max(self.views.sum(), 1)
        return (
            f"The masks say where a defect is, not where it can be seen: of the labelled pixels {unseen:.0%} change "
            f"the picture by less than its noise and texture (a contrast-to-noise ratio below {SEEN_FROM:g}), and so "
            f"do {hidden:.0%} of the {self.views.sum()} views of defects as a whole. Measured on {self.frames} frames "
            'against the part without defects; label = "visible" in [learn] passes over such pixels.'
        )


def seen_of(dataset: Dataset) -> Seen | None:
    """Count a dataset's labelled pixels by contrast; None where nothing was measured."""
    step = max(1, -(-len(dataset.frames) // MOST_FRAMES))
    pixels, views, count = np.zeros(len(EDGES) - 1, np.int64), np.zeros(len(EDGES) - 1, np.int64), 0
    for frame in dataset.frames[::step]:
        record = dataset.record(frame)
        path = dataset.root / "frames" / record.name / "visibility.png"
        if record.visibility_sha256 is None or not path.is_file():
            continue
        count += 1
        ratios = [one.contrast for one in record.defects if one.contrast is not None]
        views += np.histogram(ratios, EDGES)[0]
        if ratios:
            hundredths = png.decode(path.read_bytes(), record.width_px, record.height_px, 16)
            mask = dataset.mask(frame)
            pixels += np.histogram(hundredths[mask > 0] / STEPS_A_UNIT, EDGES)[0]
    return Seen(count, pixels, views) if pixels.sum() else None


def draw(seen: Seen, axes: Any) -> None:
    """Draw both counts as bars, on two axes."""
    names = [f"{low:g} - {high:g}" if np.isfinite(high) else f"{low:g} +" for low, high in pairwise(EDGES)]
    for axis, counts, what in ((axes[0], seen.pixels, "labelled pixels"), (axes[1], seen.views, "views of defects")):
        colours = ["#c0392b" if high <= SEEN_FROM else "#3b6ea5" for high in EDGES[1:]]
        axis.bar(names, counts / max(counts.sum(), 1), color=colours)
        axis.set(xlabel="contrast-to-noise ratio", ylabel=f"share of {what}")
        axis.tick_params(axis="x", labelrotation=45)
