"""Blowholes and cracks: what no tool made, and so nothing stands up around it and its inside is dark."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pressed import bevelled, is_closed, populations, pressed, turned

from blemish.defects import make_specimen
from blemish.defects.blowhole import Blowhole
from blemish.defects.crack import Crack


def grid(kind: Blowhole | Crack, half_length_mm: float) -> tuple[np.ndarray, np.ndarray]:
    """Give a fine grid over a kind's footprint."""
    u = np.linspace(-1, 1, 241) * half_length_mm
    v = np.linspace(-1, 1, 81) * kind.reach_mm
    return tuple(axis.ravel() for axis in np.meshgrid(u, v))  # type: ignore[return-value]


@given(st.floats(1, 3), st.floats(2, 6), st.floats(0, 0.3), st.integers(1, 99))
@settings(max_examples=8, deadline=None)
def test_a_blowhole_has_its_depth_and_no_rim(elongation: float, exponent: float, ragged: float, pattern: int) -> None:
    """Its floor is as deep as it says, level around the middle, and nowhere does metal stand up."""
    hole = Blowhole(depth_mm=0.1, elongation=elongation, exponent=exponent, ragged=ragged, pattern=pattern)
    height = hole.relief(*grid(hole, hole.half_spine_mm + hole.reach_mm)).height_mm
    assert height.max() <= 0
    assert height.min() == pytest.approx(-0.1, rel=1e-6)
    assert hole.relief(np.zeros(1), np.zeros(1)).height_mm == pytest.approx([-0.1])


@given(st.floats(0.3, 2), st.floats(1, 3))
@settings(max_examples=8, deadline=None)
def test_a_smooth_blowhole_is_as_wide_as_it_says(diameter: float, elongation: float) -> None:
    """Without raggedness its mouth is the ellipse of its half axes."""
    hole = Blowhole(diameter_mm=diameter, depth_mm=0.02, elongation=elongation, ragged=0.0)
    long, short = hole.half_axes_mm
    inside, outside = (hole.relief(f * np.array([long, 0]), f * np.array([0, short])).height_mm for f in (0.97, 1.0))
    assert np.all(inside < 0)
    assert not np.any(outside)


@given(st.floats(2, 12), st.floats(0, 0.06), st.integers(0, 3), st.integers(1, 99))
@settings(max_examples=8, deadline=None)
def test_a_crack_closes_at_its_tips_and_nothing_stands_up(
    length: float, wander: float, branches: int, pattern: int
) -> None:
    """Nowhere above the surface or deeper than it says, as deep as that along its middle, level at the tips."""
    crack = Crack(length_mm=length, width_mm=0.2, wander=wander, branches=branches, pattern=pattern)
    height = crack.relief(*grid(crack, length / 2)).height_mm
    assert height.max() <= 0
    assert height.min() >= -crack.depth_mm * (1 + 1e-12)
    u = np.linspace(-length / 2, length / 2, 201)
    on_line = crack.wander * length * crack.trunk.at(u)[0]
    bottom = crack.relief(u, on_line).height_mm
    assert bottom[[0, -1]].tolist() == [0, 0]
    assert bottom[80:121] == pytest.approx(-crack.depth_mm)


@given(st.integers(1, 99), st.integers(1, 4))
@settings(max_examples=5, deadline=None)
def test_branches_are_added_to_the_same_trunk(pattern: int, branches: int) -> None:
    """What is open without branches is open with them."""
    crack = Crack(branches=branches, pattern=pattern)
    u, v = grid(crack, crack.length_mm / 2)
    bare = replace(crack, branches=0).relief(u, v).height_mm
    assert np.all(crack.relief(u, v).height_mm <= bare + 1e-12)
    assert np.any(crack.relief(u, v).height_mm < bare - 1e-3)


@pytest.mark.parametrize(
    "thing", [Blowhole(diameter_mm=1.2, depth_mm=0.1, pattern=3), Crack(length_mm=5.0, branches=2, pattern=3)]
)
def test_the_inside_is_a_film_of_the_defect_itself(thing: Blowhole | Crack) -> None:
    """Exactly the triangles of its label carry what darkens it; the twin without it has none; the mesh stays closed."""
    specimen = pressed(bevelled(), thing, (-2.0, 0.0, 5.0))
    (film,) = specimen.films
    assert film.is_broken
    assert set(film.triangles) == set(np.flatnonzero(specimen.instance == 1))
    assert len(film.triangles) > 0
    assert not specimen.at_rest().films
    assert is_closed(specimen.triangles)
    assert not turned(specimen)


def test_a_population_draws_other_lines_each_time() -> None:
    """Cracks of one population are no copies of each other."""
    many = populations({"kind": "crack", "per_specimen": 3, "length_mm": 3.0, "width_mm": 0.15, "depth_mm": 0.05})
    specimen = make_specimen(bevelled(), "d000", True, many, 4)
    assert len({defect.parameters["pattern"] for defect in specimen.defects}) == 3
