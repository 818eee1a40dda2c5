"""``blemish plan`` on the command line: poses in and out, and edited plans that are kept."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from blemish.cli.plan import plan
from blemish.errors import PlanError, RequestError
from blemish.frames import look_at
from blemish.plan import Camera, Viewpoint
from blemish.plan.poses import read_flange_poses, read_poses, write_poses

STUDY = """
name = "tiny"
[part]
file = "box.stl"
unit = "mm"
[plan]
sample_spacing_mm = 3.0
improve_rounds = 200
[specimens]
correct = 5
defective = 0
[[finishes]]
kind = "brushed"
regions = ["*"]
"""
EYES = [(0.0, 0.0, 210.0), (215.0, 0.0, 5.0)]


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """A study of a box, beside its mesh."""
    import trimesh

    trimesh.creation.box((30.0, 30.0, 10.0)).export(tmp_path / "box.stl")
    (tmp_path / "study.toml").write_text(STUDY)
    return tmp_path / "study.toml"


def views() -> list[Viewpoint]:
    """Two views from elsewhere."""
    return [Viewpoint(f"robot{i}", look_at(np.array(eye), np.zeros(3))) for i, eye in enumerate(EYES)]


def test_poses_brought_are_judged_kept_and_given_out(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Views from a file become the plan in their order, come out as they went in, and are dropped only when told."""
    folder = study.parent
    write_poses(views(), Camera(), folder / "in.csv")
    out = folder / "run"
    plan(study, out=out, poses=folder / "in.csv", export=(folder / "out.json",))
    told = capsys.readouterr().out
    assert "2 viewpoints inspect" in told
    assert "brought from elsewhere" in told
    assert "mm2" in told
    for before, after in zip(views(), read_poses(folder / "out.json"), strict=True):
        assert before.name == after.name
        np.testing.assert_allclose(before.world_from_camera.matrix(), after.world_from_camera.matrix(), atol=1e-9)
    kept = (out / "plan.json").read_bytes()
    with pytest.raises(PlanError, match="--replan"):
        plan(study, out=out, poses=folder / "out.json")
    plan(study, out=out)
    assert (out / "plan.json").read_bytes() == kept, "the plan is used as it is"
    plan(study, out=out, replan=True)
    assert "no plan of these candidates has fewer" in capsys.readouterr().out
    assert (out / "plan.json.before").read_bytes() == kept


def test_a_robot_with_a_calibration_gives_the_views_that_its_camera_has(tmp_path: Path) -> None:
    """Flange poses made of known views by the inverse calibration give those views back."""
    flange_from_camera = look_at(np.array([10.0, 0.0, 40.0]), np.array([10.0, 0.0, 140.0]))
    base_from_part = look_at(np.array([400.0, -50.0, 80.0]), np.array([0.0, 0.0, 0.0]))
    flanges = [
        Viewpoint(one.name, flange_from_camera.inverse().then(one.world_from_camera).then(base_from_part))
        for one in views()
    ]
    write_poses(flanges, Camera(), tmp_path / "flange.json")
    named = {"flange_from_camera": flange_from_camera, "base_from_part": base_from_part}
    (tmp_path / "eye.json").write_text(json.dumps({name: pose.matrix().tolist() for name, pose in named.items()}))
    for before, after in zip(views(), read_flange_poses(tmp_path / "flange.json", tmp_path / "eye.json"), strict=True):
        np.testing.assert_allclose(before.world_from_camera.matrix(), after.world_from_camera.matrix(), atol=1e-9)
    for wrong in ("{}", "[", "[]", '{"flange_from_camera": 1}'):
        (tmp_path / "eye.json").write_text(wrong)
        with pytest.raises(PlanError, match=r"eye\.json: .*hand-eye calibration is JSON"):
            read_flange_poses(tmp_path / "flange.json", tmp_path / "eye.json")


def test_a_calibration_without_poses_is_refused(study: Path) -> None:
    """``--hand-eye`` alone says nothing."""
    with pytest.raises(RequestError, match="--poses"):
        plan(study, hand_eye=study)
