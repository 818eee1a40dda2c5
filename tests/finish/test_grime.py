"""Grime: how much light it takes, that it follows the track, and that it fades to its mean from afar."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from blemish.engine import start
from blemish.finish.grime import Grime, left_by
from blemish.finish.relief import Track

RNG = np.random.default_rng(8)
PLACES = 40_000


def track_at(
    along: np.ndarray, across: np.ndarray, footprint: float = 0.0, periods: tuple[float, float] = (0, 0)
) -> Track:
    """Give a track at these places."""
    start("cpu")
    from drjit.llvm import Float64

    sizes = [Float64(value) for value in (*periods, footprint, footprint)]
    zero, one = Float64(0), Float64(1)
    axes = ((zero, zero, zero), (one, zero, zero), (zero, one, zero))
    return Track(Float64(along), Float64(across), Float64(0 * along), *sizes, *axes)


def left(track: Track, strength: float = 0.5, cover: float = 0.3, seed: int = 5) -> np.ndarray:
    """Give the share of the light that is left, streaks 0.1 mm wide and 6 mm long."""
    from drjit.llvm import Float64, UInt32

    values: list[Any] = [Float64(value) for value in (strength, cover, 0.1, 6.0)]
    return np.array(left_by(Grime(*values, UInt32(seed)), track))


def scattered() -> tuple[np.ndarray, np.ndarray]:
    """Give places all over a large sheet."""
    return RNG.uniform(0, 3000, PLACES), RNG.uniform(0, 100, PLACES)


@pytest.mark.parametrize("cover", [0.2, 0.5, 0.8])
def test_grime_takes_what_it_says_where_it_lies(cover: float) -> None:
    """Between all light and 1 - strength is left; the mean loss is strength times cover, roughly."""
    share = left(track_at(*scattered()), 0.6, cover)
    assert share.min() == pytest.approx(0.4, abs=1e-6)
    assert share.max() == pytest.approx(1.0, abs=1e-6)
    assert 1 - share.mean() == pytest.approx(0.6 * cover, abs=0.06)


def test_streaks_run_along_the_track() -> None:
    """A tenth of a millimetre along changes next to nothing; across it, much."""
    along, across = scattered()
    here = left(track_at(along, across))
    onward, aside = left(track_at(along + 0.1, across)), left(track_at(along, across + 0.1))
    assert np.abs(onward - here).mean() < 0.1 * np.abs(aside - here).mean()


def test_grime_closes_around_a_turned_part() -> None:
    """One turn onwards there is the same streak, also on a thread, where a turn is one lead across."""
    along, across = scattered()
    once = track_at(along, across, periods=(40.0, 0.0))
    np.testing.assert_allclose(left(once), left(track_at(along + 40, across, periods=(40.0, 0.0))), atol=1e-6)
    thread = track_at(along, across, periods=(40.0, 20.0))
    np.testing.assert_allclose(left(thread), left(track_at(along, across + 20, periods=(40.0, 20.0))), atol=1e-6)


@pytest.mark.parametrize("cover", [0.2, 0.5])
def test_from_afar_streaks_fade_into_their_mean(cover: float) -> None:
    """A patch of two millimetres sees hardly a streak, one of a fifth less of them; the mean light is the same."""
    near, middle, far = (left(track_at(*scattered(), footprint=size), cover=cover) for size in (0.0, 0.2, 2.0))
    assert far.std() < 0.01 < middle.std() < near.std()
    assert middle.mean() == pytest.approx(near.mean(), abs=0.02)
    assert far.mean() == pytest.approx(near.mean(), abs=0.03)
