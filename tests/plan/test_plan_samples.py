"""Samples: evenly spread, one area, on the surface."""

from __future__ import annotations

import numpy as np
import pytest
from builders import box, rod
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import cKDTree
from shapes import posts, turned

from blemish.errors import PlanError
from blemish.frames import look_at
from blemish.part.model import Part
from blemish.plan.samples import sample_surface, spread_out

PARTS = {"box": box((30.0, 20.0, 8.0)), "rod": rod(), "posts": posts()}


@pytest.mark.parametrize("part", PARTS.values(), ids=PARTS)
@settings(max_examples=30, deadline=None)
@given(spacing=st.floats(0.7, 30), seed=st.integers(0, 5))
def test_samples_share_the_area_and_lie_on_the_surface(part: Part, spacing: float, seed: int) -> None:
    """Areas add up to each region's, every face has a sample, and every sample lies in its triangle."""
    samples = sample_surface(part, spacing, ("*",), seed)
    assert set(part.face[samples.triangle]) == set(part.face)
    for index in range(len(part.regions)):
        mine = part.areas_mm2[part.region_of_triangle == index].sum()
        assert samples.area_mm2[samples.region == index].sum() == pytest.approx(mine)
    a, b, c = part.vertices_mm[part.triangles[samples.triangle]].transpose(1, 0, 2)
    whole = np.linalg.norm(np.cross(b - a, c - a), axis=1)
    p = samples.positions_mm
    pieces = sum(np.linalg.norm(np.cross(u - p, v - p), axis=1) for u, v in ((a, b), (b, c), (c, a)))
    np.testing.assert_allclose(pieces, whole, rtol=1e-6)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 20))
def test_no_place_is_far_from_a_sample(seed: int) -> None:
    """On a large face every place has a sample within two spacings."""
    samples = sample_surface(box((40.0, 40.0, 5.0)), 2.0, ("top",), seed)
    grid = np.stack(np.meshgrid(np.linspace(-20, 20, 60), np.linspace(-20, 20, 60), [5.0]), axis=-1).reshape(-1, 3)
    distance, _ = cKDTree(samples.positions_mm).query(grid)
    assert distance.max() < 4.0


def test_samples_turn_with_the_part() -> None:
    """Turning the part turns its samples and normals."""
    rotation = look_at(np.array([1.0, 2.0, 3.0]), np.zeros(3)).rotation
    before = sample_surface(posts(), 2.3, ("*",), 1)
    after = sample_surface(turned(posts(), rotation), 2.3, ("*",), 1)
    np.testing.assert_allclose(after.positions_mm, before.positions_mm @ rotation.T, atol=1e-6)
    np.testing.assert_allclose(after.normals, before.normals @ rotation.T, atol=1e-9)


def test_leaving_a_region_out_moves_no_sample() -> None:
    """The samples of a region are the same whether or not others are inspected."""
    everything, top = (sample_surface(box(), 1.5, names, 0) for names in (("*",), ("top",)))
    np.testing.assert_array_equal(everything.positions_mm[everything.region == 0], top.positions_mm)


def test_unknown_regions_are_named() -> None:
    """A region that the part has not is named, with the nearest that it has."""
    with pytest.raises(PlanError, match="no region 'mantel'; did you mean mantle"):
        sample_surface(rod(), 1.0, ("mantel",), 0)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 200), st.integers(0, 10))
def test_what_is_spread_out_is_apart_and_near_to_everything(count: int, seed: int) -> None:
    """Chosen rows are at least 1 apart, and every row has a chosen one within 1."""
    rng = np.random.default_rng(seed)
    rows = rng.random((count, 2)) * 5
    chosen = rows[spread_out(rows, rng.permutation(count))]
    tree = cKDTree(chosen)
    assert not tree.query_pairs(1 - 1e-9)
    assert tree.query(rows)[0].max() <= 1
