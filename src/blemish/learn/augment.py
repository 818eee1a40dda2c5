"""How a training crop is varied: first the geometry (image and label alike), then the light and the sensor.

Rotation and zoom turn and magnify the picture about the pixel that the crop was drawn for, so that it stays in the
crop and the corners show real surface wherever the image has some.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from jaxtyping import Float32, UInt8

from blemish.arrays import Grey, Instances
from blemish.learn.channels import Maps
from blemish.learn.crops import Window
from blemish.learn.exposure import WHITE, Levels, expose, levels
from blemish.learn.protocol import Augmentation
from blemish.seeds import stream

Crop = Float32[np.ndarray, "side side"]
"""Grey levels from 0 to 255."""
MapsCrop = UInt8[np.ndarray, "g side side"]
"""The maps of the CAD model."""
Label = UInt8[np.ndarray, "side side"]
"""1 where a significant defect is, 2 where one is that does not count, else 0."""


@dataclass(frozen=True)
class Variation:
    """What was drawn for one crop."""

    angle_deg: float = 0.0
    mirrored: bool = False
    upside_down: bool = False
    zoom: float = 1.0
    stops: float = 0.0
    blur_kernel_px: int = 1
    noise_deviation: float = 0.0

    @property
    def is_still(self) -> bool:
        """Whether pixels keep their places, but for mirroring."""
        return self.angle_deg == 0 and self.zoom == 1


def draw_variation(augmentation: Augmentation, rng: np.random.Generator) -> Variation:
    """Draw one variation; as many random numbers are used up whatever is switched off, but for the zoom."""
    angle, mirrored, upside_down, stops, blur, noise = rng.random(6)
    least, most = np.log(augmentation.zoom)
    kernels = augmentation.blur_kernels_px
    return Variation(
        angle_deg=float((2 * angle - 1) * augmentation.rotation_deg),
        mirrored=augmentation.flips and bool(mirrored < 0.5),
        upside_down=augmentation.flips and bool(upside_down < 0.5),
        zoom=float(np.exp(rng.uniform(least, most))) if least < most else augmentation.zoom[0],
        stops=float(stops * augmentation.exposure_stops),
        blur_kernel_px=kernels[int(blur * len(kernels))],
        noise_deviation=float(np.sqrt(noise * augmentation.noise_variance)),
    )


def cut(image: Grey, mask: Instances, window: Window, variation: Variation, highest: int = 1) -> tuple[Crop, Label]:
    """Cut a window out of image and mask, rotated, magnified and mirrored; outside the image all is 0.

    A mask holds instance ids, all of which become 1; or, with ``highest`` 2, labels.
    """
    if variation.is_still:
        inside = slice(window.top, window.top + window.side), slice(window.left, window.left + window.side)
        grey, label = _padded(levels(image[inside]), window), _padded(as_label(mask[inside], highest), window)
    else:
        grey, label = _moved(image, mask, window, variation, highest)
    if variation.mirrored:
        grey, label = grey[:, ::-1], label[:, ::-1]
    if variation.upside_down:
        grey, label = grey[::-1], label[::-1]
    return np.ascontiguousarray(grey), np.ascontiguousarray(label)


def cut_maps(maps: Maps | None, window: Window, variation: Variation) -> MapsCrop | None:
    """Cut the same window out of the maps of the CAD model: turned, magnified and mirrored as the image is."""
    if maps is None:
        return None
    if variation.is_still:
        inside = slice(window.top, window.top + window.side), slice(window.left, window.left + window.side)
        cuts = [_padded(one[inside], window) for one in maps]
    else:
        reached, matrix, size = _reach(window, variation)
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        cuts = [cv2.warpAffine(one[reached], matrix, size, flags=flags) for one in maps]
    found = np.stack(cuts)
    if variation.mirrored:
        found = found[:, :, ::-1]
    if variation.upside_down:
        found = found[:, ::-1]
    return np.ascontiguousarray(found)


def as_label(mask: Instances, highest: int = 1) -> UInt8[np.ndarray, "h w"]:
    """Turn instance ids, or labels up to ``highest``, into labels."""
    return np.minimum(mask, np.uint16(highest)).astype(np.uint8)


def _padded(patch: np.ndarray, window: Window) -> np.ndarray:
    missing = window.side - patch.shape[0], window.side - patch.shape[1]
    return np.pad(patch, ((0, missing[0]), (0, missing[1]))) if any(missing) else patch


def _moved(image: Grey, mask: Instances, window: Window, variation: Variation, highest: int) -> tuple[Crop, Label]:
    reached, matrix, size = _reach(window, variation)
    patch, patch_mask = image[reached], mask[reached]
    inverse = cv2.WARP_INVERSE_MAP
    grey = levels(cv2.warpAffine(patch, matrix, size, flags=cv2.INTER_LINEAR | inverse))
    if not patch_mask.any():
        return grey, np.zeros(size, np.uint8)
    return grey, cv2.warpAffine(as_label(patch_mask, highest), matrix, size, flags=cv2.INTER_NEAREST | inverse)


def _reach(window: Window, variation: Variation) -> tuple[tuple[slice, slice], np.ndarray, tuple[int, int]]:
    """Give the part of the image that a moved window can reach, the way from the crop into it, and the crop's size.

    No more of the image is looked at.
    """
    # image = centre + R (crop - place) / zoom: the drawn pixel keeps its place in the crop.
    angle = math.radians(variation.angle_deg)
    sine, cosine = math.sin(angle) / variation.zoom, math.cos(angle) / variation.zoom
    x, y = window.column - window.left, window.row - window.top
    ends = ((across - x, down - y) for across in (0, window.side - 1) for down in (0, window.side - 1))
    corners = [(window.column + cosine * u - sine * v, window.row + sine * u + cosine * v) for u, v in ends]
    left, top = (max(math.floor(min(ends)) - 1, 0) for ends in zip(*corners, strict=True))
    right, bottom = (math.ceil(max(ends)) + 2 for ends in zip(*corners, strict=True))
    matrix = np.array(
        [
            [cosine, -sine, window.column - left - cosine * x + sine * y],
            [sine, cosine, window.row - top - sine * x - cosine * y],
        ]
    )
    return (slice(top, bottom), slice(left, right)), matrix, (window.side, window.side)


def vary(
    grey: Levels, variation: Variation, augmentation: Augmentation, lit_threshold: float, rng: np.random.Generator
) -> Levels:
    """Change light and sensor: exposure, blur, Gaussian noise, uniform noise on what is not lit."""
    dark = grey <= lit_threshold
    if variation.stops:
        grey = expose(grey, variation.stops)
    if variation.blur_kernel_px > 1:
        kernel = (variation.blur_kernel_px, variation.blur_kernel_px)
        grey = cv2.GaussianBlur(grey, kernel, 0, borderType=cv2.BORDER_REPLICATE)
    if variation.noise_deviation:
        grey = grey + _noise("normal", grey.shape, rng) * np.float32(variation.noise_deviation)
    if augmentation.dark_noise:
        grey = grey + _noise("uniform", grey.shape, rng) * dark * np.float32(augmentation.dark_noise)
    return np.clip(grey, np.float32(0), np.float32(WHITE))


def _noise(kind: str, shape: tuple[int, ...], rng: np.random.Generator) -> Levels:
    """Take noise from a store of two million numbers, beginning anywhere: ten times faster than drawing it anew."""
    store = _store(kind)
    count = shape[0] * shape[1]
    start = int(rng.integers(len(store) - count))
    return store[start : start + count].reshape(shape)


@cache
def _store(kind: str) -> np.ndarray:
    rng = stream(0, "noise", kind)
    draw = rng.standard_normal if kind == "normal" else rng.random
    return draw(2**21, dtype=np.float32)
