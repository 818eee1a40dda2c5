"""Visibility: what a defect changes in the picture, measured against the same picture of the part without defects.

The labelled pixels are rendered twice with the same random numbers, once as they are and once of the **twin**, the same
triangles before anything was pressed in. With L and L' their radiances, each labelled pixel gets a contrast-to-noise
ratio

    CNR = sqrt(max((L - L')^2 - e^2, 0)) / sqrt(sigma_s^2 + sigma_t^2)

where e is the error of the difference (from four runs of samples, see :mod:`.estimate`; equal random numbers make it
small), sigma_s the sensor's noise at L' and sigma_t the deviation of the picture's sound metal in the 11 x 11 pixels
around: feed marks hide a scratch as noise does. A defect as a whole has the **detectability**

    d' = sqrt(sum of CNR^2 over its pixels),

the signal-to-noise ratio of an observer who knows what to look for and where (the ideal observer for a known signal in
white noise: H. Barrett, K. Myers, Foundations of Image Science, 2004, chapter 13). Both are 0 where nothing changes:
a defect that is in view and cannot be seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import drjit as dr
import numpy as np

from blemish.arrays import Instances, Scores
from blemish.render.rendering import Rendering
from blemish.render.sampler import samples_of
from blemish.render.scene import Scene
from blemish.render.sensor import Sensor
from blemish.render.trace import trace
from blemish.render.view import View

SAMPLES = 64
RUNS = 4
WINDOW_PX = 11
AT_ONCE = 1 << 22


@dataclass(frozen=True, eq=False)
class Visibility:
    """How well the defects of a frame can be seen."""

    contrast: Scores
    """Contrast-to-noise ratio of each labelled pixel, float32; 0 elsewhere."""
    detectability: dict[int, float]
    """d' of each defect in the mask."""


def visibility(  # noqa: PLR0917  what is seen, labelled and how, and what the camera makes of it
    scene: Scene, view: View, mask: Instances, radiance: Scores, sensor: Sensor, rendering: Rendering, key: Any
) -> Visibility:
    """Measure how well labelled pixels stand out; ``scene`` must have been built with its twin."""
    assert scene.twin is not None
    contrast = np.zeros(mask.shape, dtype=np.float32)
    pixels = np.flatnonzero(mask)
    if not len(pixels):
        return Visibility(contrast, {})
    ours, theirs = (_runs(one, view, pixels, rendering, key) for one in (scene, scene.twin))
    change = (ours - theirs).mean(axis=1)
    error2 = (ours - theirs).var(axis=1, ddof=1) / RUNS
    noise2 = sensor.noise_of(theirs.mean(axis=1)) ** 2 + _texture2(mask, radiance).ravel()[pixels]
    ratio = np.sqrt(np.maximum(change**2 - error2, 0) / noise2)
    contrast.ravel()[pixels] = ratio
    sums = np.bincount(mask.ravel()[pixels], ratio**2)
    return Visibility(contrast, {int(id_): float(sums[id_] ** 0.5) for id_ in np.unique(mask.ravel()[pixels])})


def _runs(scene: Scene, view: View, pixels: np.ndarray, rendering: Rendering, key: Any) -> np.ndarray:
    """Give the mean radiance of each run of samples, float64 (pixels, RUNS)."""
    found = []
    step = max(1, AT_ONCE // SAMPLES)
    for start in range(0, len(pixels), step):
        sampler = samples_of(pixels[start : start + step], 0, SAMPLES, key)
        light, is_part, _ = trace(scene, view, sampler, rendering.bounces)
        light = dr.select(is_part, light, rendering.background_radiance)
        found.append(light.numpy().reshape(-1, RUNS, SAMPLES // RUNS).mean(axis=2, dtype=np.float64))
    return np.concatenate(found)


def _texture2(mask: Instances, radiance: Scores) -> np.ndarray:
    """Give the variance of sound metal around each pixel; where there is none near, of a wider window."""
    import cv2

    sound = ((mask == 0) & (radiance > 0)).astype(np.float64)
    values = radiance.astype(np.float64) * sound
    variance = np.full(mask.shape, np.nan)
    for window in (WINDOW_PX, 3 * WINDOW_PX, 9 * WINDOW_PX):
        count, first, second = (cv2.blur(image, (window, window)) for image in (sound, values, values * radiance))
        with np.errstate(invalid="ignore", divide="ignore"):
            here = np.where(count * window**2 >= 8, second / count - (first / count) ** 2, np.nan)
        variance = np.where(np.isnan(variance), here, variance)
    return np.nan_to_num(np.maximum(variance, 0))
