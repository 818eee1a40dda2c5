"""Defect by defect: which were found, by kind and by width, and how many false alarms there are an image.

A defect counts as found when enough of its pixels are called one. A false alarm is a connected patch of called pixels
(diagonals connect) that touches no defect. The width of a defect is the diameter of the largest circle that fits into
its mask: of a scratch its width, of a dent its diameter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import cv2
import numpy as np

from blemish.arrays import Instances, Mask
from blemish.settings import AtLeastOne, Fraction, settings

WIDTHS_PX = ((0, 2), (2, 4), (4, 8), (8, 16), (16, 100_000))
"""Classes of width: from the first to below the second."""


@settings
class ObjectRule:
    """When a defect is found, and when a patch is an alarm."""

    found_from: Fraction = 0.1
    """The share of a defect's pixels from which it counts as found; at least one pixel in any case."""
    smallest_alarm_px: AtLeastOne = 4
    """Patches with fewer pixels raise no alarm."""


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
    false_alarms_per_image: float
    correct_images: int
    correct_images_with_alarm: int


@dataclass(eq=False)
class Tally:
    """Counts of defects and alarms while frames pass by."""

    rule: ObjectRule
    images: int = 0
    alarms: int = 0
    correct_images: int = 0
    correct_with_alarm: int = 0
    kinds: dict[str, list[int]] = field(default_factory=dict)
    widths: dict[str, list[int]] = field(default_factory=dict)

    def add(self, mask: Instances, called: Mask, kind_of: Mapping[int, str]) -> None:
        """Count one image."""
        alarms = count_alarms(mask, called, self.rule)
        self.images += 1
        self.alarms += alarms
        if not mask.any():
            self.correct_images += 1
            self.correct_with_alarm += alarms > 0
        for one in seen_objects(mask, called, self.rule):
            for tally, key in ((self.kinds, kind_of.get(one.id, "unknown")), (self.widths, _width_class(one))):
                counts = tally.setdefault(key, [0, 0])
                counts[0] += one.found
                counts[1] += 1

    def scores(self) -> ObjectScores:
        """Give what was counted."""
        totals = np.array(list(self.kinds.values()) or [[0, 0]]).sum(axis=0)
        order = [_name(*ends) for ends in WIDTHS_PX]
        return ObjectScores(
            rule=self.rule,
            all=Found(int(totals[0]), int(totals[1])),
            by_kind={kind: Found(*self.kinds[kind]) for kind in sorted(self.kinds)},
            by_width_px={name: Found(*self.widths[name]) for name in order if name in self.widths},
            false_alarms_per_image=self.alarms / max(self.images, 1),
            correct_images=self.correct_images,
            correct_images_with_alarm=self.correct_with_alarm,
        )


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


def count_alarms(mask: Instances, called: Mask, rule: ObjectRule) -> int:
    """Count patches of called pixels that touch no defect."""
    if not called.any():
        return 0
    _, labels, stats, _ = cv2.connectedComponentsWithStats(called.astype(np.uint8), connectivity=8)
    is_alarm = stats[:, cv2.CC_STAT_AREA] >= rule.smallest_alarm_px
    is_alarm[0] = False
    is_alarm[np.unique(labels[mask > 0])] = False
    return int(is_alarm.sum())


def _width_class(one: SeenObject) -> str:
    return next(_name(low, high) for low, high in WIDTHS_PX if one.width_px < high)


def _name(low: int, high: int) -> str:
    return f"{low}-{high}" if high < 100_000 else f"{low}+"
