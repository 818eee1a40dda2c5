"""The rules of the house: arrows between rooms, style, types."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(["-m", "ruff", "check", "."], id="lint"),
        pytest.param(["-m", "ruff", "format", "--check", "."], id="format"),
        pytest.param(["-m", "mypy"], id="types"),
        pytest.param(["-c", "from importlinter.cli import lint_imports_command as c; c()"], id="arrows"),
    ],
)
def test_the_house_is_in_order(command: list[str]) -> None:
    """Lint, format, types and the arrows between rooms (who may import whom) are all clean."""
    done = subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_nothing_is_compiled_that_llvm_may_abort_on() -> None:
    """No kernel asks for the IEEE maximum or minimum, nor for what is made of them (``finish/arithmetic.py``)."""
    asked = re.compile(r"\bdr\.(maximum|minimum|clip|clamp|safe_\w+|atan2)\(|mi\.fresnel_conductor\(")
    found = [path.name for path in (ROOT / "src").rglob("*.py") if asked.search(path.read_text(encoding="utf-8"))]
    assert not found
