"""Defect by defect: which were found, by kind, size and visibility, and how many false calls there are an image.

A defect counts as found when enough of its pixels are called one. A false call is a connected patch of called pixels
(diagonals connect) that touches no defect. The width of a defect is the diameter of the largest circle that fits into
its mask: of a scratch its width, of a dent its diameter.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import cv2
import numpy as np

from blemish.arrays import Instances, Mask
from blemish.evaluate.pixels import Interval
from blemish.seeds import stream
from blemish.settings import AtLeastOne, Fraction, settings

Classes = tuple[tuple[int, int], ...]
"""Classes of a size: from the first to below the second."""

ENDLESS = 2**40
WIDTHS_PX: Classes = ((0, 2), (2, 4), (4, 8), (8, 16), (16, ENDLESS))
AREAS_PX: Classes = ((0, 16), (16, 64), (64, 256), (256, 1024), (1024, 4096), (4096, ENDLESS))
CONTRASTS: Classes = ((0, 1), (1, 2), (2, 4), (4, 8), (8, ENDLESS))
"""Contrast-to-noise ratios; below 1 a defect hides in the noise."""


@settings
class ObjectRule:
    """When a defect is found, and when a patch is a false call."""

    found_from: Fraction = 0.1
    """The share of a defect's pixels from which it counts as found; at least one pixel in any case."""
    smallest_call_px: AtLeastOne = 4
    """Patches with fewer pixels are no call."""


@dataclass(frozen=True)
class SeenObject:
    """One defect in one image."""

    id: int
    area_px: int
    width_px: float
    found: bool


@dataclass(frozen=True)
class Found:
    """How many of some defects were found."""

    found: int
    total: int

    @property
    def recall(self) -> float:
        """The share that was found; 0 of none."""
        return self.found / max(self.total, 1)


@dataclass(frozen=True)
class ObjectScores:
    """What was found and what was not there; each defect counts once in each image that shows it."""

    rule: ObjectRule
    all: Found
    by_kind: dict[str, Found]
    by_width_px: dict[str, Found]
    """Classes like ``2-4``; only those that occur."""
    false_calls_per_image: float
    correct_images: int
    correct_images_with_false_call: int
    by_area_px: dict[str, Found] = field(default_factory=dict)
    """Classes like ``16-64``."""
    by_contrast: dict[str, Found] = field(default_factory=dict)
    """Classes of the contrast-to-noise ratio in that very image, where the dataset tells it."""
    recall_interval: Interval | None = None
    """95 % of the share found, by bootstrap over specimens; ``None`` for fewer than two with defects."""


@dataclass(eq=False)
class Tally:
    """Counts of defects and false calls while frames pass by."""

    rule: ObjectRule
    images: int = 0
    false_calls: int = 0
    correct_images: int = 0
    correct_with_false_call: int = 0
    counts: dict[str, dict[str, list[int]]] = field(default_factory=lambda: defaultdict(dict))
    """By grouping, then by class: how many were found, of how many."""

    def add(
        self,
        mask: Instances,
        called: Mask,
        kind_of: Mapping[int, str],
        contrast_of: Mapping[int, float] | None = None,
        specimen: str = "",
    ) -> None:
        """Count one image; contrast-to-noise ratios are given for the defects whose ratio is known."""
        false_calls = count_false_calls(mask, called, self.rule)
        self.images += 1
        self.false_calls += false_calls
        if not mask.any():
            self.correct_images += 1
            self.correct_with_false_call += false_calls > 0
        for one in seen_objects(mask, called, self.rule):
            contrast = (contrast_of or {}).get(one.id)
            self._count("specimen", specimen, one)
            self._count("kind", kind_of.get(one.id, "unknown"), one)
            self._count("width_px", _class_of(one.width_px, WIDTHS_PX), one)
            self._count("area_px", _class_of(one.area_px, AREAS_PX), one)
            if contrast is not None:
                self._count("contrast", _class_of(contrast, CONTRASTS), one)

    def _count(self, grouping: str, key: str, one: SeenObject) -> None:
        counts = self.counts[grouping].setdefault(key, [0, 0])
        counts[0] += one.found
        counts[1] += 1

    def scores(self) -> ObjectScores:
        """Give what was counted."""
        kinds = self.counts["kind"]
        specimens = np.array(list(self.counts["specimen"].values())).reshape(-1, 2)
        return ObjectScores(
            rule=self.rule,
            all=Found(*(int(total) for total in specimens.sum(axis=0))),
            by_kind={kind: Found(*kinds[kind]) for kind in sorted(kinds)},
            by_width_px=self._in_order("width_px", WIDTHS_PX),
            false_calls_per_image=self.false_calls / max(self.images, 1),
            correct_images=self.correct_images,
            correct_images_with_false_call=self.correct_with_false_call,
            by_area_px=self._in_order("area_px", AREAS_PX),
            by_contrast=self._in_order("contrast", CONTRASTS),
            recall_interval=recall_interval(specimens),
        )

    def _in_order(self, grouping: str, classes: Classes) -> dict[str, Found]:
        counts = self.counts[grouping]
        names = [_name(*ends) for ends in classes]
        return {name: Found(*counts[name]) for name in names if name in counts}


def recall_interval(specimens: np.ndarray, draws: int = 1000) -> Interval | None:
    """Give the bootstrap interval of the share found, from (found, total) of each specimen that shows defects."""
    if len(specimens) < 2:
        return None
    rng = stream(0, "bootstrap", "objects")
    drawn = specimens[rng.integers(len(specimens), size=(draws, len(specimens)))].sum(axis=1)
    return Interval(*(float(edge) for edge in np.quantile(drawn[:, 0] / drawn[:, 1], [0.025, 0.975])))


def seen_objects(mask: Instances, called: Mask, rule: ObjectRule) -> Iterator[SeenObject]:
    """Give each defect that a mask shows and whether it was found."""
    rows, columns = np.nonzero(mask)
    ids = mask[rows, columns]
    for number in np.unique(ids):
        y, x = rows[ids == number], columns[ids == number]
        box = slice(y.min(), y.max() + 1), slice(x.min(), x.max() + 1)
        shape = np.pad((mask[box] == number).astype(np.uint8), 1)
        hits = int(called[y, x].sum())
        yield SeenObject(
            id=int(number),
            area_px=len(y),
            width_px=2 * float(cv2.distanceTransform(shape, cv2.DIST_L2, cv2.DIST_MASK_PRECISE).max()) - 1,
            found=hits >= max(1, rule.found_from * len(y)),
        )


def count_false_calls(mask: Instances, called: Mask, rule: ObjectRule) -> int:
    """Count patches of called pixels that touch no defect."""
    if not called.any():
        return 0
    _, labels, stats, _ = cv2.connectedComponentsWithStats(called.astype(np.uint8), connectivity=8)
    is_false = stats[:, cv2.CC_STAT_AREA] >= rule.smallest_call_px
    is_false[0] = False
    is_false[np.unique(labels[mask > 0])] = False
    return int(is_false.sum())


def _class_of(value: float | int, classes: Classes) -> str:
    return next(_name(low, high) for low, high in classes if value < high)


def _name(low: int, high: int) -> str:
    return f"{low}-{high}" if high < ENDLESS else f"{low}+"
