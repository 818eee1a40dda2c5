"""The wheel: all that is needed is in it, and each half works from it without what only the other half needs."""

from __future__ import annotations

import re
import subprocess
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

import blemish

Shipped = Callable[..., subprocess.CompletedProcess[str]]

NEEDED = (
    "py.typed",
    "study.schema.json",
    "studies/clutch-small.toml",
    "part/builtin/clutch.step",
    "cli/study_template.toml",
    "report/page.html.j2",
    "annotate/page/index.html",
    "dataset/FORMAT.md",
)

SMALL = {
    "width_px = 1224": "width_px = 160",
    "height_px = 1024": "height_px = 128",
    "pixel_pitch_um = 6.9": "pixel_pitch_um = 52.0",
    "max_views = 60": "max_views = 2\nsample_spacing_mm = 3.0\nmin_px_per_mm = 1.0",
    "correct = 4": "correct = 1",
    "defective = 4": "defective = 2",
    "samples_per_pixel = 16": "samples_per_pixel = 4\nmax_samples_per_pixel = 4",
}
"""What makes the study of a new folder one of seconds."""

LEARNING = """
[split]
shares = { train = 1, val = 1, test = 1 }
stratified = false

[learn]
network = "small"
batch = 2
crop_px = 64
max_epochs = 1
steps_per_epoch = 2
"""


def did(told: subprocess.CompletedProcess[str]) -> str:
    """Check that a command did what was asked; give what it said."""
    assert told.returncode == 0, told.stdout + told.stderr
    return told.stdout


def test_all_that_is_needed_is_in_it(built: Path) -> None:
    """Code, CAD models, studies, templates and licences are in the wheel, tests are not; the version is the code's."""
    (wheel,) = built.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    assert not [name for name in NEEDED if f"blemish/{name}" not in names]
    info = f"blemish-{blemish.__version__}.dist-info"
    assert {f"{info}/licenses/LICENSE", f"{info}/licenses/NOTICE", f"{info}/entry_points.txt"} <= names
    assert {name.partition("/")[0] for name in names} == {"blemish", info}
    assert not [name for name in names if "__pycache__" in name]


def test_the_source_distribution_holds_what_builds_and_tests_it(built: Path) -> None:
    """Source, studies, tests, and no environment, cache or run of whoever built it."""
    (archive,) = built.glob("*.tar.gz")
    with tarfile.open(archive) as opened:
        names = {name.partition("/")[2] for name in opened.getnames()}
    assert {"pyproject.toml", "constraints.txt", "src/blemish/__init__.py", "studies/clutch-small.toml"} <= names
    assert {"tests/conftest.py", "examples/01_first_frames.py", "NOTICE", "CHANGELOG.md"} <= names
    assert not [name for name in names if re.match(r"runs/|datasets/|\.venv|\.git/|.*\.pyc", name)]


def test_what_runs_is_what_was_shipped(shipped: Shipped, site: Path) -> None:
    """The tests below do not run the source tree by mistake."""
    assert did(shipped("-c", "import blemish; print(blemish.__file__)")).startswith(str(site))


def test_each_half_works_alone(shipped: Shipped, tmp_path: Path) -> None:
    """From the wheel: a study is made without torch, then learned from without the renderer."""
    did(shipped("-m", "blemish", "new", "mine", extras=()))
    study = tmp_path / "mine" / "study.toml"
    text = study.read_text(encoding="utf-8")
    for old, new in SMALL.items():
        assert old in text
        text = text.replace(old, new)
    study.write_text(text.partition("[learn]")[0] + LEARNING, encoding="utf-8")
    did(shipped("-m", "blemish", "make", study, extras=("make",)))

    made = tmp_path / "runs" / "mine"
    did(shipped("-m", "blemish", "verify", made / "dataset", extras=()))
    did(shipped("-m", "blemish", "train", study, extras=("learn",)))
    assert "F1" in did(shipped("-m", "blemish", "evaluate", made, made / "dataset", extras=("learn",)))


@pytest.mark.parametrize(
    ("verb", "extras", "missing"),
    [
        (["train", "mine/study.toml", "--data", "dataset"], ("make",), "learn"),
        (["check", "mine/study.toml"], (), "make"),
        (["view", "mine/study.toml"], ("make",), "view"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_what_is_missing_is_told_in_one_line(
    shipped: Shipped, verb: list[str], extras: tuple[str, ...], missing: str
) -> None:
    """Whoever asks for something whose packages are not there is told the extra that brings them, and how."""
    did(shipped("-m", "blemish", "new", "mine", extras=()))
    told = shipped("-m", "blemish", *verb, extras=extras)
    assert told.returncode in (1, 2), told.stdout + told.stderr
    (line,) = told.stderr.strip().splitlines()
    assert f"pip install 'blemish[{missing}]'" in line
    assert "constraints.txt" not in line
