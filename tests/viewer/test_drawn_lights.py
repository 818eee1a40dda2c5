"""Lights are drawn where planning and rendering have them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial import cKDTree

from blemish.frames import Pose
from blemish.plan import RingLight
from blemish.plan.light import Light
from blemish.plan.lights import BarLights, CoaxialLight, DomeLight
from blemish.plan.painted import finely
from blemish.plan.tunnel import TunnelLight
from blemish.viewer.lights import drawing_of, light_lines

LIGHTS = (
    RingLight(),
    RingLight(segments=6, lit_segments=(0, 3)),
    BarLights(kind="bars", count=3, forward_mm=20.0),
    DomeLight(kind="dome"),
    TunnelLight(kind="tunnel"),
)


def reach_mm(light: Light) -> float:
    """How far the places that planning counts lie from what is drawn to shine, at most."""
    lit = drawing_of(light).lit
    fine = finely(lit.vertices_mm[lit.triangles], 2.0, 200_000).reshape(-1, 3)
    return float(cKDTree(fine).query(light.points())[0].max())


@pytest.mark.parametrize("light", LIGHTS, ids=lambda light: f"{light.kind}-{getattr(light, 'segments', '')}")
def test_what_planning_counts_shines_in_the_drawing(light: Light) -> None:
    """Each place of the luminous area that planning uses lies on the surface that is drawn."""
    assert reach_mm(light) < 2.0


def test_the_splitter_mirrors_the_window_to_where_the_coaxial_light_seems_to_be() -> None:
    """Mirrored in the plate that is drawn, the window at the side is the disc in front of the lens."""
    light = CoaxialLight(kind="coaxial", diameter_mm=40.0, offset_mm=30.0)
    drawing = drawing_of(light)
    assert drawing.body is not None
    a, b, c = drawing.body.vertices_mm[:3]
    normal = np.cross(b - a, c - a) / np.linalg.norm(np.cross(b - a, c - a))
    window = drawing.rims[0]
    mirrored = window - 2 * ((window - a) @ normal)[:, None] * normal
    np.testing.assert_allclose(mirrored[:, 2], light.offset_mm, atol=1e-9)
    np.testing.assert_allclose(np.linalg.norm(mirrored[:, :2], axis=1), 20.0, atol=1e-9)


def test_a_dark_sector_is_not_drawn_and_the_lens_looks_through_the_hole() -> None:
    """Two of six sectors have a third of the ring's area, and nothing of a ring is nearer to the axis than its hole."""
    areas = []
    for light in LIGHTS[:2]:
        lit = drawing_of(light).lit
        a, b, c = np.moveaxis(lit.vertices_mm[lit.triangles], 1, 0)
        areas.append(np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2)
        assert np.linalg.norm(lit.vertices_mm[:, :2], axis=1).min() > 24.99
    assert areas[1] / areas[0] == pytest.approx(1 / 3, rel=0.01)


def test_outlines_travel_with_the_camera() -> None:
    """The lines of two cameras are those of one, each put where the camera stands."""
    there = Pose(np.eye(3), np.array([10.0, 20.0, 30.0]))
    here = Pose(np.eye(3), np.zeros(3))
    for light in LIGHTS:
        alone, both = light_lines(light, [here]), light_lines(light, [here, there])
        np.testing.assert_allclose(both[: len(alone)], alone)
        np.testing.assert_allclose(both[len(alone) :], alone + there.translation_mm)
    assert light_lines(LIGHTS[0], []).shape == (0, 2, 3)
