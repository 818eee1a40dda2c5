"""``blemish new``."""

from __future__ import annotations

import os
import re
from importlib import resources
from pathlib import Path

from blemish.errors import RequestError, StorageError


def new(folder: Path, *, part: Path | None = None) -> None:
    """Make a study folder with a commented study.toml.

    Parameters
    ----------
    folder
        The folder to make; its name becomes the study's.
    part
        The CAD file of your part; without it the study is about the built-in clutch.
    """
    if part is not None and not part.is_file():
        raise RequestError(f"{part}: there is no such file; give the path of a STEP, STL, OBJ, PLY or GLB file")
    path = folder / "study.toml"
    if path.exists():
        raise RequestError(f"{path} is there already; choose another folder, or edit that file")
    name = re.sub(r"[^A-Za-z0-9_-]+", "-", folder.resolve().name).strip("-_")[:80] or "study"
    text = resources.files("blemish.cli").joinpath("study_template.toml").read_text(encoding="utf-8")
    where = "builtin:clutch" if part is None else Path(os.path.relpath(part, folder)).as_posix()
    text = text.replace("@NAME@", name).replace("@PART@", where.replace("\\", "\\\\").replace('"', '\\"'))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error.strerror}; choose a folder that you may write") from None
    print(f"{path} is ready. Next: blemish check {path}")
