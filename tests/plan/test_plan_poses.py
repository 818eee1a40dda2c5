"""Poses from elsewhere and for elsewhere, judged views, and views that turn out a little off."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from builders import box
from embree import Embree
from hypothesis import given, settings
from hypothesis import strategies as st

from blemish.errors import PlanError, StorageError
from blemish.frames import Pose, look_at
from blemish.plan import Camera, Planning, RingLight, Viewpoint, make_plan, read_plan, write_plan
from blemish.plan.make import judge
from blemish.plan.misplace import Misplacement, misplace, turn_about
from blemish.plan.planning import Table
from blemish.plan.poses import from_hand_eye, read_poses, write_poses
from blemish.plan.sources import Offset

vectors = st.tuples(*[st.floats(-3, 3)] * 3).map(np.array)
places = st.tuples(*[st.floats(-900, 900)] * 3).map(np.array)
QUICK = Planning(sample_spacing_mm=3.0, candidates=(Offset(tilts_deg=(0.0,)),), bound_rounds=0, improve_rounds=0)


@pytest.mark.parametrize("name", ["poses.csv", "poses.json", "scene_camera.json"])
@settings(max_examples=25, deadline=None)
@given(turns=st.lists(vectors, min_size=1, max_size=4), place=places)
def test_poses_come_back(tmp_path_factory: pytest.TempPathFactory, name: str, turns: list, place: np.ndarray) -> None:
    """Writing viewpoints in any form and reading them gives the same views in the same order."""
    views = [Viewpoint(f"v{i:03d}", Pose(turn_about(turn), place * (i + 1))) for i, turn in enumerate(turns)]
    path = tmp_path_factory.mktemp("poses") / name
    write_poses(views, Camera(), path)
    back = read_poses(path)
    assert [view.name for view in back] == [view.name for view in views]
    for one, other in zip(views, back, strict=True):
        np.testing.assert_allclose(one.world_from_camera.matrix(), other.world_from_camera.matrix(), atol=1e-9)


def test_a_plan_file_is_a_pose_file(tmp_path: Path) -> None:
    """The views of a plan.json can be read as poses, to the bit."""
    part = box((30.0, 30.0, 10.0))
    plan = make_plan(part, Camera(), RingLight(), QUICK, 0, caster=Embree(part.vertices_mm, part.triangles))
    write_plan(plan, tmp_path / "plan.json")
    for one, other in zip(plan.viewpoints, read_poses(tmp_path / "plan.json"), strict=True):
        np.testing.assert_array_equal(one.world_from_camera.matrix(), other.world_from_camera.matrix())


def test_bop_poses_are_those_of_the_world_in_the_camera(tmp_path: Path) -> None:
    """BOP's cam_R_w2c and cam_t_w2c bring a point of the world to where the camera sees it."""
    view = Viewpoint("v000", look_at(np.array([200.0, -30, 90]), np.array([1.0, 2, 3])))
    write_poses([view], Camera(), tmp_path / "scene_camera.json")
    values = json.loads((tmp_path / "scene_camera.json").read_text())["0"]
    point = np.array([3.0, -4.0, 5.0])
    local = np.reshape(values["cam_R_w2c"], (3, 3)) @ point + values["cam_t_w2c"]
    np.testing.assert_allclose(local, view.world_from_camera.inverse().apply(point[None])[0])
    homogeneous = np.reshape(values["cam_K"], (3, 3)) @ local
    # Pixel centres are whole numbers there, and half a pixel more here.
    np.testing.assert_allclose(homogeneous[:2] / homogeneous[2] + 0.5, Camera().project(local[None])[0])


