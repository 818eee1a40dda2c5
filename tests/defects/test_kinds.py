"""Kinds: formulas over a flat map, checked against calculus."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blemish.defects import Dent, Scratch
from blemish.defects.blowhole import Blowhole
from blemish.defects.bump import Bump
from blemish.defects.crack import Crack
from blemish.defects.gouge import Gouge
from blemish.defects.kind import Kind, OnEdge, Spot, Trace
from blemish.defects.nick import Nick
from blemish.defects.pits import Pits

dents = st.builds(
    Dent,
    diameter_mm=st.floats(0.2, 2),
    depth_mm=st.floats(0.01, 0.1),
    elongation=st.floats(1, 3),
    shoulder=st.floats(0.1, 0.6),
    rim=st.floats(0, 0.15),
)
scratches = st.builds(
    Scratch,
    width_mm=st.floats(0.06, 0.3),
    depth_mm=st.floats(0.005, 0.03),
    length_mm=st.floats(1, 10),
    ridge=st.floats(0, 0.3),
    taper=st.floats(0.05, 0.5),
    pressure_variation=st.floats(0, 0.7),
    pressure_period_mm=st.floats(0.5, 5),
    pressure_phase_deg=st.floats(0, 360),
    broken=st.floats(0, 0.2),
)
gouges = st.builds(
    Gouge,
    width_mm=st.floats(0.3, 1),
    depth_mm=st.floats(0.02, 0.15),
    length_mm=st.floats(1, 4),
    entry=st.floats(0.4, 0.7),
    exit=st.floats(0.1, 0.25),
    ridge=st.floats(0, 0.3),
)
pits = st.builds(
    Pits,
    count=st.integers(1, 20),
    pit_mm=st.floats(0.3, 0.6),
    depth_mm=st.floats(0.005, 0.02),
    spread_mm=st.floats(0.2, 2),
    elongation=st.floats(1, 3),
    ragged=st.floats(0, 0.5),
    roughness=st.floats(0, 1),
    pattern=st.integers(0, 99),
)
bumps = st.builds(Bump, diameter_mm=st.floats(0.2, 1), height_mm=st.floats(0.01, 0.1), elongation=st.floats(1, 3))
nicks = st.builds(Nick, length_mm=st.floats(0.6, 2), breadth_mm=st.floats(0.2, 0.6), depth_mm=st.floats(0.02, 0.1))
blowholes = st.builds(
    Blowhole,
    diameter_mm=st.floats(0.3, 2),
    depth_mm=st.floats(0.01, 0.03),
    elongation=st.floats(1, 3),
    exponent=st.floats(2, 4),
    edge=st.floats(0.3, 0.9),
    ragged=st.floats(0, 0.3),
    pattern=st.integers(0, 99),
)
cracks = st.builds(
    Crack,
    length_mm=st.floats(2, 12),
    width_mm=st.floats(0.1, 0.3),
    depth_mm=st.floats(0.005, 0.02),
    wander=st.floats(0, 0.05),
    taper=st.floats(0.2, 1),
    uneven=st.floats(0, 0.6),
    branches=st.integers(0, 3),
    pattern=st.integers(0, 99),
)
kinds = st.one_of(dents, scratches, gouges, pits, blowholes, cracks, bumps, nicks)


def spread(kind: Kind, count: int = 4000) -> tuple[np.ndarray, np.ndarray]:
    """Give points over and a little beyond a kind's footprint."""
    rng = np.random.default_rng(5)
    u = rng.uniform(-1.1, 1.1, count) * (half_length(kind) + kind.reach_mm)
    return u, rng.uniform(-1.1, 1.1, count) * kind.reach_mm


def half_length(kind: Kind) -> float:
    """Give half the length of a kind's spine."""
    if isinstance(kind, Trace):
        return kind.length_mm / 2
    if isinstance(kind, OnEdge):
        return kind.half_edge_mm
    assert isinstance(kind, Spot)
    return kind.half_spine_mm


@given(kinds)
@settings(max_examples=40, deadline=None)
def test_derivatives_are_those_of_the_height(kind: Kind) -> None:
    """Slopes along and across equal central differences of the height."""
    u, v = spread(kind)
    step = 1e-6
    along = (kind.relief(u + step, v).height_mm - kind.relief(u - step, v).height_mm) / (2 * step)
    across = (kind.relief(u, v + step).height_mm - kind.relief(u, v - step).height_mm) / (2 * step)
    relief = kind.relief(u, v)
    # A bend of the slope between the two ends of a difference shows in a few places.
    for found, true in ((relief.along, along), (relief.across, across)):
        assert np.quantile(np.abs(found - true), 0.995) < 1e-3


