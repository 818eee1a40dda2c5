"""What an importer finds: photographs with their marks, not yet read, and what is to be said of them all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from blemish.arrays import Grey, Instances
from blemish.dataset.split import SplitRule
from blemish.errors import ForeignDataError


@dataclass(frozen=True, eq=False)
class Annotated:
    """One photograph, read: grey values, and the defects that are marked on it."""

    image: Grey
    labels: Instances
    """Pixels of the first mark are 1, of the second 2 ..."""
    kinds: tuple[str, ...]
    """The class of each mark."""
    covered_px: int = 0
    """Pixels that two marks claim; the later one has them."""


@dataclass(frozen=True)
class Sample:
    """One photograph to be taken in."""

    file: str
    """Its path in the foreign folder."""
    group: str
    """What it shows: photographs of one group never part, and become one specimen."""
    view: str
    """Tells the photographs of one group apart."""
    load: Callable[[], Annotated]
    official_set: str | None = None
    """The set that its publisher put it in."""
    told: Mapping[str, Any] = field(default_factory=dict)
    """What the foreign set says of it beyond the pixels; goes into the frame's record."""


@dataclass(frozen=True)
class Foreign:
    """A foreign set as its importer found it."""

    read: int
    """Photographs that were found, kept or not."""
    samples: tuple[Sample, ...]
    classes: tuple[str, ...]
    split: SplitRule
    """The default: no object on two sides."""
    paper_split: SplitRule | None = None
    """The split of the published protocol, where it is another one."""
    preparation: Mapping[str, Any] | None = None
    """How the published protocol pads and tiles these images."""
    dropped: Mapping[str, int] = field(default_factory=dict)
    """Reason to number of photographs that were found and are not taken."""
    notes: tuple[str, ...] = ()
    """What was merged, blanked or decided, in sentences."""


MOST_MARKS = 65_535
"""On one photograph: what the 16 bits of a mask can number."""


def marked(image: Grey, masks: Iterable[tuple[str, np.ndarray]], where: str, *, split: bool = True) -> Annotated:
    """Number the marks on a photograph, given as (class, mask); with ``split`` each connected piece is one mark.

    A mask, (h, w) bool, of another size than the image is a :class:`ForeignDataError`. Pieces are connected over edges
    and corners and numbered row by row.
    """
    import cv2

    labels = np.zeros(image.shape, np.uint16)
    kinds: list[str] = []
    covered = 0
    for kind, mask in masks:
        if mask.shape != image.shape:
            sizes = [f"{one.shape[1]} x {one.shape[0]}" for one in (mask, image)]
            raise ForeignDataError(f"{where}: its mask has {sizes[0]} pixels, the image {sizes[1]}")
        if not mask.any():
            continue
        count, pieces = cv2.connectedComponents(mask.astype(np.uint8)) if split else (2, mask)
        if len(kinds) + count - 1 > MOST_MARKS:
            raise ForeignDataError(f"{where}: more than {MOST_MARKS} separate marks; is this a mask of defects?")
        covered += int((labels[mask] > 0).sum())
        labels[mask] = pieces[mask].astype(np.uint16) + len(kinds)
        kinds += [kind] * (count - 1)
    return _renumbered(image, labels, kinds, covered)


def _renumbered(image: Grey, labels: Instances, kinds: list[str], covered: int) -> Annotated:
    """Close the gaps that marks leave which later ones covered whole."""
    if covered == 0:
        return Annotated(image, labels, tuple(kinds))
    left = np.unique(labels)
    left = left[left > 0]
    table = np.zeros(len(kinds) + 1, np.uint16)
    table[left] = np.arange(1, len(left) + 1)
    return Annotated(image, table[labels], tuple(kinds[number - 1] for number in left), covered)
