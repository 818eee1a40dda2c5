"""The formulas of the finishes, evaluated in double precision at chosen places."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import blemish.finish
from blemish.engine import start
from blemish.finish import Brushed, Plain, Turned
from blemish.finish.relief import Relief, Track, keep
from blemish.finish.turned import groove

RNG = np.random.default_rng(3)


def numbers_of(finish: Any, doubles: Any) -> list[Any]:
    """The finish's numbers as the table has them: unused places hold 1."""
    values = list(finish.numbers())
    return [doubles(value) for value in values + [1.0] * (12 - len(values))]


def track_at(along: np.ndarray, across: np.ndarray, turn: np.ndarray | float = 0.0, **other: float) -> Track:
    """A track at these places, not periodic and seen without any blur unless told otherwise."""
    start("cpu")
    from drjit.llvm import Float64

    given = {"period_along_mm": 0.0, "period_across_mm": 0.0, "footprint_along_mm": 0.0, "footprint_across_mm": 0.0}
    values = {name: Float64(value) for name, value in (given | other).items()}
    turns = np.broadcast_to(turn, along.shape).astype(np.float64)
    return Track(
        along_mm=Float64(along),
        across_mm=Float64(across),
        turn=Float64(turns),
        position_mm=(Float64(along), Float64(across), Float64(0.3 * along - 0.7 * across)),
        along=(Float64(1), Float64(0), Float64(0)),
        across=(Float64(0), Float64(1), Float64(0)),
        **values,
    )


def relief_of(finish: Any, track: Track) -> Relief:
    """Evaluate a finish's own formula."""
    from drjit.llvm import Float64

    return finish.relief(track, numbers_of(finish, Float64))


def array(value: Any) -> np.ndarray:
    """Bring a Dr.Jit array home."""
    return np.array(value)


def test_turned_slope_is_the_derivative_of_its_height() -> None:
    """Wherever one groove is clearly the deepest, the slope across it is the numeric derivative of the height."""
    from drjit.llvm import Float64

    finish = Turned(feed_mm=0.12, nose_radius_mm=0.4, irregularity=0.5, pattern=7)
    across, turn, step = RNG.uniform(-5, 5, 4000), RNG.uniform(-0.5, 0.5, 4000), 1e-5
    zero = np.zeros_like(across)
    numbers = numbers_of(finish, Float64)
    low, here, high = (array(groove(track_at(zero, across + shift, turn), numbers)[0]) for shift in (-step, 0.0, step))
    left, right = (here - low) / step, (high - here) / step
    smooth = np.abs(left - right) < 1e-3  # not across a cusp
    assert smooth.mean() > 0.99
    slope = array(relief_of(finish, track_at(zero, across, turn)).slope_across)
    np.testing.assert_allclose(slope[smooth], ((left + right) / 2)[smooth], atol=1e-4)


@pytest.mark.parametrize(("feed", "nose"), [(0.05, 0.4), (0.2, 0.8)])
def test_ideal_turned_profile_has_the_workshop_roughness(feed: float, nose: float) -> None:
    """Without irregularity the cusps stand feed^2 / (8 nose) high and slopes have variance (feed / nose)^2 / 12."""
    from drjit.llvm import Float64

    finish = Turned(feed_mm=feed, nose_radius_mm=nose, irregularity=0.0, run_out_mm=0.0, pattern=0)
    across = np.linspace(0, 50 * feed, 50 * 400, endpoint=False) + 1e-7
    track = track_at(np.zeros_like(across), across)
    height = array(groove(track, numbers_of(finish, Float64))[0])
    assert np.ptp(height) == pytest.approx(feed**2 / (8 * nose), rel=0.02)
    slope = array(relief_of(finish, track).slope_across)
    assert slope.var() == pytest.approx((feed / nose) ** 2 / 12, rel=0.02)
    assert np.abs(slope).max() <= feed / (2 * nose) * 1.001


def test_turned_repeats_at_the_feed() -> None:
    """The strongest line in the spectrum of an irregular turned surface stands at the feed, within 2 %."""
    finish = Turned(feed_mm=0.11, irregularity=0.35, pattern=5)
    across = np.arange(0, 40, 0.004)
    slope = array(relief_of(finish, track_at(np.zeros_like(across), across)).slope_across)
    power = np.abs(np.fft.rfft(slope * np.hanning(len(slope)))) ** 2
    frequency = np.fft.rfftfreq(len(slope), 0.004)
    assert 1 / frequency[power.argmax()] == pytest.approx(0.11, rel=0.02)


def test_the_helix_closes() -> None:
    """Where the angle jumps from half a turn to minus half a turn, the relief is the same on both sides."""
    across = RNG.uniform(-5, 5, 2000)
    zero = np.zeros_like(across)
    finish = Turned(irregularity=0.6, run_out_mm=0.03, pattern=11)
    before = relief_of(finish, track_at(zero, across, 0.5))
    after = relief_of(finish, track_at(zero, across, -0.5))
    np.testing.assert_allclose(array(before.slope_across), array(after.slope_across), atol=1e-6)


