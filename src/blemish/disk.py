"""Files that are there whole or not at all, and disk trouble told in words."""

from __future__ import annotations

import errno
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from blemish.errors import StorageError

_CURES = {
    errno.ENOSPC: "the disk is full; free some space and run the same command again: what is finished is kept",
    errno.EDQUOT: "your disk quota is used up; free some space and run the same command again",
    errno.EACCES: "you may not write here; change the permissions or choose another folder",
    errno.EPERM: "you may not write here; change the permissions or choose another folder",
    errno.EROFS: "this disk is read-only; choose another folder",
    errno.ENOTDIR: "there is a file where a folder belongs; move it away or choose another folder",
    errno.EEXIST: "there is a file where a folder belongs; move it away or choose another folder",
    errno.EISDIR: "there is a folder where a file belongs; move it away or choose another name",
    errno.ENAMETOOLONG: "this path is too long for the disk; choose a shorter folder",
    errno.EMFILE: "too many files are open; use fewer workers",
    errno.EFBIG: "the file would be larger than this disk or your limit allows (`ulimit -f` shows it); raise the limit",
    errno.EIO: "the disk reports an error of its own; check it, then run the same command again",
}


@contextmanager
def storing(where: Path) -> Iterator[None]:
    """Turn an operating system's complaint about writing into a :class:`StorageError` with a cure."""
    try:
        yield
    except OSError as error:
        path = error.filename2 or error.filename or where
        cure = cure_of(error) or "check the folder and run the same command again"
        raise StorageError(f"{path}: cannot be written ({error.strerror or error}): {cure}") from error


def cure_of(error: OSError) -> str:
    """Say what helps against an operating system's complaint; empty where that is not known."""
    return _CURES.get(error.errno or 0, "")


@contextmanager
def alone(root: Path, *, tidy: bool = False) -> Iterator[None]:
    """Let one run at a time work on a folder; :class:`StorageError` where there is one already.

    The lock is the operating system's, on a file beside the folder, and goes with the process that holds it, however
    that ends. The file stays, for by itself it locks nothing; with ``tidy`` it is removed while it is still held.
    """
    from filelock import FileLock, Timeout

    with storing(root):
        root.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(root.parent / f".{root.name}.lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise StorageError(f"{root}: another run is at work here; wait for it, or choose another folder") from None
    try:
        yield
    finally:
        if tidy:
            with suppress(OSError):
                Path(lock.lock_file).unlink()
        lock.release()


def write_whole(path: Path, data: str | bytes) -> None:
    """Write a file beside its place and move it there, once the disk has it: its old or its new content is seen.

    Text is written as UTF-8. Raises :class:`StorageError` if it cannot be written; what was there stays.
    """
    path = Path(path)
    beside = path.with_name(f".{path.name[:100]}.{uuid.uuid4().hex[:12]}")
    with storing(path):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with beside.open("xb") as file:
                file.write(data.encode() if isinstance(data, str) else data)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
        except OSError as error:
            with suppress(OSError):
                beside.unlink()
            error.filename, error.filename2 = str(path), None
            raise