@given(kinds)
@settings(max_examples=40, deadline=None)
def test_the_slope_has_no_jump(kind: Kind) -> None:
    """Kinds are C1: shorter and shorter steps, taken where the slope changes most, show less and less change."""
    u, v = spread(kind)
    touched = np.flatnonzero(kind.relief(u, v).height_mm)
    rng = np.random.default_rng(7)
    turn = rng.uniform(0, np.pi, 40)
    middle = np.stack([u, v])[:, rng.choice(touched, turn.size)]
    along = np.stack([np.cos(turn), np.sin(turn)]) * np.abs(u).max()
    length = 2.0 / 400
    steps = np.arange(-1, 1, length)
    begin = (middle[:, :, None] + along[:, :, None] * steps).reshape(2, -1)
    along = np.repeat(along, steps.size, axis=1)
    while True:
        change = changes(kind, begin, begin + length * along)
        if length < 1e-10:
            break
        worst = np.argsort(change)[-1000:]
        begin, along, length = begin[:, worst], along[:, worst], length / 10
        begin = (begin[:, :, None] + length * along[:, :, None] * np.arange(10)).reshape(2, -1)
        along = np.repeat(along, 10, axis=1)
    assert change.max() < 1e-4


def changes(kind: Kind, here: np.ndarray, there: np.ndarray) -> np.ndarray:
    """Give how much the slope differs between points of a kind's map, both of shape (2, n)."""
    one, other = kind.relief(*here), kind.relief(*there)
    return np.maximum(np.abs(one.along - other.along), np.abs(one.across - other.across))


@given(kinds)
@settings(max_examples=40, deadline=None)
def test_beyond_its_reach_nothing_moves(kind: Kind) -> None:
    """Farther from the spine than the reach, height and slopes are exactly zero."""
    u, v = spread(kind)
    far = np.hypot(np.maximum(np.abs(u) - half_length(kind), 0), v) >= kind.reach_mm
    relief = kind.relief(u[far], v[far])
    assert far.any()
    assert not np.any(relief.height_mm)
    assert not np.any(relief.along)
    assert not np.any(relief.across)


@given(dents)
@settings(max_examples=30, deadline=None)
def test_a_dent_is_as_deep_and_wide_as_it_says(dent: Dent) -> None:
    """The middle is at the depth; both half axes end at the level of the surface; the rim rises by its fraction."""
    long, short = dent.half_axes_mm
    u, v = np.array([0.0, long, 0.0]), np.array([0.0, 0.0, short])
    assert dent.relief(u, v).height_mm == pytest.approx([-dent.depth_mm, 0, 0], abs=1e-12)
    line = np.linspace(0, dent.reach_mm, 20001)
    assert dent.relief(np.zeros_like(line), line).height_mm.max() == pytest.approx(
        dent.rim * dent.depth_mm, rel=1e-4, abs=1e-7
    )


@given(dents)
@settings(max_examples=20, deadline=None)
def test_a_dent_loses_the_volume_that_it_says(dent: Dent) -> None:
    """The closed form of the volume equals the sum over a fine grid, and the rim never holds more than the hollow."""
    long, short = (axis * dent.section.outer for axis in dent.half_axes_mm)
    u, v = np.meshgrid(np.linspace(-long, long, 601), np.linspace(-short, short, 601))
    summed = dent.relief(u, v).height_mm.sum() * (long / 300) * (short / 300)
    assert dent.volume_mm3 > 0
    assert -summed == pytest.approx(dent.volume_mm3, rel=5e-3)


@given(scratches)
@settings(max_examples=30, deadline=None)
def test_a_scratch_is_nowhere_deeper_than_it_says_and_somewhere_as_deep(scratch: Scratch) -> None:
    """Along its middle the deepest place has the depth, and the ends have none."""
    u = np.linspace(-scratch.length_mm / 2, scratch.length_mm / 2, 20001)
    height = scratch.relief(u, np.zeros_like(u)).height_mm
    assert -height.min() == pytest.approx(scratch.depth_mm, rel=1e-3)
    assert height[0] == 0
    assert height[-1] == 0


def test_a_broken_scratch_has_gaps() -> None:
    """Where the pressure is too low the tip is off the metal: several pieces, each of some length."""
    scratch = Scratch(length_mm=10.0, pressure_variation=1.0, pressure_period_mm=2.0, broken=0.4)
    u = np.linspace(-5, 5, 4001)
    touching = scratch.relief(u, np.zeros_like(u)).height_mm < 0
    assert np.count_nonzero(np.diff(touching.astype(int)) == 1) >= 2


