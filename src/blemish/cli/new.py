"""``blemish new``."""

from __future__ import annotations

import os
import re
import tomllib
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from blemish.cli.schema import schema_text
from blemish.errors import RequestError, StorageError, did_you_mean

DIRECTIVE = "#:schema ./study.schema.json\n"
"""Names the schema to editors that know Taplo's directive; it lies beside the study, so that both may move together."""


def new(folder: Path, *, part: Path | None = None, like: str = "") -> None:
    """Make a study folder with a commented study.toml, and its schema for editors.

    Parameters
    ----------
    folder
        The folder to make; its name becomes the study's.
    part
        The CAD file of your part; without it the study is about the built-in clutch.
    like
        A ready study to copy instead: clutch-small, ballscrew ...
    """
    if part is not None and like:
        raise RequestError(f"--part {part} and --like {like}: a ready study has its own part; give one of the two")
    if part is not None and not part.is_file():
        raise RequestError(f"{part}: there is no such file; give the path of a STEP, STL, OBJ, PLY or GLB file")
    path = folder / "study.toml"
    if path.exists():
        raise RequestError(f"{path} is there already; choose another folder, or edit that file")
    text = _ready(like) if like else _from_template(folder, part)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(DIRECTIVE + text, encoding="utf-8")
        path.with_name("study.schema.json").write_text(schema_text(), encoding="utf-8")
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error.strerror}; choose a folder that you may write") from None
    print(f"{path} is ready. Next: blemish check {path}")


def _from_template(folder: Path, part: Path | None) -> str:
    name = re.sub(r"[^A-Za-z0-9_-]+", "-", folder.resolve().name).strip("-_")[:80] or "study"
    text = resources.files("blemish.cli").joinpath("study_template.toml").read_text(encoding="utf-8")
    where = "builtin:clutch" if part is None else Path(os.path.relpath(part, folder)).as_posix()
    return text.replace("@NAME@", name).replace("@PART@", where.replace("\\", "\\\\").replace('"', '\\"'))


def _ready(name: str) -> str:
    files = {file.name.removesuffix(".toml"): file for file in studies_folder().iterdir()}
    text = files[name].read_text(encoding="utf-8") if name in files else ""
    if not text or _is_table(text):
        studies = (one for one, file in sorted(files.items()) if not _is_table(file.read_text(encoding="utf-8")))
        raise RequestError(f"--like {name}: there is no such study; {did_you_mean(name, studies)}")
    return text


def _is_table(text: str) -> bool:
    """Tell a transfer table, which lies beside the studies, from a study."""
    return "sources" in tomllib.loads(text)


def studies_folder() -> Traversable:
    """Give the folder of the ready studies: in the package, or beside its source."""
    inside = resources.files("blemish").joinpath("studies")
    return inside if inside.is_dir() else Path(__file__).resolve().parents[3] / "studies"
