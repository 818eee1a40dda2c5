"""From samples to labels: which defect a pixel shows, and how much of each defect is seen.

The samples are the same ones that made the image, so a label says what the rendered triangles say.

A pixel is labelled if samples of **significant** defects make up **at least half** of its samples (a tie between
defects and the rest goes to the defects). Of several it gets the one with the most samples; of equal ones the lowest
id. Background, sound metal and insignificant defects all count as the rest.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from blemish.arrays import Instances


def labels(
    pixel: np.ndarray, defect: np.ndarray, shape: tuple[int, int], samples: int, significant: Collection[int]
) -> Instances:
    """Give the mask of an image for the samples that met a defect: their pixel numbers and defect ids (> 0)."""
    mask = np.zeros(shape, dtype=np.uint16)
    chosen = np.isin(defect, np.fromiter(significant, dtype=np.int64))
    ids, size = defect[chosen].astype(np.int64), 1 << 16
    keys, counts = np.unique(pixel[chosen].astype(np.int64) * size + ids, return_counts=True)
    at, id_ = keys // size, keys % size
    pixels, group = np.unique(at, return_inverse=True)
    total = np.bincount(group, counts, minlength=len(pixels))
    # The winner of each pixel comes first: most samples, then the lowest id.
    order = np.lexsort((id_, -counts, at))
    winner = order[np.searchsorted(at[order], pixels)]
    is_labelled = 2 * total >= samples
    mask.ravel()[pixels[is_labelled]] = id_[winner[is_labelled]]
    return mask


def areas_px(defect: np.ndarray, samples: int, ids: Collection[int]) -> dict[int, float]:
    """Give how much of the image each defect covers, in pixels; 0 for those that are not seen."""
    counts = np.bincount(defect.astype(np.int64), minlength=max(ids, default=0) + 1)
    return {id_: float(counts[id_]) / samples for id_ in ids}
