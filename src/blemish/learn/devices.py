"""Independent trainings side by side, one on each device; on one device, one after the other in this process."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

import torch

from blemish.errors import RequestError, WorkError
from blemish.learn.precision import Device

Task = TypeVar("Task")
Result = TypeVar("Result")

_mine: list[Device] = []
"""In a process of :func:`side_by_side`: the device that it owns."""


def all_devices() -> tuple[Device, ...]:
    """Name every GPU that torch sees; without one, the processor."""
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    return tuple(f"cuda:{number}" for number in range(count)) or ("cpu",)


def side_by_side(
    work: Callable[[Task, Device], Result], tasks: Sequence[Task], devices: Sequence[Device]
) -> Iterator[tuple[int, Result]]:
    """Do ``work(task, device)`` for every task; give the place of each with its result, as they are finished.

    With several devices each gets a process of its own, so ``work``, tasks and results must be picklable; a processor
    that is named n times gives each an nth of its cores. The first failure is raised once what is running has ended.
    """
    if int(os.environ.get("WORLD_SIZE", "1")) > 1:
        raise RequestError("trainings side by side start their own processes; give this command without torchrun")
    if len(devices) == 1 or len(tasks) <= 1:
        for place, task in enumerate(tasks):
            yield place, work(task, devices[0])
        return
    context = multiprocessing.get_context("spawn")
    free: Any = context.Queue()
    for device in devices:
        free.put(device)
    threads = max(1, (os.cpu_count() or 1) // len(devices))
    pool = ProcessPoolExecutor(len(devices), context, _begin, (free, threads))
    try:
        waiting: dict[Future[Result], int] = {pool.submit(_do, work, task): at for at, task in enumerate(tasks)}
        while waiting:
            for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                yield waiting.pop(future), future.result()
    except BrokenProcessPool as error:
        raise WorkError(
            "a training process died without a word, which mostly means that memory ran out; what is finished is kept: "
            "run the same command again, with fewer devices"
        ) from error
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _begin(free: Any, threads: int) -> None:
    _mine.append(free.get())
    if _mine[0] == "cpu":
        torch.set_num_threads(threads)


def _do(work: Callable[[Task, Device], Result], task: Task) -> Result:
    return work(task, _mine[0])
