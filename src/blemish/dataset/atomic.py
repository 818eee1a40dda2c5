"""Files that are there whole or not at all, and disk trouble told in words.

Whatever is written is first written under ``.partial`` in the dataset and then renamed, so a reader, a crash or a
killed process never meets half a file.
"""

from __future__ import annotations

import errno
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from blemish.errors import StorageError

PARTIAL = ".partial"

_CURES = {
    errno.ENOSPC: "the disk is full; free some space and run the same command again: what is finished is kept",
    errno.EDQUOT: "your disk quota is used up; free some space and run the same command again",
    errno.EACCES: "you may not write here; change the permissions or choose another folder",
    errno.EPERM: "you may not write here; change the permissions or choose another folder",
    errno.EROFS: "this disk is read-only; choose another folder",
    errno.ENOTDIR: "there is a file where a folder belongs; move it away or choose another folder",
    errno.EEXIST: "there is a file where a folder belongs; move it away or choose another folder",
    errno.ENAMETOOLONG: "this path is too long for the disk; choose a shorter folder",
    errno.EMFILE: "too many files are open; use fewer workers",
    errno.EIO: "the disk reports an error of its own; check it, then run the same command again",
}


@contextmanager
def storing(where: Path) -> Iterator[None]:
    """Turn an operating system's complaint about writing into a :class:`StorageError` with a cure."""
    try:
        yield
    except OSError as error:
        path = error.filename or where
        cure = _CURES.get(error.errno or 0, "check the folder and run the same command again")
        raise StorageError(f"{path}: cannot be written ({error.strerror or error}): {cure}") from error


@contextmanager
def workplace(root: Path) -> Iterator[Path]:
    """Give an empty folder of one's own beside the finished ones; whatever is left in it afterwards is removed."""
    folder = root / PARTIAL / uuid.uuid4().hex
    try:
        folder.mkdir(parents=True)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def replace_file(root: Path, path: Path, data: bytes) -> None:
    """Write a file of the dataset so that its old or its new content is seen, never less."""
    with storing(path), workplace(root) as folder:
        fresh = folder / path.name
        fresh.write_bytes(data)
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh.replace(path)


def replace_folder(fresh: Path, path: Path) -> None:
    """Put a finished folder in its place; one that stood there goes into the workplace that ``fresh`` is in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    for attempt in range(100):
        try:
            fresh.rename(path)
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise
        else:
            return
        # Another worker may do the same at this moment; then there is nothing left to move away.
        with suppress(FileNotFoundError):
            path.rename(fresh.parent / f"old{attempt}")
    raise StorageError(f"{path}: something else keeps writing here; let one process at a time make a dataset")


def clear(root: Path) -> int:
    """Remove what killed runs left half-written; give how many pieces there were."""
    partial = root / PARTIAL
    if not partial.is_dir():
        return 0
    pieces = len(list(partial.iterdir()))
    shutil.rmtree(partial)
    return pieces
