"""Few real objects: a dataset narrowed to the images that a user with one, two or five of them would have.

Scarcity is counted in objects, not in images: twenty photographs of one worn place teach what one place teaches. What
chooses epoch and threshold is taken from the same few; a user has no further ones to choose with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import Annotated

import numpy as np
from annotated_types import Ge, MinLen

from blemish.dataset.index import Frames
from blemish.dataset.read import Dataset
from blemish.errors import RequestError
from blemish.seeds import stream
from blemish.settings import AtLeastOne, settings

CHOOSING = 5
"""One image in so many chooses epoch and threshold; the others are learned from (the source paper: 4 to 1)."""


@settings
class Scarcity:
    """How few of the target's objects are learned from, row by row."""

    objects: Annotated[tuple[AtLeastOne, ...], MinLen(1)]
    """Numbers of objects of the set ``train``; each is a row, beside the one that learns from all."""
    images_each: Annotated[int, Ge(CHOOSING)] = 10
    """At most so many images of each, spread evenly over those that there are."""
    draws: Annotated[tuple[int, ...], MinLen(1)] = (0,)
    """Which objects: each row is trained once for each draw, and mean and standard deviation are printed. Within a draw
    the objects of a smaller number are among those of a larger one."""

    def __post_init__(self) -> None:
        for what, some in (("objects", self.objects), ("draws", self.draws)):
            if len(set(some)) < len(some):
                raise ValueError(f"{what}: one is named twice in {list(some)}")


@dataclass(frozen=True)
class Few:
    """One draw of few objects."""

    objects: int
    images_each: int
    draw: int


@dataclass(frozen=True, eq=False)
class NarrowedDataset(Dataset):
    """A dataset whose sets ``train`` and ``val`` are a few objects' images; its other sets are as they were."""

    few: Few = Few(1, CHOOSING, 0)

    def split(self, name: str) -> Frames:
        """Give the frames of one set; ``train`` and ``val`` share the images of the few objects."""
        if name not in ("train", "val"):
            return super().split(name)
        frames = super().split("train")
        images = np.sort(np.concatenate([_images(frames, one, self.few) for one in chosen(self, self.few)]))
        choosing = np.arange(len(images)) % CHOOSING == CHOOSING - 2
        wanted = np.zeros(len(frames), dtype=bool)
        wanted[images[choosing if name == "val" else ~choosing]] = True
        return frames.where(wanted)


def narrowed(dataset: Dataset, few: Few) -> Dataset:
    """Narrow a dataset to a few objects; :class:`RequestError` where it has fewer."""
    objects = len(np.unique(dataset.split("train").column("specimen")))
    if objects < few.objects:
        raise RequestError(
            f"{dataset.root}: its set 'train' has {objects} objects, {few.objects} are wanted; ask for fewer, or "
            "import it with a larger share for 'train'"
        )
    return NarrowedDataset(dataset.root, dataset.header, dataset.frames, few=few)


def chosen(dataset: Dataset, few: Few) -> tuple[bytes, ...]:
    """Name the objects of a draw: the first shows a defect, then a correct one and so on while there are both."""
    frames = Dataset.split(dataset, "train")
    names = frames.column("specimen")
    defective = np.unique(names[frames.column("defect_px") > 0])
    correct = np.setdiff1d(names, defective)
    rng = stream(few.draw, "few objects")
    turns = zip_longest(rng.permutation(defective).tolist(), rng.permutation(correct).tolist())
    order: Sequence[bytes] = [name for name in chain.from_iterable(turns) if name is not None]
    return tuple(order[: few.objects])


def _images(frames: Frames, name: bytes, few: Few) -> np.ndarray:
    """Give the places of an object's images, spread evenly over the order in which they are listed."""
    there = np.flatnonzero(frames.column("specimen") == name)
    if len(there) <= few.images_each:
        return there
    return there[np.linspace(0, len(there) - 1, few.images_each).round().astype(int)]
