"""plan.json: what is written is what is read, and what is wrong is said in one message."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from builders import box
from hypothesis import given, settings
from hypothesis import strategies as st

from blemish.errors import PlanError, StorageError
from blemish.frames import look_at
from blemish.plan import Camera, Plan, Planning, RingLight, Viewpoint, read_plan, write_plan
from blemish.plan.planning import Reach, Table
from blemish.plan.sources import Turntable
from blemish.settings import plain

places = st.tuples(*[st.floats(100, 500)] * 3)


def plan_from(eyes: list[tuple[float, float, float]], **changes: Any) -> Plan:
    """Make a plan of the box with views from these places."""
    views = tuple(Viewpoint(f"v{i:03d}", look_at(np.array(eye), np.zeros(3))) for i, eye in enumerate(eyes))
    values = {
        "part_digest": "box",
        "camera": Camera(),
        "light": RingLight(),
        "viewpoints": views,
        "coverage": 0.1 + 0.2,
        "inspectable": 1 / 3,
        "coverage_by_region": {"top": 1.0, "sides": 0.7},
    }
    return Plan(**{**values, **changes})


def told(plan: Plan) -> Any:
    """Turn a plan into plain values, exactly."""
    return plain(plan)


@settings(max_examples=25, deadline=None)
@given(st.lists(places, min_size=1, max_size=4), st.floats(0, 1))
def test_writing_and_reading_is_the_identity(
    tmp_path_factory: pytest.TempPathFactory, eyes: list, share: float
) -> None:
    """Every number of a plan comes back to the last bit, and writing what was read gives the same bytes."""
    folder = tmp_path_factory.mktemp("plan")
    planning = Planning(candidates=(Turntable(),), table=Table(), reach=Reach(max_tilt_deg=80.0))
    wanted = plan_from(eyes, planning=planning, asked_coverage=share, uninspectable={"occluded": share}, lower_bound=3)
    write_plan(wanted, folder / "plan.json")
    back = read_plan(folder / "plan.json", box())
    assert told(back) == told(wanted)
    write_plan(back, folder / "again.json")
    assert (folder / "again.json").read_bytes() == (folder / "plan.json").read_bytes()
    assert {path.name for path in folder.iterdir()} == {"plan.json", "again.json"}


def _pose(values: dict, index: int, matrix: list) -> None:
    values["viewpoints"][index]["world_from_camera"] = matrix


def _metres(values: dict) -> None:
    for view in values["viewpoints"]:
        for row in view["world_from_camera"][:3]:
            row[3] *= 1e-3


FAULTS: dict[str, tuple[Callable[[dict], Any], str]] = {
    "another part": (lambda v: v.update(part_digest="rod"), "another part"),
    "a later version": (lambda v: v.update(version=2), "version 2 .* not known"),
    "no version": (lambda v: v.pop("version"), "version None"),
    "an unknown key": (lambda v: v.update(coverag=1), "coverag: no such setting"),
    "a coverage of two": (lambda v: v.update(coverage=2.0), "coverage: must be"),
    "a missing pose": (lambda v: v["viewpoints"][1].pop("world_from_camera"), r"viewpoints\[2\].*must be given"),
    "a scaled rotation": (lambda v: _pose(v, 1, (2 * np.eye(4)).tolist()), "viewpoint v001: .* no rotation"),
    "a mirrored pose": (lambda v: _pose(v, 0, np.diag([1.0, 1, -1, 1]).tolist()), "viewpoint v000: .* no rotation"),
    "three rows": (lambda v: _pose(v, 0, np.eye(4)[:3].tolist()), "viewpoint v000: .*4 rows of 4"),
    "a ragged pose": (lambda v: _pose(v, 0, [[1, 0], [0, 1, 0]]), "viewpoint v000: .*4 rows of 4"),
    "a projective row": (lambda v: _pose(v, 0, [*np.eye(4)[:3].tolist(), [0, 0, 1, 1]]), "last row"),
    "metres": (_metres, "is it in metres"),
    "one view in metres": (
        lambda v: [row.__setitem__(3, row[3] / 1000) for row in v["viewpoints"][1]["world_from_camera"][:3]],
        "viewpoint v001 .*in metres",
    ),
    "a pose in the metal": (
        lambda v: [row.__setitem__(3, 1.0) for row in v["viewpoints"][1]["world_from_camera"][:3]],
        "viewpoint v001 stands inside the part, at .1, 1, 1. mm",
    ),
    "two of a name": (lambda v: v["viewpoints"][1].update(name="v000"), "two viewpoints are named 'v000'"),
    "a name that is a path": (lambda v: v["viewpoints"][1].update(name="../v"), "becomes a folder"),
    "a ring in the image": (lambda v: v["light"].update(offset_mm=199.0), "field of view"),
    "a lens that cannot focus": (lambda v: v["camera"].update(focal_length_mm=300.0), "cannot focus"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_one_message(tmp_path: Path, fault: str) -> None:
    """A plan file with one fault is refused with one message that names the file, the place and the cure."""
    path = tmp_path / "plan.json"
    write_plan(plan_from([(200.0, 0, 30), (0, 250.0, 30), (0, 0, 220.0)]), path)
    values = json.loads(path.read_text())
    spoil, words = FAULTS[fault]
    spoil(values)
    path.write_text(json.dumps(values))
    with pytest.raises(PlanError, match=words) as caught:
        read_plan(path, box())
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"version": 1}', "\x00\x01", "{" * 100_000])
def test_a_damaged_file_is_one_message(tmp_path: Path, text: str) -> None:
    """Whatever stands in the file, the answer is a PlanError with its path."""
    path = tmp_path / "plan.json"
    path.write_text(text)
    with pytest.raises(PlanError, match=r"plan\.json"):
        read_plan(path, box())


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_a_file_cut_or_changed_anywhere_is_never_another_error(tmp_path_factory, data: st.DataObject) -> None:
    """A plan file with any piece cut out or replaced is read or refused, never a traceback of ours."""
    path = tmp_path_factory.mktemp("cut") / "plan.json"
    write_plan(plan_from([(200.0, 0, 30)]), path)
    text = path.read_text()
    first = data.draw(st.integers(0, len(text)))
    last = data.draw(st.integers(first, min(len(text), first + 60)))
    piece = data.draw(st.sampled_from(["", "null", "1e999", "-1", '"x"', "[]", "{}", "NaN", "true"]))
    path.write_text(text[:first] + piece + text[last:])
    try:
        read_plan(path, box())
    except PlanError as error:
        refusal = str(error)
    else:
        refusal = str(path)
    assert str(path) in refusal


def test_a_missing_plan_says_how_to_make_one(tmp_path: Path) -> None:
    """Reading what is not there, or a folder, names the path."""
    with pytest.raises(PlanError, match="no such plan"):
        read_plan(tmp_path / "plan.json", box())
    with pytest.raises(PlanError, match=str(tmp_path)):
        read_plan(tmp_path, box())


def test_a_failed_write_leaves_the_old_plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the disk is full the old plan stays as it was and no half one lies beside it."""
    path = tmp_path / "plan.json"
    write_plan(plan_from([(200.0, 0, 30)]), path)
    before = path.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(StorageError, match="No space left"):
        write_plan(plan_from([(0, 300.0, 30)]), path)
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["plan.json"]


def test_a_plan_tells_its_gap_only_when_it_reaches_the_target() -> None:
    """Views over the bound are a gap when the target is reached; short of it there is none to tell."""
    eyes = [(200.0, 0, 30), (0, 250.0, 30), (0, 0, 220.0)]
    reached = plan_from(eyes, planning=Planning(), asked_coverage=0.995, lower_bound=2)
    assert reached.gap == pytest.approx(0.5)
    assert "gap 50.0%" in reached.in_words()
    short = plan_from(eyes, planning=Planning(), asked_coverage=0.6, lower_bound=2)
    assert short.gap is None
    assert "not reached" in short.in_words()
