"""Exposure: f(x) = x 2^a, clipped to white, on grey levels from 0 to 255.

The annotators of the source paper raised it while drawing, its networks may see several at once, and training varies
it. Every bit depth comes to grey levels here, so that thresholds and noise mean the same on all images.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float32

from blemish.arrays import Grey
from blemish.learn.channels import SPAN, Maps

Levels = Float32[np.ndarray, "h w"]
"""Grey levels from 0 to 255 in floating point."""
Stack = Float32[np.ndarray, "c h w"]
"""What a network takes, from -1 (black) to 1 (white): a channel for each exposure, then those of the CAD model."""

WHITE = 255.0


def levels(image: Grey) -> Levels:
    """Turn an image of 8 or 16 bits into grey levels: its white becomes 255."""
    return image.astype(np.float32) * np.float32(WHITE / np.iinfo(image.dtype).max)


def expose(image: Levels, stops: float) -> Levels:
    """Brighten by a factor 2^stops and clip at white."""
    return np.minimum(image * np.float32(2.0**stops), np.float32(WHITE))


def network_input(image: Levels, stack: Sequence[float], maps: Maps | None = None) -> Stack:
    """Scale grey levels to [-1, 1], one channel for each exposure in ``stack``, then ``maps``, exposed in no way."""
    num_maps = 0 if maps is None else len(maps)
    channels = np.empty((len(stack) + num_maps, *image.shape), np.float32)
    for channel, stops in zip(channels[: len(stack)], stack, strict=True):
        np.multiply(image, np.float32(2.0**stops), out=channel)
        np.minimum(channel, np.float32(WHITE), out=channel)
    channels[: len(stack)] *= np.float32(2.0 / WHITE)
    if maps is not None:
        np.multiply(maps, np.float32(SPAN / WHITE), out=channels[len(stack) :])
    channels -= np.float32(1.0)
    return channels
