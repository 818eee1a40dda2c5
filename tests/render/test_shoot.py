"""Frames: pure functions of their arguments, labels that are what was rendered, light that obeys its laws."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from beside_mitsuba import assert_agree
from builders import rod
from cells import BOX, BOX_VIEW, ROD, ROD_VIEW, SENSOR, SMALL, finishes_of, moved, scene_of, specimen_of, view
from scipy.spatial.transform import Rotation

from blemish.errors import FinishError
from blemish.finish import Plain
from blemish.frames import Pose
from blemish.part.model import Part
from blemish.plan.camera import Camera
from blemish.plan.light import RingLight
from blemish.plan.model import Viewpoint
from blemish.render import Frame, Rendering, Scene, Sensor, build_scene, shoot

RENDERING = Rendering(samples_per_pixel=16, noise_share=0.0)


def same(one: Frame, other: Frame) -> bool:
    """Whether two frames agree in every byte."""
    return (
        np.array_equal(one.image, other.image)
        and np.array_equal(one.mask, other.mask)
        and one.radiance.tobytes() == other.radiance.tobytes()
        and one.defects == other.defects
    )


def marked_rod() -> np.ndarray:
    """Instance ids that make two patches of the rod's mantle defects 1 and 2, and one end defect 3."""
    centres = ROD.vertices_mm[ROD.triangles].mean(axis=1)
    instance = np.zeros(len(ROD.triangles), dtype=np.int32)
    instance[(ROD.face == 0) & (np.abs(centres[:, 1]) < 1.5) & (centres[:, 0] > 0)] = 1
    instance[(ROD.face == 0) & (centres[:, 1] > 5) & (centres[:, 0] > 0)] = 2
    instance[ROD.face == 2] = 3
    return instance


def test_the_same_request_gives_the_same_bytes_whatever_went_before() -> None:
    """A frame does not depend on what was shot before it, nor on which of two equal scenes it was shot of."""
    scene = scene_of(ROD, specimen_of(ROD, marked_rod()))
    first = shoot(scene, SMALL, ROD_VIEW, SENSOR, RENDERING, 7)
    shoot(scene, replace(SMALL, width_px=80), BOX_VIEW, SENSOR, RENDERING, 8)
    shoot(scene_of(BOX), SMALL, BOX_VIEW, SENSOR, RENDERING, 7)
    assert same(first, shoot(scene, SMALL, ROD_VIEW, SENSOR, RENDERING, 7))
    again = scene_of(ROD, specimen_of(ROD, marked_rod()))
    assert same(first, shoot(again, SMALL, ROD_VIEW, SENSOR, RENDERING, 7))
    assert not np.array_equal(first.image, shoot(scene, SMALL, ROD_VIEW, SENSOR, RENDERING, 0).image)


def test_the_size_of_the_pieces_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tracing a frame in many pieces gives the bytes of tracing it in one."""
    scene = scene_of(ROD, specimen_of(ROD, marked_rod()))
    whole = shoot(scene, SMALL, ROD_VIEW, SENSOR, RENDERING, 1)
    monkeypatch.setattr("blemish.render.estimate.SAMPLES_AT_ONCE", 1000)
    assert same(whole, shoot(scene, SMALL, ROD_VIEW, SENSOR, RENDERING, 1))


@pytest.mark.parametrize("part", [ROD, BOX], ids=["rod", "box"])
def test_pixels_that_are_left_out_see_nothing(part: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tracing all pixels, not only those that may see the part, changes no byte."""
    scene = scene_of(ROD if part is ROD else BOX)
    place = ROD_VIEW if part is ROD else BOX_VIEW
    some = shoot(scene, SMALL, place, SENSOR, RENDERING, 2)
    everything = np.arange(SMALL.width_px * SMALL.height_px)
    monkeypatch.setattr("blemish.render.view.pixels_that_see", lambda *_: everything)
    every = shoot(scene, SMALL, place, SENSOR, RENDERING, 2)
    assert some.samples < every.samples
    assert same(some, every)


