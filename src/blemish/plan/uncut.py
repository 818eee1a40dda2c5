"""Views that overlap: which view shows an object at a sample whole, and not only the sample.

Where two views share a border, be it an edge of the image or the angle beyond which one of them no longer counts, an
object that lies across the border is cut in two unless the views overlap by its size. So a view only counts for a
sample if it inspects all of the surface around it that such an object could reach. What is asked for then is a cover
like any other, and what is known of covers holds.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from blemish.plan.samples import Samples

SAME_SURFACE = 0.5
"""Cosine of the angle between normals up to which two samples lie on one surface: an object does not span an edge."""
AT_ONCE = 256


def neighbours(samples: Samples, inspectable: np.ndarray, reach_mm: float) -> Any:
    """Tell which inspectable samples lie around which, on the same surface: float ones, sparse (n, n), symmetric."""
    from scipy.sparse import coo_array
    from scipy.spatial import cKDTree

    index = np.flatnonzero(inspectable)
    tree = cKDTree(samples.positions_mm[index])
    one, other = index[tree.query_pairs(reach_mm, output_type="ndarray")].reshape(-1, 2).T
    same = (samples.normals[one] * samples.normals[other]).sum(axis=1) >= SAME_SURFACE
    rows = np.concatenate([one[same], other[same], index])
    columns = np.concatenate([other[same], one[same], index])
    return coo_array((np.ones(len(rows)), (rows, columns)), shape=(len(samples), len(samples))).tocsr()


def uncut(sees: Any, samples: Samples, inspectable: np.ndarray, diameter_mm: float, spacing_mm: float) -> Any:
    """Keep of what views see (float ones, sparse (c, n)) the samples at which an object of this diameter is whole.

    An object of diameter D whose middle lies within ``spacing_mm`` of a sample reaches no farther from that sample than
    D / 2 + spacing: every inspectable sample of the same surface within that distance must be seen by the same view.
    Where no view at all shows an object whole, seeing the sample is enough. Costs as many products as there are views,
    samples in a view and samples in a neighbourhood: seconds for a part of some ten thousand samples.
    """
    from scipy.sparse import vstack

    around = neighbours(samples, inspectable, diameter_mm / 2 + spacing_mm)
    needed = np.asarray(around.sum(axis=0)).ravel()
    pieces = []
    for begin in range(0, sees.shape[0], AT_ONCE):
        seen = sees[begin : begin + AT_ONCE]
        together = (seen @ around).multiply(seen).tocsr()  # How many of a sample's neighbours its view sees.
        together.data = (together.data >= needed[together.indices]).astype(np.float64)
        pieces.append(together)
    whole = vstack(pieces).tocsr()
    never = np.asarray(whole.sum(axis=0)).ravel() == 0
    fallback = sees.copy()
    fallback.data = fallback.data * never[fallback.indices]
    kept = (whole + fallback).tocsr()
    kept.eliminate_zeros()
    return kept
