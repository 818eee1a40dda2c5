"""The camera as a whole: lens, exposure, and as many samples as it can see."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from builders import box
from cells import BOX, BOX_VIEW, ROD, ROD_VIEW, finishes_of, scene_of, specimen_of, view

from blemish.finish import Plain
from blemish.plan.camera import Camera
from blemish.plan.light import RingLight
from blemish.render import Rendering, Sensor, build_scene, shoot

CAMERA = Camera(width_px=160, height_px=120, pixel_pitch_um=44.0)
"""About 0.2 mm a pixel; 33 x 25 mm."""
STEADY = Rendering(samples_per_pixel=64, noise_share=0.0)


def test_an_edge_out_of_focus_is_as_wide_as_the_blur_circle() -> None:
    """The outline of a plate in front of the focus is smeared over the blur circle; in focus it is sharp."""
    scene = scene_of(box((20.0, 20.0, 5.0)), light=RingLight(radiance=1e-6))
    even = replace(STEADY, ambient_radiance=1.0, samples_per_pixel=256)
    widths = {}
    for f_number, distance in ((2.0, 200.0), (2.0, 175.0), (8.0, 175.0)):
        camera = replace(CAMERA, f_number=f_number)
        place = view((0.0, 0.0, 5.0 + distance), (0.0, 0.0, 5.0))
        radiance = shoot(scene, camera, place, Sensor(), even, 0).radiance
        row = radiance[50:70, 80:].mean(axis=0)
        level = row[:10].mean()
        low, high = np.flatnonzero(row < 0.9 * level)[0], np.flatnonzero(row > 0.1 * level)[-1]
        widths[f_number, distance] = high - low, float(camera.blur_px(np.array([distance]))[0])
    assert widths[2.0, 200.0][0] <= 2
    for seen, circle in (widths[2.0, 175.0], widths[8.0, 175.0]):
        # Between 10 and 90 % of the light lie 0.69 of the circle's diameter.
        assert seen == pytest.approx(0.69 * circle, abs=1.5)


def test_a_distorted_picture_shows_points_where_the_camera_projects_them() -> None:
    """The corners of a plate stand where ``Camera.project`` puts them, whatever the distortion."""
    place = view((0.0, 0.0, 205.0), (0.0, 0.0, 5.0))
    for distortion in ((0.0,) * 5, (-6.0, 0.0, 0.0, 0.0, 0.0), (8.0, 100.0, 0.01, -0.02, 0.0)):
        camera = replace(CAMERA, distortion=distortion)
        radiance = shoot(scene_of(box((20.0, 14.0, 5.0))), camera, place, Sensor(), STEADY, 0).radiance
        lit = radiance > 0.5 * np.median(radiance[radiance > 0])
        rim = np.array([[x, y, 5.0] for x in (-10.0, 0.0, 10.0) for y in (-7.0, 0.0, 7.0) if x or y])
        pixels = camera.project(place.world_from_camera.inverse().apply(rim))
        inwards = pixels + 3 * np.sign([80, 60] - pixels) * (np.abs(pixels - [80, 60]) > 5)
        outwards = pixels - 3 * np.sign([80, 60] - pixels) * (np.abs(pixels - [80, 60]) > 5)
        assert all(lit[int(y), int(x)] for x, y in inwards)
        assert not any(lit[int(y), int(x)] for x, y in outwards)


def test_a_distortion_that_folds_the_image_is_refused() -> None:
    """A polynomial that turns back within the image is no lens."""
    with pytest.raises(ValueError, match="folds the image"):
        Camera(distortion=(-200.0, 0.0, 0.0, 0.0, 0.0))


def test_vignetting_darkens_the_corners_as_stated() -> None:
    """At the corner the stated share of the light is lost, in the middle nothing."""
    shade = Camera(width_px=101, height_px=75, vignetting=0.3).illumination()
    assert shade[37, 50] == pytest.approx(1.0, abs=1e-3)
    assert shade[0, 0] == pytest.approx(0.7, abs=0.01)
    scene = scene_of(BOX)
    plain, dark = (
        shoot(scene, replace(CAMERA, vignetting=v), BOX_VIEW, Sensor(), STEADY, 0).radiance for v in (0.0, 0.3)
    )
    np.testing.assert_allclose(dark, plain * replace(CAMERA, vignetting=0.3).illumination(), rtol=1e-6)


def test_exposure_is_chosen_for_the_part() -> None:
    """Auto-exposure brings the brightest hundredth of the part to its share of saturation, however bright the light."""
    times = []
    for radiance in (0.2, 1.0):
        scene = scene_of(ROD, light=RingLight(radiance=radiance))
        frame = shoot(scene, CAMERA, ROD_VIEW, Sensor(auto_exposure=0.7, bits=16), STEADY, 0)
        part = frame.image[frame.radiance > 0]
        assert np.percentile(part, 99) / 65535 == pytest.approx(0.7, rel=0.1)
        times.append(frame.sensor.exposure_ms)
    assert times[0] > 2 * times[1]


def test_samples_are_added_until_the_sensor_drowns_the_error() -> None:
    """The error that is left, by two independent renderings, is about the stated share of the sensor's noise."""
    scene, sensor = scene_of(ROD), Sensor(exposure_ms=20.0)
    spent = []
    for share in (2.0, 1.0):
        how = Rendering(samples_per_pixel=16, noise_share=share, max_samples_per_pixel=4096)
        one, other = (shoot(scene, CAMERA, ROD_VIEW, sensor, how, seed) for seed in (1, 2))
        on_part = (one.radiance > 0) & (other.radiance > 0)
        noise = sensor.noise_of((one.radiance + other.radiance)[on_part] / 2)
        error = (one.radiance - other.radiance)[on_part] / 2**0.5
        assert 0.2 * share < np.sqrt(np.mean((error / noise) ** 2)) < 1.25 * share
        spent.append(one.samples)
    assert spent[1] > 1.5 * spent[0]