def test_a_view_of_nothing_is_the_background() -> None:
    """A camera that looks away sees the background, traces nothing and labels nothing."""
    away = view((200.0, 0.0, 10.0), (400.0, 0.0, 10.0))
    frame = shoot(scene_of(ROD), SMALL, away, SENSOR, replace(RENDERING, background_radiance=0.25), 0)
    assert frame.samples == 0
    assert (frame.radiance == 0.25).all()
    assert not frame.mask.any()


def test_new_views_and_specimens_compile_nothing() -> None:
    """Another camera place, light, ambient, specimen and finish strength run the programs that are there.

    Wherever their arrays lie: a program for each place that they may have would fill the memory of a long run.
    """
    dull = replace(RENDERING, ambient_radiance=0.1)
    kept = [scene_of(ROD, specimen_of(ROD, marked_rod()))]
    first = programs_of(kept[0], ROD_VIEW, RENDERING)
    assert first
    for number in range(4):
        light = RingLight(radiance=0.5 + number)
        kept.append(scene_of(ROD, specimen_of(ROD, marked_rod() % 2), light, feed_mm=0.2 + 0.05 * number))
        assert programs_of(kept[-1], (BOX_VIEW, ROD_VIEW)[number % 2], dull) <= first


def test_a_single_pixel_is_sampled_by_the_program_for_many() -> None:
    """And its points are those that it has among others."""
    import drjit as dr

    from blemish.render.sampler import samples_of

    dr.set_flag(dr.JitFlag.KernelHistory, True)
    programs, points = [], []
    try:
        for pixels in (np.arange(5, 50), np.array([5])):
            dr.kernel_history_clear()
            seen = samples_of(pixels, 0, 16, drjit_seed()).pair(1)
            dr.eval(seen)
            programs.append({str(one["hash"]) for one in dr.kernel_history() if one["type"] == dr.KernelType.JIT})
            points.append(np.array(seen))
    finally:
        dr.set_flag(dr.JitFlag.KernelHistory, False)
    assert programs[1] <= programs[0]
    np.testing.assert_array_equal(points[1], points[0][:, :16])


def drjit_seed() -> object:
    """A seed as a frame has it: a number that no program contains."""
    import drjit as dr
    import mitsuba as mi

    return dr.opaque(mi.UInt32, 7)


def programs_of(scene: Scene, place: Viewpoint, rendering: Rendering) -> set[str]:
    """The programs that a frame runs, whether they were there or had to be compiled."""
    import drjit as dr

    dr.set_flag(dr.JitFlag.KernelHistory, True)
    try:
        dr.kernel_history_clear()
        shoot(scene, SMALL, place, SENSOR, rendering, 5)
        return {str(one["hash"]) for one in dr.kernel_history() if one["type"] == dr.KernelType.JIT}
    finally:
        dr.set_flag(dr.JitFlag.KernelHistory, False)


def coverage_by_embree(camera: Camera, place: Viewpoint, instance: np.ndarray, side: int) -> np.ndarray:
    """How much of each pixel each defect covers, (ids, h, w), by another ray caster on a regular grid."""
    construction = pytest.importorskip("embreex.mesh_construction")
    from embreex.rtcore_scene import EmbreeScene

    scene = EmbreeScene()
    construction.TriangleMesh(scene, ROD.vertices_mm[ROD.triangles].astype(np.float32))
    step = (np.arange(side) + 0.5) / side
    y, x = np.meshgrid(
        (np.arange(camera.height_px)[:, None] + step).ravel(),
        (np.arange(camera.width_px)[:, None] + step).ravel(),
        indexing="ij",
    )
    homogeneous = np.stack([x, y, np.ones_like(x)], axis=-1).reshape(-1, 3)
    directions = place.world_from_camera.turn(homogeneous @ np.linalg.inv(camera.matrix).T)
    origins = np.broadcast_to(place.world_from_camera.translation_mm, directions.shape)
    hit = scene.run(origins.astype(np.float32), directions.astype(np.float32))
    ids = np.where(hit >= 0, instance[hit], 0)
    blocks = ids.reshape(camera.height_px, side, camera.width_px, side)
    return np.stack([(blocks == id_).mean(axis=(1, 3)) for id_ in (1, 2, 3)])


