"""The sensor: from radiance to grey values, in the terms of the EMVA 1288 standard (release 4.0, linear model).

A pixel that sees radiance L for the time t collects, on average,

    mu_p = L * photons_per_ms * t                       photons
    mu_e = quantum_efficiency * mu_p + dark current * t electrons

``photons_per_ms`` is what light, lens and pixel size make of radiance 1 (a white diffuse surface, fully lit to 1); it
is found by one photograph of a white card. Shot noise has the variance mu_e, dark noise the variance sigma_d^2, and
the system gain K (grey values per electron) makes

    mu_y      = K * mu_e + black level                  grey values
    sigma_y^2 = K^2 sigma_d^2 + 1/12 + K (mu_y - black level)

The second line, variance over mean, is the photon transfer line: its slope is K. K is chosen so that the saturation
capacity just fills the range of grey values. Electrons are counted in whole numbers; here shot noise is drawn from the
normal distribution of the same mean and variance, which differs visibly only below ten electrons, where dark noise
hides it.

No two pixels are quite alike: each has its own sensitivity (PRNU) and its own dark signal (DSNU), which are the
camera's, not the picture's: the same in all its frames.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Annotated, Literal

import numpy as np
from annotated_types import Interval

from blemish.arrays import Grey, Scores
from blemish.seeds import stream
from blemish.settings import Fraction, NotNegative, Positive, settings
from blemish.vary import population_of


@settings
class Sensor:
    """A linear image sensor, as its EMVA 1288 data sheet describes it, with its exposure."""

    exposure_ms: Positive = 25.0
    """Exposure time."""
    auto_exposure: Annotated[float, Interval(gt=0, le=1)] | None = None
    """If given, each frame chooses its exposure time so that the brightest hundredth of what it sees of the part
    reaches this share of the saturation capacity; ``exposure_ms`` is then not used."""
    photons_per_ms: Positive = 1750.0
    """Photons that reach a pixel in a millisecond from radiance 1."""
    quantum_efficiency: Annotated[float, Interval(gt=0, le=1)] = 0.6
    """Electrons per photon: 0.5 - 0.7 for today's CMOS sensors in green light."""
    saturation_capacity_e: Positive = 10500.0
    """Electrons that fill a pixel: 5000 - 30000 for today's CMOS sensors."""
    dark_noise_e: NotNegative = 2.5
    """Standard deviation of a pixel in the dark, in electrons."""
    dark_current_e_per_s: NotNegative = 0.0
    """Electrons that heat alone brings: 1 - 20 a second at room temperature, so nothing in short exposures."""
    prnu: Fraction = 0.0
    """Photo response non-uniformity: standard deviation of the pixels' sensitivity, as a share: 0.003 - 0.01."""
    dsnu_e: NotNegative = 0.0
    """Dark signal non-uniformity: standard deviation of the pixels' dark signal, in electrons: 0.5 - 2."""
    black_level: NotNegative = 0.0
    """Grey value of a pixel in the dark."""
    bits: Literal[8, 16] = 8
    """Depth of the image file."""

    def __post_init__(self) -> None:
        if self.black_level >= self.white:
            raise ValueError(
                f"the black level ({self.black_level}) must lie below the largest grey value, {self.white}"
            )

    @property
    def white(self) -> int:
        """The largest grey value."""
        return 2**self.bits - 1

    @property
    def electrons_per_radiance(self) -> float:
        """Electrons that radiance 1 brings in the exposure time."""
        return self.exposure_ms * self.photons_per_ms * self.quantum_efficiency

    @property
    def saturation_radiance(self) -> float:
        """The radiance that fills a pixel."""
        return self.saturation_capacity_e / self.electrons_per_radiance

    @property
    def gain(self) -> float:
        """The system gain K: grey values per electron."""
        return (self.white - self.black_level) / self.saturation_capacity_e

    def noise_of(self, radiance: np.ndarray) -> np.ndarray:
        """Give the standard deviation of what a pixel says of radiances, as radiance: shot, dark and rounding noise."""
        dark_e = self.dark_noise_e**2 + self.dark_current_e_per_s * self.exposure_ms * 1e-3
        variance_e = np.maximum(radiance, 0) * self.electrons_per_radiance + dark_e + 1 / (12 * self.gain**2)
        return np.sqrt(variance_e) / self.electrons_per_radiance

    def metered(self, radiance: np.ndarray) -> Sensor:
        """Give the sensor with the exposure that ``auto_exposure`` asks for, seeing these radiances of the part."""
        if self.auto_exposure is None:
            return self
        bright = float(np.percentile(radiance, 99)) if radiance.size else 0.0
        if bright <= 0:
            return self
        wanted_e = self.auto_exposure * self.saturation_capacity_e
        return replace(self, exposure_ms=wanted_e / (bright * self.photons_per_ms * self.quantum_efficiency))


SensorPopulation = population_of(Sensor)


def expose(radiance: Scores, sensor: Sensor, rng: np.random.Generator) -> Grey:
    """Take the picture: noise, gain, saturation, whole grey values. The same stream gives the same picture."""
    electrons = radiance.astype(np.float32)
    electrons *= np.float32(sensor.electrons_per_radiance)
    if sensor.prnu:
        electrons *= 1 + np.float32(sensor.prnu) * _pattern(radiance.shape, "sensitivity")
    electrons += np.float32(sensor.dark_current_e_per_s * sensor.exposure_ms * 1e-3)
    noise = rng.standard_normal(radiance.shape, dtype=np.float32)
    noise *= np.sqrt(electrons + np.float32(sensor.dark_noise_e**2))
    electrons += noise
    if sensor.dsnu_e:
        electrons += np.float32(sensor.dsnu_e) * _pattern(radiance.shape, "dark signal")
    np.minimum(electrons, np.float32(sensor.saturation_capacity_e), out=electrons)
    electrons *= np.float32(sensor.gain)
    electrons += np.float32(sensor.black_level)
    np.rint(electrons, out=electrons)
    np.clip(electrons, 0, sensor.white, out=electrons)
    return electrons.astype(np.uint8 if sensor.bits == 8 else np.uint16)


@lru_cache(maxsize=4)
def _pattern(shape: tuple[int, int], name: str) -> np.ndarray:
    """Give what the pixels of the camera have of their own, in standard deviations: the same for all frames."""
    return stream(1288, "sensor", name, shape[0], shape[1]).standard_normal(shape, dtype=np.float32)
