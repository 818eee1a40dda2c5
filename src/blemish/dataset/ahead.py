"""Work on files by several threads, given out in order and never far ahead of what is asked for."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def in_order(task: Callable[[T], R], items: Iterable[T], workers: int | None = None) -> Iterator[tuple[T, R]]:
    """Map a task over items by threads; give each item with its result, in the order of the items.

    Memory holds four results a worker at most, however many items there are. An error of a task comes where its result
    would; what has not begun by then is given up.
    """
    count = workers or os.cpu_count() or 1
    with ThreadPoolExecutor(count) as pool:
        waiting: deque[tuple[T, Future[R]]] = deque()
        try:
            for item in items:
                waiting.append((item, pool.submit(task, item)))
                if len(waiting) > 4 * count:
                    first, result = waiting.popleft()
                    yield first, result.result()
            while waiting:
                first, result = waiting.popleft()
                yield first, result.result()
        finally:
            for _, result in waiting:
                result.cancel()
