"""What a surface looks like, apart from what is on it: grey values, gradients, spectra along the radius and around.

Only lit surface counts: above :data:`DARK` of 255, and nothing of a mark. Spectra are of windows of 64 x 64 pixels that
are wholly lit, each divided by its mean grey value first, so that exposure does not count; they are windowed (Hann),
and their power is averaged over all windows.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from blemish.arrays import Grey, Instances

DARK = 10
"""What is darker is background: the threshold that training draws its crops by."""
WINDOW = 64
MAX_WINDOWS = 24
"""Of one image, evenly taken from those that are wholly lit."""
RADII = WINDOW // 2
ANGLES = 18
GRADIENTS = np.concatenate([[0.0], np.geomspace(0.001, 4.0, 65)])
"""Edges of the bins of the gradient's length, in shares of the local grey value a pixel."""


def eight_bits(image: Grey) -> np.ndarray:
    """Give an image in 256 grey levels."""
    return (image >> 8).astype(np.uint8) if image.dtype == np.uint16 else image


def lit(image: np.ndarray, mask: Instances | None) -> np.ndarray:
    """Say which pixels are lit surface without marks, (h, w) bool."""
    surface = image > DARK
    return surface if mask is None else surface & (mask == 0)


def gradients(image: np.ndarray, surface: np.ndarray) -> np.ndarray:
    """Count the lengths of the gradient over the grey value itself, (65,): central differences, lit neighbours only."""
    grey = image.astype(np.float32)
    across = (grey[1:-1, 2:] - grey[1:-1, :-2]) / 2
    down = (grey[2:, 1:-1] - grey[:-2, 1:-1]) / 2
    inner = surface[1:-1, 2:] & surface[1:-1, :-2] & surface[2:, 1:-1] & surface[:-2, 1:-1] & surface[1:-1, 1:-1]
    lengths = np.hypot(across, down)[inner] / grey[1:-1, 1:-1][inner]
    return np.histogram(np.minimum(lengths, 3.999), GRADIENTS)[0]


def spectra(image: np.ndarray, surface: np.ndarray) -> tuple[int, np.ndarray, np.ndarray]:
    """Sum the power of windows by radius (32,) and by direction (18,); with it, how many windows there were."""
    height, width = (size // WINDOW for size in image.shape)
    if height * width == 0:
        return 0, np.zeros(RADII), np.zeros(ANGLES)
    shape = (height, WINDOW, width, WINDOW)
    tiles = image[: height * WINDOW, : width * WINDOW].reshape(shape).swapaxes(1, 2).reshape(-1, WINDOW, WINDOW)
    whole = surface[: height * WINDOW, : width * WINDOW].reshape(shape).all(axis=(1, 3)).reshape(-1)
    chosen = np.flatnonzero(whole)
    if len(chosen) > MAX_WINDOWS:
        chosen = chosen[np.linspace(0, len(chosen) - 1, MAX_WINDOWS).round().astype(int)]
    if len(chosen) == 0:
        return 0, np.zeros(RADII), np.zeros(ANGLES)
    hann, radius, angle = _geometry()
    some = tiles[chosen].astype(np.float64)
    some /= some.mean(axis=(1, 2), keepdims=True)
    power = (np.abs(np.fft.fft2((some - 1) * hann)) ** 2).sum(axis=0).reshape(-1)
    by_radius = np.bincount(radius, power, RADII + 1)[:RADII] / np.bincount(radius, minlength=RADII + 1)[:RADII]
    is_fine = (radius >= 3) & (radius < RADII)
    by_angle = np.bincount(angle[is_fine], power[is_fine], ANGLES) / np.bincount(angle[is_fine], minlength=ANGLES)
    return len(chosen), by_radius, by_angle


@lru_cache(maxsize=1)
def _geometry() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give the window, normed to keep white noise's power, and for each frequency its radius and direction."""
    hann = np.outer(np.hanning(WINDOW), np.hanning(WINDOW))
    hann /= np.sqrt((hann**2).sum())
    frequency = np.fft.fftfreq(WINDOW) * WINDOW
    v, u = np.meshgrid(frequency, frequency, indexing="ij")
    radius = np.minimum(np.rint(np.hypot(u, v)), RADII).astype(int)
    # Direction in which grey values change; a brushed surface has its power across the strokes.
    angle = (np.floor((np.degrees(np.arctan2(v, u)) % 180) / (180 / ANGLES) + 0.5) % ANGLES).astype(int)
    return hann, radius.reshape(-1), angle.reshape(-1)
