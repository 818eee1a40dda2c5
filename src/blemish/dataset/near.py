"""Photographs in different sets that are nearly the same: a leak that no list of objects tells.

Each image gets 64 signs: of its picture at 32 x 32, the lowest 8 x 8 coefficients of the discrete cosine transform,
each above or below their median. Exposure, size and noise leave them as they are; two images whose signs differ in at
most :data:`FEW` places are looked at again: their fine structure, light and shade taken out, must correlate by
:data:`LIKE`. On the Magnetic Tile Defects these figures find 749 pairs among photographs of one tile and none among
photographs of different tiles.

Parts of one shape look alike from one place however good they are, so rendered images and photographs that were taken
along a plan are not compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from blemish.arrays import Grey

Look = Bool[np.ndarray, "64"]

FEW = 4
LIKE = 0.6


@dataclass(frozen=True)
class Alike:
    """An image and the one in another set that it looks most like."""

    name: str
    other: str


def look_of(image: Grey) -> Look:
    """Give the 64 signs of an image's picture; 0.1 ms for 0.1 megapixels."""
    import cv2

    small = cv2.resize(image, (32, 32), interpolation=cv2.INTER_AREA).astype(np.float32)
    low = cv2.dct(small)[:8, :8].reshape(64)
    return low > np.median(low[1:])


def fine_structure(image: Grey) -> Float[np.ndarray, "96 96"]:
    """Give what is left of an image when light and shade and local contrast are taken out; mean 0, variance 1."""
    import cv2

    small = cv2.resize(image, (96, 96), interpolation=cv2.INTER_AREA).astype(np.float32)
    small -= cv2.GaussianBlur(small, (0, 0), 4)
    small /= np.sqrt(cv2.GaussianBlur(small * small, (0, 0), 8)) + 1
    small -= small.mean()
    spread = small.std()
    return small / spread if spread > 0 else small


def near_duplicates(
    names: Sequence[str], looks: Sequence[Look], sets: Mapping[str, str], image: Callable[[str], Grey]
) -> list[Alike]:
    """List the images that have a near-duplicate in a set before their own, each with the likest one.

    ``sets`` gives the set of a name, in the order in which sets are told; images in no set are passed over. ``image``
    reads one: only those are read whose signs are alike. Costs 64 multiplications for each pair across sets.
    """
    order = {name: place for place, name in enumerate(dict.fromkeys(sets.values()))}
    home = np.array([order.get(sets.get(name, ""), -1) for name in names], dtype=np.int64)
    signs = np.where(np.array(looks, dtype=bool).reshape(-1, 64), np.float32(1), np.float32(-1))
    found = []
    for place in range(1, len(order)):
        mine, before = np.flatnonzero(home == place), np.flatnonzero((home >= 0) & (home < place))
        for index, other in _nearest(signs, mine, before):
            alike = Alike(names[index], names[other])
            if (fine_structure(image(alike.name)) * fine_structure(image(alike.other))).mean() >= LIKE:
                found.append(alike)
    return found


def _nearest(signs: np.ndarray, mine: np.ndarray, others: np.ndarray) -> Iterable[tuple[int, int]]:
    """Pair each of ``mine`` with the likest of ``others``, where that one is like enough."""
    if len(others) == 0:
        return
    pool = np.ascontiguousarray(signs[others].T)
    for start in range(0, len(mine), 512):
        some = mine[start : start + 512]
        agreement = signs[some] @ pool
        best = agreement.argmax(axis=1)
        for index, other, agreed in zip(some, others[best], agreement.max(axis=1), strict=True):
            if (64 - agreed) / 2 <= FEW:
                yield int(index), int(other)


def in_words(found: Sequence[Alike]) -> str:
    """Say how many there are, with the first of them."""
    first = "; ".join(f"{one.name} is like {one.other}" for one in found[:3])
    more = " ..." if len(found) > 3 else ""
    return f"{len(found)} images look nearly like one in another set ({first}{more}): look whether they show one object"