HEAD = "name,x_mm,y_mm,z_mm,qw,qx,qy,qz\n"
BOP = '{"0": {"cam_R_w2c": [1,0,0,0,1,0,0,0,1], "cam_t_w2c": [0,0,200]}, "1": '


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.csv", HEAD + "a,0,0,200,0.5,0,0,0\n", "viewpoint a: .* is no rotation"),
        ("a.csv", HEAD + "a,0,0,x,1,0,0,0\n", "viewpoint a: could not convert"),
        ("a.csv", HEAD + "a,0,0,inf,1,0,0,0\n", "viewpoint a: .*finite"),
        ("a.csv", HEAD + "a,0,0\n", "viewpoint a: "),
        ("a.csv", HEAD + "a,0,0,9,1,0,0,0\n" * 2, "two viewpoints are named 'a'"),
        ("a.csv", HEAD + "../a,0,0,9,1,0,0,0\n", "becomes a folder"),
        ("a.csv", HEAD, "no poses in it"),
        ("a.csv", "x,y,z\n1,2,3\n", "no column x_mm, y_mm"),
        ("a.csv", "", "no column"),
        ("a.json", "{", "not JSON"),
        ("a.json", "[1]", "neither"),
        ("a.json", '{"viewpoints": [{"name": "a"}]}', "viewpoint a: 'world_from_camera' is not given"),
        ("a.json", '{"viewpoints": [{"name": "a", "world_from_camera": [[1]]}]}', "viewpoint a: .* 4 x 4 numbers"),
        ("a.json", '{"viewpoints": [7]}', "viewpoint v000: .* not given"),
        ("scene_camera.json", BOP + "{}}", "viewpoint v001: 'cam_R_w2c' is not given"),
        ("scene_camera.json", BOP + '{"cam_R_w2c": [2,0,0,0,2,0,0,0,2], "cam_t_w2c": [0,0,1]}}', "v001: .*no rotation"),
        ("scene_camera.json", BOP + '{"cam_R_w2c": 3, "cam_t_w2c": [0,0,1]}}', "v001: cam_R_w2c must be 9 numbers"),
        ("scene_camera.json", BOP + "7}", "viewpoint v001: "),
    ],
)
def test_each_fault_in_a_pose_file_is_named(tmp_path: Path, name: str, text: str, words: str) -> None:
    """A pose that is none is one message with the file, the view and the value."""
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(PlanError, match=words) as caught:
        read_poses(path)
    assert str(path) in str(caught.value)


def test_a_pose_file_that_is_not_there_or_cannot_be_written(tmp_path: Path) -> None:
    """Missing files, unknown forms and unwritable places are told."""
    with pytest.raises(PlanError, match="cannot be read"):
        read_poses(tmp_path / "no.csv")
    with pytest.raises(PlanError, match=r"not as \.txt"):
        write_poses([], Camera(), tmp_path / "poses.txt")
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot be written"):
        write_poses([], Camera(), tmp_path / "file" / "poses.csv")


@settings(max_examples=25, deadline=None)
@given(turn=vectors, place=places)
def test_the_hand_eye_chain_closes(turn: np.ndarray, place: np.ndarray) -> None:
    """Flange poses made from known viewpoints give these viewpoints back."""
    view = look_at(np.array([150.0, 20, 100]), np.zeros(3))
    flange_from_camera = Pose(turn_about(0.1 * turn), np.array([0.0, 30.0, 80.0]))
    base_from_part = Pose(turn_about(turn), place)
    base_from_flange = flange_from_camera.inverse().then(view).then(base_from_part)
    (back,) = from_hand_eye({"a": base_from_flange}, flange_from_camera, base_from_part)
    np.testing.assert_allclose(back.world_from_camera.matrix(), view.matrix(), atol=1e-9)


def test_judging_a_plans_own_views_gives_its_coverage() -> None:
    """Views that planning chose are judged to cover what planning said, under the names that they had."""
    part = box((30.0, 30.0, 10.0))
    caster = Embree(part.vertices_mm, part.triangles)
    plan = make_plan(part, Camera(), RingLight(), QUICK, 0, caster=caster)
    views = [Viewpoint(f"mine-{i}", view.world_from_camera) for i, view in enumerate(plan.viewpoints)]
    judged = judge(part, Camera(), RingLight(), QUICK, views, seed=0, caster=caster)
    assert judged.coverage == plan.coverage
    assert judged.coverage_by_region == plan.coverage_by_region
    assert [view.name for view in judged.viewpoints] == [view.name for view in views]
    fewer = judge(part, Camera(), RingLight(), QUICK, views[:-1], seed=0, caster=caster)
    assert fewer.coverage <= judged.coverage


