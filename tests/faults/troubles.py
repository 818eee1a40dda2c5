"""Troubles to order: disks that are full or read-only, and the command line in this process."""

from __future__ import annotations

import os
import resource
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def files_of_at_most(size_bytes: int) -> Iterator[None]:
    """Let no file grow beyond a size, whoever writes it, in Python or not: a write fails in its middle."""
    before, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (before, most))


@contextmanager
def disk(place: Path, size_bytes: int) -> Iterator[Path]:
    """Mount a small disk of memory; skips the test where that is not permitted."""
    place.mkdir()
    options = f"size={size_bytes}"
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "none", place], capture_output=True, check=False
    ).returncode:
        pytest.skip("no disk may be mounted here; the same is tested with a limit on the size of files")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", place], check=True)


@contextmanager
def read_only(place: Path) -> Iterator[Path]:
    """Give a folder in which nobody may write: by its mode, or for root, whom no mode stops, on a disk of its own."""
    if os.geteuid():
        place.mkdir()
        place.chmod(0o555)
        yield place
        place.chmod(0o755)
    else:
        with disk(place, 1 << 20):
            subprocess.run(["mount", "-o", "remount,ro", place], check=True)
            yield place


def told(capsys: pytest.CaptureFixture[str], line: Sequence[object]) -> tuple[int, str]:
    """Run a command line in this process; give its exit code and what it complained of, which is no traceback."""
    from blemish.cli import main

    capsys.readouterr()
    code: object = 0
    try:
        main([str(word) for word in line])
    except SystemExit as left:
        code = left.code or 0
    said = capsys.readouterr()
    assert "Traceback" not in said.out + said.err
    assert isinstance(code, int)
    return code, said.err


def files(folder: Path) -> dict[str, bytes]:
    """Give every file under a folder with its bytes."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
