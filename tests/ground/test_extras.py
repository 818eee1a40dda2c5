"""Extras: what is not installed is told with the extra that brings it."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from blemish import extras
from blemish.errors import RequestError

ROOT = Path(__file__).resolve().parents[2]


def test_the_extras_are_those_of_the_project() -> None:
    """Every extra that brings modules is one of pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert extras.EXTRAS.keys() <= project["optional-dependencies"].keys()


def test_the_cure_fits_how_the_package_was_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A clone is installed from itself, with tested versions; a wheel knows no clone."""
    assert "pip install -e '.[make]' -c constraints.txt" in extras.cure("make")
    monkeypatch.setattr(extras, "__file__", str(tmp_path / "site-packages" / "blemish" / "extras.py"))
    assert extras.cure("make") == "`pip install 'blemish[make]'`"


def test_what_belongs_to_no_extra_is_not_explained_away() -> None:
    """A module that nobody promised is our own mistake, and keeps its traceback."""
    assert extras.what_is_missing("blemsih") == ""
    assert "extra 'learn'" in extras.what_is_missing("torch")


def test_what_is_needed_and_there_is_no_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is said of a module that is installed; one that is not ends the work with its extra."""
    extras.need("json")
    monkeypatch.setattr(extras, "find_spec", lambda _module: None)
    with pytest.raises(RequestError, match=r"needs cascadio.*extra 'make'"):
        extras.need("cascadio")
