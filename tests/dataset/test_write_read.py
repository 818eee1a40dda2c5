"""What is written is what is read, whole or not at all."""

from __future__ import annotations

import dataclasses
import errno
import pickle
from pathlib import Path

import numpy as np
import pytest
import small_dataset as small
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from blemish.dataset import atomic, open_dataset, png, write
from blemish.dataset.record import FrameRecord, Header, SpecimenRecord, VisibleDefect, from_json, show, to_json
from blemish.errors import DatasetError, RequestError, StorageError


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A small dataset of this test's own."""
    return small.make(tmp_path / "set")


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_what_is_written_is_what_is_read(tmp_path: Path, kind: type) -> None:
    """Image, mask and everything that the record said come back as they went in."""
    write.create(tmp_path, small.HEADER)
    write.write_specimen(tmp_path, small.specimen("d000"))
    image, mask = small.pixels("d000", "v000", kind)
    said = write.write_frame(tmp_path, small.frame("d000", "v000"), image, mask)
    write.finish(tmp_path, small.HEADER)
    dataset = open_dataset(tmp_path)
    (entry,) = dataset.frames
    np.testing.assert_array_equal(dataset.image(entry), image)
    np.testing.assert_array_equal(dataset.mask(entry), mask)
    np.testing.assert_array_equal(dataset.defect_mask(entry), mask > 0)
    assert dataset.image(entry).dtype == kind
    assert dataset.record(entry) == said
    assert dataset.specimen("d000") == small.specimen("d000")
    assert (entry.name, entry.defects, entry.defect_px, entry.digest) == ("d000/v000", 1, 20, "d000-v000")


def test_the_record_of_a_frame_takes_areas_and_boxes_from_the_mask(root: Path) -> None:
    """The significant dent gets area and box; the insignificant scratch keeps what was said of it."""
    dataset = open_dataset(root)
    record = dataset.record(next(frame for frame in dataset.frames if frame.name == "d000/v000"))
    assert record.defects == (VisibleDefect(id=1, area_px=20, box_px=(5, 3, 5, 4)), VisibleDefect(id=2, area_px=4))
    np.testing.assert_allclose(record.pose.translation_mm, [0, 0, 100])  # type: ignore[union-attr]


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    """Two datasets made alike are equal, file by file, and nothing else is left in them."""
    first, second = small.contents(small.make(tmp_path / "a")), small.contents(small.make(tmp_path / "b"))
    assert first == second
    assert len(first) == 4 * 2 + 12 * 3 + 3


@given(
    mask=arrays.arrays(np.uint16, arrays.array_shapes(min_dims=2, max_dims=2, max_side=12), elements=st.integers(0, 3))
)
def test_areas_and_boxes_are_those_of_the_mask(mask: np.ndarray) -> None:
    """For any mask, each id's box is the smallest that holds its pixels, and its area is their number."""
    shown = show(mask)
    assert [one.id for one in shown] == sorted(set(mask.flat) - {0})
    for one in shown:
        left, top, width, height = one.box_px or (0, 0, 0, 0)
        inside = mask[top : top + height, left : left + width] == one.id
        assert inside.sum() == (mask == one.id).sum() == one.area_px
        assert all(edge.any() for edge in (inside[0], inside[-1], inside[:, 0], inside[:, -1]))


def test_an_area_that_disagrees_with_the_mask_is_refused(tmp_path: Path) -> None:
    """A renderer that miscounts is found out as it writes."""
    write.create(tmp_path, small.HEADER)
    wrong = dataclasses.replace(small.frame("d000", "v000"), defects=(VisibleDefect(id=1, area_px=19),))
    with pytest.raises(DatasetError, match="said to cover 19 pixels, its mask has 20"):
        write.write_frame(tmp_path, wrong, *small.pixels("d000", "v000"))


names = st.text(st.characters(codec="utf-8"), max_size=20)


@given(name=names, seeds=st.dictionaries(names, st.integers(0, 2**63)), defective=st.booleans())
def test_records_survive_json(name: str, seeds: dict[str, int], defective: bool) -> None:
    """Any specimen record is itself again after writing and reading."""
    record = SpecimenRecord(id="s", defective=defective, group=name, seeds=seeds, source={"file": name})
    assert from_json(SpecimenRecord, to_json(record), "here") == record


