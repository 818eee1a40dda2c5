"""The sensor: from radiance to grey values, in the terms of the EMVA 1288 standard (release 4.0, linear model).

A pixel that sees radiance L collects on average

    mu_e = L * exposure * saturation_capacity_e        electrons,

so an exposure of 1 saturates where a white diffuse surface, fully lit to 1, would be (see ``RingLight``); quantum
efficiency, aperture and exposure time are all in that one number. Shot noise has the variance mu_e, dark noise the
variance sigma_d^2, and the system gain K (grey values per electron) makes

    mu_y      = K * mu_e + black level                 grey values
    sigma_y^2 = K^2 sigma_d^2 + 1/12 + K (mu_y - black level)

The second line, variance over mean, is the photon transfer line: its slope is K. K is chosen so that the saturation
capacity just fills the range of grey values. Electrons are counted in whole numbers; here shot noise is drawn from the
normal distribution of the same mean and variance, which differs visibly only below ten electrons, where dark noise
hides it.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from blemish.arrays import Grey, Scores
from blemish.settings import NotNegative, Positive, settings


@settings
class Sensor:
    """A linear image sensor, as its EMVA 1288 data sheet describes it, with its exposure."""

    exposure: Positive = 2.5
    """How much light is collected: radiance 1 / exposure fills a pixel. 2 is twice the exposure time."""
    saturation_capacity_e: Positive = 10500.0
    """Electrons that fill a pixel: 5000 - 30000 for today's CMOS sensors."""
    dark_noise_e: NotNegative = 2.5
    """Standard deviation of a pixel in the dark, in electrons."""
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
    def gain(self) -> float:
        """The system gain K: grey values per electron."""
        return (self.white - self.black_level) / self.saturation_capacity_e


def expose(radiance: Scores, sensor: Sensor, rng: np.random.Generator) -> Grey:
    """Take the picture: noise, gain, saturation, whole grey values. The same stream gives the same picture."""
    electrons = radiance.astype(np.float32)
    electrons *= np.float32(sensor.exposure * sensor.saturation_capacity_e)
    noise = rng.standard_normal(radiance.shape, dtype=np.float32)
    noise *= np.sqrt(electrons + np.float32(sensor.dark_noise_e**2))
    electrons += noise
    np.minimum(electrons, np.float32(sensor.saturation_capacity_e), out=electrons)
    electrons *= np.float32(sensor.gain)
    electrons += np.float32(sensor.black_level)
    np.rint(electrons, out=electrons)
    np.clip(electrons, 0, sensor.white, out=electrons)
    return electrons.astype(np.uint8 if sensor.bits == 8 else np.uint16)
