"""What can be compared between pictures that do not lie on each other: four families of numbers.

========== ==================================================================================================
histogram  the grey values that 2, 5, 10 ... 98 % of the picture stay below, as shares of white. The distance of
           two such lists is Wasserstein's distance of the distributions (on a line it is that of the quantiles)
profile    the mean grey of 24 bands across the picture and of 10 down it, each shifted to where it fits best: on a
           part of known curvature that is its highlight's profile, for a place is a slope
gradient   log10 of the quantiles of the gradient's length, at two scales (1 and 3 px), relative to the mean grey;
           the second scale tells blur from noise
spectrum   log10 of the power in bands of frequency (twelve, evenly on a log scale) and direction (eight), of
           windows of 128 px under Hann's window, relative to the mean grey: pitch, lay and contrast of what the tool
           left.
           (P. D. Welch, IEEE Trans. Audio Electroacoust. 15, 1967, on averaging windows.)
========== ==================================================================================================

Histogram and profile are taken from the whole picture on a coarse grid, gradient and spectrum from windows at full
resolution, away from defects. All are means over windows, so pictures of different size compare.

Renders of few samples are noisy, and noise looks like fine marks. It is white, and its variance is known from two
halves of the samples: it is taken off the power in each band. (The gradient is taken under a Gauss, which leaves little
of it.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np

FAMILIES = ("histogram", "profile", "gradient", "spectrum")
SHARES = np.array([2, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 98]) / 100
STEEPER = np.array([0.25, 0.5, 0.75, 0.9, 0.98])
WINDOW_PX = 128
BANDS = 12
DIRECTIONS = 8
ACROSS, DOWN = 24, 10
LEAST = 1e-3
"""What is added before logarithms are taken, in shares of the mean grey: below it there is only noise."""
LEAST_POWER = 1e-4
"""The same for the spectrum: the power of white noise of one per cent."""


@dataclass(frozen=True, eq=False)
class Look:
    """A picture as the fit sees it: coarse whole, and windows at full resolution; grey as shares of white."""

    whole: np.ndarray
    """(rows, columns) of a coarse grid; NaN where nothing may be taken."""
    windows: tuple[np.ndarray, ...]
    """Each (WINDOW_PX, WINDOW_PX)."""
    noise: tuple[float, ...] = ()
    """Variance of each window's error where it is a render; photographs have none but their sensor's."""


def features(look: Look) -> dict[str, np.ndarray]:
    """Give the numbers of each family."""
    windows = list(zip(look.windows, look.noise or [0.0] * len(look.windows), strict=True))
    return {
        "histogram": np.nanquantile(look.whole, SHARES),
        "profile": np.concatenate([_bands(look.whole, ACROSS), _bands(look.whole.T, DOWN)]),
        "gradient": np.mean([_gradient(window) for window in look.windows], axis=0),
        "spectrum": np.mean([_spectrum(*window) for window in windows], axis=0),
    }


def mean_of(several: Sequence[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """Give the mean of each number over pictures."""
    return {name: np.mean([one[name] for one in several], axis=0) for name in FAMILIES}


def apart(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> dict[str, float]:
    """Give the distance in each family: the root of the mean square of the differences."""
    return {name: float(np.sqrt(np.mean(difference(one, other, name) ** 2))) for name in FAMILIES}


def difference(one: dict[str, np.ndarray], other: dict[str, np.ndarray], family: str) -> np.ndarray:
    """Give the differences of one family; profiles are shifted by up to a tenth to where they fit best."""
    if family != "profile":
        return one[family] - other[family]
    parts = []
    for begin, end in ((0, ACROSS), (ACROSS, ACROSS + DOWN)):
        a, b = one[family][begin:end], other[family][begin:end]
        most = max(1, (end - begin) // 10)
        shifted = [a - b[np.clip(np.arange(len(b)) + step, 0, len(b) - 1)] for step in range(-most, most + 1)]
        parts.append(min(shifted, key=lambda some: float(np.sum(some**2))))
    return np.concatenate(parts)


def _bands(grid: np.ndarray, count: int) -> np.ndarray:
    """Give the mean of each of ``count`` bands of columns."""
    edges = np.linspace(0, grid.shape[1], count + 1).round().astype(int)
    whole = float(np.nanmean(grid))
    bands = [grid[:, begin : max(end, begin + 1)] for begin, end in pairwise(edges)]
    return np.array([np.nanmean(band) if np.isfinite(band).any() else whole for band in bands])


def _gradient(window: np.ndarray) -> np.ndarray:
    import cv2

    found = []
    for sigma in (1.0, 3.0):
        smooth = cv2.GaussianBlur(window.astype(np.float32), (0, 0), sigma)
        dy, dx = np.gradient(smooth)
        lengths = np.quantile(np.hypot(dx, dy), STEEPER) / max(float(window.mean()), LEAST)
        found.append(np.log10(lengths + LEAST))
    return np.concatenate(found)


def _spectrum(window: np.ndarray, noise: float) -> np.ndarray:
    size = WINDOW_PX
    mean = max(float(window.mean()), LEAST)
    taper = np.outer(np.hanning(size), np.hanning(size))
    plane = window / mean - 1
    power = np.abs(np.fft.rfft2(plane * taper)) ** 2 / (taper**2).sum()
    return np.log10(np.clip(_membership() @ power.ravel() - noise / mean**2, 0, None) + LEAST_POWER)


@lru_cache(maxsize=1)
def _membership() -> np.ndarray:
    """Give how much each frequency belongs to each (band, direction): triangles that overlap, so nothing jumps."""
    fy, fx = np.meshgrid(np.fft.fftfreq(WINDOW_PX), np.fft.rfftfreq(WINDOW_PX), indexing="ij")
    frequency, angle = np.hypot(fx, fy).ravel(), np.arctan2(fy, fx).ravel()
    place = np.log(np.maximum(frequency, 1e-9) / 0.02) / np.log(0.5 / 0.02) * (BANDS - 1)
    turn = (angle / np.pi * DIRECTIONS) % DIRECTIONS
    rows = []
    for band in range(BANDS):
        radial = np.clip(1 - np.abs(place - band), 0, None)
        for direction in range(DIRECTIONS):
            away = np.abs(turn - direction)
            rows.append(radial * np.clip(1 - np.minimum(away, DIRECTIONS - away), 0, None))
    weights = np.array(rows)
    total = weights.sum(axis=1, keepdims=True)
    return weights / np.where(total > 0, total, 1)
