"""A farm is only a map."""

from __future__ import annotations

import os

import pytest

from blemish.errors import DatasetError, WorkError
from blemish.farm import spread


def square(number: int) -> tuple[int, int]:
    """Square a number and tell who did it."""
    return number * number, os.getpid()


def stumble(number: int) -> int:
    """Fail in our own words at one task."""
    if number == 3:
        raise DatasetError("frame 3 is damaged")
    return number


def vanish(number: int) -> int:
    """Die as a process does that is killed for its memory."""
    if number == 1:
        os._exit(9)
    return number


@pytest.mark.parametrize("workers", [1, 2])
def test_every_task_is_done_once_whatever_the_number_of_workers(workers: int) -> None:
    """The results are those of a map; one worker stays in this process, more do not."""
    results = list(spread(square, range(9), workers))
    assert sorted(value for value, _ in results) == [n * n for n in range(9)]
    assert (os.getpid() in {pid for _, pid in results}) == (workers == 1)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_failure_comes_back_as_itself(workers: int) -> None:
    """An error raised in a worker is raised here with its own class and words."""
    with pytest.raises(DatasetError, match="frame 3 is damaged"):
        list(spread(stumble, range(9), workers))


def test_a_worker_that_is_killed_is_told_in_plain_words() -> None:
    """A process that dies gives one WorkError that says what to do."""
    with pytest.raises(WorkError, match="with fewer workers"):
        list(spread(vanish, range(4), 2))