@given(data=st.binary(max_size=200))
def test_any_bytes_are_a_record_or_an_error_of_ours(data: bytes) -> None:
    """Reading a damaged record never fails with anything but a DatasetError that names the file."""
    with pytest.raises(DatasetError, match=r"frame\.json"):
        from_json(FrameRecord, data, "frame.json")


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "../x", "a\\b", "/etc", "é", "a" * 101, "a.", "-x", "con\n"])
def test_names_that_could_lead_elsewhere_are_refused(tmp_path: Path, name: str) -> None:
    """No name of a specimen or a view is a path, neither in writing nor in a file that is read."""
    write.create(tmp_path, small.HEADER)
    with pytest.raises(DatasetError, match="cannot name"):
        write.write_specimen(tmp_path, SpecimenRecord(id=name, defective=False))
    with pytest.raises(DatasetError, match="specimen"):
        from_json(FrameRecord, to_json(FrameRecord(specimen=name, view="v", digest="")), "frame.json")


@pytest.mark.parametrize("step", ["image.png", "mask.png", "frame.json", "rename"])
def test_a_write_that_dies_at_any_step_leaves_no_frame(root: Path, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether between files or before the rename: the frame is not there, and the one it was to replace still is."""
    before = small.contents(root)

    def die(path: Path, *_: object) -> None:
        if step in (path.name, "rename"):
            raise KeyboardInterrupt
        written(path, *_)  # type: ignore[arg-type]

    written = atomic.replace_folder if step == "rename" else write._write_proved
    monkeypatch.setattr(*((atomic, "replace_folder") if step == "rename" else (write, "_write_proved")), die)
    for name in ("v000", "v009"):
        with pytest.raises(KeyboardInterrupt):
            write.write_frame(root, small.frame("d000", name), *small.pixels("d000", "v001"))
    assert small.contents(root) == before


def test_a_killed_run_goes_on_to_the_same_bytes(tmp_path: Path) -> None:
    """Leftovers of a killed run are cleared, finished frames are known, and the rest completes to the same dataset."""
    undisturbed, root = small.contents(small.make(tmp_path / "a")), tmp_path / "b"
    write.create(root, small.HEADER)
    write.write_specimen(root, small.specimen("c000"), small.geometry("c000"))
    write.write_frame(root, small.frame("c000", "v000"), *small.pixels("c000", "v000"))
    (root / ".partial" / "dead" / "frame").mkdir(parents=True)
    (root / ".partial" / "dead" / "frame" / "image.png").write_bytes(b"half")
    with pytest.raises(DatasetError, match="was not finished"):
        open_dataset(root)
    write.create(root, small.HEADER)
    assert not (root / ".partial" / "dead").exists()
    assert write.has_frame(root, "c000", "v000", "c000-v000")
    assert not write.has_frame(root, "c000", "v001", "c000-v001")
    small.make(root)
    assert small.contents(root) == undisturbed


def test_a_frame_that_is_damaged_or_of_another_recipe_is_not_there(root: Path) -> None:
    """Only the right digest over intact files counts as done."""
    assert write.has_frame(root, "d000", "v000", "d000-v000")
    assert not write.has_frame(root, "d000", "v000", "another")
    mask = root / "frames/d000/v000/mask.png"
    mask.write_bytes(mask.read_bytes()[:-1])
    assert not write.has_frame(root, "d000", "v000", "d000-v000")


def test_a_specimen_is_there_only_with_its_geometry(root: Path) -> None:
    """The digest must be the same and part.ply intact."""
    write.write_specimen(root, dataclasses.replace(small.specimen("d000"), digest="x"), small.geometry("d000"))
    assert write.has_specimen(root, "d000", "x")
    assert not write.has_specimen(root, "d000", "y")
    (root / "specimens/d000/part.ply").unlink()
    assert not write.has_specimen(root, "d000", "x")


def test_finish_keeps_only_what_belongs(root: Path) -> None:
    """Frames and specimens of an earlier study go, and are named; the rest is as if they had never been."""
    keep = [("c000", view) for view in small.VIEWS] + [("d000", "v000")]
    done = write.finish(root, small.HEADER, frames=keep, split=None)
    assert {"frames/d000/v001", "frames/d001/v000", "specimens/d001"} <= set(done.removed)
    assert [frame.name for frame in open_dataset(root).frames] == [f"{a}/{b}" for a, b in keep]
    assert done.header.counts["specimens"] == 2
    assert not (root / "specimens/d001").exists()


def test_finish_names_frames_that_are_missing(root: Path) -> None:
    """A frame that was asked for and is not there stops the manifests from being written."""
    with pytest.raises(DatasetError, match=r"1 of 1 frames are not there \(d000/v777"):
        write.finish(root, small.HEADER, frames=[("d000", "v777")])


def test_a_folder_with_other_things_is_left_alone(tmp_path: Path) -> None:
    """A dataset is never begun among somebody's files, nor over another dataset."""
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(StorageError, match="holds other things"):
        write.create(tmp_path, small.HEADER)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]
    other = small.make(tmp_path / "set")
    with pytest.raises(StorageError, match="here is the dataset 'small'"):
        write.create(other, Header(name="another", kind="photographs"))


