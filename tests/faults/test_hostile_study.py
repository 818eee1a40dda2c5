"""Study files that nobody writes in good faith: told as mistakes, at once, without a traceback."""

from __future__ import annotations

import os
import struct
import tomllib
import zlib
from pathlib import Path

import pytest
from builders import box
from tiny import TINY
from troubles import told

from blemish.dataset.png import DamagedError, decode
from blemish.defects import make_specimen
from blemish.errors import DefectError, PlanError, StudyError
from blemish.plan import read_plan
from blemish.settings import read, read_toml
from blemish.study import Study

CHANGED = {
    "a name that is a path": ('name = "tiny"', 'name = "../../x"', "name: must be letters"),
    "a name that is a place": ('name = "tiny"', 'name = "/etc/x"', "name: must be letters"),
    "a name with a line break": ('name = "tiny"', 'name = "x\\n"', "name: must be letters"),
    "a key twice": ('name = "tiny"', 'name = "tiny"\nname = "x"', "not a TOML file"),
    "a number of 9999 digits": ("seed = 3", f"seed = {'9' * 9999}", "not a TOML file"),
    "a width of 400 digits": ("width_px = 160", f"width_px = {'9' * 400}", "width_px: must be"),
    "an image of a square kilometre": (
        "width_px = 160\nheight_px = 128",
        "width_px = 65000\nheight_px = 65000",
        "256 million pixels",
    ),
    "a milliard specimens": ("correct = 1", "correct = 1000000000", "correct: must be"),
    "a defect deeper than numbers go": ("depth_mm = 0.1", "depth_mm = inf", "depth_mm"),
}


@pytest.mark.parametrize("case", CHANGED)
def test_absurd_values_are_mistakes(tmp_path: Path, case: str) -> None:
    """Each is told with its place, before anything is read, written or reserved for it."""
    before, after, words = CHANGED[case]
    path = tmp_path / "study.toml"
    assert before in TINY
    path.write_text(TINY.replace(before, after))
    with pytest.raises(StudyError) as caught:
        read(Study, read_toml(path), str(path))
    assert words in str(caught.value)
    assert str(path) in str(caught.value)
    assert len(str(caught.value)) < 700


def test_what_is_no_file_of_text_is_a_mistake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Devices, pipes, endless files, lists in lists in lists, and paths that lead nowhere."""
    monkeypatch.chdir(tmp_path)
    Path("deep.toml").write_text("a = " + "[" * 99_999)
    Path("noise.toml").write_bytes(bytes(range(256)))
    with Path("endless.toml").open("wb") as file:
        file.truncate(1 << 33)
    os.mkfifo("pipe.toml")
    Path("loop.toml").symlink_to("loop.toml")
    for name in ("deep.toml", "noise.toml", "endless.toml", "pipe.toml", "/dev/zero"):
        code, complaint = told(capsys, ("check", name))
        assert (code, "not a TOML file" in complaint) == (2, True), name
    for name in ("loop.toml", "deep.toml/study.toml", f"{'x' * 300}.toml"):
        code, complaint = told(capsys, ("check", name))
        assert (code, "cannot be read" in complaint) == (2, True), name


def test_more_defects_than_a_mask_can_number_are_refused() -> None:
    """Before the first of them is placed."""
    text = TINY.replace("per_specimen = 6", "per_specimen = 1000000000000")
    recipe = read(Study, tomllib.loads(text), "tiny").recipe
    with pytest.raises(DefectError, match=r"masks tell 65535 apart; set per_specimen lower"):
        make_specimen(box(), "d000", True, recipe.defects, 0)


def test_a_header_that_claims_any_size_takes_no_memory() -> None:
    """A PNG of a few bytes that says it has four milliard pixels is damaged, whatever its dataset says of it."""
    head = b"IHDR" + struct.pack(">IIBBBBB", 65_000, 65_000, 16, 0, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head))
    with pytest.raises(DamagedError, match="which no image has"):
        decode(data, 65_000, 65_000, 16)


def test_a_plan_with_a_number_of_thousands_of_digits_is_damaged(tmp_path: Path) -> None:
    """Python refuses to read such a number in a way of its own."""
    (tmp_path / "plan.json").write_text('{"version": ' + "9" * 9999 + "}")
    with pytest.raises(PlanError, match="not a plan file, or it is damaged"):
        read_plan(tmp_path / "plan.json", box())
