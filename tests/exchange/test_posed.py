"""Photographs with poses: they carry what rendered frames carry, and every wrong row is told."""

from __future__ import annotations

import json
from pathlib import Path

import layouts
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blemish.dataset import open_dataset
from blemish.dataset.verify import verify
from blemish.errors import BlemishError, ForeignDataError, RequestError
from blemish.exchange import bring_in, give_out
from blemish.frames import look_at
from blemish.plan.camera import Camera
from blemish.plan.light import RingLight
from blemish.plan.poses import read_poses
from blemish.settings import plain

SIZE = (48, 64)
CAMERA = Camera(width_px=SIZE[1], height_px=SIZE[0])
EYES = {"v000": (0.0, 0.0, 200.0), "v001": (150.0, 20.0, 100.0), "v002": (-40.0, 90.0, 160.0)}
ROWS = [("a1.png", "v000", "part A"), ("a2.png", "v001", "part A"), ("b1.png", "v000", "B"), ("b2.png", "v002", "B")]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Four photographs of two objects, one of them marked; a plan, and the table that ties them together."""
    for name, *_ in ROWS:
        layouts.photograph(tmp_path / "in" / name, SIZE)
    mark = layouts.shape_of("rectangle", [[5, 5], [9, 9]])
    (tmp_path / "in/b2.json").write_text(layouts.document([mark], SIZE, "b2.png"))
    views = [
        {"name": name, "world_from_camera": look_at(np.array(eye), np.zeros(3)).matrix().tolist()}
        for name, eye in EYES.items()
    ]
    plan = {"camera": plain(CAMERA), "light": plain(RingLight()), "part_digest": "f" * 64, "viewpoints": views}
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    tell(tmp_path, ROWS)
    return tmp_path


def tell(root: Path, rows: list[tuple[str, str, str]], head: str = "photograph,view,specimen") -> Path:
    """Write the table."""
    (root / "table.csv").write_text("\n".join([head, *(",".join(row) for row in rows)]) + "\n")
    return root / "table.csv"


def test_photographs_carry_what_rendered_frames_carry(source: Path) -> None:
    """Pose, camera and light are the plan's, one specimen an object, and BOP takes them as it takes rendered ones."""
    bring_in("labelme", source / "in", source / "set", poses=source / "table.csv", split="1:1")
    assert verify(source / "set").ok
    assert verify(source / "set").warnings == ()
    dataset = open_dataset(source / "set")
    poses = {view.name: view.world_from_camera for view in read_poses(source / "set/plan.json")}
    assert [frame.name for frame in dataset.frames] == ["B/v000", "B/v002", "part_A/v000", "part_A/v001"]
    for frame in dataset.frames:
        record = dataset.record(frame)
        assert record.pose is not None
        np.testing.assert_array_equal(record.pose.matrix(), poses[frame.view].matrix())
        assert (record.camera, record.light) == (plain(CAMERA), plain(RingLight()))
        assert dataset.specimen(frame.specimen).part_digest == "f" * 64
    assert dataset.header.camera == plain(CAMERA)
    assert dataset.specimen("B").defective
    assert give_out("bop", dataset, source / "bop").frames == 4


@pytest.mark.parametrize(
    "head", ["object;photograph;view", "Photograph, View, Object", "view,specimen,photograph,note"]
)
def test_tables_are_read_as_people_write_them(source: Path, head: str) -> None:
    """Any order of columns, semicolons, capitals, a mark at the start of the file, paths of Windows."""
    cut = ";" if ";" in head else ","
    names = [name.strip().lower() for name in head.split(cut)]
    lines = [head]
    for photograph, view, specimen in ROWS:
        cells = {"photograph": f"\\{photograph}"[1:], "view": view, "specimen": specimen, "object": specimen}
        lines.append(cut.join(cells.get(name, "") for name in names))
    (source / "table.csv").write_bytes(b"\xef\xbb\xbf" + "\r\n".join(lines).encode())
    bring_in("labelme", source / "in", source / "set", poses=source / "table.csv")
    assert len(open_dataset(source / "set").frames) == 4


