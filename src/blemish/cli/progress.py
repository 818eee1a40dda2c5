"""A progress bar with an honest remaining time: measured on this run, silent until there is something to measure."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

Advance = Callable[[int, int, str], None]
"""Called with what is done, what there is in all, and a word about the latest."""

console = Console(highlight=False, soft_wrap=True)


@contextmanager
def progress(title: str) -> Iterator[Advance]:
    """Show a bar while work goes on; on a pipe or in a log, a line now and then instead.

    While it is shown, a polite request to end (SIGTERM, as batch systems send it) stops the work as Ctrl-C does.
    """
    with _stoppable():
        if console.is_terminal:
            with _bar(title) as advance:
                yield advance
        else:
            yield _lines(title)


@contextmanager
def _stoppable() -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _stop(*_: object) -> None:
    raise KeyboardInterrupt


@contextmanager
def _bar(title: str) -> Iterator[Advance]:
    columns = (
        TextColumn("{task.description:<10}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(elapsed_when_finished=False),
        TextColumn("{task.fields[note]}"),
    )
    # Slow frames come minutes apart: the speed is that of the last half hour.
    with Progress(*columns, console=console, speed_estimate_period=1800) as bar:
        task = bar.add_task(title, total=None, note="", visible=False)  # until there is something to tell
        yield lambda done, total, note: bar.update(task, completed=done, total=total, note=note, visible=True)


def _lines(title: str) -> Advance:
    from time import monotonic

    start, last, first = monotonic(), [monotonic()], list[tuple[float, int]]()

    def advance(done: int, total: int, note: str) -> None:
        now = monotonic()
        if not first:  # what was there before tells nothing of the speed
            first.append((now, done))
        if done < total and now - last[0] < 10:
            return
        last[0] = now
        (begin, kept), left = first[0], ""
        if kept < done < total:
            left = f", {_span((now - begin) / (done - kept) * (total - done))} left"
        print(f"{title}: {done}/{total} in {now - start:.0f} s{left} {note}".rstrip(), flush=True, file=sys.stdout)

    return advance


def _span(seconds: float) -> str:
    """Say how long that is, to two figures or so."""
    if seconds < 300:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"
