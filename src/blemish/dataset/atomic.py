"""Files and folders of a dataset that are there whole or not at all.

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

from blemish.disk import storing
from blemish.errors import StorageError

PARTIAL = ".partial"


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


@contextmanager
def new_folder(root: Path, path: Path) -> Iterator[Path]:
    """Give an empty folder that takes the place of ``path`` when all went well, and is gone when it did not."""
    fresh = root / PARTIAL / uuid.uuid4().hex
    try:
        fresh.mkdir()
    except FileNotFoundError:
        fresh.mkdir(parents=True)
    try:
        yield fresh
        replace_folder(fresh, path)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise


def replace_folder(fresh: Path, path: Path) -> None:
    """Put a finished folder in its place; one that stood there is moved beside ``fresh`` and removed."""
    old: list[Path] = []
    for _ in range(100):
        try:
            fresh.rename(path)
        except FileNotFoundError:
            if not fresh.is_dir():
                raise
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise
            # Another worker may do the same at this moment; then there is nothing left to move away.
            with suppress(FileNotFoundError):
                old.append(path.rename(fresh.parent / uuid.uuid4().hex))
        else:
            for one in old:
                shutil.rmtree(one, ignore_errors=True)
            return
    raise StorageError(f"{path}: something else keeps writing here; let one process at a time make a dataset")


def clear(root: Path) -> int:
    """Remove what killed runs left half-written; give how many pieces there were."""
    partial = root / PARTIAL
    if not partial.is_dir():
        return 0
    pieces = len(list(partial.iterdir()))
    shutil.rmtree(partial)
    return pieces
