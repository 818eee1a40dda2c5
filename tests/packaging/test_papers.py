"""The papers beside the code (citation, changelog, architecture ...) keep to their shapes and to the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

import blemish

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "blemish"
PAPERS = ("ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md")
KINDS = ("Added", "Changed", "Deprecated", "Removed", "Fixed", "Security")


def text_of(name: str) -> str:
    """Read a paper."""
    return (ROOT / name).read_text(encoding="utf-8")


def test_the_citation_is_complete_and_of_this_version() -> None:
    """The file has what its format demands, and the version and licence of the package."""
    said = yaml.safe_load(text_of("CITATION.cff"))
    assert {"cff-version", "message", "title", "authors"} <= said.keys()
    assert said["cff-version"] == "1.2.0"
    assert said["type"] == "software"
    assert said["license"] == "Apache-2.0"
    assert said["version"] == blemish.__version__
    assert all({"name"} <= author.keys() or {"family-names"} <= author.keys() for author in said["authors"])


def test_the_changelog_keeps_its_shape() -> None:
    """Newest first: what is unreleased, then versions with their days; under each only the agreed kinds of change."""
    heads = re.findall(r"^## (.*)$", text_of("CHANGELOG.md"), re.MULTILINE)
    assert heads[0] == "[Unreleased]"
    released = [re.fullmatch(r"\[(\d+\.\d+\.\d+)\] - (\d{4}-\d{2}-\d{2})", head) for head in heads[1:]]
    assert all(released)
    versions = [tuple(map(int, one[1].split("."))) for one in released if one]
    assert versions == sorted(versions, reverse=True)
    assert blemish.__version__ in [".".join(map(str, version)) for version in versions]
    assert set(re.findall(r"^### (.*)$", text_of("CHANGELOG.md"), re.MULTILINE)) <= set(KINDS)


def test_the_architecture_names_every_room_and_seven_files() -> None:
    """A new room is told there; the seven files to read first exist."""
    text = text_of("ARCHITECTURE.md")
    rooms = [path.parent.name for path in PACKAGE.glob("*/__init__.py")]
    assert not [room for room in rooms if f"`{room}`" not in text]
    first = re.findall(r"^\d\. `(src/blemish/[^`]+)`", text, re.MULTILINE)
    assert len(first) == 7
    assert not [name for name in re.findall(r"`(src/blemish/[^`]+)`", text) if not (ROOT / name).exists()]


@pytest.mark.parametrize("name", PAPERS)
def test_links_lead_somewhere(name: str) -> None:
    """What a paper links to in the project is there."""
    links = re.findall(r"\]\((?!https?:)([^)#]+)", text_of(name))
    assert not [link for link in links if not (ROOT / link).exists()]
