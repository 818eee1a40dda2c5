"""Masks as polygons: the outer outline of each piece, and what is lost by that."""

from __future__ import annotations

import numpy as np

from blemish.arrays import Mask


def outlines(mask: Mask) -> list[np.ndarray]:
    """Give the outline of each connected piece through the centres of its outermost pixels, (n, 2) as x, y; n >= 1."""
    import cv2

    found, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return [np.asarray(one)[:, 0, :] for one in found]


def filled(polygons: list[np.ndarray], size: tuple[int, int]) -> Mask:
    """Draw outlines back, each filled with its rim; ``size`` is height and width."""
    import cv2

    canvas = np.zeros(size, np.uint8)
    for polygon in polygons:
        cv2.fillPoly(canvas, [polygon.astype(np.int32)], 1)
    return canvas > 0


def overlap(mask: Mask, other: Mask) -> float:
    """Give intersection over union."""
    union = int((mask | other).sum())
    return int((mask & other).sum()) / union if union else 1.0
