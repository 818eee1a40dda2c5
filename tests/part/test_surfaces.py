"""Analytic surfaces: distances and normals as laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blemish.frames import orthonormal
from blemish.part import Surface
from blemish.part.surfaces import distance_mm, gradient, surface_of

AXIS = np.array([0.6, 0.0, 0.8])
ORIGIN = np.array([5.0, -3.0, 2.0])
SURFACES = {
    "plane": Surface("plane", ORIGIN, AXIS),
    "cylinder": Surface("cylinder", ORIGIN, AXIS, radius_mm=4.0),
    "cone": Surface("cone", ORIGIN, AXIS, semi_angle_rad=0.4),
    "sphere": Surface("sphere", ORIGIN, AXIS, radius_mm=4.0),
    "torus": Surface("torus", ORIGIN, AXIS, radius_mm=6.0, tube_radius_mm=1.5),
}


def on_surface(surface: Surface, u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Points of the textbook parametrisation, angle u in [0, 2 pi] and v in [0.5, 1.5]."""
    x, y, z = orthonormal(surface.axis).T
    ring = np.cos(u)[:, None] * x + np.sin(u)[:, None] * y
    height = v[:, None]
    if surface.kind == "plane":
        return surface.origin_mm + height * 7 * ring
    if surface.kind == "cylinder":
        return surface.origin_mm + surface.radius_mm * ring + height * z
    if surface.kind == "cone":
        return surface.origin_mm + height * 9 * (np.tan(surface.semi_angle_rad) * ring + z)
    if surface.kind == "sphere":
        return surface.origin_mm + surface.radius_mm * (np.sin(height) * ring + np.cos(height) * z)
    tube = np.cos(height * 6) * ring + np.sin(height * 6) * z
    return surface.origin_mm + surface.radius_mm * ring + surface.tube_radius_mm * tube


@pytest.mark.parametrize("kind", SURFACES)
@settings(deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_points_of_the_textbook_lie_on_the_surface(kind: str, seed: int) -> None:
    """The distance of the parametrised surface is zero, and a step along the normal is a step in distance."""
    rng = np.random.default_rng(seed)
    points = on_surface(SURFACES[kind], rng.uniform(0, 2 * np.pi, 20), rng.uniform(0.5, 1.5, 20))
    np.testing.assert_allclose(distance_mm(SURFACES[kind], points), 0, atol=1e-9)
    step = rng.uniform(-0.3, 0.3)
    moved = points + step * gradient(SURFACES[kind], points)
    np.testing.assert_allclose(distance_mm(SURFACES[kind], moved), step, atol=1e-9)


@pytest.mark.parametrize("kind", ["cylinder", "cone", "torus"])
def test_the_axis_may_point_either_way(kind: str) -> None:
    """A descriptor with its axis turned around gives the same surface."""
    surface = SURFACES[kind]
    words = {
        "type": kind,
        "apex" if kind == "cone" else "center" if kind == "torus" else "origin": (surface.origin_mm / 1e3).tolist(),
        "radius": surface.radius_mm / 1e3,
        "major_radius": surface.radius_mm / 1e3,
        "minor_radius": surface.tube_radius_mm / 1e3,
        "semi_angle": surface.semi_angle_rad,
    }
    points = on_surface(surface, np.linspace(0, 6, 30), np.linspace(0.5, 1.5, 30))
    for axis in (AXIS, -AXIS):
        made = surface_of({**words, "axis": axis.tolist()}, np.eye(4), points.mean(axis=0))
        np.testing.assert_allclose(distance_mm(made, points), 0, atol=1e-9)
        np.testing.assert_allclose(gradient(made, points), gradient(surface, points), atol=1e-9)


def test_a_placement_moves_the_surface() -> None:
    """A descriptor inside an assembly is turned and moved with its body."""
    surface = SURFACES["cylinder"]
    place = np.eye(4)
    place[:3, :3] = orthonormal(np.array([0.0, 0.6, 0.8]))
    place[:3, 3] = (0.01, 0.02, 0.03)
    words = {"type": "cylinder", "origin": (ORIGIN / 1e3).tolist(), "axis": AXIS.tolist(), "radius": 4e-3}
    moved = surface_of(words, place, ORIGIN)
    points = on_surface(surface, np.linspace(0, 6, 30), np.linspace(0.5, 1.5, 30))
    there = points @ place[:3, :3].T + place[:3, 3] * 1e3
    np.testing.assert_allclose(distance_mm(moved, there), 0, atol=1e-9)


def test_the_apex_of_a_cone_has_no_normal() -> None:
    """Where a formula gives no direction, the normal is zero rather than nan."""
    np.testing.assert_array_equal(gradient(SURFACES["cone"], ORIGIN[None]), [[0, 0, 0]])
