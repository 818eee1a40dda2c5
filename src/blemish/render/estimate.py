"""How many samples a pixel needs: until its error is small against the noise that the sensor adds anyway.

Every pixel that sees the part gets a first round of samples; they make the labels, too. The samples of one pixel are
four runs that are each spread evenly over the pixel, the light and the lobe, so the spread of the four means tells the
error of their mean, with the gain of the even spreading in it:

    error^2 = var(means of the runs) / 4,      taken over the 3 x 3 pixels around

The sensor adds to a pixel of radiance L, with mu = L E C electrons (exposure E, saturation capacity C),

    sigma^2 = (mu + dark noise^2 + 1 / (12 K^2)) / (E C)^2

A pixel whose error exceeds ``noise_share * sigma`` gets as many samples as bring it there (error^2 falls at least in
proportion to 1 / n), in doublings, up to ``max_samples_per_pixel``. Where the pixel saturates, no error is seen. Only
the first round decides, so that what is found later cannot choose its own end.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import drjit as dr
import mitsuba as mi
import numpy as np

from blemish.render.rendering import Rendering
from blemish.render.sampler import samples_of
from blemish.render.scene import Scene
from blemish.render.sensor import Sensor
from blemish.render.trace import trace
from blemish.render.view import View

SAMPLES_AT_ONCE = 1 << 23
"""Samples in flight: bounds the memory to about 300 MB whatever the image's size."""
RUNS = 4


@dataclass(frozen=True, eq=False)
class Estimate:
    """What the samples of some pixels say."""

    radiance: np.ndarray
    """float32, one for each pixel."""
    samples: np.ndarray
    """How many samples each pixel got, int64."""
    at: np.ndarray
    """The pixel numbers of all first-round samples that met a defect, and in ``ids`` the defects' ids, uint32."""
    ids: np.ndarray


def estimate(  # noqa: PLR0917  what is seen, where, and how exactly
    scene: Scene, view: View, pixels: np.ndarray, shape: tuple[int, int], sensor: Sensor, rendering: Rendering, key: Any
) -> Estimate:
    """Trace as many samples as these pixels need."""
    first = rendering.samples_per_pixel
    runs = RUNS if first % RUNS == 0 else first  # else each sample is a run of its own
    total, spread = np.zeros(len(pixels)), np.zeros(len(pixels))
    at, ids = [np.zeros(0, dtype=np.uint32)], [np.zeros(0, dtype=np.uint32)]
    for part, sampler, light, defect in _traced(scene, view, pixels, 0, first, rendering, key):
        means = light.numpy().reshape(-1, runs, first // runs).mean(axis=2, dtype=np.float64)
        total[part] = means.mean(axis=1) * first
        spread[part] = means.var(axis=1, ddof=1) / runs if runs > 1 else 0
        if scene.defects:
            found = mi.UInt32(dr.compress(defect > 0))
            at.append(dr.gather(mi.UInt32, sampler.pixel, found).numpy())
            ids.append(dr.gather(mi.UInt32, defect, found).numpy())
    samples = np.full(len(pixels), first, dtype=np.int64)
    wanted = _wanted(total / first, spread, pixels, shape, sensor, rendering)
    count = first
    while (chosen := np.flatnonzero(wanted > count)).size:
        for part, _, light, _ in _traced(scene, view, pixels[chosen], count, count, rendering, key):
            total[chosen[part]] += light.numpy().reshape(-1, count).sum(axis=1, dtype=np.float64)
        samples[chosen] += count
        count *= 2
    return Estimate((total / samples).astype(np.float32), samples, np.concatenate(at), np.concatenate(ids))


def glance(scene: Scene, view: View, pixels: np.ndarray, rendering: Rendering, key: Any) -> np.ndarray:
    """Give the radiance of every pixel that lies wholly on the part, by four samples: enough to meter the exposure."""
    found = [np.zeros(0, dtype=np.float32)]
    for start in range(0, len(pixels), SAMPLES_AT_ONCE // 4):
        sampler = samples_of(pixels[start : start + SAMPLES_AT_ONCE // 4], 0, 4, key)
        light, is_part, _ = trace(scene, view, sampler, rendering.bounces)
        lit, met = light.numpy().reshape(-1, 4), is_part.numpy().reshape(-1, 4)
        found.append(lit.mean(axis=1)[met.all(axis=1)])
    return np.concatenate(found)


def _wanted(  # noqa: PLR0917  mean and error of pixels, and how much is allowed
    mean: np.ndarray, spread: np.ndarray, pixels: np.ndarray, shape: tuple[int, int], sensor: Sensor, how: Rendering
) -> np.ndarray:
    """Give how many samples bring each pixel's error under its share of the sensor's noise."""
    import cv2

    most = max(how.max_samples_per_pixel, how.samples_per_pixel)
    if not how.noise_share or most == how.samples_per_pixel or not len(pixels):
        return np.full(len(pixels), how.samples_per_pixel)
    around, weight = np.zeros(shape), np.zeros(shape)
    around.ravel()[pixels], weight.ravel()[pixels] = spread, 1
    error2 = (cv2.blur(around, (3, 3)) / np.maximum(cv2.blur(weight, (3, 3)), 1 / 9)).ravel()[pixels]
    allowed = (how.noise_share * sensor.noise_of(mean)) ** 2
    allowed[mean > 1.2 * sensor.saturation_radiance] = np.inf
    return np.minimum(how.samples_per_pixel * error2 / allowed, most)


def _traced(  # noqa: PLR0917  what is seen, and which samples of it
    scene: Scene, view: View, pixels: np.ndarray, begin: int, count: int, rendering: Rendering, key: Any
) -> Iterator[tuple[slice, Any, Any, Any]]:
    """Trace the samples ``begin`` to ``begin + count`` of pixels, in pieces: which pixels, radiance and defect ids."""
    step = max(1, SAMPLES_AT_ONCE // count)
    for start in range(0, len(pixels), step):
        part = slice(start, min(start + step, len(pixels)))
        sampler = samples_of(pixels[part], begin, count, key)
        light, is_part, defect = trace(scene, view, sampler, rendering.bounces)
        light = dr.select(is_part, light, rendering.background_radiance)
        dr.eval(light, defect)
        yield part, sampler, light, defect
