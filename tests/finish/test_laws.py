"""What the formulas of all finishes promise: their slope, their pitch, and the same numbers from plain numpy."""

from __future__ import annotations

import sys
import types
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from test_formulas import array, numbers_of, relief_of, track_at

from blemish.finish.blasted import Blasted
from blemish.finish.brushed import Brushed
from blemish.finish.cast import Cast
from blemish.finish.ground import Ground
from blemish.finish.milled import Milled, arcs
from blemish.finish.plain import Plain
from blemish.finish.polished import Polished
from blemish.finish.relief import Track
from blemish.finish.turned import Turned

RNG = np.random.default_rng(11)
PLACES = 400_000

ALL = [
    Turned(pattern=3, chatter_um=1.0),
    Milled(pattern=3, back_cut=0.5),
    Brushed(pattern=3),
    Ground(pattern=3),
    Blasted(pattern=3),
    Cast(pattern=3),
    Polished(pattern=3),
    Plain(),
]


def kind_of(finish: Any) -> str:
    """The name of a finish, for the names of tests."""
    return type(finish).__name__.lower()


@pytest.mark.parametrize(
    "finish",
    [Ground(pattern=3), Blasted(pattern=3), Cast(pattern=3), Polished(pattern=3, waviness_slope=0.01)],
    ids=kind_of,
)
def test_slope_deviation_is_the_stated_one(finish: Any) -> None:
    """The variance of the slope is the one that the settings state, within 3 %."""
    stated = finish.waviness_slope if isinstance(finish, Polished) else finish.slope
    relief = relief_of(finish, track_at(RNG.uniform(-5000, 5000, PLACES), RNG.uniform(-5000, 5000, PLACES)))
    assert array(relief.slope_across).var() == pytest.approx(stated**2, rel=0.03)
    if not isinstance(finish, Ground):
        assert array(relief.slope_along).var() == pytest.approx(stated**2, rel=0.03)


@pytest.mark.parametrize("finish", [Ground(pattern=3), Blasted(pattern=3), Cast(pattern=3)], ids=kind_of)
def test_mean_roughness_is_the_stated_ra(finish: Any) -> None:
    """Heights summed up from the slopes have the stated Rq, and with it the stated Ra, within 5 %."""
    step, lines = 0.006 if isinstance(finish, Cast) else 0.0015, 40
    across = np.tile(np.arange(20000) * step, lines)
    along = np.repeat(RNG.uniform(-900, 900, lines), 20000)
    track = track_at(along, across) if isinstance(finish, Ground) else track_at(across, along)
    track = replace(track, position_mm=(track.along_mm, track.across_mm, 0 * track.along_mm))
    relief = relief_of(finish, track)
    slope = array(relief.slope_across if isinstance(finish, Ground) else relief.slope_along).reshape(lines, -1)
    height = np.cumsum(slope, axis=1) * step
    height -= height.mean(axis=1, keepdims=True)
    assert 1e3 * height.std() / 1.2533 == pytest.approx(finish.ra_um, rel=0.05)


def test_milled_slope_is_the_derivative_of_its_height() -> None:
    """Away from cusps and seams, the slopes are the numeric derivatives of the height along and across the feed.

    Marks are taken as parallel from one to the next, which holds where an arc does not yet run into the feed.
    """
    from drjit.llvm import Float64

    finish = Milled(feed_mm=0.3, cutter_diameter_mm=16.0, step_over_mm=10.0, back_cut=0.6, irregularity=0.0, pattern=2)
    along, step = RNG.uniform(-30, 30, 5000), 1e-5
    across = 10.0 * RNG.integers(-3, 4, 5000) + RNG.uniform(-4.8, 1.9, 5000)
    numbers = numbers_of(finish, Float64)

    def height(dx: float, dy: float) -> np.ndarray:
        return array(arcs(track_at(along + dx, across + dy), numbers)[0])

    here = height(0, 0)
    relief = relief_of(finish, track_at(along, across))
    for slope, forward, backward in (
        (relief.slope_along, height(step, 0), height(-step, 0)),
        (relief.slope_across, height(0, step), height(0, -step)),
    ):
        right, left = (forward - here) / step, (here - backward) / step
        is_smooth = np.abs(right - left) < 1e-3
        assert is_smooth.mean() > 0.97
        np.testing.assert_allclose(array(slope)[is_smooth], ((left + right) / 2)[is_smooth], atol=4e-3)


@pytest.mark.parametrize(("feed", "nose"), [(0.1, 0.8), (0.3, 1.6)])
def test_ideal_milled_marks_have_the_variance_of_their_parabola(feed: float, nose: float) -> None:
    """On the centre line of a single-edged cut, slopes have variance (feed / nose)^2 / 12, as after turning."""
    finish = Milled(feed_mm=feed, nose_radius_mm=nose, back_cut=0.0, irregularity=0.0, pattern=0)
    along = np.linspace(0, 100 * feed, 40001)[:-1]
    relief = relief_of(finish, track_at(along, np.zeros_like(along)))
    assert array(relief.slope_along).var() == pytest.approx((feed / nose) ** 2 / 12, rel=0.03)


