"""Curvature: what shapes of known radius have, from any tessellation of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import trimesh
from builders import box, rod
from hypothesis import given
from hypothesis import strategies as st

from blemish.part.curvature import curvatures_per_mm


@given(st.floats(0.5, 50), st.integers(3, 40))
def test_a_cylinder_has_the_inverse_of_its_radius_however_coarse_it_is(radius_mm: float, segments: int) -> None:
    """1/R on the mantle, 0 on the flat ends."""
    part = rod(radius_mm, 10.0, segments)
    found = curvatures_per_mm(part.vertices_mm, part.triangles, part.normals)
    np.testing.assert_allclose(found[part.face == 0], 1 / radius_mm, rtol=1e-9)
    np.testing.assert_allclose(found[part.face != 0], 0, atol=1e-12)


def test_a_bore_is_hollow() -> None:
    """Turned inside out, a cylinder has the opposite curvature; a box has none."""
    part = rod(4.0, 10.0)
    inside = replace(part, triangles=part.triangles[:, ::-1].copy(), normals=-part.normals[:, ::-1])
    found = curvatures_per_mm(inside.vertices_mm, inside.triangles, inside.normals)
    np.testing.assert_allclose(found[part.face == 0], -1 / 4.0, rtol=1e-9)
    flat = box()
    assert not curvatures_per_mm(flat.vertices_mm, flat.triangles, flat.normals).any()


@pytest.mark.parametrize("radius_mm", [0.5, 7.0])
def test_a_ball_curves_both_ways(radius_mm: float) -> None:
    """2/R everywhere, to what the facets cut off."""
    ball = trimesh.creation.icosphere(subdivisions=4, radius=radius_mm)
    vertices = np.asarray(ball.vertices)
    found = curvatures_per_mm(vertices, np.asarray(ball.faces), vertices[ball.faces] / radius_mm)
    np.testing.assert_allclose(found, 2 / radius_mm, rtol=0.01)


def test_a_triangle_without_an_area_has_none() -> None:
    """What cannot be divided by is not divided by."""
    points = np.array([[0.0, 0, 0], [1, 0, 0], [2, 0, 0]])
    normals = np.array([[[0.0, 0, 1], [0, 1, 0], [0, 0, 1]]])
    assert curvatures_per_mm(points, np.array([[0, 1, 2]]), normals) == 0
