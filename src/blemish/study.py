"""The study: one TOML file that says all that is made and all that is learned; the one place where the halves touch.

A study's results lie in its *run folder* (``runs/NAME`` unless told otherwise)::

    plan.json    the viewpoints                         dataset/     what was made (FORMAT.md)
    model/       the trained network and its curves     evaluation/  what it is worth
    report.html  all of it on one page                  study.toml   the study as it was run
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Any

from pydantic import StringConstraints

from blemish.learn.protocol import Protocol
from blemish.part import PartSource
from blemish.recipe import Recipe
from blemish.settings import read, read_toml, settings


@settings
class Study(Recipe):
    """A recipe, a protocol and a name."""

    name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$", max_length=80)]
    """Names the run folder; letters, digits, hyphen and underscore."""
    data: str | None = None
    """A finished dataset (imported photographs, say) to learn from, instead of one that is made; a path from here."""
    learn: Protocol = Protocol()
    """How the network is trained."""

    @property
    def recipe(self) -> Recipe:
        """The part of the study that making needs."""
        return Recipe(**{field.name: getattr(self, field.name) for field in fields(Recipe)})


@dataclass(frozen=True)
class StudyFile:
    """A study with the file it was read from."""

    study: Study
    path: Path
    text: str

    @property
    def base(self) -> Path:
        """The folder that file names in the study start from."""
        return self.path.parent


def read_study(path: Path) -> StudyFile:
    """Read a study file; one :class:`~blemish.errors.StudyError` lists every mistake that the file itself shows."""
    values: dict[str, Any] = read_toml(path)
    return StudyFile(read(Study, values, str(path)), path, path.read_text(encoding="utf-8"))


def run_folder(study: Study, out: Path | None = None) -> Path:
    """Give the folder of a study's results."""
    return out if out is not None else Path("runs") / study.name


__all__ = ["PartSource", "Study", "StudyFile", "read_study", "run_folder"]
