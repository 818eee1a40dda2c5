"""What the README points at is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "link", sorted(set(re.findall(r"\]\(([^)#]+)\)", TEXT) + re.findall(r"studies/\S+\.toml", TEXT)))
)
def test_every_file_that_is_named_exists(link: str) -> None:
    """Relative links, pictures and studies."""
    assert (ROOT / link).exists()


@pytest.mark.parametrize("target", re.findall(r"^make (\w+)", TEXT, flags=re.MULTILINE))
def test_every_command_of_make_exists(target: str) -> None:
    """``make demo`` and ``make test`` are targets of the Makefile."""
    assert f"\n{target}:" in (ROOT / "Makefile").read_text(encoding="utf-8")
