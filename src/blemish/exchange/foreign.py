"""Reading a folder that somebody else filled: nothing outside it, nothing too large, every complaint names the file."""

from __future__ import annotations

import io
import json
import os
import stat
import struct
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from blemish.arrays import Grey
from blemish.errors import ForeignDataError

MAX_FILE_BYTES = 2**30
"""No photograph or annotation is larger; what is, is something else."""

MAX_JSON_BYTES = 2**29
"""The largest published annotation file has 450 MB; unpacked, JSON takes ten times its size of memory."""

MAX_PIXELS = 80_000_000
"""Larger images are refused before they are unpacked: a small file may claim any size."""

IMAGES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".pgm", ".webp")

_FORMATS = ("PNG", "JPEG", "BMP", "TIFF", "PPM", "WEBP")
_GREY = {"1", "L", "LA", "La"}
_COLOUR = {"RGB", "RGBA", "RGBX", "RGBa", "P", "PA", "CMYK", "YCbCr"}
_ORIENTATION = 274
_TROUBLE = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    KeyError,
    IndexError,
    TypeError,
    ArithmeticError,
    struct.error,
    zlib.error,
)


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
        image = _open(self.read(name), str(self.path(name)))
        return image.width, image.height

    def grey(self, name: str) -> Grey:
        """Read a photograph as grey values."""
        return grey(self.read(name), str(self.path(name)))

    def levels(self, name: str) -> Grey:
        """Read a mask as grey levels: palettes and colours as what they look like."""
        return levels(self.read(name), str(self.path(name)))

    def indices(self, name: str) -> Grey:
        """Read a mask whose pixels are class numbers: the raw values, not what a palette makes of them."""
        return indices(self.read(name), str(self.path(name)))


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


def grey(data: bytes, where: str) -> Grey:
    """Unpack a photograph as grey values, (h, w) uint8 or uint16.

    Three equal channels give that channel, colours their luma (ITU-R 601), transparency is passed over, and a
    photograph that a camera marked as lying on its side is stood up.
    """
    try:
        return _grey(_upright(data, where), where)
    except _TROUBLE as error:
        raise ForeignDataError(f"{where}: this image is damaged: {error}") from None


def colours(data: bytes, where: str) -> np.ndarray:
    """Unpack a photograph for the eye: (h, w, 3) uint8 where it has colours, else as :func:`grey` does."""
    try:
        image = _upright(data, where)
        values = _grey(image, where)
        if image.mode not in _COLOUR or (np.asarray(image.convert("RGB")) == values[..., None]).all():
            return values
        return np.array(image.convert("RGB"))
    except _TROUBLE as error:
        raise ForeignDataError(f"{where}: this image is damaged: {error}") from None


def _upright(data: bytes, where: str) -> Any:
    from PIL import ImageOps

    image = _open(data, where)
    return ImageOps.exif_transpose(image) if image.getexif().get(_ORIENTATION, 1) != 1 else image


def levels(data: bytes, where: str) -> Grey:
    """Unpack a mask as grey levels: of colours, the brightest channel."""
    image = _open(data, where)
    try:
        if image.mode in _COLOUR:
            return np.asarray(image.convert("RGB")).max(axis=2)
        return _grey(image, where)
    except _TROUBLE as error:
        raise ForeignDataError(f"{where}: this mask is damaged: {error}") from None


def indices(data: bytes, where: str) -> Grey:
    """Unpack a mask whose raw values are class numbers, with or without a palette."""
    image = _open(data, where)
    try:
        if image.mode == "P":
            return np.array(image)
        return levels(data, where)
    except _TROUBLE as error:
        raise ForeignDataError(f"{where}: this mask is damaged: {error}") from None


def _open(data: bytes, where: str) -> Any:
    """Look at an image's header; what it claims is checked before anything is unpacked."""
    from PIL import Image

    try:
        image = Image.open(io.BytesIO(data), formats=_FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise ForeignDataError(f"{where}: {_TOO_LARGE}") from None
    except _TROUBLE:
        what = "this file is empty" if not data else "this is no image that can be read here, or its header is damaged"
        raise ForeignDataError(f"{where}: {what}; PNG, JPEG, BMP, TIFF, PGM and WebP can") from None
    if image.width * image.height > MAX_PIXELS:
        raise ForeignDataError(f"{where}: {image.width} x {image.height} pixels: {_TOO_LARGE}")
    return image


_TOO_LARGE = f"more than {MAX_PIXELS // 1_000_000} million pixels are refused; cut the image into smaller ones"


def _grey(image: Any, where: str) -> Grey:
    if image.mode in _GREY:
        return np.array(image if image.mode == "L" else image.convert("L"))
    if image.mode in _COLOUR:
        colours = image.convert("RGB")
        channels = np.asarray(colours)
        few = channels[::32, ::32]
        if (few[..., :1] == few).all() and (channels[..., :1] == channels).all():
            return channels[..., 0].copy()
        return np.array(colours.convert("L"))
    if image.mode.startswith(("I;16", "I")):
        values = np.asarray(image).astype(np.int64)
        if values.min(initial=0) >= 0 and values.max(initial=0) <= 65535:
            return values.astype(np.uint16)
    raise ForeignDataError(
        f"{where}: images of kind {image.mode!r} are not read; save it as 8 or 16 bit grey or colour"
    )
