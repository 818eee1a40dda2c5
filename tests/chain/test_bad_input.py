"""What people get wrong at the command line: one message, the right exit code, no traceback, nothing of theirs lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from plates import plates
from tiny import TINY

from blemish.cli import main

Line = tuple[str, ...]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, untrained: Path) -> Path:
    """Stand in a folder with a dataset, a model, photographs, and files that are not what they are called."""
    monkeypatch.chdir(tmp_path)
    plates(tmp_path / "ds", [(32, 32)] * 4)
    (tmp_path / "run").symlink_to(untrained)
    for folder in ("pics", "other", "empty", "broken"):
        (tmp_path / folder).mkdir()
    rng = np.random.default_rng(0)
    for name in ("pics/a.png", "pics/a.jpg", "other/b.png"):
        Image.fromarray(rng.integers(0, 255, (40, 50)).astype(np.uint8)).save(tmp_path / name)
    (tmp_path / "broken/hole.png").touch()
    (tmp_path / "pics/folder.png").mkdir()
    (tmp_path / "note.txt").write_text("a note")
    (tmp_path / "tiny.toml").write_text(TINY)
    (tmp_path / "lost.toml").write_text('data = "nowhere"\n' + TINY)
    return tmp_path


@pytest.fixture
def told(here: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Give the command line in this process: its exit code, what it said, and what it complained."""

    def run(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        try:
            main(arguments)
            code: object = 0
        except SystemExit as left:
            code = left.code or 0
        assert isinstance(code, int)
        said = capsys.readouterr()
        assert "Traceback" not in said.out + said.err
        return code, said.out, said.err

    return run


def files(folder: Path) -> dict[str, bytes]:
    """Give every file under a folder with its bytes."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


WRONG: list[tuple[Line, int, Line]] = [
    (("new", "x", "--part", "nowhere.step"), 2, ("nowhere.step", "no such file")),
    (("plan", "nowhere.toml"), 2, ("nowhere.toml", "no such file")),
    (("plan", "empty"), 2, ("empty", "this is a folder")),
    (("plan", "note.txt"), 2, ("note.txt", "not a TOML file")),
    (("import", "labelme", "nowhere", "out"), 2, ("nowhere", "no such file or folder")),
    (("import", "labelme", "note.txt", "out"), 2, ("note.txt", "this is a file")),
    (("import", "labelme", "empty", "out"), 2, ("empty", "nothing to import")),
    (("import", "labelme", "broken", "out"), 2, ("hole.png", "empty")),
    (("import", "labelme", "other", "note.txt"), 2, ("note.txt", "this is a file")),
    (("import", "labelme", "other", "note.txt/out"), 1, ("note.txt", "a file where a folder belongs")),
    (("import", "labelme", "other", "other/out"), 2, ("inside",)),
    (("import", "labelme", "other", "broken"), 1, ("broken", "choose a new or empty folder")),
    (("import", "labelmi", "other", "out"), 2, ("labelmi", "labelme")),
    (("import", "labelme", "other", "out", "--option", "labels"), 2, ("KEY=VALUE",)),
    (("import", "labelme", "other", "out", "--option", "lable=1"), 2, ("did you mean labels",)),
    (("export", "coco", "nowhere", "out"), 2, ("nowhere", "no such folder")),
    (("export", "coco", "empty", "out"), 2, ("empty", "no dataset")),
    (("export", "cocoa", "ds", "out"), 2, ("cocoa", "coco")),
    (("export", "coco", "ds", "ds/x"), 2, ("inside the dataset",)),
    (("export", "coco", "ds", "pics"), 2, ("pics", "choose a new folder")),
    (("export", "coco", "ds", "note.txt"), 2, ("note.txt", "choose a new folder")),
    (("train", "lost.toml"), 2, ("nowhere", "no such folder")),
    (("train", "tiny.toml"), 2, ("runs/tiny/dataset", "no such folder")),
    (("train", "tiny.toml", "--data", "ds", "--init", "nowhere"), 2, ("nowhere", "no trained model")),
    (("evaluate", "nowhere", "ds"), 2, ("nowhere", "no trained model")),
    (("evaluate", "note.txt", "ds"), 2, ("note.txt", "no trained model")),
    (("evaluate", "run", "nowhere"), 2, ("nowhere", "no such folder")),
    (("evaluate", "run", "ds", "--split", "tset"), 2, ("tset", "test, train, val")),
    (("predict", "nowhere", "pics"), 2, ("nowhere", "no trained model")),
    (("predict", "run", "nowhere"), 2, ("nowhere", "no such file or folder")),
    (("predict", "run"), 2, ("at least one photograph",)),
    (("predict", "run", "empty"), 2, ("empty", "no image is here")),
    (("predict", "run", "pics/*.bmp"), 2, ("no image fits",)),
    (("predict", "run", "pics", "--backend", "openvino"), 2, ("no model.onnx here",)),
    (("predict", "run", "pics", "--half"), 2, ("--half is for",)),
    (("deploy", "nowhere"), 2, ("nowhere", "no trained model")),
    (("tune", "tiny.toml"), 2, ("runs/tiny/dataset", "no such folder")),
    (("tune", "tiny.toml", "--data", "ds", "--rate", "-1"), 2, ("learning_rates", "greater than 0")),
    (("compare", "lost.toml"), 2, ("lost.toml", "target: must be given")),
    (("predict", "run", "note.txt", "--out", "out"), 2, ("note.txt", "no image that can be read")),
    (("predict", "run", "broken", "--out", "out"), 2, ("hole.png", "empty")),
    (("predict", "run", "pics/folder.png", "--out", "out"), 2, ("folder.png", "no image is here")),
    (("predict", "run", "pics", "--out", "pics"), 2, ("pics", "choose another --out")),
    (("predict", "run", "pics/a.jpg", "--out", "."), 2, ("choose another --out",)),
    (("predict", "run", "pics", "--out", "note.txt"), 1, ("note.txt", "a file where a folder belongs")),
    (("report", "nowhere"), 2, ("nowhere", "neither a dataset nor an evaluation")),
    (("report", "empty", "--data", "nowhere"), 2, ("nowhere",)),
    (("verify", "nowhere"), 2, ("nowhere", "no such folder")),
    (("verify", "note.txt"), 2, ("note.txt",)),
    (("verify", "empty"), 2, ("empty", "no dataset")),
]


@pytest.mark.parametrize(("line", "code", "words"), [pytest.param(*one, id=" ".join(one[0])) for one in WRONG])
def test_a_wrong_request_is_one_message_and_changes_nothing(
    here: Path, told: Callable[..., tuple[int, str, str]], line: Line, code: int, words: Line
) -> None:
    """2 where the request is wrong, 1 where the disk is; the message says where; no file appears or goes."""
    before = files(here)
    found, _, complaint = told(*line)
    assert found == code, complaint
    for word in ("blemish: ", *words):
        assert word in complaint
    assert files(here) == before


def test_a_study_folder_is_not_written_over(told: Callable[..., tuple[int, str, str]]) -> None:
    """``blemish new`` twice: the second is refused."""
    assert told("new", "study")[0] == 0
    code, _, complaint = told("new", "study")
    assert code == 2
    assert "is there already" in complaint


def test_a_mask_is_named_after_the_whole_name_of_its_photograph(
    here: Path, told: Callable[..., tuple[int, str, str]]
) -> None:
    """a.jpg and a.png get a mask and an overlay each, of their own size, and one table tells every mark."""
    assert told("predict", "run", "pics", "--out", "masks")[0] == 0
    names = ["a.jpg.png", "a.png.png"]
    assert sorted(path.name for path in (here / "masks").iterdir()) == [*names, "objects.csv", "overlays"]
    assert sorted(path.name for path in (here / "masks/overlays").iterdir()) == names
    for images in (("pics/*.jpg", "pics/a.jpg"), ("pics/a.jpg",)):
        assert told("predict", "run", *images, "--out", "some", "--no-overlays")[0] == 0
        assert sorted(path.name for path in (here / "some").iterdir()) == ["a.jpg.png", "objects.csv"]
    with Image.open(here / "masks/a.jpg.png") as mask:
        assert mask.size == (50, 40)


def test_an_import_does_not_replace_another(here: Path, told: Callable[..., tuple[int, str, str]]) -> None:
    """Another source or other options into the same folder are refused; the same again is fine and tells what goes."""
    Image.new("L", (30, 30)).save(here / "other/c.png")
    assert told("import", "labelme", "other", "out", "--split", "none")[0] == 0
    before = files(here / "out")
    for line in (("pics", "out"), ("other", "out", "--option", "point_radius_px=2")):
        code, _, complaint = told("import", "labelme", *line)
        assert code == 2
        assert "choose a new folder" in complaint
    assert files(here / "out") == before
    (here / "other/c.png").unlink()
    code, said, _ = told("import", "labelme", "other", "out", "--split", "none")
    assert code == 0
    assert "removed frames/c/c" in said


def test_what_verify_warns_of_is_printed(told: Callable[..., tuple[int, str, str]]) -> None:
    """A dataset that is not split is whole; verify passes it and says what it is not good for."""
    assert told("import", "labelme", "other", "out", "--split", "none")[0] == 0
    code, said, _ = told("verify", "out")
    assert code == 0
    assert "warning: splits.json: the dataset is not split" in said


def test_a_damaged_dataset_is_not_a_wrong_request(here: Path, told: Callable[..., tuple[int, str, str]]) -> None:
    """What is there and damaged ends with 1."""
    (here / "ds/dataset.json").write_text("{")
    assert told("export", "coco", "ds", "out")[0] == 1
    assert told("verify", "ds")[0] == 1
