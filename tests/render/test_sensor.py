"""The sensor, against the photon transfer method of EMVA 1288."""

from __future__ import annotations

import numpy as np
import pytest

from blemish.render import Sensor, expose
from blemish.seeds import stream


def grey_values(sensor: Sensor, radiance: float, *, seed: int = 0) -> np.ndarray:
    """Many pixels that all see the same."""
    scene = np.full((400, 500), radiance, dtype=np.float32)
    return expose(scene, sensor, stream(seed, "test", str(radiance))).astype(np.float64)


@pytest.mark.parametrize(
    "sensor", [Sensor(bits=16, exposure_ms=10.0, black_level=500.0), Sensor(bits=16, exposure_ms=5.0)]
)
def test_the_photon_transfer_line_gives_the_gain(sensor: Sensor) -> None:
    """The slope of variance over mean is the system gain, within 2 %."""
    levels = np.linspace(0.05, 0.7, 12) * sensor.saturation_radiance
    seen = [grey_values(sensor, level) for level in levels]
    slope = np.polyfit([values.mean() for values in seen], [values.var() for values in seen], 1)[0]
    assert slope == pytest.approx(sensor.gain, rel=0.02)


def test_mean_and_variance_are_those_of_the_model() -> None:
    """Mean K mu_e + black level; variance K^2 (sigma_d^2 + mu_e) + 1/12."""
    sensor = Sensor(bits=8, exposure_ms=10.0, saturation_capacity_e=8000.0, dark_noise_e=20.0, black_level=16.0)
    values = grey_values(sensor, 0.4)
    electrons = 0.4 * 10.0 * 1750.0 * 0.6
    assert values.mean() == pytest.approx(sensor.gain * electrons + 16, rel=1e-3)
    assert values.var() == pytest.approx(sensor.gain**2 * (400 + electrons) + 1 / 12, rel=0.02)


def test_white_saturates_and_dark_is_the_black_level() -> None:
    """Radiance 1 / exposure fills a pixel, twice that gives no more; no light gives the black level and its noise."""
    sensor = Sensor(exposure_ms=20.0, bits=8, black_level=10.0)
    assert grey_values(sensor, 0.5).mean() == pytest.approx(255, abs=2)
    assert (grey_values(sensor, 1.0) == 255).all()
    dark = grey_values(Sensor(bits=16, black_level=1000.0), 0.0)
    assert dark.mean() == pytest.approx(1000, abs=1)
    assert dark.std() == pytest.approx(2.5 * Sensor(bits=16, black_level=1000.0).gain, rel=0.02)


def test_the_same_stream_takes_the_same_picture() -> None:
    """Equal seeds give equal bytes, other seeds other noise."""
    assert np.array_equal(grey_values(Sensor(), 0.2), grey_values(Sensor(), 0.2))
    assert not np.array_equal(grey_values(Sensor(), 0.2), grey_values(Sensor(), 0.2, seed=1))


def test_a_black_level_above_white_is_refused() -> None:
    """A sensor whose darkness is brighter than its white does not exist."""
    with pytest.raises(ValueError, match="black level"):
        Sensor(bits=8, black_level=300.0)