def test_every_wrong_row_is_told_at_once(source: Path) -> None:
    """Missing, doubled, unknown and empty: one message with the lines, and nothing is written."""
    rows = [
        ("a1.png", "v000", "A"),
        ("a1.png", "v001", "A"),
        ("a2.png", "v000", "A"),
        ("zz.png", "v002", "A"),
        ("b1.png", "v009", "B"),
        ("", "v000", "B"),
    ]
    with pytest.raises(ForeignDataError, match="6 mistakes") as caught:
        bring_in("labelme", source / "in", source / "set", poses=tell(source, rows))
    told = str(caught.value)
    for words in (
        "line 3: 'a1.png' is there twice",
        "line 4: view v000 of 'A' is there already, in line 2",
        "line 5: there is no photograph 'zz.png'",
        "line 6: the plan has no view 'v009'; its views are v000",
        "line 7: photograph is empty",
        "b2.png has no row",
    ):
        assert words in told
    assert not (source / "set").exists()


def test_photographs_without_a_row_are_left_out_on_request(source: Path) -> None:
    """With skip_bad they are listed."""
    summary = bring_in("labelme", source / "in", source / "set", poses=tell(source, ROWS[:3]), skip_bad=True)
    assert summary.kept == 3
    assert [file for file, _ in summary.skipped] == ["b2.png"]


def test_a_photograph_of_another_size_is_told(source: Path) -> None:
    """Its pose would be of other pixels; the message says how halved images are stated."""
    layouts.photograph(source / "in/a2.png", (24, 32))
    with pytest.raises(ForeignDataError, match=r"a2\.png: 32 x 24 pixels, where the plan's camera takes 64 x 48"):
        bring_in("labelme", source / "in", source / "set", poses=source / "table.csv")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"viewpoints": []}, "no viewpoints"),
        ({"camera": None}, "no camera"),
        ({"camera": {"width_px": "64"}}, "no width_px"),
        ({"viewpoints": [{"name": "v", "world_from_camera": [[1, 2]]}]}, "viewpoint v: world_from_camera is no pose"),
        ({"viewpoints": [{"name": "v", "world_from_camera": np.diag([2, 1, 1, 1]).tolist()}]}, "no rotation"),
        ({"viewpoints": ["v"]}, "number 1"),
    ],
)
def test_what_is_wrong_in_a_plan_is_told(source: Path, change: dict[str, object], words: str) -> None:
    """A file that is no plan, or a damaged one."""
    plan = json.loads((source / "plan.json").read_text()) | change
    (source / "plan.json").write_text(json.dumps(plan))
    with pytest.raises(ForeignDataError, match=words):
        bring_in("labelme", source / "in", source / "set", poses=source / "table.csv")


def test_a_plan_without_a_table_and_a_table_without_a_plan_are_told(source: Path) -> None:
    """Each needs the other."""
    with pytest.raises(RequestError, match="without a table"):
        bring_in("labelme", source / "in", source / "set", plan=source / "plan.json")
    (source / "plan.json").unlink()
    with pytest.raises(ForeignDataError, match="plan cannot be read"):
        bring_in("labelme", source / "in", source / "set", poses=source / "table.csv")


def test_a_table_without_the_columns_and_another_table_are_told(source: Path) -> None:
    """The first line names what belongs there; into the same folder goes the same import only."""
    bring_in("labelme", source / "in", source / "set", poses=source / "table.csv")
    with pytest.raises(RequestError, match="would remove it"):
        bring_in("labelme", source / "in", source / "set", poses=tell(source, ROWS[:3]), skip_bad=True)
    with pytest.raises(RequestError, match="would remove it"):
        bring_in("labelme", source / "in", source / "set")
    with pytest.raises(ForeignDataError, match="no column view, specimen"):
        bring_in("labelme", source / "in", source / "set2", poses=tell(source, [], head="photograph,camera"))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.one_of(
        st.binary(max_size=80), st.text(max_size=80).map(lambda t: f"photograph,view,specimen\n{t}".encode())
    )
)
def test_any_table_is_taken_or_refused_by_name(source: Path, text: bytes) -> None:
    """Whatever bytes: a dataset, or one error of ours that names the table."""
    (source / "table.csv").write_bytes(text)
    with pytest.raises(BlemishError, match=r"table\.csv"):
        bring_in("labelme", source / "in", source / "set", poses=source / "table.csv")