@pytest.mark.parametrize(
    ("eye", "words"),
    [
        ((0.0, 0.0, 5.0), "viewpoint b stands inside the part"),
        ((0.0, 0.0, 15.0), "viewpoint b at .0, 0, 15. mm is too near to the part"),
        ((0.0, 1.0, -200.0), "viewpoint b at .* is in the table"),
        ((0.0, 0.0, 0.2), "viewpoint b .*in metres"),
    ],
)
def test_views_that_cannot_be_are_named(eye: tuple[float, float, float], words: str) -> None:
    """A view in the part, in the table, too near or in metres is named with its place; a good one is not."""
    part = box((30.0, 30.0, 10.0))
    views = [
        Viewpoint(n, look_at(np.array(e), np.array([0, 0, 3.0]))) for n, e in (("a", (0.0, 0.0, 200.0)), ("b", eye))
    ]
    planning = Planning(sample_spacing_mm=3.0, table=Table())
    with pytest.raises(PlanError, match=words) as caught:
        judge(part, Camera(), RingLight(), planning, views, seed=0, caster=Embree(part.vertices_mm, part.triangles))
    assert "viewpoint a" not in str(caught.value)


ERRORS = Misplacement(placement_mm=0.2, placement_deg=0.3, calibration_mm=0.1, calibration_deg=0.1)


def test_no_error_moves_no_view() -> None:
    """Without errors every view is where it was planned."""
    view = Viewpoint("v000", look_at(np.array([150.0, 20, 100]), np.zeros(3)))
    moved = misplace(Misplacement(), np.array([5.0, 0, 0]), 0, "d000").view(view)
    np.testing.assert_allclose(moved.world_from_camera.matrix(), view.world_from_camera.matrix(), atol=1e-12)


def test_misplacing_is_named_by_seed_and_specimen() -> None:
    """Specimens lie differently, the camera is off in the same way for all, and drawing again gives the same."""
    first, again, other = (misplace(ERRORS, np.zeros(3), 3, name) for name in ("d000", "d000", "d001"))
    np.testing.assert_array_equal(first.part_from_placed.matrix(), again.part_from_placed.matrix())
    assert not np.allclose(first.part_from_placed.matrix(), other.part_from_placed.matrix())
    np.testing.assert_array_equal(first.assumed_from_camera.matrix(), other.assumed_from_camera.matrix())


def test_the_spread_is_what_was_stated() -> None:
    """Over many specimens the part's centre wanders, and the part turns about it, as much as was stated."""
    centre = np.array([10.0, -20.0, 30.0])
    drawn = [misplace(ERRORS, centre, 0, f"d{i:03d}").part_from_placed.inverse() for i in range(2000)]
    shifts = np.array([pose.apply(centre[None])[0] - centre for pose in drawn])
    turns_deg = [np.rad2deg(np.arccos(np.clip((np.trace(pose.rotation) - 1) / 2, -1, 1))) for pose in drawn]
    cut = 0.9866  # the standard deviation of a normal distribution that is cut at three
    np.testing.assert_allclose(shifts.std(axis=0), 0.2 * cut, rtol=0.08)
    assert np.sqrt(np.mean(np.square(turns_deg))) == pytest.approx(np.sqrt(3) * 0.3 * cut, rel=0.08)
    assert np.abs(shifts).max() <= 0.6


def test_a_misplaced_view_still_reads_as_a_plan(tmp_path: Path) -> None:
    """Misplaced poses stay rigid motions: a plan with them is written and read."""
    part = box((30.0, 30.0, 10.0))
    plan = make_plan(part, Camera(), RingLight(), QUICK, 0, caster=Embree(part.vertices_mm, part.triangles))
    off = misplace(ERRORS, part.centre_mm, 0, "d000")
    moved = type(plan)(**{**vars(plan), "viewpoints": tuple(off.view(view) for view in plan.viewpoints)})
    write_plan(moved, tmp_path / "plan.json")
    assert len(read_plan(tmp_path / "plan.json", part).viewpoints) == len(plan.viewpoints)
