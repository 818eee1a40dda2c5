"""The intensity-biased crop: every crop holds lit surface, with dark background still around it.

The image is binarised at a grey level, one lit pixel is drawn uniformly, and the crop window is centred on it as far
as it can be without leaving the image. An image smaller than the window is padded with zeros, right and below.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from blemish.arrays import Grey

_TRIES = 64
_ROUNDS = 8


@dataclass(frozen=True)
class Window:
    """A square crop: where it begins, and the pixel that it was drawn for, in image coordinates."""

    top: int
    left: int
    side: int
    row: int
    column: int
    lit: bool = True
    """False when the image had no lit pixel and any pixel was drawn."""


def draw_lit_pixel(image: Grey, lit_threshold: float, rng: np.random.Generator) -> tuple[int, int] | None:
    """Draw a pixel uniformly from those above a grey level (of 255); ``None`` if there is none.

    Random pixels are drawn until one is lit, which reads a handful of pixels of a mapped file. Only an image that is
    almost all dark is searched as a whole; either way every lit pixel is equally probable.
    """
    limit = lit_threshold / 255 * np.iinfo(image.dtype).max
    height, width = image.shape
    for _ in range(_ROUNDS):
        rows, columns = rng.integers(height, size=_TRIES), rng.integers(width, size=_TRIES)
        hits = np.flatnonzero(image[rows, columns] > limit)
        if len(hits):
            return int(rows[hits[0]]), int(columns[hits[0]])
    lit = np.flatnonzero(image > limit)
    if len(lit) == 0:
        return None
    return divmod(int(lit[rng.integers(len(lit))]), width)


def draw_window(image: Grey, side: int, lit_threshold: float, rng: np.random.Generator) -> Window:
    """Draw an intensity-biased crop; an image without a lit pixel gives any crop, and ``lit`` says so."""
    pixel = draw_lit_pixel(image, lit_threshold, rng)
    if pixel is None:
        any_pixel = int(rng.integers(image.shape[0])), int(rng.integers(image.shape[1]))
        return window_around(any_pixel, image.shape, side, lit=False)
    return window_around(pixel, image.shape, side)


def window_around(pixel: tuple[int, int], shape: tuple[int, ...], side: int, *, lit: bool = True) -> Window:
    """Centre a window on a pixel, moved as little as needed to stay inside an image of this shape."""
    top, left = (min(max(at - side // 2, 0), max(size - side, 0)) for at, size in zip(pixel, shape, strict=True))
    return Window(top, left, side, *pixel, lit=lit)
