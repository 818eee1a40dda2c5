"""Who does the work: this process, several processes, or the workers of a Dask cluster."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from blemish.errors import RequestError

Job = TypeVar("Job")
Task = TypeVar("Task")
Result = TypeVar("Result")

Work = Callable[[Job, Task], Result]

LOCAL = "local"
"""What stands for an address when Dask shall start workers of its own on this machine."""

SHORT = 400
"""Up to so many tasks one worker stays in this process; a longer work gets a process that can be replaced."""


@dataclass(frozen=True, kw_only=True)
class Crew:
    """Who shall do the work."""

    workers: int = 1
    """Processes on this machine; without meaning at the address of a scheduler, which has the workers it has."""
    dask: str = ""
    """The address of a Dask scheduler (``tcp://host:8786``), or ``local``; empty for no Dask."""
    gpu: bool = False
    """Only workers of the cluster that were started with the resource ``GPU=1``, and on them only a GPU renders."""

    def __post_init__(self) -> None:
        if self.workers < 1:
            raise RequestError(f"{self.workers} workers cannot make anything; ask for at least one")
        if self.gpu and not self.dask:
            raise RequestError("--gpu chooses among the workers of --dask; without Dask a usable GPU is used anyway")


class Farm(ABC):
    """Workers that are there."""

    @property
    @abstractmethod
    def size(self) -> int:
        """How many tasks are worked on at a time."""

    @abstractmethod
    def ask(self, question: Callable[[], Result]) -> dict[str, Result]:
        """Ask every worker the same question; give the answers by the worker's name."""

    @abstractmethod
    def spread(self, work: Work[Job, Task, Result], job: Job, tasks: Sequence[Task]) -> Iterator[Result]:
        """Do ``work(job, task)`` for every task and give the results as they come, in any order.

        The first failure stops the farm and is raised here as what it was. A worker that dies is replaced and its task
        done again; :class:`~blemish.errors.WorkError` when the same task takes several workers with it.
        """


@contextmanager
def open_farm(crew: Crew) -> Iterator[Farm]:
    """Bring the workers together and let them go afterwards; a scheduler that cannot be reached is told at once."""
    if crew.dask:
        from blemish.farm.cluster import open_cluster

        with open_cluster(crew) as farm:
            yield farm
    else:
        yield _Here(crew.workers)


@dataclass(frozen=True)
class _Here(Farm):
    """Our own process, or processes that it starts (fresh interpreters: a renderer does not survive a fork)."""

    workers: int

    @property
    def size(self) -> int:
        return self.workers

    def ask(self, question: Callable[[], Result]) -> dict[str, Result]:
        return {"this process": question()}

    def spread(self, work: Work[Job, Task, Result], job: Job, tasks: Sequence[Task]) -> Iterator[Result]:
        if len(tasks) <= 1 or (self.workers == 1 and len(tasks) <= SHORT):
            return (work(job, task) for task in tasks)
        from blemish.farm.pool import spread

        return spread(work, job, tasks, self.workers)


def reach(crew: Crew) -> None:
    """Find out whether the crew's scheduler answers, before anything else is begun; costs a moment."""
    if crew.dask and crew.dask != LOCAL:
        with open_farm(crew):
            pass
