"""Splitting vertices at sharp edges."""

from __future__ import annotations

import numpy as np
import pytest
from builders import box, rod
from hypothesis import given
from hypothesis import strategies as st

from blemish.engine import split_corners, start, to_mitsuba
from blemish.part.model import Part


@pytest.mark.parametrize("part", [box(), rod()], ids=lambda part: part.name)
def test_corners_keep_order_place_and_normal(part: Part) -> None:
    """After the split, corner c of triangle t is where it was and has the normal that it had."""
    positions, normals, triangles = split_corners(part.vertices_mm, part.triangles, part.normals)
    assert triangles.shape == part.triangles.shape
    np.testing.assert_allclose(positions[triangles], part.vertices_mm[part.triangles], atol=1e-5)
    np.testing.assert_allclose(normals[triangles], part.normals, atol=2e-5)


def test_vertices_are_split_no_more_than_needed() -> None:
    """A box has three normals at each of its eight corners; a smooth mantle keeps its shared vertices."""
    part = box()
    assert len(split_corners(part.vertices_mm, part.triangles, part.normals)[0]) == 24
    part = rod(segments=48)
    assert len(split_corners(part.vertices_mm, part.triangles, part.normals)[0]) == 4 * 48 + 2


@given(st.integers(0, 2**32 - 1))
def test_any_normals_survive(seed: int) -> None:
    """Corners with arbitrary normals come out with those normals, whatever vertices they share."""
    rng = np.random.default_rng(seed)
    vertices = rng.normal(size=(5, 3))
    triangles = rng.integers(0, 5, (9, 3))
    choice = rng.normal(size=(4, 3))
    normals = (choice / np.linalg.norm(choice, axis=1, keepdims=True))[rng.integers(0, 4, (9, 3))]
    positions, split, corners = split_corners(vertices, triangles, normals)
    np.testing.assert_allclose(split[corners], normals, atol=2e-5)
    np.testing.assert_allclose(positions[corners], vertices[triangles], atol=1e-6)


def test_the_renderer_gets_the_normals_as_they_are() -> None:
    """The buffers of the renderer's mesh hold what was given, not normals of its own."""
    start()
    import mitsuba as mi

    part = rod(segments=12)
    positions, normals, triangles = split_corners(part.vertices_mm, part.triangles, part.normals)
    buffers = mi.traverse(to_mitsuba(positions, triangles, normals))
    np.testing.assert_array_equal(np.array(buffers["vertex_normals"]).reshape(-1, 3), normals)
    np.testing.assert_array_equal(np.array(buffers["faces"]).reshape(-1, 3), triangles)
