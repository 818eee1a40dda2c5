"""Where recall is lost: to labels that nobody could see, or to the model.

Masks mark where a defect *is*; rendered datasets also tell how far each pixel stands out from the same picture without
the defect, in units of the noise (contrast-to-noise ratio, CNR). A missed pixel with a CNR below 1 hides in the noise:
that it is labelled is *over-labelling*. For a defect as a whole counts what an ideal observer, who knows its shape,
would see: the root of the sum of its pixels' squared ratios (*detectability*, d'). Below 5, Rose's limit (J. Opt. Soc.
Am. 38, 1948), it is not told from noise reliably. So, of the recall that is missing::

    1 - recall = lost below the limit (the labels) + lost above it (the model)

The same limits give the recall of what can be seen, which is what a model can be blamed for.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from blemish.inspect.contrast import EDGES, PixelContrast
from blemish.inspect.pod.goodness import binomial_interval
from blemish.inspect.sightings import Sightings

SEEN_FROM = 1.0
"""The contrast-to-noise ratio from which a pixel can be seen."""
TOLD_FROM = 5.0
"""The detectability from which a defect can be told from noise."""
DETECTABILITIES = (0.0, 1.25, 2.5, 5.0, 10.0, 20.0, 40.0, 80.0, float("inf"))


@dataclass(frozen=True)
class Recalled:
    """Recall in one class."""

    low: float
    """The class: from here to below ``high``."""
    high: float | None
    """None: no end."""
    found: int
    total: int

    @property
    def recall(self) -> float:
        """The share found; 0 of none."""
        return self.found / max(self.total, 1)

    def interval(self) -> tuple[float, float]:
        """Give the exact 95 % interval of the share, as if each were independent."""
        return binomial_interval(self.found, self.total)

    @property
    def name(self) -> str:
        """The class in words."""
        return f"{self.low:g} - {self.high:g}" if self.high is not None else f"{self.low:g} +"


@dataclass(frozen=True)
class Division:
    """What became of all that is labelled, of one sort."""

    of: str
    """``pixels`` or ``defects`` (as single views show them)."""
    by: str
    """``contrast-to-noise ratio`` or ``detectability``."""
    limit: float
    total: int
    found: int
    lost_unseen: int
    """Missed below the limit: over-labelling."""
    lost_seen: int
    """Missed above it: the model."""
    unknown: int
    """Labelled, but in frames that do not tell contrast; not in ``total``."""
    classes: tuple[Recalled, ...]

    @property
    def recall(self) -> float:
        """The share found of all that is labelled."""
        return self.found / max(self.total, 1)

    @property
    def recall_of_seen(self) -> float:
        """The share found of what lies above the limit."""
        above = [one for one in self.classes if one.low >= self.limit]
        return sum(one.found for one in above) / max(sum(one.total for one in above), 1)

    @property
    def share_over_labelled(self) -> float:
        """The share of the missing recall that is the labels'; 0 if none is missing."""
        return self.lost_unseen / max(self.lost_unseen + self.lost_seen, 1)

    def sentence(self) -> str:
        """Say it in words."""
        return (
            f"Of {self.total} labelled {self.of} {self.recall:.0%} are found. Of what is missing "
            f"{self.share_over_labelled:.0%} lies below a {self.by} of {self.limit:g}, where nobody could see it; the "
            f"rest is the model's. Of what can be seen {self.recall_of_seen:.0%} is found."
        )


@dataclass(frozen=True)
class Loss:
    """Where recall is lost, by pixel and by defect; None and empty where no frame tells contrast."""

    pixels: Division | None
    defects: Division | None
    by_contrast: tuple[Recalled, ...]
    """Recall of defects, as single views show them, by their contrast-to-noise ratio."""

    @property
    def divisions(self) -> tuple[Division, ...]:
        """Those that are known."""
        return tuple(one for one in (self.pixels, self.defects) if one is not None)

    def sentence(self) -> str:
        """Say it in words."""
        if not self.divisions:
            return (
                "How much of the loss of recall is labels that nobody could see is not known: no frame tells contrast "
                "(render.visibility = true and `blemish make` measure it)"
            )
        return " ".join(one.sentence() for one in self.divisions)


def loss_of(sightings: Sightings) -> Loss:
    """Divide the loss of recall, by pixel and by defect."""
    return Loss(_pixel_loss(sightings.pixels), _defect_loss(sightings), contrast_recall(sightings))


def _pixel_loss(counts: PixelContrast | None) -> Division | None:
    """Divide the loss of recall by pixel; None where no frame tells contrast."""
    if counts is None or not counts.labelled.sum():
        return None
    classes = _classes(EDGES, counts.called, counts.labelled)
    return _loss("pixels", "contrast-to-noise ratio", SEEN_FROM, classes, counts.unknown)


def _defect_loss(sightings: Sightings) -> Division | None:
    """Divide the loss of recall by defect, as single views show them; None where no frame tells detectability."""
    values = sightings.rows["detectability"]
    known = np.isfinite(values)
    if not known.any():
        return None
    total = np.histogram(values[known], DETECTABILITIES)[0]
    found = np.histogram(values[known & sightings.found], DETECTABILITIES)[0]
    classes = _classes(DETECTABILITIES, found, total)
    return _loss("defects in views", "detectability", TOLD_FROM, classes, int((~known).sum()))


def contrast_recall(sightings: Sightings) -> tuple[Recalled, ...]:
    """Give the recall of defects by their contrast-to-noise ratio; empty where no frame tells it."""
    values = sightings.rows["contrast"]
    known = np.isfinite(values)
    if not known.any():
        return ()
    total = np.histogram(values[known], EDGES)[0]
    return _classes(EDGES, np.histogram(values[known & sightings.found], EDGES)[0], total)


def _classes(edges: tuple[float, ...], found: np.ndarray, total: np.ndarray) -> tuple[Recalled, ...]:
    return tuple(
        Recalled(low, high if np.isfinite(high) else None, int(hits), int(all_))
        for (low, high), hits, all_ in zip(pairwise(edges), found, total, strict=True)
    )


def _loss(of: str, by: str, limit: float, classes: tuple[Recalled, ...], unknown: int) -> Division:
    total, found = sum(one.total for one in classes), sum(one.found for one in classes)
    unseen = sum(one.total - one.found for one in classes if one.low < limit)
    return Division(of, by, limit, total, found, unseen, total - found - unseen, unknown, classes)
