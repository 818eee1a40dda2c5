"""The ring light, against the formulas of radiometry."""

from __future__ import annotations

import numpy as np
import pytest

from blemish.engine import start
from blemish.frames import look_at
from blemish.plan.light import RingLight


def test_a_surface_on_the_axis_gets_what_the_textbook_says() -> None:
    """The irradiance on the axis is pi L (sin^2 outer - sin^2 inner)."""
    start()
    import mitsuba as mi

    from blemish.render.ring import met, place, towards

    light = RingLight(inner_radius_mm=30.0, outer_radius_mm=70.0, offset_mm=10.0, radiance=2.0)
    ring = place(light, look_at(np.array([0.0, 0.0, 150.0]), np.zeros(3)))
    grid = (np.arange(200) + 0.5) / 200
    x, y = np.meshgrid(grid, grid)
    direction, distance, density = towards(
        ring, mi.Point3f(0, 0, 0), mi.Point2f(x.ravel().astype(np.float32), y.ravel().astype(np.float32))
    )
    irradiance = np.mean(2.0 * np.array(direction.z) / np.array(density))
    outer, inner = (radius**2 / (radius**2 + 140**2) for radius in (70, 30))
    assert irradiance == pytest.approx(2.0 * np.pi * (outer - inner), rel=1e-3)
    again, same = met(ring, mi.Point3f(0, 0, 0), direction)
    np.testing.assert_allclose(np.array(again), np.array(distance), rtol=1e-4)
    np.testing.assert_allclose(np.array(same), np.array(density), rtol=1e-3)


def test_the_hole_and_the_back_are_dark() -> None:
    """A ray through the hole, past the edge, away from the ring or from behind it meets no light."""
    start()
    import mitsuba as mi

    from blemish.render.ring import met, place

    ring = place(
        RingLight(inner_radius_mm=30.0, outer_radius_mm=70.0), look_at(np.array([0.0, 0.0, 100.0]), np.zeros(3))
    )
    rays = {
        "through the hole": ([0, 0, 0], [0, 0, 1], False),
        "onto the ring": ([0, 0, 0], [0.5, 0, 1], True),
        "past the edge": ([0, 0, 0], [0.8, 0, 1], False),
        "away": ([0, 0, 0], [0.5, 0, -1], False),
        "from behind": ([0, 0, 200], [0.5, 0, -1], False),
    }
    for name, (origin, direction, is_lit) in rays.items():
        unit = np.array(direction) / np.linalg.norm(direction)
        _, density = met(ring, mi.Point3f(*map(float, origin)), mi.Vector3f(*map(float, unit)))
        assert (float(density[0]) > 0) == is_lit, name
