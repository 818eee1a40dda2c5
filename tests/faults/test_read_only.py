"""A folder that may not be written: each verb says so in one line, with a cure, and exit code 1."""

from __future__ import annotations

from pathlib import Path

import pytest
from troubles import files, read_only, told


def test_a_read_only_folder_is_one_message(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whichever verb was to write there; nothing appears elsewhere instead."""
    before = files(here)
    with read_only(here / "ro"):
        for line in (
            ("new", "ro/study"),
            ("import", "labelme", "pics", "ro/out"),
            ("export", "coco", "ds", "ro/out"),
            ("train", "tiny.toml", "--data", "ds", "--out", "ro/run"),
            ("evaluate", "run", "ds", "--out", "ro/evaluation"),
            ("predict", "run", "pics", "--out", "ro/masks"),
        ):
            code, complaint = told(capsys, line)
            assert code == 1, (line, complaint)
            assert "cannot be written" in complaint, line
            assert "choose" in complaint, line
    assert files(here) == before
