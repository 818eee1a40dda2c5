"""Processes that are replaced: when they have done much, when they have grown, when somebody killed them."""

from __future__ import annotations

import logging
import multiprocessing
import signal
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess

from blemish.errors import WorkError
from blemish.farm.crew import Job, Result, Task, Work
from blemish.farm.worker import serve

TASKS_A_LIFE = 400
"""A worker is replaced after so many tasks: what a renderer leaks, a new process does not have."""

WARM = 5
"""Tasks after which a worker's memory is taken as what it needs; what it compiles and keeps is there by then."""

GROWTH = 1.5
"""A worker is replaced before its time when it has grown by this factor since it was warm ..."""

GROWTH_BYTES = 256 << 20
"""... and by at least so much: small processes may breathe."""

DEATHS = 3
"""A task that so many workers died of is not tried again."""

_log = logging.getLogger(__name__)


@dataclass
class _Worker:
    """A process, our end of its pipe, and what it is doing."""

    process: SpawnProcess
    pipe: Connection
    task: int = -1
    """The number of the task that it works on; -1 is idle."""
    done: int = 0
    warm_bytes: int = 0

    def is_old(self, memory_bytes: int) -> bool:
        """Say whether it is to be replaced, now that it has so much memory and its task is done."""
        if self.done == WARM:
            self.warm_bytes = memory_bytes
        grown = self.done > WARM and memory_bytes > max(GROWTH * self.warm_bytes, self.warm_bytes + GROWTH_BYTES)
        return grown or self.done >= TASKS_A_LIFE


def spread(work: Work[Job, Task, Result], job: Job, tasks: Sequence[Task], workers: int) -> Iterator[Result]:
    """Do ``work(job, task)`` in processes: :meth:`blemish.farm.Farm.spread`.

    ``work``, the job and the tasks must be picklable. A process costs its start (two or three seconds) once a life.
    """
    waiting, deaths = deque(range(len(tasks))), Counter[int]()
    crew: list[_Worker] = []
    try:
        while waiting or any(worker.task >= 0 for worker in crew):
            _hand_out(work, job, tasks, waiting, crew, workers)
            for pipe in wait([worker.pipe for worker in crew]):
                worker = next(one for one in crew if one.pipe is pipe)
                number = worker.task
                try:
                    is_done, result, memory_bytes = worker.pipe.recv()
                except (EOFError, OSError):
                    crew.remove(worker)
                    _bury(worker)
                    if number >= 0:
                        deaths[number] += 1
                        _try_again(number, deaths, waiting, worker)
                    continue
                if not is_done:
                    raise result
                worker.task, worker.done = -1, worker.done + 1
                if worker.is_old(memory_bytes):
                    crew.remove(worker)
                    _let_go(worker)
                yield result
    finally:
        for worker in crew:
            _bury(worker)


def _hand_out(  # noqa: PLR0917
    work: Work[Job, Task, Result],
    job: Job,
    tasks: Sequence[Task],
    waiting: deque[int],
    crew: list[_Worker],
    workers: int,
) -> None:
    """Give every idle worker a task, and hire while there are tasks for more."""
    idle = [worker for worker in crew if worker.task < 0]
    while waiting and (idle or len(crew) < workers):
        if idle:
            worker = idle.pop()
        else:
            worker = _hire(work, job)
            crew.append(worker)
        worker.task = waiting.popleft()
        # A worker that is dead already is found so when its pipe is read.
        with suppress(OSError):
            worker.pipe.send(tasks[worker.task])


def _hire(work: Work[Job, Task, Result], job: Job) -> _Worker:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=serve, args=(theirs, work, job), daemon=True)
    with _deaf_to_interrupts():
        process.start()
    theirs.close()
    return _Worker(process, ours)


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Start processes that never hear Ctrl-C: this one hears it and tells them, so nobody dies in mid-sentence."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _try_again(number: int, deaths: Counter[int], waiting: deque[int], worker: _Worker) -> None:
    if deaths[number] >= DEATHS:
        raise WorkError(
            f"{DEATHS} worker processes died of the same task without a word (the last with exit code "
            f"{worker.process.exitcode}), which mostly means that memory ran out; what is finished is kept: run the "
            "same command again, with fewer workers"
        )
    _log.warning("a worker process died (exit code %s); its task is done again", worker.process.exitcode)
    waiting.appendleft(number)


def _let_go(worker: _Worker) -> None:
    """Let a worker that is idle end by itself."""
    with suppress(OSError):
        worker.pipe.send(None)
    worker.process.join(10)
    _bury(worker)


def _bury(worker: _Worker) -> None:
    """End a process, whatever it is doing: a frame that it was writing is there whole or not at all."""
    worker.process.terminate()
    worker.process.join(5)
    if worker.process.is_alive():
        worker.process.kill()
        worker.process.join()
    worker.pipe.close()
