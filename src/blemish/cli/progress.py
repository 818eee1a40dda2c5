"""A progress bar with an honest remaining time: measured on this run, silent until there is something to measure."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

Advance = Callable[[int, int, str], None]
"""Called with what is done, what there is in all, and a word about the latest."""

console = Console(highlight=False, soft_wrap=True)


@contextmanager
def progress(title: str) -> Iterator[Advance]:
    """Show a bar while work goes on; on a pipe or in a log, a line now and then instead."""
    if not console.is_terminal:
        yield _lines(title)
        return
    columns = (
        TextColumn("{task.description:<10}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(elapsed_when_finished=False),
        TextColumn("{task.fields[note]}"),
    )
    with Progress(*columns, console=console) as bar:
        task = bar.add_task(title, total=None, note="")
        yield lambda done, total, note: bar.update(task, completed=done, total=total, note=note)


def _lines(title: str) -> Advance:
    from time import monotonic

    start, last = monotonic(), [monotonic()]

    def advance(done: int, total: int, note: str) -> None:
        now = monotonic()
        if done < total and now - last[0] < 10:
            return
        last[0] = now
        left = f", {(now - start) / done * (total - done):.0f} s left" if 0 < done < total else ""
        print(f"{title}: {done}/{total} in {now - start:.0f} s{left} {note}".rstrip(), flush=True, file=sys.stdout)

    return advance
