"""False calls: how often a model calls a defect where there is none, with exact intervals.

With k calls on n images the rate an image is k/n, with the interval of a Poisson count (Garwood, Biometrika 28, 1936)::

    low = chi2(0.025; 2k) / 2n,    high = chi2(0.975; 2k + 2) / 2n

Calls come in clusters: a machining mark that deceives the model does so in every view. Where the counts of specimens
(or images) spread by a factor phi more than Poisson counts would, k and n are divided by phi before, which widens the
interval by about its root. The share of images with at least one call has Clopper and Pearson's interval.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from blemish.evaluate.pixels import Interval
from blemish.inspect.pod.goodness import binomial_interval
from blemish.inspect.sightings import Sightings

ENOUGH = 5
"""Specimens from which on their spread is measured; with fewer, that of images."""


@dataclass(frozen=True)
class FalseCalls:
    """How often nothing is called a defect."""

    calls: int
    images: int
    per_image: float
    per_image_interval: Interval
    images_with_call: int
    share_of_images: float
    share_interval: Interval
    spread: float
    """phi: variance of the counts over that of Poisson counts, at least 1."""
    area_mm2: float | None
    """Surface looked at, each view anew; None without geometry."""
    per_100_mm2: float | None
    per_100_mm2_interval: Interval | None

    def sentence(self) -> str:
        """Say it in words."""
        low, high = self.per_image_interval.low, self.per_image_interval.high
        text = (
            f"{self.calls} false calls in {self.images} images: {self.per_image:.2g} an image ({low:.2g} to {high:.2g})"
        )
        if self.per_100_mm2 is not None and self.per_100_mm2_interval is not None:
            area = self.per_100_mm2_interval
            text += f", {self.per_100_mm2:.2g} on 100 mm2 of surface looked at ({area.low:.2g} to {area.high:.2g})"
        return text


def poisson_interval(count: int | float, confidence: float = 0.95) -> tuple[float, float]:
    """Give the exact interval of the mean of a Poisson count (Garwood); also of a count that was divided."""
    tail = (1 - confidence) / 2
    low = float(stats.chi2.ppf(tail, 2 * count) / 2) if count > 0 else 0.0
    return low, float(stats.chi2.ppf(1 - tail, 2 * count + 2) / 2)


def false_calls_of(sightings: Sightings) -> FalseCalls:
    """Count the false calls of all frames."""
    frames = sightings.frames
    counts = frames["false_calls"].astype(float)
    calls, images, deceived = int(counts.sum()), len(frames), int((counts > 0).sum())
    phi = _spread(frames["specimen"], counts)
    area = float(frames["area_mm2"].sum()) if images and np.isfinite(frames["area_mm2"]).all() else None

    def interval(exposure: int | float) -> Interval:
        low, high = poisson_interval(calls / phi)
        return Interval(low * phi / exposure, high * phi / exposure)

    return FalseCalls(
        calls=calls,
        images=images,
        per_image=calls / max(images, 1),
        per_image_interval=interval(max(images, 1)),
        images_with_call=deceived,
        share_of_images=deceived / max(images, 1),
        share_interval=Interval(*binomial_interval(deceived, max(images, 1))),
        spread=phi,
        area_mm2=area,
        per_100_mm2=None if not area else 100 * calls / area,
        per_100_mm2_interval=None if not area else interval(area / 100),
    )


def _spread(specimen: np.ndarray, counts: np.ndarray) -> float:
    """Give how much the counts of specimens, or of images where these are few, spread beyond Poisson counts."""
    codes = np.unique(specimen, return_inverse=True)[1]
    if codes.max(initial=-1) + 1 < ENOUGH:
        codes = np.arange(len(counts))
    sums, sizes = np.bincount(codes, counts), np.bincount(codes)
    if len(sums) < 2 or sums.sum() == 0:
        return 1.0
    expected = sizes * sums.sum() / sizes.sum()
    return max(1.0, float(((sums - expected) ** 2 / expected).sum() / (len(sums) - 1)))


@dataclass(frozen=True)
class Tradeoff:
    """What other thresholds would do: rows of one threshold each."""

    threshold: tuple[float, ...]
    """Scores."""
    found: tuple[float, ...]
    """The share of sightings found at each."""
    deceived: tuple[float, ...]
    """The share of images with a call away from defects: the noise analysis."""


def tradeoff_of(sightings: Sightings, num_thresholds: int = 60) -> Tradeoff:
    """Give hits and false calls against the threshold, from the signals and from the noise of each image."""
    signal, noise = np.sort(sightings.rows["signal"]), np.sort(sightings.frames["noise"])
    both = np.concatenate([signal, noise])
    levels = np.unique(np.quantile(both, np.linspace(0, 1, num_thresholds))) if len(both) else np.zeros(0)

    def above(values: np.ndarray) -> tuple[float, ...]:
        return tuple(float(1 - x / max(len(values), 1)) for x in np.searchsorted(values, levels))

    return Tradeoff(tuple(float(x) for x in 1 / (1 + np.exp(-levels))), above(signal), above(noise))
