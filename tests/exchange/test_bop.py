"""BOP: where the exported cameras stand, a point of the part is seen where the image shows it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from blemish.dataset import open_dataset, write
from blemish.dataset.ply import Geometry
from blemish.dataset.record import DefectRecord, FrameRecord, Header, SpecimenRecord, rows
from blemish.errors import RequestError
from blemish.exchange import give_out
from blemish.exchange.exporters.bop import diameter_mm
from blemish.exchange.intrinsics import intrinsics
from blemish.frames import Pose, look_at
from blemish.plan.camera import Camera
from blemish.plan.poses import read_poses
from blemish.settings import plain

CAMERA = Camera(width_px=64, height_px=48, pixel_pitch_um=110.0)
EYES = {"v000": (10.0, -20.0, 180.0), "v001": (90.0, 120.0, 140.0), "v002": (-150.0, 40.0, 60.0)}


def geometry() -> Geometry:
    """Two triangles, the second of them dented."""
    return Geometry(
        vertices_mm=np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 0.5]], dtype=np.float64),
        triangles=np.array([[0, 1, 2], [1, 3, 2]], dtype=np.int32),
        face=np.array([0, 1], dtype=np.int32),
        region=np.array([0, 0], dtype=np.int32),
        instance=np.array([0, 1], dtype=np.int32),
        regions=("turned",),
    )


@pytest.fixture
def posed(tmp_path: Path) -> Path:
    """Two specimens seen from three sides, each image with one bright pixel where the camera sees the same point."""
    root = tmp_path / "set"
    header = Header(name="posed", kind="rendered", camera=plain(CAMERA))
    write.create(root, header)
    for name in ("c000", "d000"):
        defects = (DefectRecord(id=1, kind="dent"),)
        write.write_specimen(root, SpecimenRecord(id=name, defective=True, defects=defects), geometry())
        for view, eye in EYES.items():
            pose = look_at(np.array(eye), np.array([1.0, 2.0, 0.0]))
            image, mask = np.zeros((48, 64), np.uint8), np.zeros((48, 64), np.uint16)
            x, y = CAMERA.project(pose.inverse().apply(np.array([POINT])))[0]
            image[int(y), int(x)] = 255
            mask[int(y), int(x)] = name == "d000"
            record = FrameRecord(specimen=name, view=view, digest=f"{name}{view}", world_from_camera=rows(pose))
            write.write_frame(root, record, image, mask)
    write.finish(root, header)
    return root


POINT = [4.0, -3.0, 2.0]


def test_a_point_is_seen_where_its_pixel_is(posed: Path, tmp_path: Path) -> None:
    """Projected with cam_K, cam_R and cam_t, a point of the model falls on its pixel, for each image and object."""
    exported = give_out("bop", open_dataset(posed), tmp_path / "out")
    assert exported.frames == 6
    for number in (1, 2):
        scene = tmp_path / f"out/all/{number:06d}"
        cameras, truth = (json.loads((scene / f"scene_{name}.json").read_text()) for name in ("camera", "gt"))
        for at in cameras:
            [pose] = truth[at]
            assert pose["obj_id"] == number
            for turn, shift in (("cam_R_w2c", "cam_t_w2c"), ("cam_R_m2c", "cam_t_m2c")):
                facts = {**cameras[at], **pose}
                seen = np.reshape(facts[turn], (3, 3)) @ POINT + facts[shift]
                x, y, z = np.reshape(cameras[at]["cam_K"], (3, 3)) @ seen
                image = np.asarray(Image.open(scene / f"gray/{int(at):06d}.png"))
                assert image[round(y / z), round(x / z)] == 255
        masks = sorted((scene / "defects").glob("*.png")) if number == 2 else []
        assert len(masks) == 3 * (number - 1)


def test_its_poses_are_those_of_the_dataset(posed: Path, tmp_path: Path) -> None:
    """Read as a plan's poses, scene_camera.json gives world_from_camera back, view by view."""
    dataset = open_dataset(posed)
    give_out("bop", dataset, tmp_path / "out")
    views = read_poses(tmp_path / "out/all/000001/scene_camera.json")
    for frame, view in zip(dataset.frames, views, strict=False):
        pose = dataset.record(frame).pose
        assert pose is not None
        np.testing.assert_allclose(view.world_from_camera.matrix(), pose.matrix(), atol=1e-9)


def test_models_are_the_geometry_that_was_rendered(posed: Path, tmp_path: Path) -> None:
    """An independent reader finds its vertices and triangles; size and diameter are in the table beside."""
    trimesh = pytest.importorskip("trimesh")
    give_out("bop", open_dataset(posed), tmp_path / "out")
    mesh = trimesh.load(tmp_path / "out/models/obj_000002.ply", process=False)
    assert len(mesh.faces) == 2
    np.testing.assert_allclose(mesh.bounds, [[0, 0, 0], [1, 1, 0.5]])
    facts = json.loads((tmp_path / "out/models/models_info.json").read_text())["2"]
    assert facts["diameter"] == pytest.approx(1.5)
    assert json.loads((tmp_path / "out/specimens.json").read_text()) == {"1": "c000", "2": "d000"}


def test_the_pinhole_is_that_of_the_renderer() -> None:
    """From the data sheet alone: the camera's own matrix, half a pixel less; halved with a halved image."""
    k = intrinsics(plain(CAMERA), (64, 48))
    assert k is not None
    np.testing.assert_allclose(k, CAMERA.matrix - [[0, 0, 0.5], [0, 0, 0.5], [0, 0, 0]])
    half = intrinsics(plain(CAMERA), (32, 24))
    assert half is not None
    assert half[0, 0] == pytest.approx(k[0, 0] / 2)
    assert intrinsics({"focal_length_mm": 35.0}, (64, 48)) is None
    assert intrinsics(None, (64, 48)) is None


@pytest.mark.parametrize("points", [np.random.default_rng(0).normal(0, 9, (200, 3)), np.eye(3), np.zeros((5, 3))])
def test_the_diameter_is_the_largest_distance(points: np.ndarray) -> None:
    """Of a cloud, of a flat triangle, of a single point."""
    apart = np.linalg.norm(points[:, None] - points[None], axis=2)
    assert diameter_mm(points) == pytest.approx(apart.max())


@pytest.mark.parametrize(
    ("camera", "pose", "words"), [(None, Pose(np.eye(3), np.zeros(3)), "data sheet"), (plain(CAMERA), None, "no pose")]
)
def test_frames_without_pose_or_camera_are_told(tmp_path: Path, camera: object, pose: Pose | None, words: str) -> None:
    """BOP is about nothing else; the message says where poses come from."""
    header = Header(name="x", kind="photographs", camera=camera)  # type: ignore[arg-type]
    write.create(tmp_path / "set", header)
    write.write_specimen(tmp_path / "set", SpecimenRecord(id="s", defective=False))
    record = FrameRecord(specimen="s", view="v", digest="1", world_from_camera=None if pose is None else rows(pose))
    write.write_frame(tmp_path / "set", record, np.zeros((4, 6), np.uint8), np.zeros((4, 6), np.uint16))
    write.finish(tmp_path / "set", header)
    with pytest.raises(RequestError, match=words):
        give_out("bop", open_dataset(tmp_path / "set"), tmp_path / "out")
    assert not (tmp_path / "out").exists()
