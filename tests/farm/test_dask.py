"""The workers of a Dask cluster are a farm like any other; clusters that cannot serve are told in one sentence."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import chores
import pytest

from blemish.errors import DatasetError, RequestError, WorkError
from blemish.farm import Crew, cluster, open_farm, reach
from blemish.farm.crew import Work

pytest.importorskip("distributed")


def command(*words: str) -> list[str]:
    """Spell one of Dask's own commands."""
    return [sys.executable, "-m", "dask", *words]


def start(*words: str) -> subprocess.Popen[str]:
    """Start one of Dask's own commands, in an environment that knows our chores."""
    paths = [str(Path(__file__).parent), *sys.path]
    return subprocess.Popen(
        command(*words),
        stderr=subprocess.PIPE if words[0] == "scheduler" else subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        start_new_session=True,
    )


@pytest.fixture
def scheduler() -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Give the address of a scheduler that was started as a person does it, and its process."""
    process = start("scheduler", "--port", "0", "--no-dashboard", "--host", "127.0.0.1")
    with process:
        assert process.stderr is not None
        line = next(line for line in process.stderr if "Scheduler at:" in line)
        # Somebody must go on reading, or it stops when the pipe is full.
        threading.Thread(target=process.stderr.read, daemon=True).start()
        yield line.split()[-1], process
        process.kill()


@pytest.fixture
def workers(scheduler: tuple[str, subprocess.Popen[str]]) -> Iterator[list[subprocess.Popen[str]]]:
    """Start two workers, one of which says that it has a GPU."""
    resources: list[list[str]] = [["--resources", "GPU=1"], []]
    processes = [start("worker", scheduler[0], "--nthreads", "1", "--no-dashboard", *more) for more in resources]
    yield processes
    for process in processes:
        # A worker without a scheduler takes its time to leave, and its nanny would start it again.
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def spread(address: str, work: Work, job: object, tasks: range, *, gpu: bool = False) -> list:
    """Have a work done by the workers of a scheduler."""
    with open_farm(Crew(dask=address, gpu=gpu)) as farm:
        return list(farm.spread(work, job, tasks))


def test_a_cluster_does_what_a_map_does_and_tells_what_goes_wrong(
    scheduler: tuple[str, subprocess.Popen[str]],
    workers: list[subprocess.Popen[str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """All in one life of a cluster: results, GPUs, our errors, workers that die once and always, its end."""
    monkeypatch.setattr(cluster, "ANSWER_S", 20)
    address, process = scheduler
    assert sorted(value for value, _ in spread(address, chores.square, 2, range(9))) == [n * n for n in range(9)]
    while len(by_all := {pid for _, pid in spread(address, chores.nap, 0.1, range(9))}) < 2:
        pass  # the second worker is still on its way
    by_gpu = {pid for _, pid in spread(address, chores.nap, 0.1, range(9), gpu=True)}
    assert by_gpu < by_all
    with pytest.raises(DatasetError, match="frame 3 is damaged"):
        spread(address, chores.stumble, 3, range(9))
    assert sorted(spread(address, chores.vanish_once, tmp_path, range(4))) == list(range(4))
    with pytest.raises(WorkError, match="died of the same task"):
        spread(address, chores.vanish, 1, range(4))
    with open_farm(Crew(dask=address)) as farm:
        results = farm.spread(chores.nap, 0.1, range(1000))
        next(results)
        process.kill()
        with pytest.raises(WorkError, match="the scheduler was lost; what is finished is kept"):
            list(results)


def test_a_scheduler_without_workers_is_told(
    scheduler: tuple[str, subprocess.Popen[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sentence holds the command that starts some."""
    monkeypatch.setattr(cluster, "ANSWER_S", 1)
    with pytest.raises(WorkError, match="dask worker ADDRESS --nthreads 1"):
        reach(Crew(dask=scheduler[0]))
    with pytest.raises(WorkError, match=r"resource GPU; start some with .* --resources GPU=1"):
        reach(Crew(dask=scheduler[0], gpu=True))


def test_an_address_where_nobody_answers_is_told_within_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a traceback nor minutes of waiting."""
    monkeypatch.setattr(cluster, "ANSWER_S", 1)
    before = time.monotonic()
    with pytest.raises(WorkError, match="no scheduler answers there"):
        reach(Crew(dask="tcp://127.0.0.1:9"))
    assert time.monotonic() - before < 60


def test_what_is_no_address_is_a_wrong_request() -> None:
    """A word that is not ``local``."""
    with pytest.raises(RequestError, match="looks like tcp://host:8786"):
        reach(Crew(dask="nonsense"))


def test_without_dask_the_cure_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command that installs it."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(RequestError, match="pip install"):
        reach(Crew(dask="tcp://127.0.0.1:9"))
