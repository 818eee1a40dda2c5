"""Camera and lights from their data sheets, and what contradicts what."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blemish.errors import StudyError
from blemish.frames import Pose, look_at
from blemish.plan.camera import Camera
from blemish.plan.light import Light, RingLight
from blemish.plan.lights import BarLights, CoaxialLight, DomeLight
from blemish.settings import read

lenses = st.builds(
    Camera,
    focal_length_mm=st.floats(8, 100),
    working_distance_mm=st.floats(150, 2000),
    f_number=st.floats(1.4, 32),
    pixel_pitch_um=st.floats(1.5, 15),
)


def blur_px_at(camera: Camera, depth_mm: float) -> float:
    """Give the blur at one depth."""
    return float(camera.blur_px(np.array([depth_mm]))[0])


@settings(max_examples=30, deadline=None)
@given(lenses, st.floats(0.1, 20))
def test_the_sharp_range_is_where_the_blur_is_allowed(camera: Camera, blur_px: float) -> None:
    """The plane in focus is sharp, both ends of the sharp range have the largest blur, and beyond it there is more."""
    near, far = camera.sharp_depths_mm(blur_px)
    assert near < camera.working_distance_mm < far
    assert blur_px_at(camera, camera.working_distance_mm) == pytest.approx(0)
    assert blur_px_at(camera, near) == pytest.approx(blur_px)
    assert blur_px_at(camera, 0.99 * near) > blur_px
    if np.isfinite(far):
        assert blur_px_at(camera, far) == pytest.approx(blur_px)
        assert blur_px_at(camera, 1.01 * far) > blur_px


@settings(max_examples=30, deadline=None)
@given(lenses)
def test_a_pixel_sees_what_the_thin_lens_says(camera: Camera) -> None:
    """Two points one pixel's footprint apart in the plane in focus fall on neighbouring pixels."""
    d = camera.working_distance_mm
    first, second = camera.project(np.array([[0.0, 0.0, d], [camera.mm_per_px, 0.0, d]]))
    assert second[0] - first[0] == pytest.approx(1)
    assert first == pytest.approx([camera.width_px / 2, camera.height_px / 2])


def test_what_is_up_in_the_world_is_up_in_the_image() -> None:
    """A point above the target, seen by a camera that looks sideways, has the smaller row."""
    pose = look_at(np.array([200.0, 0, 0]), np.zeros(3))
    assert isinstance(pose, Pose)
    above, below = Camera().project(pose.inverse().apply(np.array([[0, 0, 5.0], [0, 0, -5.0]])))
    assert above[1] < below[1]


@pytest.mark.parametrize(
    ("cls", "values", "words"),
    [
        (Camera, {"focal_length_mm": 50.0, "working_distance_mm": 40.0}, "cannot focus"),
        (Camera, {"closest_focus_mm": 300.0}, "nearer than 300"),
        (Camera, {"f_number": 0}, "f_number"),
        (RingLight, {"inner_radius_mm": 60.0}, "inner radius"),
        (RingLight, {"segments": 4, "lit_segments": [4]}, "there is no 4"),
        (BarLights, {"kind": "bars", "aim_mm": 10.0, "forward_mm": 20.0}, "aim_mm must exceed"),
        (BarLights, {"kind": "bars", "distance_mm": 5.0, "width_mm": 40.0}, "reach over it"),
        (DomeLight, {"kind": "dome", "hole_radius_mm": 120.0}, "smaller than the dome"),
        (CoaxialLight, {"kind": "coaxial", "diameter_mm": 0.0}, "diameter_mm"),
    ],
)
def test_impossible_data_sheets_are_refused(cls: type, values: dict, words: str) -> None:
    """A data sheet that contradicts itself is one mistake that names the values."""
    with pytest.raises(StudyError, match=words) as caught:
        read(cls, values, "study.toml")
    assert len(caught.value.mistakes) == 1


def test_camera_and_light_that_go_together_are_not_complained_of() -> None:
    """The defaults of all lights go with the default camera, and so does a ring behind the lens."""
    for light in (RingLight(), BarLights(kind="bars"), DomeLight(kind="dome"), CoaxialLight(kind="coaxial")):
        assert light.contradictions(Camera()) == ()
    assert RingLight(offset_mm=-10.0).contradictions(Camera()) == ()