@pytest.mark.parametrize(
    ("code", "words"),
    [(errno.ENOSPC, "disk is full"), (errno.EACCES, "may not write"), (errno.EROFS, "read-only"), (errno.EIO, "disk")],
)
def test_disk_trouble_is_told_with_its_cure(root: Path, code: int, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the operating system complains of becomes one message, and nothing half-written stays."""
    before = small.contents(root)

    def fail(path: Path, _: bytes) -> None:
        path.touch()
        raise OSError(code, "no", str(path))

    monkeypatch.setattr(write, "_write_proved", fail)
    with pytest.raises(StorageError, match=words):
        write.write_frame(root, small.frame("d000", "v000"), *small.pixels("d000", "v000"))
    with pytest.raises(StorageError, match=words):
        write.write_specimen(root, small.specimen("d000"))
    assert small.contents(root) == before


def test_a_file_where_a_folder_belongs_is_told(tmp_path: Path) -> None:
    """A dataset cannot be begun at or under a file."""
    (tmp_path / "file").write_text("")
    for root in (tmp_path / "file", tmp_path / "file" / "set"):
        with pytest.raises(StorageError, match="a file where a folder belongs"):
            write.create(root, small.HEADER)


@pytest.mark.parametrize("name", ["image.png", "mask.png"])
@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda data: b"", "empty"),
        (lambda data: data[:20], "no PNG"),
        (lambda data: data[: len(data) // 2], "truncated"),
        (lambda data: data[:-12], "truncated"),
        (lambda data: data + b"more", "follow its end"),
        (lambda data: data[:45] + bytes([data[45] ^ 1]) + data[46:], "checksum"),
        (lambda data: b"\xff\xd8" + data, "no PNG"),
        (lambda data: png.encode(np.zeros((20, 31), np.uint16)), "where 30 x 20"),
        (None, "missing"),
    ],
)
def test_a_damaged_image_is_one_error_that_names_file_and_cure(
    root: Path, name: str, damage: object, words: str
) -> None:
    """Missing, truncated, altered, of another size: never half an image, always what to do."""
    path = root / "frames/d000/v000" / name
    path.unlink() if damage is None else path.write_bytes(damage(path.read_bytes()))  # type: ignore[operator]
    dataset = open_dataset(root)
    frame = next(frame for frame in dataset.frames if frame.name == "d000/v000")
    with pytest.raises(DatasetError, match=words) as caught:
        dataset.image(frame) if name == "image.png" else dataset.mask(frame)
    assert str(path) in str(caught.value)
    assert "again" in str(caught.value)


def test_a_dataset_of_another_version_is_refused(root: Path) -> None:
    """The version is read before anything else."""
    path = root / "dataset.json"
    path.write_bytes(path.read_bytes().replace(b'"version": 1', b'"version": 2'))
    with pytest.raises(DatasetError, match="version 2"):
        open_dataset(root)


@pytest.mark.parametrize("name", ["nowhere", "empty"])
def test_no_dataset_is_told(tmp_path: Path, name: str) -> None:
    """A wrong folder is called what it is."""
    (tmp_path / "empty").mkdir()
    with pytest.raises(RequestError, match="no such folder" if name == "nowhere" else "is no dataset"):
        open_dataset(tmp_path / name)


def test_a_split_is_a_view_of_the_same_list(root: Path) -> None:
    """The sets share out the frames; slicing and pickling a set change nothing."""
    dataset = open_dataset(root)
    sets = [dataset.split(name) for name in small.RULE.shares]
    assert sorted(frame.name for some in sets for frame in some) == [frame.name for frame in dataset.frames]
    assert [frame.name for frame in sets[0][2:4]] == [sets[0][2].name, sets[0][3].name]
    again = pickle.loads(pickle.dumps(dataset))
    assert list(again.split("train")) == list(sets[0])
    with pytest.raises(RequestError, match="there are test, train, val"):
        dataset.split("validation")


def test_opening_does_not_read_the_list(tmp_path: Path) -> None:
    """The list of frames stays on disk: it is mapped, whatever its length."""
    assert isinstance(open_dataset(small.make(tmp_path)).frames.table, np.memmap)
