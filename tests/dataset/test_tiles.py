"""The tile cache holds what the dataset holds."""

from __future__ import annotations

import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest
import small_dataset as small

from blemish.dataset import open_dataset, tiles, write
from blemish.dataset.tiles import FrameCache, size_bytes
from blemish.errors import DatasetError, StorageError


def test_the_cache_gives_the_frames_pixel_by_pixel(tmp_path: Path) -> None:
    """Images of odd and unlike sizes, of 8 and 16 bits, and their masks come out as they are in the dataset."""
    write.create(tmp_path / "set", small.HEADER)
    write.write_specimen(tmp_path / "set", small.specimen("d000"))
    rng = np.random.default_rng(0)
    for index, (kind, shape) in enumerate([(np.uint8, (3, 5)), (np.uint16, (4, 7)), (np.uint8, (1, 1))]):
        image = rng.integers(0, 255, shape).astype(kind)
        write.write_frame(
            tmp_path / "set", small.frame("d000", f"v{index}"), image, np.full(shape, index % 2, np.uint16)
        )
    write.finish(tmp_path / "set", small.HEADER)
    dataset = open_dataset(tmp_path / "set")
    cache = pickle.loads(pickle.dumps(FrameCache(dataset, tmp_path / "cache")))
    assert len(cache) == 3
    for index, frame in enumerate(dataset.frames):
        np.testing.assert_array_equal(cache.image(index), dataset.image(frame))
        np.testing.assert_array_equal(cache.mask(index), dataset.mask(frame))
        assert cache.image(index).dtype == dataset.image(frame).dtype
        assert not cache.image(index).flags.writeable
        assert not cache.mask(index).flags.writeable


def test_a_cache_is_made_once_and_again_when_frames_change(tmp_path: Path) -> None:
    """The digests of the frames name the cache: the same ones find it, others make another."""
    root = small.make(tmp_path / "set")
    told: list[int] = []

    def advance(done: int, total: int, note: str) -> None:
        told.append(done)

    first = FrameCache(open_dataset(root), tmp_path / "cache", advance=advance)
    again = FrameCache(open_dataset(root), tmp_path / "cache", advance=advance)
    assert first.folder == again.folder
    assert told == list(range(1, 13))
    image, mask = small.pixels("c000", "v000")
    write.write_frame(root, small.frame("c000", "v000"), 255 - image, mask)
    write.write_frame(root, small.FrameRecord(specimen="c000", view="v000", digest="new"), 255 - image, mask)
    write.finish(root, small.HEADER, split=small.RULE)
    changed = FrameCache(open_dataset(root), tmp_path / "cache")
    assert changed.folder != first.folder
    np.testing.assert_array_equal(changed.image(0), 255 - image)


def test_a_set_has_its_own_cache(tmp_path: Path) -> None:
    """Only the frames that were asked for are unpacked."""
    dataset = open_dataset(small.make(tmp_path / "set"))
    train = dataset.split("train")
    cache = FrameCache(dataset, tmp_path / "cache", train)
    assert len(cache) == len(train) == 6
    np.testing.assert_array_equal(cache.image(5), dataset.image(train[5]))


def test_the_size_is_known_beforehand(tmp_path: Path) -> None:
    """What is announced is what the disk then holds, but for the table of places."""
    dataset = open_dataset(small.make(tmp_path / "set"))
    folder = FrameCache(dataset, tmp_path / "cache").folder
    assert size_bytes(dataset.frames) == sum((folder / name).stat().st_size for name in ("images.bin", "masks.bin"))


def test_a_disk_that_is_too_small_is_told_before_work_begins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is decoded when it could not be kept."""
    dataset = open_dataset(small.make(tmp_path / "set"))
    monkeypatch.setattr(tiles.shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10, 10, 0))  # type: ignore[attr-defined]
    with pytest.raises(StorageError, match="cache folder"):
        FrameCache(dataset, tmp_path / "cache")


def test_a_damaged_frame_leaves_no_cache(tmp_path: Path) -> None:
    """A cache is there whole or not at all."""
    root = small.make(tmp_path / "set")
    (root / "frames/d001/v002/image.png").unlink()
    with pytest.raises(DatasetError, match="missing"):
        FrameCache(open_dataset(root), tmp_path / "cache")
    assert not list((tmp_path / "cache").glob("[0-9a-f]*"))
