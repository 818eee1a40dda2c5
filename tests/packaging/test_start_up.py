"""What is loaded before anything is asked for: nothing heavy."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = "torch torchvision mitsuba drjit lagrange cascadio trimesh cv2 OpenEXR scipy PIL pydantic matplotlib numpy"


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param("import blemish", id="import"),
        pytest.param("from blemish.cli import main; main(['--help'])", id="help"),
        pytest.param("from blemish.cli import main; main(['--version'])", id="version"),
        pytest.param("from blemish.cli import main; main(['schema'])", id="schema"),
    ],
)
def test_nothing_heavy_is_loaded(asked: str) -> None:
    """Neither renderer nor torch nor even numpy is loaded for a bare import, for help and for the schema."""
    code = f"""
import atexit, sys
atexit.register(lambda: print("loaded:", *sorted(set({HEAVY.split()}) & set(sys.modules)), file=sys.stderr))
{asked}
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr.strip() == "loaded:"


def test_a_study_is_read_without_renderer_and_torch() -> None:
    """Reading and checking a study file loads neither half's heavy libraries."""
    code = """
import sys
from pathlib import Path
from blemish.study import read_study
from blemish.cli.new import studies_folder
read_study(Path(str(studies_folder() / "clutch-small.toml")))
print(*sorted(set("torch torchvision mitsuba drjit lagrange cascadio trimesh matplotlib".split()) & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
