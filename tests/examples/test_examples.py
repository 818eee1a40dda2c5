"""Every example runs, as a reader would run it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import cv2
import pytest

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


@pytest.mark.parametrize("script", sorted(path.name for path in EXAMPLES.glob("*.py")))
def test_the_example_runs_and_draws(tmp_path: Path, script: str) -> None:
    """It ends well and leaves at least one picture that can be opened and is not blank."""
    done = subprocess.run(
        [sys.executable, EXAMPLES / script, tmp_path], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    pictures = [cv2.imread(str(path)) for path in tmp_path.rglob("*.png")]
    assert pictures
    assert all(picture is not None and picture.std() > 5 for picture in pictures)
