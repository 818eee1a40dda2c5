"""``kill -9`` at random moments: at most the frames in flight are lost, and a finished frame is never rewritten."""

from __future__ import annotations

import random
import re
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from tiny import TINY, command, tree

Command = Callable[..., subprocess.CompletedProcess[str]]

WORKERS = 2
STUDY = TINY.replace("samples_per_pixel = 4", "samples_per_pixel = 64")
"""Frames that take long enough to be met on the way."""


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """Make the study once, in one go."""
    folder = tmp_path_factory.mktemp("undisturbed")
    (folder / "tiny.toml").write_text(STUDY)
    subprocess.run(command("make", "tiny.toml"), cwd=folder, check=True, timeout=300)
    return folder, tree(folder / "runs/tiny/dataset")


def begin(folder: Path, undisturbed: tuple[Path, dict[str, str]]) -> subprocess.Popen[str]:
    """Start the study in a folder of its own, with the plan that is known."""
    (folder / "tiny.toml").write_text(STUDY)
    (folder / "runs/tiny").mkdir(parents=True)
    (folder / "runs/tiny/plan.json").write_bytes((undisturbed[0] / "runs/tiny/plan.json").read_bytes())
    words = command("make", "tiny.toml", "--workers", WORKERS)
    pipe = subprocess.PIPE
    return subprocess.Popen(words, cwd=folder, stdout=pipe, stderr=pipe, text=True, preexec_fn=heed_ctrl_c)  # noqa: PLW1509


def heed_ctrl_c() -> None:
    """Heed Ctrl-C as in a terminal: what a script starts in the background inherits that it is ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def finished(folder: Path) -> dict[Path, tuple[int, int]]:
    """Give the frames that are there; a frame that is written anew has another file."""
    frames = folder.glob("runs/tiny/dataset/frames/*/*/frame.json")
    return {path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in frames}


def wait_for(folder: Path, frames: int, run: subprocess.Popen[str]) -> None:
    """Wait until so many frames are there."""
    deadline = time.monotonic() + 240
    while len(finished(folder)) < frames:
        assert run.poll() is None, run.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.005)


def workers_of(run: subprocess.Popen[str]) -> list[psutil.Process]:
    """Give the processes that render; what else is there keeps semaphores."""
    return [one for one in psutil.Process(run.pid).children() if "spawn_main" in " ".join(one.cmdline())]


MOMENTS = [pytest.param(seed, marks=[] if seed == 0 else [pytest.mark.slow]) for seed in range(10)]


@pytest.mark.parametrize("seed", MOMENTS)
def test_a_worker_that_is_killed_costs_its_frame_and_no_more(
    undisturbed: tuple[Path, dict[str, str]], tmp_path: Path, seed: int
) -> None:
    """The run goes on by itself to the same bytes; what was finished at that moment is not touched."""
    moment = random.Random(seed)
    with begin(tmp_path, undisturbed) as run:
        wait_for(tmp_path, moment.randint(1, 8), run)
        time.sleep(moment.random() * 0.2)
        before = finished(tmp_path)
        for worker in workers_of(run)[:1]:
            worker.kill()
        told = run.communicate(timeout=300)
    assert run.returncode == 0, told
    after = finished(tmp_path)
    assert {path: after[path] for path in before} == before
    assert tree(tmp_path / "runs/tiny/dataset") == undisturbed[1]


@pytest.mark.parametrize("seed", MOMENTS)
def test_a_run_that_is_killed_costs_the_frames_in_flight_and_no_more(
    undisturbed: tuple[Path, dict[str, str]], tmp_path: Path, blemish: Command, seed: int
) -> None:
    """Its workers end with it; the same command makes what is missing and touches nothing else."""
    moment = random.Random(seed)
    with begin(tmp_path, undisturbed) as run:
        wait_for(tmp_path, moment.randint(1, 8), run)
        time.sleep(moment.random() * 0.2)
        workers = workers_of(run)
        run.kill()
    assert not psutil.wait_procs(workers, timeout=60)[1]
    before = finished(tmp_path)
    told = blemish("make", tmp_path / "tiny.toml")
    assert told.returncode == 0, told.stderr
    shot = re.search(r"12 frames, (\d+) of them made now", told.stdout)
    assert shot is not None
    assert int(shot[1]) == 12 - len(before)
    after = finished(tmp_path)
    assert {path: after[path] for path in before} == before
    assert tree(tmp_path / "runs/tiny/dataset") == undisturbed[1]


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "batch system"])
def test_a_polite_stop_is_clean(undisturbed: tuple[Path, dict[str, str]], tmp_path: Path, how: signal.Signals) -> None:
    """One sentence that says how to go on, exit code 130, no process left, and only whole frames."""
    with begin(tmp_path, undisturbed) as run:
        wait_for(tmp_path, 2, run)
        workers = workers_of(run)
        run.send_signal(how)
        told = run.communicate(timeout=120)
    assert run.returncode == 130, told
    assert "the same command goes on from them" in told[1]
    assert "Traceback" not in told[1]
    assert not psutil.wait_procs(workers, timeout=30)[1]
    for frame in finished(tmp_path):
        assert {path.name for path in frame.parent.iterdir()} >= {"image.png", "mask.png", "frame.json"}
