"""One mark on one image: how large it is, how drawn out, and how it stands out from what is around it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from blemish.arrays import Grey, Instances

RING_PX = 8
"""How far around a mark its surroundings go."""


@dataclass(frozen=True)
class Mark:
    """What is measured of one mark."""

    area_px: int
    elongation: float
    """Ratio of the axes of the ellipse with the mark's second moments; 1 is round."""
    contrast: float
    """(mean inside - mean around) / standard deviation around: how many spreads of the surface it is off; signed."""


def marks_of(image: Grey, mask: Instances) -> list[Mark]:
    """Measure every mark of a mask; surroundings are within :data:`RING_PX`, without other marks."""
    found = []
    for number in np.unique(mask[mask > 0]).tolist():
        y, x = np.nonzero(mask == number)
        top, left = max(y.min() - RING_PX, 0), max(x.min() - RING_PX, 0)
        window = (slice(top, y.max() + RING_PX + 1), slice(left, x.max() + RING_PX + 1))
        found.append(Mark(len(y), _elongation(x, y), _contrast(image[window], mask[window], number)))
    return found


def _elongation(x: np.ndarray, y: np.ndarray) -> float:
    # A pixel is itself a square with a second moment of 1/12.
    spread = np.cov(np.stack([x, y]), bias=True) + np.eye(2) / 12 if len(x) > 1 else np.eye(2)
    small, large = np.linalg.eigvalsh(spread)
    return float(np.sqrt(large / small))


def _contrast(image: Grey, mask: Instances, number: int) -> float:
    import cv2

    inside = mask == number
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * RING_PX + 1, 2 * RING_PX + 1))
    around = (cv2.dilate(inside.astype(np.uint8), kernel) > 0) & (mask == 0)
    if not around.any():
        return float("nan")
    ground = image[around].astype(np.float64)
    # Even surroundings still have the spread of rounding: a twelfth of a grey level, squared.
    return float((image[inside].mean() - ground.mean()) / np.sqrt(ground.var() + 1 / 12))