def test_milled_marks_repeat_at_the_feed() -> None:
    """The strongest line in the spectrum along the feed stands at the feed, on every pass, within 2 %."""
    finish = Milled(feed_mm=0.21, cutter_diameter_mm=20.0, step_over_mm=12.0, pattern=5)
    along = np.arange(0, 60, 0.006)
    frequency = np.fft.rfftfreq(len(along), 0.006)
    for across in (0.0, 12.5, -11.0):
        slope = array(relief_of(finish, track_at(along, np.full_like(along, across))).slope_along)
        power = np.abs(np.fft.rfft(slope * np.hanning(len(slope)))) ** 2
        assert 1 / frequency[power.argmax()] == pytest.approx(0.21, rel=0.02)


def test_chatter_has_its_wavelength_around_the_part() -> None:
    """Along one groove the slope of chatter is a wave of the stated length, rounded so that a turn closes."""
    finish = Turned(chatter_um=2.0, chatter_length_mm=2.0, irregularity=0.0, pattern=0)
    length, turn = 2 * np.pi * 10, np.linspace(-0.5, 0.5, 20000, endpoint=False)
    across = 0.12 * turn  # follow the helix
    slope = array(relief_of(finish, track_at(turn * length, across, turn, period_along_mm=length)).slope_along)
    power = np.abs(np.fft.rfft(slope)) ** 2
    waves = length / 2.0
    assert abs(int(power.argmax()) - waves) <= 1.5
    assert slope.std() == pytest.approx(2 * np.pi * 2e-3 / 2.0 / 2**0.5, rel=0.03)


@pytest.mark.parametrize("finish", ALL, ids=kind_of)
def test_no_finish_repeats_itself(finish: Any) -> None:
    """Another place of the same finish is another surface: no shift by a metre, or by a few mm, finds it again."""
    if isinstance(finish, Plain):
        pytest.skip("plain has nothing to repeat")
    finish = replace(finish, irregularity=0.8) if isinstance(finish, Turned | Milled) else finish
    along, across = RNG.uniform(-20, 20, 20000), RNG.uniform(-20, 20, 20000)

    def slope(shift: float) -> np.ndarray:
        relief = relief_of(finish, track_at(along + 0.37 * shift, across + shift))
        return array(relief.slope_along) + array(relief.slope_across)

    here = slope(0.0)
    for shift in (64.0, 256.0, 1000.0):
        # Regular marks keep their beat but not their depths.
        assert np.corrcoef(here, slope(shift))[0, 1] < 0.95


class Numpy(types.ModuleType):
    """What the formulas use of Dr.Jit, in numpy: another arithmetic for the same lines."""

    inf = np.inf
    pi = np.pi

    def __getattr__(self, name: str) -> Any:
        plain = {"abs": np.abs, "floor": np.floor, "round": np.round, "sin": np.sin, "cos": np.cos, "exp": np.exp}
        plain |= {"sqrt": np.sqrt, "square": np.square, "select": np.where}
        plain |= {"rcp": lambda x: 1 / np.asarray(x, float), "rsqrt": lambda x: 1 / np.sqrt(x)}
        plain |= {
            "int32_array_t": lambda _: lambda x: np.asarray(x).astype(np.int64).astype(np.int32),
            "uint32_array_t": lambda _: lambda x: np.asarray(x).astype(np.int64).astype(np.uint32),
            "float_array_t": lambda _: lambda x: np.asarray(x).astype(np.float64),
        }
        if name not in plain:
            raise AttributeError(name)
        return plain[name]


@pytest.mark.parametrize("finish", ALL, ids=kind_of)
@pytest.mark.parametrize("footprint", [0.0, 0.08])
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_numpy_gives_what_is_compiled(finish: Any, footprint: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each formula evaluated by numpy equals the same formula compiled by Dr.Jit."""
    along, across = RNG.uniform(-40, 40, 3000), RNG.uniform(-40, 40, 3000)
    turn = RNG.uniform(-0.5, 0.5, 3000)
    blur = {"footprint_along_mm": footprint, "footprint_across_mm": footprint}
    compiled = relief_of(finish, track_at(along, across, turn, **blur))
    zero, one = np.zeros_like(along), np.ones_like(along)
    track = Track(
        along_mm=along,
        across_mm=across,
        turn=turn,
        period_along_mm=zero,
        period_across_mm=zero,
        footprint_along_mm=zero + footprint,
        footprint_across_mm=zero + footprint,
        position_mm=(along, across, 0.3 * along - 0.7 * across),
        along=(one, zero, zero),
        across=(zero, one, zero),
    )
    values = [np.asarray(value) for value in [*finish.numbers(), *[1.0] * (12 - len(finish.numbers()))]]
    monkeypatch.setitem(sys.modules, "drjit", Numpy("drjit"))
    by_numpy = finish.relief(track, values)
    monkeypatch.undo()
    for name in ("slope_along", "slope_across", "alpha_along", "alpha_across"):
        pair = (np.broadcast_to(getattr(by_numpy, name), along.shape), array(getattr(compiled, name)))
        close = np.isclose(*pair, atol=1e-7)
        assert close.mean() > 0.999, name  # a place exactly on a cusp may fall to either side
