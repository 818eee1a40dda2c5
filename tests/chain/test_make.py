"""Making: the same bytes whatever happened on the way."""

from __future__ import annotations

import json
import signal
import subprocess
import time
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from tiny import TINY, command, tree

from blemish.errors import WorkError
from blemish.exposed import Exposed, ill_exposed
from blemish.make import make, plan_path
from blemish.render import Sensor
from blemish.settings import read
from blemish.study import Study

Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """Make the tiny study once, in one go."""
    folder = tmp_path_factory.mktemp("undisturbed")
    (folder / "tiny.toml").write_text(TINY)
    subprocess.run(command("make", "tiny.toml"), cwd=folder, check=True, timeout=300)
    return folder, tree(folder / "runs/tiny/dataset")


def test_a_made_dataset_proves_itself(undisturbed: tuple[Path, dict[str, str]], blemish: Command) -> None:
    """Verify finds no fault, and the frames are those that the plan and the specimens ask for."""
    folder, files = undisturbed
    told = blemish("verify", folder / "runs/tiny/dataset")
    assert told.returncode == 0, told.stdout + told.stderr
    assert sum(name.endswith("frame.json") for name in files) == 3 * 4


@pytest.mark.parametrize("crew", [("--workers", 4), ("--dask", "local", "--workers", 2)], ids=["processes", "dask"])
def test_every_crew_gives_the_same_bytes_as_one_worker(
    undisturbed: tuple[Path, dict[str, str]], tiny: Path, blemish: Command, crew: tuple[object, ...]
) -> None:
    """The farm is only a map: the dataset does not know who worked on it, and what it costs is told before."""
    if "--dask" in crew:
        pytest.importorskip("distributed")
    told = blemish("make", tiny, *crew)
    assert told.returncode == 0, told.stdout + told.stderr
    assert "12 frames to make: about" in told.stdout
    assert tree(tiny.parent / "runs/tiny/dataset") == undisturbed[1]


