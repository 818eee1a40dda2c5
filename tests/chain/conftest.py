"""The tiny study in a folder of its own, and the command line as a person runs it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from tiny import TINY, command


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """Give the path of a tiny study file in an empty folder."""
    path = tmp_path / "tiny.toml"
    path.write_text(TINY)
    return path


@pytest.fixture
def blemish(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Give the command line, run in a folder of its own."""

    def run(*arguments: object, **options: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command(*arguments), cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False, **options
        )

    return run
