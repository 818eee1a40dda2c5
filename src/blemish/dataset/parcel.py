"""Folders of a dataset that travel as bytes, from a worker that does not see the disk to the one who does."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from blemish.dataset.atomic import PARTIAL, new_folder
from blemish.disk import storing
from blemish.errors import StorageError


def lay_sign(root: Path, word: str) -> None:
    """Leave a word where those who see this folder can find it, until the dataset is finished."""
    with storing(root):
        (root / PARTIAL).mkdir(parents=True, exist_ok=True)
        (root / PARTIAL / word).touch()


def sees_sign(root: Path, word: str) -> bool:
    """Say whether this process sees the folder in which :func:`lay_sign` left the word."""
    return (root / PARTIAL / word).is_file()


def pack(folder: Path) -> dict[str, bytes]:
    """Read all files of a frame's or a specimen's folder."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def unpack(root: Path, place: str, files: Mapping[str, bytes]) -> None:
    """Write what :func:`pack` gave as the folder ``place`` of the dataset: read back, and there whole or not at all."""
    with storing(root), new_folder(root, root / place) as fresh:
        for name, data in files.items():
            (fresh / name).write_bytes(data)
        if pack(fresh) != files:
            raise StorageError(f"{root / place}: what the disk gives back is not what was written; check the disk")
