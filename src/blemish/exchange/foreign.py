"""Reading a folder that somebody else filled: nothing outside it, nothing too large, every complaint names the file."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

from blemish.arrays import Grey
from blemish.errors import ForeignDataError
from blemish.exchange import decode

MAX_FILE_BYTES = 2**30
"""No photograph or annotation is larger; what is, is something else."""

MAX_JSON_BYTES = 2**29
"""The largest published annotation file has 450 MB; unpacked, JSON takes ten times its size of memory."""

IMAGES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".pgm", ".webp")


@dataclass(frozen=True)
class Folder:
    """A foreign folder; files in it are named by their path from it, with forward slashes."""

    root: Path
    left_out: list[tuple[str, str]] | None = None
    """Files that could not be used, with the reason, where the import was told to go on without them."""

    def __post_init__(self) -> None:
        try:
            is_folder, is_there = self.root.is_dir(), self.root.exists()
        except OSError as error:
            raise ForeignDataError(f"{self.root}: cannot be reached ({error.strerror})") from None
        if not is_folder:
            what = "this is a file; name the folder that it is in" if is_there else "there is no such file or folder"
            raise ForeignDataError(f"{self.root}: {what}")

    @cached_property
    def _real(self) -> Path:
        return self.root.resolve()

    @cached_property
    def _inside(self) -> dict[Path, bool]:
        return {}

    @contextmanager
    def attempt(self, name: str) -> Iterator[None]:
        """Do something with one file; if it cannot be used, raise, or list it and go on, as the import was told."""
        try:
            yield
        except ForeignDataError as error:
            if self.left_out is None:
                raise
            self.left_out.append((name, str(error)))

    def path(self, name: str) -> Path:
        """Give the place of a file; whatever leads out of the folder, in words or by a link, is refused."""
        if "\0" in name or name.startswith(("/", "\\")) or ".." in name.split("/"):
            raise ForeignDataError(f"{self.root}: the file name {name[:200]!r} leads out of this folder")
        path = self.root / name
        try:
            if not self._holds(path):
                raise ForeignDataError(f"{path}: this link leads out of {self.root}; copy what it points at")
        except (OSError, RuntimeError) as error:
            raise ForeignDataError(f"{self.root}: the file {name[:200]!r} cannot be reached ({error})") from None
        return path

    def _holds(self, path: Path) -> bool:
        """Say whether a path, all links followed, stays in this folder; folders are gone through once."""
        if path == self.root:
            return True
        known = self._inside.get(path.parent)
        if known is None:
            known = self._inside[path.parent] = path.parent.resolve().is_relative_to(self._real)
        return known if not path.is_symlink() else path.resolve().is_relative_to(self._real)

    def has(self, name: str) -> bool:
        """Say whether there is such a file."""
        return self.path(name).is_file()

    def has_folder(self, name: str) -> bool:
        """Say whether there is such a folder."""
        return self.path(name).is_dir()

    def files(self, inside: str = "", suffixes: Sequence[str] = IMAGES) -> list[str]:
        """List the files of one folder whose names end so (in either case), sorted; hidden ones are left out."""
        names = [name for name, is_dir in self._entries(inside) if not is_dir]
        return [name for name in names if PurePosixPath(name).suffix.lower() in suffixes]

    def folders(self, inside: str = "") -> list[str]:
        """List the folders of one folder, sorted; hidden ones are left out."""
        return [name for name, is_dir in self._entries(inside) if is_dir]

    def _entries(self, inside: str) -> list[tuple[str, bool]]:
        parent = self.path(inside)
        prefix = "" if inside in ("", ".") else f"{inside}/"
        try:
            with os.scandir(parent) as entries:
                seen = [entry for entry in entries if not entry.name.startswith(".")]
                found = [(prefix + entry.name, _is_folder(entry)) for entry in seen]
        except OSError as error:
            raise ForeignDataError(f"{parent}: cannot be listed ({error.strerror})") from None
        for name, _ in found:
            if not name.isprintable() or any("\ud800" <= letter <= "\udfff" for letter in name):
                raise ForeignDataError(f"{parent}: the name {name!r} cannot be written down; rename this file")
        return sorted(found)

    def read(self, name: str, most_bytes: int = MAX_FILE_BYTES) -> bytes:
        """Read a file."""
        path = self.path(name)
        try:
            facts = path.stat()
            if not stat.S_ISREG(facts.st_mode):
                raise ForeignDataError(f"{path}: this is no file")
            if facts.st_size > most_bytes:
                size = f"{facts.st_size / 1e9:.1f} GB"
                raise ForeignDataError(f"{path}: {size} is too large for a photograph or an annotation")
            return path.read_bytes()
        except FileNotFoundError:
            raise ForeignDataError(f"{path}: missing") from None
        except OSError as error:
            raise ForeignDataError(f"{path}: cannot be read ({error.strerror})") from None

    def json(self, name: str) -> Any:
        """Read a JSON file; one that says two things under one key, or holds half a character, is refused."""
        try:
            text = self.read(name, MAX_JSON_BYTES).decode("utf-8-sig")
            value = json.loads(text, object_pairs_hook=_said_once)
            if "\\ud" in text or "\\uD" in text:
                json.dumps(value, ensure_ascii=False).encode()
        except (ValueError, RecursionError) as error:
            raise ForeignDataError(f"{self.path(name)}: this is not JSON: {error}") from None
        return value

    def text(self, name: str) -> str:
        """Read a text file."""
        try:
            return self.read(name).decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise ForeignDataError(f"{self.path(name)}: this is not text in UTF-8: {error}") from None

    def size(self, name: str) -> tuple[int, int]:
        """Give the width and height that an image's header claims."""
        return decode.size(self.read(name), str(self.path(name)))

    def grey(self, name: str) -> Grey:
        """Read a photograph as grey values."""
        return decode.grey(self.read(name), str(self.path(name)))

    def levels(self, name: str) -> Grey:
        """Read a mask as grey levels: palettes and colours as what they look like."""
        return decode.levels(self.read(name), str(self.path(name)))

    def indices(self, name: str) -> Grey:
        """Read a mask whose pixels are class numbers: the raw values, not what a palette makes of them."""
        return decode.indices(self.read(name), str(self.path(name)))


def _said_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make a table of JSON; programs differ in which of two values under one key they take, so none is taken."""
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        raise ValueError(f"the key {next(key for key in keys if keys.count(key) > 1)[:60]!r} is there twice")
    return found


def is_file(path: Path) -> bool:
    """Say whether a path leads to a file; :class:`ForeignDataError` where that cannot be found out."""
    try:
        return path.is_file()
    except OSError as error:
        raise ForeignDataError(f"{path}: cannot be reached ({error.strerror})") from None


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads round in a circle; reading it says so
        return False