@pytest.mark.parametrize("eye", [(200.0, 0.0, 10.0), (150.0, 80.0, 120.0)])
def test_the_mask_is_the_projection_of_the_defects(eye: tuple[float, float, float]) -> None:
    """Mask and areas agree with an independent projection of the same triangles, wherever that is clear."""
    instance, place = marked_rod(), view(eye, (0.0, 0.0, 10.0))
    specimen = specimen_of(ROD, instance, {1: True, 2: True, 3: False})
    frame = shoot(scene_of(ROD, specimen), SMALL, place, SENSOR, replace(RENDERING, samples_per_pixel=64), 0)
    covered = coverage_by_embree(SMALL, place, instance, 8)
    defective = covered[:2].sum(axis=0)
    expected = np.where(defective >= 0.5, covered[:2].argmax(axis=0) + 1, 0)
    clear = (np.abs(defective - 0.5) > 0.12) & ((np.abs(covered[0] - covered[1]) > 0.2) | (defective < 0.5))
    assert clear.mean() > 0.9
    assert frame.mask.dtype == np.uint16
    np.testing.assert_array_equal(frame.mask[clear], expected[clear])
    assert (frame.mask == 1).any()
    for id_, area in frame.defects.items():
        assert area == pytest.approx(covered[id_ - 1].sum(), rel=0.02, abs=0.3)


def test_a_camera_rolled_by_a_quarter_turns_the_picture() -> None:
    """Turning the camera about its axis turns radiance and mask; the finish stays on the part."""
    camera = replace(SMALL, width_px=48, height_px=48)
    scene = scene_of(ROD, specimen_of(ROD, marked_rod()))
    rendering = replace(RENDERING, samples_per_pixel=256)
    upright = shoot(scene, camera, ROD_VIEW, SENSOR, rendering, 0)
    quarter = Pose(np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]), np.zeros(3))
    rolled = shoot(scene, camera, Viewpoint("v001", quarter.then(ROD_VIEW.world_from_camera)), SENSOR, rendering, 0)
    turned = np.rot90(rolled.radiance, -1)
    assert np.abs(turned - upright.radiance).mean() < 0.05 * upright.radiance.mean()
    assert (np.rot90(rolled.mask, -1) == upright.mask).mean() > 0.98


def test_part_and_camera_moved_together_see_the_same() -> None:
    """A rigid motion of everything changes no statistics of the image, and the mask hardly at all."""
    motion = Pose(Rotation.from_euler("xyz", [40, -25, 70], degrees=True).as_matrix(), np.array([30.0, -20.0, 50.0]))
    instance = marked_rod()
    here = shoot(scene_of(ROD, specimen_of(ROD, instance)), SMALL, ROD_VIEW, SENSOR, RENDERING, 0)
    there_rod = moved(ROD, motion)
    place = Viewpoint("v000", ROD_VIEW.world_from_camera.then(motion))
    there = shoot(scene_of(there_rod, specimen_of(there_rod, instance)), SMALL, place, SENSOR, RENDERING, 0)
    assert there.radiance.mean() == pytest.approx(here.radiance.mean(), rel=0.01)
    assert there.radiance.std() == pytest.approx(here.radiance.std(), rel=0.05)
    assert (there.mask == here.mask).mean() > 0.99


@pytest.mark.parametrize("bounces", [1, 3])
def test_a_white_furnace_shows_no_more_than_one(bounces: int) -> None:
    """In surroundings of radiance one, no pixel of any finish shows more than one, and most nearly the reflectance."""
    dark = RingLight(radiance=1e-9)
    rendering = Rendering(samples_per_pixel=64, ambient_radiance=1.0, bounces=bounces)
    for part, place in ((ROD, view((150.0, 80.0, 120.0), (0.0, 0.0, 10.0))), (BOX, BOX_VIEW)):
        frame = shoot(scene_of(part, light=dark), SMALL, place, SENSOR, rendering, 0)
        part_only = frame.radiance[frame.radiance > 0.5]
        assert frame.radiance.max() <= 1 + 1e-5
        assert 0.8 < part_only.mean() < 0.92


