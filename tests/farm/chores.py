"""Small works for a farm: in a module of their own, so that other processes can import them."""

from __future__ import annotations

import os
import time
from pathlib import Path

from blemish.errors import DatasetError


def square(job: int, number: int) -> tuple[int, int]:
    """Give a power of a number and who computed it."""
    return number**job, os.getpid()


def stumble(job: int, number: int) -> int:
    """Fail in our own words at one task."""
    if number == job:
        raise DatasetError(f"frame {number} is damaged")
    return number


def trip(job: int, number: int) -> int:
    """Fail as a bug does."""
    return number // (number - job)


def vanish(job: int, number: int) -> int:
    """Die as a process does that is killed for its memory, at one task, always."""
    if number == job:
        os._exit(9)
    return number


def vanish_once(job: Path, number: int) -> int:
    """Die at each third task, when it is tried for the first time."""
    tried = job / str(number)
    if number % 3 == 0 and not tried.exists():
        tried.touch()
        os._exit(9)
    return number


def nap(job: float, number: int) -> tuple[int, int]:
    """Take some time."""
    time.sleep(job)
    return number, os.getpid()


HOARD: list[bytearray] = []


def hoard(job: int, number: int) -> tuple[int, int]:
    """Keep more and more memory, as what leaks does."""
    HOARD.append(bytearray(job))
    HOARD[-1][::4096] = b"x" * len(HOARD[-1][::4096])
    return number, os.getpid()
