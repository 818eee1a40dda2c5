"""The life of a worker process: take a task, do it, tell; end with the one who asks."""

from __future__ import annotations

import os
import pickle
import threading
import traceback
from multiprocessing import parent_process
from multiprocessing.connection import Connection, wait
from typing import Any

from blemish.errors import BlemishError, WorkError, ran_out_of_memory
from blemish.farm.crew import Job, Result, Work


def serve(pipe: Connection, work: Work[Job, Any, Result], job: Job) -> None:
    """Work until there is no task any more; each answer is (whether it is done, result or error, bytes of memory)."""
    import psutil

    threading.Thread(target=_end_with_parent, daemon=True).start()
    memory = psutil.Process().memory_info
    while (task := _next(pipe)) is not None:
        try:
            result = work(job, task)
        except Exception as error:  # noqa: BLE001  whatever it is, the one who asks raises it
            pipe.send((False, portable(error), memory().rss))
        else:
            pipe.send((True, result, memory().rss))


def portable(error: Exception) -> Exception:
    """Give an error that another process can raise; one that is not ours brings its traceback along as a note."""
    if ran_out_of_memory(error):
        return WorkError(
            f"a worker ran out of memory ({str(error)[:200] or 'it was refused more'}); what is finished is kept: run "
            "the same command again with fewer workers, or on a machine with more memory"
        )
    if not isinstance(error, BlemishError):
        error.add_note(f"in a worker process:\n{traceback.format_exc()}")
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301  our own bytes
    except Exception:  # noqa: BLE001  a class that cannot be pickled may fail in any way
        return WorkError(f"a worker failed: {error!r}\n{traceback.format_exc()}")
    return error


def _next(pipe: Connection) -> Any:
    try:
        return pipe.recv()
    except EOFError:
        return None


def _end_with_parent() -> None:
    """End at once when the one who asks is gone, however it went: nobody would know of what is done after."""
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