def test_radiance_is_proportional_to_the_light() -> None:
    """Twice the ring and twice the surroundings give twice the radiance, sample by sample."""
    one = shoot(scene_of(ROD), SMALL, ROD_VIEW, SENSOR, RENDERING, 0)
    bright = scene_of(ROD, light=RingLight(radiance=2.0))
    two = shoot(bright, SMALL, ROD_VIEW, SENSOR, replace(RENDERING, ambient_radiance=0.08), 0)
    np.testing.assert_allclose(two.radiance, 2 * one.radiance, rtol=1e-5)


def test_a_quarter_of_the_resolution_is_the_mean_of_the_full_one() -> None:
    """A coarse frame agrees with the averaged fine one: what sinks below a pixel has gone into the roughness."""
    fine = Camera(width_px=256, height_px=192, pixel_pitch_um=27.5)
    rendering = replace(RENDERING, samples_per_pixel=32)
    full = shoot(scene_of(ROD), fine, ROD_VIEW, SENSOR, rendering, 0).radiance
    coarse = shoot(scene_of(ROD), SMALL, ROD_VIEW, SENSOR, rendering, 0).radiance
    averaged = full.reshape(48, 4, 64, 4).mean(axis=(1, 3))
    assert coarse.mean() == pytest.approx(averaged.mean(), rel=0.03)
    columns = averaged.mean(axis=0)
    lit = columns > 0.3 * columns.max()
    np.testing.assert_allclose(coarse.mean(axis=0)[lit], columns[lit], rtol=0.08)


@pytest.mark.parametrize("bounces", [1, 2])
def test_mitsuba_itself_renders_the_same(bounces: int, tmp_path: Path) -> None:
    """Mitsuba's sensor, emitters and integrator with our BSDF give the same radiance, up to noise."""
    assert_agree("box", bounces, tmp_path)


def test_no_facet_shows_in_a_highlight() -> None:
    """The highlight on a cylinder of 48 facets is that of one with twenty times as many."""
    finishes = {"mantle": Plain(roughness=0.12), "ends": Plain()}
    camera = Camera(width_px=96, height_px=12, pixel_pitch_um=60.0)

    def profile(part: Part) -> np.ndarray:
        scene = build_scene(specimen_of(part), part, finishes, "aluminium", RingLight())
        rendering = replace(RENDERING, samples_per_pixel=256)
        return shoot(scene, camera, ROD_VIEW, SENSOR, rendering, 0).radiance[:, 20:-20].mean(axis=0)

    coarse, fine = profile(ROD), profile(rod(10.0, 20.0, segments=960))
    assert fine.max() > 10 * fine.min()
    assert np.abs(coarse - fine).max() < 0.02 * fine.max()


def test_a_finish_that_cannot_be_laid_is_told_before_the_renderer_starts() -> None:
    """An unknown metal or an axisless turned region is our error, not a traceback."""
    with pytest.raises(FinishError, match="did you mean aluminium"):
        build_scene(specimen_of(ROD), ROD, finishes_of(ROD), "alumnium", RingLight())


def test_sixteen_bits_hold_the_same_picture() -> None:
    """The grey values of eight and sixteen bits differ by the scale and the rounding only."""
    scene = scene_of(ROD)
    eight = shoot(scene, SMALL, ROD_VIEW, Sensor(bits=8), RENDERING, 0).image
    sixteen = shoot(scene, SMALL, ROD_VIEW, Sensor(bits=16), RENDERING, 0).image
    assert (eight.dtype, sixteen.dtype) == (np.uint8, np.uint16)
    np.testing.assert_allclose(sixteen / 257, eight, atol=0.51)