@pytest.mark.parametrize("first", [5, 6])
def test_any_number_of_first_samples_tells_its_error(first: int) -> None:
    """Samples are added as well where the first round does not fall into four runs; a single one cannot tell."""
    how = Rendering(samples_per_pixel=first, noise_share=1.0, max_samples_per_pixel=64)
    frame = shoot(scene_of(ROD), CAMERA, ROD_VIEW, Sensor(exposure_ms=20.0), how, 1)
    assert frame.samples > 2 * first * np.count_nonzero(frame.radiance)
    with pytest.raises(ValueError, match="a single sample"):
        Rendering(samples_per_pixel=1)


def test_more_samples_change_no_label() -> None:
    """Labels come from the first round alone, so they do not depend on how exact the image is."""
    instance = np.zeros(len(ROD.triangles), dtype=np.int32)
    instance[ROD.face == 2] = 1
    scene = build_scene(specimen_of(ROD, instance), ROD, finishes_of(ROD), "aluminium", RingLight())
    few, many = (
        shoot(scene, CAMERA, ROD_VIEW, Sensor(), Rendering(noise_share=share, max_samples_per_pixel=256), 3)
        for share in (0.0, 0.5)
    )
    assert many.samples > few.samples
    np.testing.assert_array_equal(few.mask, many.mask)
    assert few.defects == many.defects


def test_fixed_pattern_is_the_cameras_own() -> None:
    """PRNU and DSNU are the same in all frames, and as strong as stated."""
    scene = np.full((200, 300), 0.2, dtype=np.float32)
    from blemish.render import expose
    from blemish.seeds import stream

    sensor = Sensor(bits=16, exposure_ms=20.0, prnu=0.02, dsnu_e=40.0, dark_noise_e=0.0)
    frames = [expose(scene, sensor, stream(seed, "test")).astype(float) for seed in range(40)]
    pattern = np.mean(frames, axis=0)
    electrons = 0.2 * sensor.electrons_per_radiance
    expected = sensor.gain * np.hypot(0.02 * electrons, 40.0)
    shot = sensor.gain * (electrons / 40) ** 0.5
    assert pattern.std() == pytest.approx(np.hypot(expected, shot), rel=0.03)
    assert np.corrcoef(np.mean(frames[:20], axis=0).ravel(), np.mean(frames[20:], axis=0).ravel())[0, 1] > 0.8


def test_a_flat_plain_plate_costs_few_samples() -> None:
    """Where nothing is hard to see, the first round is enough."""
    scene = build_scene(specimen_of(BOX), BOX, {r.name: Plain(roughness=0.5) for r in BOX.regions}, "iron", RingLight())
    frame = shoot(scene, CAMERA, BOX_VIEW, Sensor(exposure_ms=2.0), Rendering(max_samples_per_pixel=4096), 0)
    assert frame.samples < 40 * np.count_nonzero(frame.radiance)