def test_workers_that_do_not_see_the_disk_send_the_same_bytes(
    undisturbed: tuple[Path, dict[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker to whom the dataset's folder is not there sends its frames; they are written here, and nothing else."""
    monkeypatch.setattr("blemish.work.sees_sign", lambda *_: False)
    (tmp_path / "plan.json").write_bytes((undisturbed[0] / "runs/tiny/plan.json").read_bytes())
    study = read(Study, tomllib.loads(TINY), "tiny")
    made = make(study.recipe, tmp_path / "dataset", name="tiny", study_text=TINY)
    assert made.shot == 12
    assert tree(tmp_path / "dataset") == undisturbed[1]


def test_a_worker_whose_run_was_followed_by_another_leaves_the_dataset_alone(
    undisturbed: tuple[Path, dict[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next run clears the sign of the last one; a worker on another machine that still works for it stops."""
    signs = iter([True, True, True, False])
    monkeypatch.setattr("blemish.work.sees_sign", lambda *_: next(signs))
    (tmp_path / "plan.json").write_bytes((undisturbed[0] / "runs/tiny/plan.json").read_bytes())
    study = read(Study, tomllib.loads(TINY), "tiny")
    with pytest.raises(WorkError, match="another run has taken over"):
        make(study.recipe, tmp_path / "dataset")
    assert len(list((tmp_path / "dataset/frames").glob("*/*"))) == 1


def test_defects_without_a_place_are_left_out_and_told(tiny: Path, blemish: Command) -> None:
    """A crowded specimen is made with what fits, by any number of workers; the end of the run and its record tell."""
    text = tiny.read_text().replace("max_views = 4", "max_views = 1").replace('kind = "scratch"', _CROWD, 1)
    tiny.write_text(text)
    told = blemish("make", tiny)
    assert told.returncode == 0, told.stdout + told.stderr
    assert "defects of kind scratch found no place on milled and are left out (of d000, d001), mostly" in told.stdout
    alone = tree(tiny.parent / "runs/tiny/dataset")
    again = blemish("make", tiny, "--workers", 2, "--out", "other")
    assert "defects of kind scratch found no place" in again.stdout
    assert tree(tiny.parent / "other/dataset") == alone
    record = json.loads((tiny.parent / "other/dataset/specimens/d000/specimen.json").read_text())
    (left_out,) = record["left_out"]
    there = sum(defect["kind"] == "scratch" for defect in record["defects"])
    assert there - 2 + left_out["missing"] == left_out["wanted"] == 12  # two are of the other population
    assert blemish("verify", "other/dataset").returncode == 0


_CROWD = """kind = "scratch"
regions = ["milled"]
width_mm = 0.3
length_mm = { choice = [5.0, 500.0] }
per_specimen = 12

[[defects]]
kind = "scratch\""""


def test_a_kind_without_any_place_is_refused_before_the_first_ray(tiny: Path, blemish: Command) -> None:
    """``check`` and ``make`` say which, and why; nothing is begun."""
    tiny.write_text(tiny.read_text().replace("[1.0, 2.0]", "[90.0, 99.0]"))
    for verb in ("check", "make"):
        told = blemish(verb, tiny)
        assert told.returncode == 2, told.stdout + told.stderr
        assert "defects[1]: none of 6 finds a place. specimen d000: dent 1 of 6" in told.stderr
    assert not (tiny.parent / "runs/tiny/dataset").exists()


def test_frames_that_show_little_are_told_with_the_worst(tiny: Path, blemish: Command) -> None:
    """Much too long an exposure: the end of the run says how many frames, which are the worst, and which key."""
    text = tiny.read_text().replace("max_views = 4", "max_views = 1")
    tiny.write_text(text + "[sensor]\nexposure_ms = 400.0\n")
    told = blemish("make", tiny).stdout
    assert "3 of 3 frames show more than 5% of the part at saturation, where nothing can be seen; the worst:" in told
    assert "/v000 (" in told
    assert "Shorten sensor.exposure_ms" in told
    assert "frames show" not in blemish("make", tiny).stdout  # nothing was made now


@pytest.mark.parametrize(
    ("sensor", "white", "black", "says"),
    [
        (Sensor(), 0.3, 0.0, ["1 of 2 frames show more than 5% of the part at saturation", "d000/v0 (30% at 25 ms)"]),
        (Sensor(auto_exposure=0.9), 0.3, 0.0, ["Lower sensor.auto_exposure"]),
        (Sensor(), 0.0, 0.9, ["1 of 2 frames show more than 50% of the part black", "Raise sensor.exposure_ms"]),
        (Sensor(), 0.04, 0.4, []),
    ],
    ids=["bright", "metered", "dark", "well"],
)
def test_the_key_to_change_is_named(sensor: Sensor, white: float, black: float, says: list[str]) -> None:
    """Which it is depends on whether the exposure is metered; glints and grooves are nothing to tell."""
    told = "".join(ill_exposed([Exposed("d000/v0", 25.0, white, black), Exposed("d000/v1", 25.0, 0.0, 0.0)], sensor))
    assert all(one in told for one in says)
    assert bool(told) == bool(says)


def test_datasets_side_by_side_keep_a_plan_each(tmp_path: Path) -> None:
    """Two folders under one parent do not share a plan file; the dataset of a run folder has the run's."""
    places = {plan_path(tmp_path / name) for name in ("dataset", "one", "other")}
    assert len(places) == 3
    assert tmp_path / "plan.json" in places


def test_killed_and_run_again_gives_the_same_bytes(
    undisturbed: tuple[Path, dict[str, str]], tiny: Path, blemish: Command
) -> None:
    """``kill -9`` in the middle, then the same command: an undisturbed dataset, and finished frames are kept."""
    frames = tiny.parent / "runs/tiny/dataset/frames"
    with subprocess.Popen(command("make", tiny), cwd=tiny.parent, stdout=subprocess.DEVNULL) as run:
        deadline = time.monotonic() + 240
        while len(list(frames.glob("*/*/frame.json"))) < 5:
            assert run.poll() is None, "it ended before it could be killed"
            assert time.monotonic() < deadline
            time.sleep(0.01)
        run.send_signal(signal.SIGKILL)
    finished = {path: path.stat().st_mtime_ns for path in frames.glob("*/*/image.png")}
    assert 5 <= len(finished) < 12
    told = blemish("make", tiny)
    assert told.returncode == 0, told.stdout + told.stderr
    assert tree(tiny.parent / "runs/tiny/dataset") == undisturbed[1]
    assert {path: path.stat().st_mtime_ns for path in finished} == finished


def test_a_changed_study_remakes_what_the_change_concerns(
    undisturbed: tuple[Path, dict[str, str]], tiny: Path, blemish: Command
) -> None:
    """One specimen more makes that one alone; one fewer makes nothing and removes it; other samples re-make all."""
    assert blemish("make", tiny).returncode == 0
    text = tiny.read_text()
    tiny.write_text(text.replace("defective = 2", "defective = 3"))
    told = blemish("make", tiny)
    assert "16 frames, 4 of them made now" in told.stdout, told.stdout + told.stderr
    tiny.write_text(text)
    told = blemish("make", tiny)
    assert "12 frames, 0 of them made now" in told.stdout, told.stdout + told.stderr
    assert tree(tiny.parent / "runs/tiny/dataset") == undisturbed[1]
    tiny.write_text(text.replace("samples_per_pixel = 4", "samples_per_pixel = 5"))
    told = blemish("make", tiny)
    assert "12 frames, 12 of them made now" in told.stdout, told.stdout + told.stderr
