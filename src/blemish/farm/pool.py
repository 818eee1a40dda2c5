"""Run tasks in this process, or in a pool of processes that are replaced before they grow."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

from blemish.errors import WorkError

Task = TypeVar("Task")
Result = TypeVar("Result")

TASKS_A_LIFE = 50
"""A worker is replaced after so many tasks: what a renderer leaks, a new process does not have."""


def spread(work: Callable[[Task], Result], tasks: Sequence[Task], workers: int = 1) -> Iterator[Result]:
    """Do ``work`` on every task and give the results as they come, in any order.

    ``workers=1`` stays in this process. More start fresh interpreters (``spawn``: a renderer does not survive a fork),
    so ``work`` and the tasks must be picklable. The first failure stops the farm and is raised here; a worker that
    dies without a word (out of memory, killed) is a :class:`~blemish.errors.WorkError`.
    """
    if workers < 1:
        raise ValueError(f"a farm needs at least one worker, not {workers}")
    if workers == 1 or len(tasks) <= 1:
        yield from map(work, tasks)
        return
    pool = ProcessPoolExecutor(
        workers, mp_context=multiprocessing.get_context("spawn"), max_tasks_per_child=TASKS_A_LIFE
    )
    try:
        yield from _gather(pool, work, tasks, workers)
    except BrokenProcessPool as error:
        raise WorkError(
            "a worker process died without a word, which mostly means that memory ran out; what is finished is kept: "
            "run the same command again, with fewer workers"
        ) from error
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _gather(
    pool: ProcessPoolExecutor, work: Callable[[Task], Result], tasks: Sequence[Task], workers: int
) -> Iterator[Result]:
    # Few tasks are handed out ahead: after a failure little is left running.
    waiting = iter(tasks)
    running: set[Future[Result]] = set()
    while True:
        for task in waiting:
            running.add(pool.submit(work, task))
            if len(running) > workers:
                break
        if not running:
            return
        done, running = wait(running, return_when=FIRST_COMPLETED)
        for future in done:
            yield future.result()
