"""A fresh dataset keeps every promise, and each broken one is found."""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import small_dataset as small

from blemish.dataset import png, write
from blemish.dataset.record import DefectRecord, SpecimenRecord
from blemish.dataset.split import SplitRule
from blemish.dataset.verify import verify
from blemish.errors import RequestError

D = "frames/d000/v000"


def edit(root: Path, name: str, change: Callable[[dict], object]) -> None:
    """Change a JSON file."""
    path = root / name
    value = json.loads(path.read_text())
    change(value)
    path.write_text(json.dumps(value))


def repaint(root: Path, mask: np.ndarray) -> None:
    """Write a frame with another mask whose areas, hash and list agree."""
    record = dataclasses.replace(small.frame("d000", "v000"), defects=())
    write.write_frame(root, record, small.pixels("d000", "v000")[0], mask)
    write.finish(root, small.HEADER, split=small.RULE)


def mask_of(number: int) -> np.ndarray:
    """A mask whose only pixel has this id."""
    mask = np.zeros(small.SHAPE, np.uint16)
    mask[0, 0] = number
    return mask


def hide(record: dict) -> None:
    """Say nothing of any defect."""
    record["defects"] = []


def leak(root: Path) -> None:
    """Put two specimens of one group on both sides."""
    write.write_specimen(root, dataclasses.replace(small.specimen("d000"), group="one"), small.geometry("d000"))
    write.write_specimen(root, dataclasses.replace(small.specimen("d001"), group="one"), small.geometry("d001"))
    edit(root, "splits.json", lambda split: split.update(sets={"train": ["c000", "d000"], "test": ["c001", "d001"]}))


DAMAGE = {
    "an image is missing": ("missing", D, lambda r: (r / D / "image.png").unlink()),
    "a mask is missing": ("missing", D, lambda r: (r / D / "mask.png").unlink()),
    "a record is missing": ("missing", D, lambda r: (r / D / "frame.json").unlink()),
    "a frame is missing": ("missing", D, lambda r: shutil.rmtree(r / D)),
    "a specimen is missing": ("record", "frames/d001", lambda r: shutil.rmtree(r / "specimens/d001")),
    "the geometry is missing": ("missing", "specimens/d000", lambda r: (r / "specimens/d000/part.ply").unlink()),
    "the list is missing": ("index", "frames.npy", lambda r: (r / "frames.npy").unlink()),
    "the list is rubbish": ("index", "frames.npy", lambda r: (r / "frames.npy").write_bytes(b"\x93NUMPY")),
    "an image is truncated": ("damaged", D, lambda r: (r / D / "image.png").write_bytes(b"\x89PNG\r\n\x1a\n")),
    "an image is another": (
        "hash",
        D,
        lambda r: (r / D / "image.png").write_bytes(png.encode(np.zeros(small.SHAPE, np.uint8))),
    ),
    "an image has another size": (
        "size",
        D,
        lambda r: (r / D / "image.png").write_bytes(png.encode(np.zeros((9, 9), np.uint8))),
    ),
    "a mask has an unknown id": ("ids", D, lambda r: repaint(r, mask_of(9))),
    "a mask shows an insignificant id": ("insignificant", D, lambda r: repaint(r, mask_of(2))),
    "an area disagrees": (
        "area",
        D,
        lambda r: edit(r, f"{D}/frame.json", lambda f: f["defects"][0].update(area_px=21)),
    ),
    "a box disagrees": (
        "area",
        D,
        lambda r: edit(r, f"{D}/frame.json", lambda f: f["defects"][0].update(box_px=[0, 0, 1, 1])),
    ),
    "an area is not told": ("area", D, lambda r: edit(r, f"{D}/frame.json", hide)),
    "the list disagrees": ("index", D, lambda r: edit(r, f"{D}/frame.json", lambda f: f.update(digest="another"))),
    "a record is of another frame": (
        "record",
        D,
        lambda r: edit(r, f"{D}/frame.json", lambda f: f.update(view="v001")),
    ),
    "a record is no JSON": ("record", D, lambda r: (r / D / "frame.json").write_text("{")),
    "two defects have one id": (
        "record",
        "specimens/d000",
        lambda r: edit(r, "specimens/d000/specimen.json", lambda s: s["defects"][1].update(id=1)),
    ),
    "a correct specimen has a defect": (
        "record",
        "specimens/d000",
        lambda r: edit(r, "specimens/d000/specimen.json", lambda s: s.update(defective=False)),
    ),
    "the geometry is damaged": (
        "damaged",
        "specimens/d000",
        lambda r: (r / "specimens/d000/part.ply").write_bytes(b"ply\n"),
    ),
    "a group leaks": ("split", "splits.json", leak),
    "a specimen is in no set": (
        "split",
        "splits.json",
        lambda r: edit(r, "splits.json", lambda s: s["sets"].update(train=[])),
    ),
    "a file does not belong": ("stray", D, lambda r: (r / D / "Thumbs.db").touch()),
    "a folder does not belong": ("stray", "frames", lambda r: (r / "frames/é").mkdir()),
    "a file lies at the top": ("stray", "notes.txt", lambda r: (r / "notes.txt").touch()),
    "a killed run left something": ("stray", ".partial", lambda r: (r / ".partial").mkdir()),
    "a link leads out": ("stray", "frames/d000", lambda r: (r / "frames/d000/v009").symlink_to("/")),
    "a frame is not listed": (
        "index",
        "frames/d000/v009",
        lambda r: write.write_frame(r, small.frame("d000", "v009"), *small.pixels("d000", "v000")),
    ),
    "a count is wrong": (
        "index",
        "dataset.json",
        lambda r: edit(r, "dataset.json", lambda d: d["counts"].update(frames=13)),
    ),
    "the header is rubbish": ("record", "dataset.json", lambda r: (r / "dataset.json").write_text("[]")),
    "the dataset was not finished": ("record", "dataset.json", lambda r: write.create(r, small.HEADER)),
}


