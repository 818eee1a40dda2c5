"""What people get wrong with ``blemish fit``: one message, exit code 2, and no study is written."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from builders import box
from PIL import Image
from tiny import TINY
from troubles import files, told

from blemish.errors import RequestError
from blemish.fit import fit, read_photographs
from blemish.settings import read_toml

RNG = np.random.default_rng(0)


def picture(path: Path, size: tuple[int, ...] = (128, 160), kind: type = np.uint8) -> None:
    """Save a photograph of noise."""
    path.parent.mkdir(exist_ok=True)
    Image.fromarray(RNG.integers(0, np.iinfo(kind).max, size).astype(kind)).save(path)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a folder of folders of photographs."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("blemish.make.plan_for", lambda *_: None)
    monkeypatch.setattr("blemish.study.load_part", lambda *_: None)
    Path("tiny.toml").write_text(TINY)
    Path("bare.toml").write_text(TINY[: TINY.index("[[finishes]]")] + TINY[TINY.index("[render]") :])
    Path("empty").mkdir()
    for name in ("a", "b", "c"):
        picture(Path(f"small/{name}.png"), (40, 50))
        picture(Path(f"other/{name}.png"), (140, 200))
        picture(Path(f"good/{name}.png"))
        picture(Path(f"words/{name}.png"))
        picture(Path(f"hollow/{name}.png"))
    picture(Path("single/a.png"))
    Path("words/d.png").write_text("no photograph")
    Path("hollow/d.png").touch()
    return tmp_path


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (("nowhere.toml", "good"), "nowhere.toml: 1 mistake"),
        (("tiny.toml", "nowhere"), "nowhere: there is no such folder"),
        (("tiny.toml", "tiny.toml"), "tiny.toml: there is no such folder"),
        (("tiny.toml", "empty"), "empty: no photographs to fit to"),
        (("tiny.toml", "small"), "photographs of 50 x 40 px are smaller than"),
        (("tiny.toml", "single"), "at least two are needed"),
        (("tiny.toml", "words"), "d.png: this is no image that can be read here"),
        (("tiny.toml", "hollow"), "d.png: this file is empty"),
        (("tiny.toml", "good", "--group", "a"), "only datasets have groups"),
        (("tiny.toml", "good", "--out", "fitted.txt"), "a study's name ends in .toml"),
        (("tiny.toml", "good", "--pictures", "0", "--minutes", "-1"), "--minutes -1.0: must be more than 0"),
    ],
    ids=lambda one: " ".join(one) if isinstance(one, tuple) else "",
)
def test_a_wrong_request_is_one_message(
    folder: Path, capsys: pytest.CaptureFixture[str], line: tuple[str, ...], words: str
) -> None:
    """Each names the file or the option, and nothing is written."""
    before = files(folder)
    code, complaint = told(capsys, ("fit", *line))
    assert code == 2, complaint
    assert words in complaint
    assert files(folder) == before


def test_photographs_of_another_size_than_the_camera_takes_are_told(folder: Path) -> None:
    """It is told before anything is rendered."""
    with pytest.raises(RequestError, match="200 x 140 px, the study's camera takes 160 x 128 px"):
        fit(read_toml(Path("tiny.toml")), box(), [], read_photographs(Path("other")))


def test_photographs_of_two_sizes_and_kinds_are_sorted_out(folder: Path) -> None:
    """The usual size is taken and the others counted; colours and 16 bits are read as grey; folders are passed over."""
    picture(Path("good/d.png"), (140, 200))
    picture(Path("good/e.png"), (128, 160, 3))
    picture(Path("good/f.png"), kind=np.uint16)
    Path("good/g.png").mkdir()
    found = read_photographs(Path("good"))
    assert (len(found.fitted) + len(found.held_out), found.left_out, found.size_px) == (5, 1, (160, 128))


def test_a_study_without_a_finish_is_told(folder: Path) -> None:
    """What is asked for and not there is told with how to say it."""
    with pytest.raises(RequestError, match=r"finishes\[1\]"):
        fit(read_toml(Path("bare.toml")), box(), [], read_photographs(Path("good")), ["finishes[1].ra_um"])
