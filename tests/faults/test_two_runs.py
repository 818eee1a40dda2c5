"""Two runs on one folder: the second is refused in one line; the lock of a run that was killed is no obstacle."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from builders import box
from tiny import TINY
from troubles import files, told

from blemish.disk import alone
from blemish.errors import StorageError
from blemish.make import make
from blemish.settings import read
from blemish.study import Study

HOLD = """
import sys, time
from pathlib import Path
from blemish.disk import alone
with alone(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.mark.parametrize(
    ("folder", "line"),
    [
        ("out", ("import", "labelme", "pics", "out")),
        ("out/model", ("train", "tiny.toml", "--data", "ds", "--out", "out")),
        ("out/evaluation", ("evaluate", "run", "ds", "--out", "out/evaluation")),
        ("marks", ("predict", "run", "pics", "--out", "marks")),
        ("out/grid", ("tune", "tiny.toml", "--data", "ds", "--out", "out")),
    ],
    ids=lambda one: one[0] if isinstance(one, tuple) else "",
)
def test_the_second_run_is_refused(
    here: Path, capsys: pytest.CaptureFixture[str], folder: str, line: tuple[str, ...]
) -> None:
    """It says which folder and what to do; it changes nothing."""
    with alone(here / folder):
        before = files(here)
        code, complaint = told(capsys, line)
        assert files(here) == before
    assert code == 1
    assert f"{folder}: another run is at work here; wait for it, or choose another folder" in complaint
    assert complaint.count("\n") == 1


def test_a_second_make_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before it plans or renders anything."""
    monkeypatch.setattr("blemish.make.agreed_software", lambda *_: {})
    recipe = read(Study, tomllib.loads(TINY), "tiny").recipe
    with alone(tmp_path / "dataset"):
        with pytest.raises(StorageError, match="another run is at work here"):
            make(recipe, tmp_path / "dataset", part=box())
        assert [path.name for path in tmp_path.iterdir()] == [".dataset.lock"]


def test_the_lock_of_a_killed_run_is_no_obstacle(tmp_path: Path) -> None:
    """The system takes it back from a process that ends, however it ends; the file that stays locks nothing."""
    place = tmp_path / "model"
    with subprocess.Popen([sys.executable, "-c", HOLD, place], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(StorageError, match="another run is at work"), alone(place):
            pass
        holder.kill()
        holder.wait()
        assert (tmp_path / ".model.lock").exists()
        with alone(place):
            pass