@given(st.floats(0, 60), st.floats(0, 0.5), st.floats(0, 360))
def test_the_bend_is_the_derivative_of_the_heading(strength: float, frequency: float, phase: float) -> None:
    """Bend is how fast the heading turns along the path."""
    scratch = Scratch(
        width_mm=0.06,
        curving_strength_deg=strength,
        curving_frequency_per_mm=frequency,
        curving_phase_deg=phase,
    )
    u, step = np.linspace(-3, 3, 50), 1e-6
    slope = (scratch.heading(u + step) - scratch.heading(u - step)) / (2 * step)
    assert scratch.bend(u) == pytest.approx(slope, abs=1e-6)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Dent(diameter_mm=0.2, depth_mm=0.2), "at most half its diameter, 0.1 mm"),
        (lambda: Scratch(width_mm=0.1, depth_mm=0.06), "at most half its width"),
        (lambda: Scratch(width_mm=0.3, length_mm=0.4), "at least twice its width"),
        (lambda: Gouge(width_mm=0.4, depth_mm=0.3), "at most half its width"),
        (lambda: Gouge(width_mm=2.0, length_mm=1.0), "at least as long as wide"),
        (lambda: Gouge(entry=0.8, exit=0.5), "more than its length"),
        (lambda: Bump(diameter_mm=0.2, height_mm=0.2), "at most half its diameter"),
        (lambda: Pits(pit_mm=0.2, depth_mm=0.1), "at most 0.02 mm"),
        (lambda: Blowhole(diameter_mm=0.4, edge=0.2, depth_mm=0.1), "at most 0.07"),
        (lambda: Crack(width_mm=0.1, depth_mm=0.06), "at most half its width"),
        (lambda: Crack(width_mm=0.5, length_mm=2.0), "at least six times its width"),
        (lambda: Nick(breadth_mm=0.2, depth_mm=0.2), "at most six tenths"),
        (lambda: Nick(breadth_mm=0.9, length_mm=0.5), "is at least as long"),
        (
            lambda: Scratch(width_mm=0.3, curving_strength_deg=60.0, curving_frequency_per_mm=2.0),
            "lower its curving strength or frequency",
        ),
        (lambda: Scratch(length_mm=1.0, pressure_variation=1.0, taper=0.5, broken=0.9), "never touches"),
    ],
)
def test_what_cannot_be_is_refused(make: object, says: str) -> None:
    """A defect deeper than wide, or turning tighter than it is wide, says so."""
    with pytest.raises(ValueError, match=says):
        make()  # type: ignore[operator]


@pytest.mark.parametrize(
    ("kind", "family"),
    [
        (Dent(), Spot),
        (Bump(), Spot),
        (Pits(), Spot),
        (Blowhole(), Spot),
        (Scratch(), Trace),
        (Gouge(), Trace),
        (Crack(), Trace),
        (Nick(), OnEdge),
    ],
)
def test_each_kind_belongs_to_one_family(kind: Kind, family: type) -> None:
    """A kind is a spot, a trace or on an edge: exactly one of them."""
    assert [one for one in (Spot, Trace, OnEdge) if isinstance(kind, one)] == [family]


@given(pits)
@settings(max_examples=8, deadline=None)
def test_pits_are_as_deep_as_they_say_and_nowhere_raised(kind: Pits) -> None:
    """On a fine grid the deepest place has the depth; the same pattern is the same cluster."""
    line = np.linspace(-1.1, 1.1, 301) * kind.reach_mm
    u, v = (axis.ravel() for axis in np.meshgrid(line, line))
    height = kind.relief(u, v).height_mm
    assert height.max() <= 0
    assert -height.min() == pytest.approx(kind.depth_mm, rel=0.03)
    assert np.array_equal(height, replace(kind).relief(u, v).height_mm)


@given(gouges)
@settings(max_examples=20, deadline=None)
def test_a_gouge_is_deepest_towards_its_exit(kind: Gouge) -> None:
    """Its deepest place has the depth and lies in the half where the tool broke out; both ends are level."""
    u = np.linspace(-kind.length_mm / 2, kind.length_mm / 2, 4001)
    height = kind.relief(u, np.zeros_like(u)).height_mm
    assert -height.min() == pytest.approx(kind.depth_mm, rel=1e-3)
    assert height[0] == 0
    assert height[-1] == 0
    assert np.sum(u * height) < 0
