"""Ctrl-C in the middle of a stage: exit code 130, one sentence, whole files, and the same command goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from troubles import files, told

SHORT = """
name = "short"
[learn]
network = "small"
width = 4
batch = 2
crop_px = 32
max_epochs = 2
steps_per_epoch = 1
"""


@pytest.fixture
def interrupted(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Give what makes the next stage be interrupted when it has told its progress so many times."""

    def at(times: int) -> None:
        @contextmanager
        def progress(_title: str) -> Iterator[Callable[[int, int, str], None]]:
            seen = []

            def advance(done: int, _total: int, _note: str) -> None:
                seen.append(done)
                if len(seen) == times:
                    raise KeyboardInterrupt

            yield advance

        monkeypatch.setattr("blemish.cli.progress.progress", progress)

    return at


STAGES = {
    "import": (("import", "labelme", "pics", "out"), "out"),
    "train": (("train", "short.toml", "--data", "ds", "--out", "out"), "out/model"),
    "evaluate": (("evaluate", "run", "ds", "--out", "out"), "out"),
}


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_that_is_interrupted_goes_on(
    here: Path, capsys: pytest.CaptureFixture[str], interrupted: Callable[[int], None], stage: str
) -> None:
    """What comes of it is what an undisturbed run gives, byte for byte but for how long things took."""
    line, place = STAGES[stage]
    (here / "short.toml").write_text(SHORT)
    undisturbed = [word.replace("out", "undisturbed") if word.startswith("out") else word for word in line]
    assert told(capsys, undisturbed)[0] == 0
    interrupted({"import": 2, "train": 2, "evaluate": 1}[stage])
    code, complaint = told(capsys, line)
    assert code == 130
    assert "stopped. Finished frames and epochs are kept; the same command goes on from them." in complaint
    interrupted(10**9)
    assert told(capsys, line)[0] == 0
    found, wanted = files(here / place), files(here / place.replace("out", "undisturbed"))
    assert set(found) == set(wanted)
    assert {name for name in found if found[name] != wanted[name]} <= {"curves.jsonl"}
