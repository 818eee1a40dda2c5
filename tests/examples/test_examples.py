"""Every example runs and draws, in half the width; one process runs them all, so that it starts the renderer once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import cv2
import pytest

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
SCRIPTS = sorted(path.name for path in EXAMPLES.glob("[0-9]*.py"))
RUN_ALL = """
import json, runpy, sys, traceback
folder, *scripts = sys.argv[1:]
sys.path.insert(0, scripts[0].rpartition("/")[0])
wrong = {}
for script in scripts:
    sys.argv = [script, folder + "/" + script.rpartition("/")[2]]
    try:
        runpy.run_path(script, run_name="__main__")
    except BaseException:
        wrong[script.rpartition("/")[2]] = traceback.format_exc()
print("\\n" + json.dumps(wrong))
"""


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """Give the folder with a folder for each example, and what went wrong in which."""
    folder = tmp_path_factory.mktemp("course")
    scripts = [(EXAMPLES / script).as_posix() for script in SCRIPTS]
    done = subprocess.run(
        [sys.executable, "-c", RUN_ALL, folder.as_posix(), *scripts],
        env=os.environ | {"BLEMISH_EXAMPLES": "0.5"},
        capture_output=True,
        text=True,
        timeout=1800,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder, json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("script", SCRIPTS)
def test_the_example_runs_and_draws(script: str, course: tuple[Path, dict[str, str]]) -> None:
    """It ends well and leaves one picture, which can be opened and is not blank."""
    folder, wrong = course
    assert script not in wrong, wrong[script]
    pictures = [cv2.imread(str(path)) for path in (folder / script).glob("*.png")]
    assert len(pictures) == 1
    assert pictures[0].std() > 5


@pytest.mark.parametrize("script", SCRIPTS)
def test_the_example_is_short_and_says_what_to_look_at(script: str) -> None:
    """At most 70 lines, of which the first ones say how it is run, what it writes, and what is to be seen."""
    text = (EXAMPLES / script).read_text(encoding="utf-8")
    head = text.split('"""')[1]
    assert len(text.splitlines()) <= 70
    assert f"python examples/{script} [FOLDER]" in head
    assert "Look at" in head
