"""The whole chain in one command, and what it says when it is asked for the impossible."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tiny import command

Command = Callable[..., subprocess.CompletedProcess[str]]


def refused(told: subprocess.CompletedProcess[str], code: int, *words: str) -> None:
    """Check that a command failed as it should: its exit code, one message with these words, no traceback."""
    assert told.returncode == code, told.stdout + told.stderr
    assert "Traceback" not in told.stderr
    for word in words:
        assert word in told.stderr


def test_one_command_goes_from_the_part_to_the_report(tiny: Path, blemish: Command) -> None:
    """``blemish run`` makes plan, dataset, model, evaluation and a report that needs no other file; again is quick."""
    told = blemish("run", tiny)
    assert told.returncode == 0, told.stdout + told.stderr
    run = tiny.parent / "runs/tiny"
    assert re.search(r"precision +recall +F1", told.stdout)
    evaluation = json.loads((run / "evaluation/evaluation.json").read_text())
    assert evaluation["images"] == 4
    assert 0 <= evaluation["f1"] <= 1
    page = (run / "report.html").read_text()
    assert page.count("data:image/png;base64,") >= 4
    assert not re.search(r"""(src|href)=["'](?!data:)""", page)
    weights = (run / "model/model.safetensors").stat().st_mtime_ns
    assert blemish("run", tiny).returncode == 0
    assert (run / "model/model.safetensors").stat().st_mtime_ns == weights


def test_a_study_with_five_mistakes_tells_five(tiny: Path, blemish: Command) -> None:
    """Every mistake is told at once with its place, before anything is read or written."""
    text = tiny.read_text()
    text = text.replace("max_views = 4", "max_veiws = 4").replace("seed = 3", "seed = -3")
    text = text.replace('kind = "scratch"', 'kind = "scrach"').replace("depth_mm = 0.1", "depth_mm = 0")
    tiny.write_text(text.replace('network = "small"', 'network = "smal"'))
    for verb in ("check", "run"):
        refused(
            blemish(verb, tiny), 2, "5 mistakes", "did you mean max_views?", "did you mean scratch?", "seed: must be"
        )
    assert not (tiny.parent / "runs").exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "no such file"),
        ("hello", "STEP"),
        ("ISO-10303-21;\nHEADER;\nENDSEC;\nDATA;\nENDSEC;\nEND-ISO-10303-21;\n", ""),
    ],
)
def test_a_part_that_is_none_is_one_clear_message(
    tiny: Path, blemish: Command, content: str | None, words: str
) -> None:
    """A missing, a wrong and an empty STEP file: the file is named, nothing is written."""
    if content is not None:
        (tiny.parent / "bracket.step").write_text(content)
    tiny.write_text(tiny.read_text().replace("builtin:clutch", "bracket.step"))
    refused(blemish("make", tiny), 2, "bracket.step", words)
    assert not (tiny.parent / "runs").exists()


def test_regions_that_the_part_lacks_are_told_together(tiny: Path, blemish: Command) -> None:
    """Wrong region names under defects, plan and finishes are one message, with the nearest name."""
    text = tiny.read_text().replace('regions = ["turned"]', 'regions = ["turnd"]')
    tiny.write_text(text.replace("max_views = 4", 'max_views = 4\nregions = ["mild"]'))
    refused(blemish("check", tiny), 2, "turnd", "'mild'", "did you mean milled?")


def test_a_folder_that_cannot_be_written_is_told_before_the_first_ray(tiny: Path, blemish: Command) -> None:
    """A file stands where the run folder should be."""
    (tiny.parent / "taken").write_text("not a folder")
    refused(blemish("make", tiny, "--out", tiny.parent / "taken"), 1, "taken")
    assert (tiny.parent / "taken").read_text() == "not a folder"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 40 MB, where this machine lets us have one."""
    folder = tmp_path / "small-disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small file system can only be mounted by root")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_disk_that_is_too_small_is_refused_and_nothing_half_written(
    tiny: Path, blemish: Command, small_disk: Path
) -> None:
    """What is needed is compared with what is free before the first ray."""
    fill(small_disk, leave=1_000_000)
    refused(blemish("make", tiny, "--out", small_disk / "run"), 1, "GB free")
    assert not list(small_disk.rglob("frame.json"))


def test_a_disk_that_fills_up_on_the_way_leaves_whole_frames_only(tiny: Path, small_disk: Path) -> None:
    """Another program takes the space: one message, and every frame that is there is whole."""
    with subprocess.Popen(
        command("make", tiny, "--out", small_disk / "run"), stderr=subprocess.PIPE, text=True, cwd=tiny.parent
    ) as run:
        while not list(small_disk.rglob("frame.json")):
            assert run.poll() is None
            time.sleep(0.01)
        fill(small_disk, leave=0)
        told = subprocess.CompletedProcess([], run.wait(300), "", run.communicate()[1])
    refused(told, 1, "disk is full")
    frames = list(small_disk.glob("run/dataset/frames/*/*"))
    assert 1 <= len(frames) < 12
    assert all({path.name for path in frame.iterdir()} == {"image.png", "mask.png", "frame.json"} for frame in frames)


def fill(folder: Path, leave: int) -> None:
    """Take the space of a file system."""
    with (folder / "filler").open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while shutil.disk_usage(folder).free > leave:
            file.write(bytes(min(1 << 16, shutil.disk_usage(folder).free - leave)))


def test_a_truncated_image_is_found_and_named(tiny: Path, blemish: Command) -> None:
    """Verify and training both name the damaged file; making again repairs it."""
    assert blemish("make", tiny).returncode == 0
    dataset = tiny.parent / "runs/tiny/dataset"
    for image in dataset.glob("frames/*/*/image.png"):
        image.write_bytes(image.read_bytes()[:500])
    told = blemish("verify", dataset)
    assert told.returncode == 1
    assert "image.png" in told.stdout
    refused(blemish("train", tiny), 1, "image.png")
    assert "12 of them made now" in blemish("make", tiny).stdout
    assert blemish("verify", dataset).returncode == 0


def test_wrong_command_lines_exit_with_two(blemish: Command) -> None:
    """An unknown verb or option is a wrong request."""
    for arguments in (("mkae",), ("make",), ("make", "study.toml", "--wokers", 2)):
        assert blemish(*arguments).returncode == 2
