"""Lights against the formulas of radiometry, and against each other."""

from __future__ import annotations

import numpy as np
import pytest

from blemish.engine import start
from blemish.frames import look_at
from blemish.plan.camera import Camera
from blemish.plan.light import Light, RingLight
from blemish.plan.lights import BarLights, CoaxialLight, DomeLight
from blemish.plan.tunnel import TunnelLight


def test_a_surface_on_the_axis_gets_what_the_textbook_says() -> None:
    """The irradiance on the axis is pi L (sin^2 outer - sin^2 inner)."""
    start()
    import mitsuba as mi

    from blemish.render.emitters import place

    light = RingLight(inner_radius_mm=30.0, outer_radius_mm=70.0, offset_mm=10.0, radiance=2.0)
    ring = place(light, look_at(np.array([0.0, 0.0, 150.0]), np.zeros(3)))
    grid = (np.arange(200) + 0.5) / 200
    x, y = np.meshgrid(grid, grid)
    direction, distance, density = ring.towards(
        mi.Point3f(0, 0, 0), mi.Point2f(x.ravel().astype(np.float32), y.ravel().astype(np.float32))
    )
    irradiance = np.mean(2.0 * np.array(direction.z) / np.array(density))
    outer, inner = (radius**2 / (radius**2 + 140**2) for radius in (70, 30))
    assert irradiance == pytest.approx(2.0 * np.pi * (outer - inner), rel=1e-3)
    again, same = ring.met(mi.Point3f(0, 0, 0), direction)
    np.testing.assert_allclose(np.array(again), np.array(distance), rtol=1e-4)
    np.testing.assert_allclose(np.array(same), np.array(density), rtol=1e-3)


def test_the_hole_and_the_back_are_dark() -> None:
    """A ray through the hole, past the edge, away from the ring or from behind it meets no light."""
    start()
    import mitsuba as mi

    from blemish.render.emitters import place

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
        _, density = ring.met(mi.Point3f(*map(float, origin)), mi.Vector3f(*map(float, unit)))
        assert (float(density[0]) > 0) == is_lit, name


LIGHTS: list[Light] = [
    RingLight(inner_radius_mm=30.0, outer_radius_mm=70.0, offset_mm=10.0),
    RingLight(inner_radius_mm=30.0, outer_radius_mm=70.0, offset_mm=10.0, segments=6, lit_segments=(1, 2, 5)),
    BarLights(kind="bars", count=3, first_deg=20.0),
    DomeLight(kind="dome"),
    CoaxialLight(kind="coaxial"),
    TunnelLight(kind="tunnel", radius_mm=80.0, length_mm=120.0, axis_mm=195.0, arc_deg=80.0, hole_radius_mm=20.0),
]
POSE = look_at(np.array([30.0, -20.0, 195.0]), np.array([2.0, 1.0, 0.0]))


@pytest.mark.parametrize("light", LIGHTS, ids=lambda light: light.kind)
def test_choosing_and_meeting_agree(light: Light) -> None:
    """A ray towards a chosen place meets the light there, with the density of the choice; densities add up to one."""
    start()
    import mitsuba as mi

    from blemish.render.emitters import place

    made, rng = place(light, POSE), np.random.default_rng(2)
    here = mi.Point3f(2.0, 1.0, 3.0)
    direction, distance, density = made.towards(here, mi.Point2f(*rng.random((2, 20000)).astype(np.float32)))
    again, same = made.met(here, direction)
    inside = np.array(same) > 0
    assert inside.mean() > 0.998  # a place on the very edge may be missed by a rounding
    np.testing.assert_allclose(np.array(again)[inside], np.array(distance)[inside], rtol=1e-3)
    np.testing.assert_allclose(np.array(same)[inside], np.array(density)[inside], rtol=1e-2)
    # Directions spread evenly over the sphere: the mean of the density is 1 / 4 pi.
    z, angle = 2 * rng.random(2_000_000) - 1, 2 * np.pi * rng.random(2_000_000)
    flat = np.sqrt(1 - z * z)
    even = np.stack([flat * np.cos(angle), flat * np.sin(angle), z]).astype(np.float32)
    _, found = made.met(here, mi.Vector3f(even))
    assert 4 * np.pi * np.array(found).mean() == pytest.approx(1, rel=0.03)


@pytest.mark.parametrize("light", LIGHTS, ids=lambda light: light.kind)
def test_points_of_the_plan_lie_on_the_light(light: Light) -> None:
    """The places that planning asks for shine on the spot that the camera looks at."""
    start()
    import mitsuba as mi

    from blemish.render.emitters import place

    made, target = place(light, POSE), np.array([2.0, 1.0, 0.0])
    span = POSE.apply(light.points()) - target
    unit = span / np.linalg.norm(span, axis=1, keepdims=True)
    distance, density = made.met(mi.Point3f(*map(float, target)), mi.Vector3f(unit.T.astype(np.float32)))
    assert (np.array(density) > 0).all()
    np.testing.assert_allclose(np.array(distance), np.linalg.norm(span, axis=1), rtol=2e-3)


def test_a_sectored_ring_gives_its_share() -> None:
    """Two rings of complementary sectors light a surface as the whole ring does."""
    start()
    import mitsuba as mi

    from blemish.render.emitters import place

    def irradiance(segments: int, lit: tuple[int, ...]) -> float:
        light = RingLight(inner_radius_mm=30.0, outer_radius_mm=70.0, segments=segments, lit_segments=lit)
        made = place(light, POSE)
        grid = ((np.arange(400) + 0.5) / 400).astype(np.float32)
        x, y = np.meshgrid(grid, grid)
        direction, _, density = made.towards(mi.Point3f(0, 0, 0), mi.Point2f(x.ravel(), y.ravel()))
        return float(np.mean(np.array(direction.z) / np.array(density)))

    assert irradiance(4, (0, 1)) + irradiance(4, (3, 2)) == pytest.approx(irradiance(1, ()), rel=1e-3)


def test_the_mirror_finds_each_light() -> None:
    """A mirror that throws the line of sight onto a place of the light is found bright, one that does not is not."""
    ahead = np.array([[0.0, 0.0, 200.0]])
    for light in LIGHTS:
        place_ = light.points()[3]
        towards = place_ - ahead[0]
        half = towards / np.linalg.norm(towards) + np.array([0.0, 0.0, -1.0])
        for turn, is_near in ((0.0, True), (1.0, False)):
            normal = half / np.linalg.norm(half)
            c, s = np.cos(turn), np.sin(turn)
            normal = np.array([c * normal[0] + s * normal[2], normal[1], -s * normal[0] + c * normal[2]])
            _, angle = light.mirrored(ahead, normal[None])
            assert (np.rad2deg(angle[0]) < 6) == is_near, light


def test_lights_that_stand_in_the_picture_are_told() -> None:
    """Bars in the field of view, a dome whose hole is too small and lights beyond the focus are contradictions."""
    camera = Camera()
    for light in LIGHTS:
        assert not light.contradictions(camera), light
    assert "field of view" in " ".join(
        BarLights(kind="bars", distance_mm=15.0, forward_mm=100.0).contradictions(camera)
    )
    assert "field of view" in " ".join(DomeLight(kind="dome", hole_radius_mm=2.0, rim_mm=180.0).contradictions(camera))
    assert "plane in focus" in " ".join(CoaxialLight(kind="coaxial", offset_mm=250.0).contradictions(camera))
    with pytest.raises(ValueError, match="there is no 7"):
        RingLight(segments=4, lit_segments=(7,))
