"""Datasets that are damaged or made to do harm: told by file, mended by the command that made them, never trusted."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import small_dataset as small
from test_full_disk import geometry

from blemish.dataset import open_dataset, write
from blemish.dataset.verify import verify
from blemish.errors import DatasetError, StorageError, WorkError
from blemish.evaluate import evaluate, read_evaluation

FRAME = "frames/d000/v000"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A small dataset, whose frame ``d000/v000`` has all layers that there are."""
    root = small.make(tmp_path / "ds")
    mask = small.pixels("d000", "v000")[1]
    write.write_frame(
        root,
        small.frame("d000", "v000"),
        *small.pixels("d000", "v000"),
        contrast=np.where(mask > 0, 2.0, 0.0),
        geometry=geometry(),
    )
    write.finish(root, small.HEADER, split=small.RULE)
    assert verify(root).ok
    return root


def cut(path: Path) -> None:
    """Keep the first half of a file."""
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def flip(path: Path) -> None:
    """Change one bit in its middle."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 16
    path.write_bytes(data)


@pytest.mark.parametrize("damage", [cut, flip, Path.unlink], ids=["cut", "flipped", "gone"])
@pytest.mark.parametrize("name", ["image.png", "mask.png", "visibility.png", "geometry.exr", "frame.json"])
def test_a_damaged_file_is_found_and_only_its_frame_is_made_anew(
    root: Path, name: str, damage: Callable[[Path], None]
) -> None:
    """``verify`` names it; to ``make`` the frame counts as missing, and no other does."""
    damage(root / FRAME / name)
    assert any(FRAME in fault.where for fault in verify(root).faults)
    missing = [
        (specimen, view)
        for specimen in small.SPECIMENS
        for view in small.VIEWS
        if not write.has_frame(root, specimen, view, small.frame(specimen, view).digest)
    ]
    assert missing == [("d000", "v000")]


@pytest.mark.parametrize("damage", [cut, flip], ids=["cut", "flipped"])
def test_a_damaged_image_is_never_half_an_image(root: Path, damage: Callable[[Path], None]) -> None:
    """Reading it is an error that names the file and the cure."""
    damage(root / FRAME / "image.png")
    dataset = open_dataset(root)
    frame = next(one for one in dataset.frames if one.name == "d000/v000")
    with pytest.raises(DatasetError, match=r"d000/v000/image\.png: damaged: .*made anew"):
        dataset.image(frame)


def test_an_image_of_another_size_is_refused(root: Path) -> None:
    """Even where it is a whole image, of another frame."""
    from blemish.dataset import png

    (root / FRAME / "image.png").write_bytes(png.encode(np.zeros((7, 9), np.uint8)))
    dataset = open_dataset(root)
    with pytest.raises(DatasetError, match="9 x 7 pixels of 8 bits where 30 x 20 of 8 bits belong"):
        dataset.image(next(one for one in dataset.frames if one.name == "d000/v000"))


@pytest.mark.parametrize("name", ["../../secret", "/etc", "..", "a/b", ""])
def test_a_list_that_points_elsewhere_is_refused(root: Path, name: str) -> None:
    """The names in ``frames.npy`` are folders of the dataset or the dataset is not read."""
    table = np.load(root / "frames.npy")
    wider = [(key, "S80" if key == "view" else table.dtype[key]) for key in table.dtype.names]
    table = table.astype(wider)
    table["view"][0] = name.encode()
    np.save(root / "frames.npy", table)
    with pytest.raises(DatasetError, match="cannot name a specimen or a view"):
        open_dataset(root)
    assert not verify(root).ok


def test_a_list_with_objects_in_it_is_not_unpickled(root: Path, tmp_path: Path) -> None:
    """NumPy's own format can carry pickles; none is opened."""
    np.save(root / "frames.npy", np.array([Marker(tmp_path / "marker")], dtype=object), allow_pickle=True)
    with pytest.raises(DatasetError, match="cannot be read"):
        open_dataset(root)
    assert not (tmp_path / "marker").exists()


class Marker:
    """Leaves a file behind when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[[Path], None], tuple[Path]]:
        return Path.touch, (self.path,)


def test_links_are_told_and_never_written_through(root: Path, tmp_path: Path) -> None:
    """``verify`` names a link in a frame; a dataset whose folders lead elsewhere is not gone on with."""
    secret = tmp_path / "secret.png"
    shutil.move(root / FRAME / "image.png", secret)
    (root / FRAME / "image.png").symlink_to(secret)
    assert [fault.where for fault in verify(root).faults] == [f"{FRAME}/image.png"]
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/precious").mkdir()
    shutil.rmtree(root / "frames")
    (root / "frames").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StorageError, match="this is a link"):
        write.create(root, small.HEADER)
    assert (tmp_path / "elsewhere/precious").is_dir()


def test_a_report_shows_no_picture_from_elsewhere(here: Path) -> None:
    """An evaluation that names a file outside itself is refused: a report would carry it away."""
    from blemish.learn import load_model

    evaluate(load_model(here / "run"), open_dataset(here / "ds"), "test", here / "run/evaluation")
    path = here / "run/evaluation/evaluation.json"
    told = json.loads(path.read_text())
    told["examples"][0]["image"] = "../../../secret.png"
    path.write_text(json.dumps(told))
    with pytest.raises(WorkError, match="names a picture that no evaluation writes"):
        read_evaluation(path.parent)


def test_other_files_of_a_run_are_told_when_they_are_damaged(here: Path) -> None:
    """A plan and a model beside the report that are not what they should be."""
    from blemish.report import write_report

    for text in ("{", "[]", "{}", "[" * 99_999):
        (here / "run/model/model.json").write_text(text)
        with pytest.raises(WorkError, match=r"model\.json: this file is damaged"):
            write_report(here / "run", here / "ds")