def test_along_the_helix_the_profile_stays() -> None:
    """One turn onwards and one feed further across, an ideal tool has left the same."""
    finish = Turned(feed_mm=0.1, irregularity=0.0, run_out_mm=0.0, pattern=0)
    across, turn = RNG.uniform(-5, 5, 1000), RNG.uniform(-0.5, 0.0, 1000)
    zero = np.zeros_like(across)
    here = array(relief_of(finish, track_at(zero, across, turn)).slope_across)
    there = array(relief_of(finish, track_at(zero, across + 0.1 * 0.5, turn + 0.5)).slope_across)
    far_from_cusps = np.abs(here) < 0.12
    np.testing.assert_allclose(here[far_from_cusps], there[far_from_cusps], atol=1e-6)


def test_brushed_slope_has_the_stated_deviation() -> None:
    """The standard deviation of the slope across the streaks is the setting, within 3 %."""
    along, across = RNG.uniform(-5000, 5000, 200000), RNG.uniform(-100, 100, 200000)
    slope = array(relief_of(Brushed(slope=0.13, pattern=3), track_at(along, across)).slope_across)
    assert slope.std() == pytest.approx(0.13, rel=0.03)
    assert abs(slope.mean()) < 0.01


def test_streaks_are_long_and_narrow() -> None:
    """A streak is still itself a fifth of its length along, and another one two widths across."""
    finish = Brushed(streak_width_mm=0.04, streak_length_mm=6.0, pattern=8)
    along, across = RNG.uniform(-500, 500, 50000), RNG.uniform(-50, 50, 50000)
    here = array(relief_of(finish, track_at(along, across)).slope_across)
    onwards = array(relief_of(finish, track_at(along + 1.2, across)).slope_across)
    beside = array(relief_of(finish, track_at(along, across + 0.08)).slope_across)
    assert np.corrcoef(here, onwards)[0, 1] > 0.7
    assert abs(np.corrcoef(here, beside)[0, 1]) < 0.4


def test_streaks_close_around_an_axis() -> None:
    """On a surface of revolution the pattern meets itself after one turn, along and across."""
    finish, period = Brushed(pattern=4), 2 * np.pi * 11.0
    place = RNG.uniform(-5, 5, 1000)
    edge = np.full_like(place, period / 2)
    for names in ("period_along_mm", "period_across_mm"):
        pairs = [(edge, place), (-edge, place)] if names == "period_along_mm" else [(place, edge), (place, -edge)]
        one, other = (array(relief_of(finish, track_at(*pair, **{names: period})).slope_across) for pair in pairs)
        np.testing.assert_allclose(one, other, atol=1e-6)


def test_another_pattern_is_another_surface() -> None:
    """Two numbers of pattern give unrelated streaks; the same number gives the same."""
    along, across = RNG.uniform(-100, 100, 20000), RNG.uniform(-20, 20, 20000)
    one, same, other = (
        array(relief_of(Brushed(pattern=number), track_at(along, across)).slope_across) for number in (1, 1, 2)
    )
    np.testing.assert_array_equal(one, same)
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.05


@pytest.mark.parametrize("footprint", [0.02, 0.06, 0.2, 1.0])
@pytest.mark.parametrize(
    "finish", [Turned(irregularity=0.0, run_out_mm=0.0, pattern=0), Brushed(pattern=0)], ids=["turned", "brushed"]
)
def test_what_sinks_below_a_pixel_becomes_roughness(finish: Any, footprint: float) -> None:
    """Slope variance seen plus slope variance in the roughness is the same at every footprint, within 3 %."""
    along, across = RNG.uniform(-5000, 5000, 100000), RNG.uniform(-100, 100, 100000)
    sharp = relief_of(finish, track_at(along, across))
    blurred = relief_of(finish, track_at(along, across, footprint_across_mm=footprint))

    def variance(relief: Relief) -> float:
        return float(array(relief.slope_across).var() + (array(relief.alpha_across) ** 2 / 2).mean())

    assert variance(blurred) == pytest.approx(variance(sharp), rel=0.03)
    assert array(blurred.slope_across).var() < array(sharp.slope_across).var()


def test_a_wave_seen_through_a_wide_pixel_vanishes() -> None:
    """All of a slope is kept at zero footprint, nearly none at a footprint of two wavelengths, ever less in between."""
    start("cpu")
    from drjit.llvm import Float64

    kept = array(keep(0.1, Float64(np.linspace(0, 0.2, 50))))
    assert kept[0] == 1
    assert kept[-1] < 0.01
    assert (np.diff(kept) < 0).all()


def test_plain_has_no_relief() -> None:
    """Plain is flat and equally rough in both directions."""
    relief = relief_of(Plain(roughness=0.3), track_at(np.arange(5.0), np.arange(5.0)))
    assert not array(relief.slope_across).any()
    assert not array(relief.slope_along).any()
    np.testing.assert_array_equal(array(relief.alpha_along), array(relief.alpha_across))


def test_no_formula_uses_what_some_llvm_cannot_compile() -> None:
    """The maximum and minimum of LLVM, and what is made of them, appear nowhere in finish and render."""
    banned = {"maximum", "minimum", "clip", "safe_sqrt", "safe_acos", "safe_asin", "atan2", "fresnel_conductor"}
    source = Path(blemish.finish.__file__).parents[1]
    found = [
        f"{file.name}:{node.lineno} {node.attr}"
        for room in ("finish", "render")
        for file in sorted((source / room).glob("*.py"))
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and node.attr in banned
        and isinstance(node.value, ast.Name)
        and node.value.id in ("dr", "mi")
    ]
    assert not found