def test_a_fresh_dataset_has_no_fault(tmp_path: Path) -> None:
    """What write promises, verify finds kept, over any number of workers."""
    for workers in (1, 4):
        verdict = verify(small.make(tmp_path), workers)
        assert verdict.ok, verdict.faults
        assert (verdict.frames, verdict.specimens, verdict.warnings) == (12, 4, ())


@pytest.mark.parametrize("what", DAMAGE)
def test_each_kind_of_damage_is_found_where_it_is(tmp_path: Path, what: str) -> None:
    """Every planted fault is told, by its kind and its place."""
    kind, where, damage = DAMAGE[what]
    damage(small.make(tmp_path))
    verdict = verify(tmp_path)
    assert any(fault.kind == kind and fault.where.startswith(where) for fault in verdict.faults), verdict.faults


def test_damage_to_one_frame_accuses_no_other(tmp_path: Path) -> None:
    """A fault is told once, at its place."""
    (small.make(tmp_path) / D / "mask.png").write_bytes(b"")
    assert {fault.where for fault in verify(tmp_path).faults} == {f"{D}/mask.png"}


def test_a_split_by_image_is_told_but_allowed(tmp_path: Path) -> None:
    """Published protocols split by image; the dataset passes and says how many objects are torn."""
    small.make(tmp_path)
    write.finish(tmp_path, small.HEADER, split=SplitRule(shares={"train": 1.0, "val": 1.0}, by="frame"))
    verdict = verify(tmp_path)
    assert verdict.ok
    assert "images of 4 objects are in more than one set" in verdict.warnings[0]


def test_a_folder_that_is_no_dataset_is_an_error(tmp_path: Path) -> None:
    """There is nothing to verify where there is no dataset."""
    with pytest.raises(RequestError, match="no dataset"):
        verify(tmp_path)


def test_a_specimen_without_frames_is_a_stray(tmp_path: Path) -> None:
    """Nothing in the folder is there for nothing."""
    small.make(tmp_path)
    write.write_specimen(tmp_path, SpecimenRecord(id="z", defective=True, defects=(DefectRecord(id=1, kind="dent"),)))
    assert any(fault.where == "specimens/z" for fault in verify(tmp_path).faults)
