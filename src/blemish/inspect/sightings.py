"""Sightings: every significant defect in every view that shows it, what is known of it and what the model made of it.

A curve of detection is fitted to these rows, which :mod:`sighted` makes.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from blemish.dataset.layers import STEPS_A_UNIT
from blemish.disk import write_whole
from blemish.errors import RequestError, did_you_mean
from blemish.evaluate.objects import ObjectRule
from blemish.inspect.contrast import PixelContrast
from blemish.inspect.surface.backproject import log_odds

NAMES = ("specimen", "view", "kind", "region", "finish")
SIZES = ("diameter_mm", "width_mm", "depth_mm", "length_mm", "area_mm2", "area_px", "width_px")
LOOKS = ("contrast", "detectability", "cosine", "px_per_mm")
MEASURES = (*SIZES, *LOOKS)
"""What :meth:`Sightings.measure` knows."""
ROW = np.dtype(
    [(name, "U100") for name in NAMES]
    + [("id", "i4")]
    + [(name, "f8") for name in (*MEASURES, "signal", "share")]
    + [("found", "?")]
)
FRAME = np.dtype(
    [
        ("specimen", "U100"),
        ("view", "U100"),
        ("false_calls", "i4"),
        ("defects", "i4"),
        ("area_mm2", "f8"),
        ("noise", "f8"),
    ]
)
ENOUGH_SPECIMENS = 20
"""From so many specimens with defects on, bounds treat specimens as what is independent; with fewer, defects."""
FAINTEST = 0.5 / STEPS_A_UNIT
"""Contrasts below half the step that they are kept in count as this, so that all have a logarithm."""


@dataclass(frozen=True, eq=False)
class Sightings:
    """Rows of :data:`ROW`, one a defect and view, and of :data:`FRAME`, one a frame."""

    rows: np.ndarray
    frames: np.ndarray
    threshold: float
    """The score from which on a pixel is called a defect."""
    rule: ObjectRule
    pixels: PixelContrast | None = None
    """Labelled and called pixels by contrast-to-noise ratio; None where no frame tells it."""

    def __len__(self) -> int:
        return len(self.rows)

    def measure(self, name: str) -> np.ndarray:
        """Give one size (or contrast, or angle) of each sighting; nan where it is not known of it."""
        if name not in MEASURES:
            raise RequestError(f"no measure is named {name!r}; {did_you_mean(name, MEASURES)}")
        values = np.asarray(self.rows[name])
        return np.maximum(values, FAINTEST) if name in ("contrast", "detectability") else values

    @property
    def found(self) -> np.ndarray:
        """Whether each was found, bool (n,)."""
        return np.asarray(self.rows["found"])

    @property
    def signal_threshold(self) -> float:
        """The signal from which on a defect is found."""
        return float(log_odds(np.array([self.threshold], np.float32))[0])

    @cached_property
    def defects(self) -> np.ndarray:
        """A number for each different defect, int (n,): the same in all of its views."""
        keys = np.stack([np.unique(self.rows["specimen"], return_inverse=True)[1], self.rows["id"]], axis=1)
        return np.asarray(np.unique(keys, axis=0, return_inverse=True)[1]).reshape(-1)

    def groups(self) -> tuple[np.ndarray, str]:
        """Give what is independent, as a number for each sighting, and its name: specimens if there are enough."""
        codes = np.unique(self.rows["specimen"], return_inverse=True)[1]
        if codes.max(initial=-1) + 1 >= ENOUGH_SPECIMENS:
            return codes, "specimen"
        return self.defects, "defect"

    def within(self, max_angle_deg: float) -> Sightings:
        """Leave out what is seen at a steeper angle than this; what is seen at one that is not known stays."""
        return self.where(~(self.rows["cosine"] < np.cos(np.radians(max_angle_deg))))

    def where(self, chosen: np.ndarray) -> Sightings:
        """Give some of the sightings; all frames stay."""
        return replace(self, rows=self.rows[chosen])

    def plus(self, other: Sightings, prefix: str = "") -> Sightings:
        """Add the sightings of other specimens, whose names are told apart by a prefix."""
        tables = []
        for mine, theirs in ((self.rows, other.rows), (self.frames, other.frames)):
            renamed = theirs.copy()
            renamed["specimen"] = np.char.add(prefix, theirs["specimen"])
            tables.append(np.concatenate([mine, renamed]))
        both = [one.pixels for one in (self, other) if one.pixels is not None]
        pixels = both[0].plus(both[1]) if len(both) == 2 else both[0] if both else None
        return replace(self, rows=tables[0], frames=tables[1], pixels=pixels)


def write_csv(sightings: Sightings, path: Path) -> None:
    """Write the rows as a table for any statistics program: one line a sighting, empty where nothing is known."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    names = sightings.rows.dtype.names or ()
    writer.writerow(names)
    for row in sightings.rows:
        writer.writerow(["" if isinstance(value, float) and np.isnan(value) else value for value in row.item()])
    write_whole(path, text.getvalue().encode())
