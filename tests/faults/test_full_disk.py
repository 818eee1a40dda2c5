"""A disk that fills up: one message with the cure, whole files or none, and the same command goes on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import small_dataset as small
import torch
from troubles import disk, files, files_of_at_most, told

from blemish.dataset import layers, write
from blemish.dataset.verify import verify
from blemish.disk import write_whole
from blemish.errors import StorageError
from blemish.exchange import bring_in
from blemish.learn import files as tensors


def geometry() -> dict[str, np.ndarray]:
    """Maps that do not pack well."""
    rng = np.random.default_rng(0)
    return {name: (1000 * rng.random(small.SHAPE)).astype(kind) for name, kind in layers.CHANNELS.items()}


def written(root: Path, names: list[str]) -> None:
    """Write the first view of some specimens, with geometry."""
    write.create(root, small.HEADER)
    for name in names:
        if not write.has_specimen(root, name, ""):
            write.write_specimen(root, small.specimen(name), small.geometry(name))
        if not write.has_frame(root, name, "v000", small.frame(name, "v000").digest):
            write.write_frame(
                root, small.frame(name, "v000"), *small.pixels(name, "v000"), contrast=None, geometry=geometry()
            )


@pytest.mark.parametrize("share", [0.0, 0.5, 0.999])
def test_frames_that_are_finished_stay_whole_when_the_disk_is_full(tmp_path: Path, share: float) -> None:
    """Wherever in the largest file the room ends: no half frame, the others untouched, and the rest is made later."""
    root = tmp_path / "ds"
    written(root, ["c000"])
    before = files(root / "frames")
    largest = max(map(len, before.values()))
    with files_of_at_most(int(share * largest)), pytest.raises(StorageError, match="cannot be written"):
        written(root, ["c000", "d000"])
    assert files(root / "frames") == before
    assert not list((root / ".partial").glob("*"))
    written(root, ["c000", "d000"])
    assert {name: files(root / "frames")[name] for name in before} == before
    write.finish(root, small.HEADER, split=None)
    assert verify(root).ok


def test_a_checkpoint_is_the_old_one_or_the_new_one(tmp_path: Path) -> None:
    """The state of a training that cannot be replaced stays what it was, and can be read."""
    path = tmp_path / "training/state.safetensors"
    tensors.write(tmp_path, path, tensors.pack({"weight": torch.zeros(999)}, {"epoch": 1}))
    with files_of_at_most(2000), pytest.raises(StorageError, match="cannot be written"):
        tensors.write(tmp_path, path, tensors.pack({"weight": torch.ones(999)}, {"epoch": 2}))
    found, facts = tensors.unpack(path)
    assert facts == {"epoch": 1}
    assert not found["weight"].any()


def test_a_report_is_the_old_one_or_the_new_one(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``blemish report`` on a full disk: exit code 1, the page that was there stays."""
    (here / "run/report.html").write_text("the old page")
    with files_of_at_most(300):
        code, complaint = told(capsys, ("report", "run", "--data", "ds"))
    assert code == 1, complaint
    assert "report.html: cannot be written" in complaint
    assert (here / "run/report.html").read_text() == "the old page"
    assert told(capsys, ("report", "run", "--data", "ds"))[0] == 0


def test_a_plan_or_an_annotation_is_the_old_one_or_the_new_one(tmp_path: Path) -> None:
    """What is written beside its place and moved there leaves nothing behind."""
    path = tmp_path / "plan.json"
    write_whole(path, "old")
    with files_of_at_most(100), pytest.raises(StorageError, match="larger than this disk or your limit allows"):
        write_whole(path, "new" * 99)
    assert files(tmp_path) == {"plan.json": b"old"}


def test_an_import_that_finds_the_disk_full_leaves_nothing(here: Path) -> None:
    """On a real disk of 512 kB: the message says that it is full and what to do, and the room is given back."""
    with disk(here / "small", 512 << 10) as place:
        (place / "ballast").write_bytes(bytes(480 << 10))
        with pytest.raises(StorageError, match=r"the disk is full; free some space and run the same command again"):
            bring_in("labelme", here / "pics", place / "out")
        (place / "ballast").unlink()
        assert not files(place)
        assert bring_in("labelme", here / "pics", place / "out").kept == 4
