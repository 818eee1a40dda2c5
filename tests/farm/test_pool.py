"""A farm is only a map, whatever happens to its processes."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import chores
import psutil
import pytest

from blemish.errors import DatasetError, RequestError, WorkError
from blemish.farm import Crew, open_farm, pool
from blemish.farm.crew import Work


def spread(work: Work, job: object, tasks: range, workers: int = 2) -> list:
    """Have a work done by so many processes."""
    with open_farm(Crew(workers=workers)) as farm:
        return list(farm.spread(work, job, tasks))


@pytest.mark.parametrize("workers", [1, 2])
def test_every_task_is_done_once_whatever_the_number_of_workers(workers: int) -> None:
    """The results are those of a map; one worker stays in this process, more do not."""
    results = spread(chores.square, 2, range(9), workers)
    assert sorted(value for value, _ in results) == [n * n for n in range(9)]
    assert (os.getpid() in {pid for _, pid in results}) == (workers == 1)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_failure_comes_back_as_itself(workers: int) -> None:
    """An error raised in a worker is raised here with its own class and words."""
    with pytest.raises(DatasetError, match="frame 3 is damaged"):
        spread(chores.stumble, 3, range(9), workers)


def test_a_bug_brings_the_traceback_of_its_process() -> None:
    """What is not one of our errors stays what it is, with a note of where it happened."""
    with pytest.raises(ZeroDivisionError) as told:
        spread(chores.trip, 3, range(9))
    assert "chores.py" in "".join(told.value.__notes__)


def test_a_worker_that_dies_is_replaced_and_its_task_done(tmp_path: Path) -> None:
    """Each third task kills its worker once: all are done all the same, each once."""
    assert sorted(spread(chores.vanish_once, tmp_path, range(6))) == list(range(6))


def test_a_task_that_workers_die_of_is_told_in_plain_words() -> None:
    """A task that no process survives gives one WorkError that says what to do."""
    with pytest.raises(WorkError, match="with fewer workers"):
        spread(chores.vanish, 1, range(4))


def test_a_worker_is_replaced_before_it_grows(monkeypatch: pytest.MonkeyPatch) -> None:
    """What leaks 4 MB a task is replaced once it has grown by half and 20 MB; nobody has done more than it may."""
    monkeypatch.setattr(pool, "GROWTH", 1.1)
    monkeypatch.setattr(pool, "GROWTH_BYTES", 20 << 20)
    monkeypatch.setattr("blemish.farm.crew.SHORT", 0)
    results = spread(chores.hoard, 4 << 20, range(24), workers=1)
    assert sorted(number for number, _ in results) == list(range(24))
    assert os.getpid() not in {pid for _, pid in results}
    assert 2 <= len({pid for _, pid in results}) <= 4


def test_workers_end_with_the_one_who_asks(tmp_path: Path) -> None:
    """``kill -9`` of the asking process leaves no worker behind."""
    script = tmp_path / "ask.py"
    script.write_text(
        textwrap.dedent(
            """
            import sys
            import chores
            from blemish.farm import Crew, open_farm

            if __name__ == "__main__":
                with open_farm(Crew(workers=2)) as farm:
                    for _ in farm.spread(chores.nap, 0.05, range(10_000)):
                        print("done", flush=True)
            """
        )
    )
    asking = subprocess.Popen(
        [sys.executable, script],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), *sys.path])},
    )
    with asking:
        assert asking.stdout is not None
        for _ in range(4):
            assert asking.stdout.readline() == b"done\n"
        workers = psutil.Process(asking.pid).children(recursive=True)
        asking.kill()
    assert len(workers) >= 2
    _, alive = psutil.wait_procs(workers, timeout=30)
    assert not alive


def test_what_no_crew_can_be_is_refused() -> None:
    """No workers at all, and a choice of GPUs where nobody is chosen."""
    with pytest.raises(RequestError, match="at least one"):
        Crew(workers=0)
    with pytest.raises(RequestError, match="--dask"):
        Crew(gpu=True)


def test_a_farm_that_is_left_early_leaves_nobody_behind() -> None:
    """Whoever stops listening stops the work."""
    before = time.monotonic()
    with open_farm(Crew(workers=2)) as farm:
        results = farm.spread(chores.nap, 0.01, range(100_000))
        next(results)
        results.close()
    assert time.monotonic() - before < 100
    assert not [one for one in psutil.Process().children() if "spawn_main" in " ".join(one.cmdline())]