@pytest.mark.parametrize(
    ("camera", "light", "words"),
    [
        (Camera(), RingLight(offset_mm=199.0), "in the field of view"),
        (Camera(), RingLight(offset_mm=250.0, inner_radius_mm=59.0), "at or beyond the plane in focus"),
        (Camera(f_number=1.0), RingLight(inner_radius_mm=10.0), "covers the lens's aperture"),
        (Camera(), BarLights(kind="bars", distance_mm=20.0, forward_mm=150.0), "in the field of view"),
        (Camera(), BarLights(kind="bars", forward_mm=198.0), "at or beyond the plane in focus"),
        (Camera(f_number=1.0), BarLights(kind="bars", distance_mm=25.0, forward_mm=5.0), "covers the lens's aperture"),
        (Camera(), DomeLight(kind="dome", hole_radius_mm=3.0), "in the field of view"),
        (Camera(), DomeLight(kind="dome", radius_mm=24.6, hole_radius_mm=24.0, rim_mm=190.0), "in the field of view"),
        (Camera(), DomeLight(kind="dome", rim_mm=200.0), "at or beyond the plane in focus"),
        (Camera(f_number=1.0), DomeLight(kind="dome", hole_radius_mm=15.0, rim_mm=119.2), "covers the lens's aperture"),
        (Camera(), CoaxialLight(kind="coaxial", offset_mm=200.0), "at or beyond the plane in focus"),
    ],
)
def test_camera_and_light_that_contradict_each_other(camera: Camera, light: Light, words: str) -> None:
    """A light in the field of view, behind the part or over the aperture is named, whatever its kind."""
    assert any(words in fault for fault in light.contradictions(camera))


@settings(max_examples=30, deadline=None)
@given(st.floats(1, 150))
def test_a_ring_is_in_the_view_exactly_when_its_rim_projects_into_the_image(offset_mm: float) -> None:
    """The complaint about the field of view agrees with projecting the ring's inner rim."""
    camera, light = Camera(), RingLight(offset_mm=offset_mm, inner_radius_mm=18.0)
    angle = np.linspace(0, 2 * np.pi, 3601)
    rim = np.stack([18.0 * np.cos(angle), 18.0 * np.sin(angle), np.full_like(angle, offset_mm)], axis=1)
    pixels = camera.project(rim)
    shown = ((pixels > 0) & (pixels < [camera.width_px, camera.height_px])).all(axis=1).any()
    assert bool(shown) == any("field of view" in fault for fault in light.contradictions(camera))


@settings(max_examples=30, deadline=None)
@given(st.floats(0, 360), st.floats(5, 60), st.floats(10, 180))
def test_a_bar_is_in_the_view_exactly_when_a_line_of_sight_meets_it(
    first_deg: float, distance_mm: float, forward_mm: float
) -> None:
    """The complaint agrees with lines of sight that are followed to the plane of the bar, but for a sliver."""
    camera = Camera()
    light = BarLights(
        kind="bars", count=1, first_deg=first_deg, distance_mm=distance_mm, forward_mm=forward_mm, width_mm=2.0
    )
    x, y = np.meshgrid(np.linspace(-0.5, 0.5, 103) * camera.width_px, np.linspace(-0.5, 0.5, 87) * camera.height_px)
    sight = np.stack([x.ravel(), y.ravel(), np.full(x.size, camera.focal_length_px)], axis=1)
    middle, normal, u = light.middles()[0], light.normals()[0], light.lengthwise()[0]
    met = sight * ((middle @ normal) / (sight @ normal))[:, None] - middle
    margin_mm = 0.05 * forward_mm / camera.focal_length_mm
    along, across = np.abs(met @ u), np.abs(met @ np.cross(normal, u))
    says = any("field of view" in fault for fault in light.contradictions(camera))
    if ((along < light.length_mm / 2 - margin_mm) & (across < light.width_mm / 2 - margin_mm)).any():
        assert says
    if not ((along < light.length_mm / 2 + margin_mm) & (across < light.width_mm / 2 + margin_mm)).any():
        assert not says
