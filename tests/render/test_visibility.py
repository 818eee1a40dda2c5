"""Visibility: nothing where nothing changed, more where more did; and the geometry that a frame shows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from cells import BOX, BOX_VIEW
from pydantic import TypeAdapter

from blemish.dataset import png
from blemish.dataset.layers import read_geometry
from blemish.dataset.record import DefectRecord, FrameRecord, Header, SpecimenRecord
from blemish.dataset.verify import verify
from blemish.dataset.write import create, finish, write_frame, write_specimen
from blemish.defects import DefectPopulation, make_specimen
from blemish.errors import DatasetError
from blemish.finish import Plain
from blemish.finish.brushed import Brushed
from blemish.plan.camera import Camera
from blemish.plan.light import RingLight
from blemish.render import Rendering, Scene, Sensor, build_scene, shoot
from blemish.render.geometry import NOTHING

CAMERA = Camera(width_px=240, height_px=180, pixel_pitch_um=29.0)
HOW = Rendering(samples_per_pixel=32, noise_share=0.0)


def dented(depth_mm: float, finish: object = Plain(), seed: int = 4) -> Scene:
    """A plate with three dents of one size, with its twin."""
    table = {"kind": "dent", "per_specimen": 3, "diameter_mm": 2.0, "depth_mm": depth_mm, "regions": ["top"]}
    dents = TypeAdapter(DefectPopulation).validate_python(table)
    specimen = make_specimen(BOX, "d000", True, (dents,), seed, 0.1)
    finishes = {region.name: finish for region in BOX.regions}
    return build_scene(specimen, BOX, finishes, "aluminium", RingLight(), with_twin=True)


def test_what_changes_nothing_has_no_contrast() -> None:
    """Labelled triangles of an undented part have contrast 0, whatever their finish."""
    scene = dented(0.05)
    same = replace(scene, twin=replace(scene, twin=None))
    frame = shoot(same, CAMERA, BOX_VIEW, Sensor(), HOW, 0)
    assert frame.visibility is not None
    assert frame.mask.any()
    assert not frame.visibility.contrast.any()
    assert set(frame.visibility.detectability.values()) == {0.0}


def test_deeper_dents_are_seen_better() -> None:
    """Contrast and detectability grow with depth; beside defects contrast is 0."""
    seen = []
    for depth in (0.002, 0.01, 0.05):
        frame = shoot(dented(depth), CAMERA, BOX_VIEW, Sensor(), HOW, 0)
        assert frame.visibility is not None
        assert not frame.visibility.contrast[frame.mask == 0].any()
        assert set(frame.visibility.detectability) == set(np.unique(frame.mask)) - {0}
        seen.append(np.mean(list(frame.visibility.detectability.values())))
    assert seen[0] < seen[1] < seen[2]


def test_texture_hides_defects() -> None:
    """The same dents are seen less on coarsely brushed metal than on plain."""
    ratios = []
    for texture in (Plain(roughness=0.25), Brushed(slope=0.2, streak_width_mm=0.2, pattern=1)):
        frame = shoot(dented(0.02, texture), CAMERA, BOX_VIEW, Sensor(), HOW, 0)
        assert frame.visibility is not None
        ratios.append(np.mean(list(frame.visibility.detectability.values())))
    assert ratios[1] < 0.7 * ratios[0]


def test_visibility_changes_neither_image_nor_mask() -> None:
    """Measuring is no part of taking the picture."""
    scene = dented(0.02)
    with_it, without = (shoot(one, CAMERA, BOX_VIEW, Sensor(), HOW, 0) for one in (scene, replace(scene, twin=None)))
    np.testing.assert_array_equal(with_it.image, without.image)
    np.testing.assert_array_equal(with_it.mask, without.mask)


def test_geometry_is_where_the_camera_projects_it() -> None:
    """Positions project into their own pixels, depths are along the axis, ids name triangles that lie there."""
    frame = shoot(dented(0.02), CAMERA, BOX_VIEW, Sensor(), replace(HOW, geometry=True), 0)
    maps = frame.geometry
    assert maps is not None
    seen = maps["triangle"] != NOTHING
    rows, columns = np.nonzero(seen)
    places = np.stack([maps[f"position.{axis}"][seen] for axis in "XYZ"], axis=1).astype(np.float64)
    in_camera = BOX_VIEW.world_from_camera.inverse().apply(places)
    np.testing.assert_allclose(CAMERA.project(in_camera), np.stack([columns, rows], axis=1) + 0.5, atol=0.02)
    np.testing.assert_allclose(in_camera[:, 2], maps["depth.Z"][seen], rtol=1e-5)
    assert np.isinf(maps["depth.Z"][~seen]).all()
    normals = np.stack([maps[f"normal.{axis}"][seen] for axis in "XYZ"], axis=1).astype(np.float64)
    np.testing.assert_allclose(np.linalg.norm(normals, axis=1), 1, atol=2e-3)
    to_eye = BOX_VIEW.world_from_camera.translation_mm - places
    to_eye /= np.linalg.norm(to_eye, axis=1, keepdims=True)
    np.testing.assert_allclose((normals * to_eye).sum(axis=1), maps["cosine"][seen], atol=3e-3)


def test_visibility_that_is_not_wanted_is_not_measured() -> None:
    """A frame whose rendering does without it measures nothing, though its scene has a twin."""
    frame = shoot(dented(0.02), CAMERA, BOX_VIEW, Sensor(), replace(HOW, visibility=False), 0)
    assert frame.visibility is None


def test_layers_of_a_frame_are_kept_and_proved(tmp_path: Path) -> None:
    """Contrast and geometry come back from the disk as they were, and ``verify`` tells when either is damaged."""
    frame = shoot(dented(0.02), CAMERA, BOX_VIEW, Sensor(), replace(HOW, geometry=True), 0)
    assert frame.visibility is not None
    assert frame.geometry is not None
    create(tmp_path, Header(name="layers", kind="rendered", classes=("dent",)))
    ids = tuple(DefectRecord(id=int(id_), kind="dent") for id_ in np.unique(frame.mask) if id_)
    write_specimen(tmp_path, SpecimenRecord(id="d000", defective=True, defects=ids))
    record = FrameRecord(specimen="d000", view="v000", digest="0" * 64)
    contrast = frame.visibility.contrast
    written = write_frame(tmp_path, record, frame.image, frame.mask, contrast, frame.geometry)
    finish(tmp_path, Header(name="layers", kind="rendered", classes=("dent",)))
    folder = tmp_path / "frames" / "d000" / "v000"
    assert not verify(tmp_path).faults
    back = read_geometry(folder / "geometry.exr")
    assert all(np.array_equal(back[name], frame.geometry[name]) for name in back)
    ratios = png.decode((folder / "visibility.png").read_bytes(), CAMERA.width_px, CAMERA.height_px, 16) / 100
    np.testing.assert_allclose(ratios, contrast, atol=0.0051)
    for one in written.defects:
        assert one.detectability == pytest.approx(frame.visibility.detectability[one.id], rel=1e-3, abs=1e-3)
    for name in ("geometry.exr", "visibility.png"):
        whole = (folder / name).read_bytes()
        (folder / name).write_bytes(whole[:-4] + b"oops")
        assert [fault.kind for fault in verify(tmp_path).faults] == ["hash"]
        (folder / name).write_bytes(whole)
    (folder / "geometry.exr").write_bytes(b"not an image")
    with pytest.raises(DatasetError, match="no OpenEXR file"):
        read_geometry(folder / "geometry.exr")
