"""A clock that is set back, or dates of files that lie, change nothing."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

import pytest
import small_dataset as small

from blemish.cli.progress import progress
from blemish.dataset import write
from blemish.dataset.verify import verify

SRC = Path(__file__).resolve().parents[2] / "src"
CLOCKS = re.compile(
    r"\btime\.(time|time_ns|localtime|gmtime|strftime|ctime)\(|\bst_[mac]time|\bgetmtime\b|\b(date|datetime)\.\w*(now|today)"
)


def test_no_decision_rests_on_the_time_of_day_or_on_the_date_of_a_file() -> None:
    """One place looks at a date: ``annotate`` unpacks a photograph again when its date is another, earlier or later."""
    found = {path.name for path in SRC.rglob("*.py") if CLOCKS.search(path.read_text(encoding="utf-8"))}
    assert found == {"folder.py"}


def test_what_is_finished_is_known_by_its_content(tmp_path: Path) -> None:
    """Frames from the year 1980 and from the far future are kept alike, and verified alike."""
    write.create(tmp_path, small.HEADER)
    for age, name in ((3e8, "c000"), (4e9, "d000")):
        write.write_specimen(tmp_path, small.specimen(name), small.geometry(name))
        write.write_frame(tmp_path, small.frame(name, "v000"), *small.pixels(name, "v000"))
        for path in tmp_path.rglob("*"):
            os.utime(path, (age, age))
    for name in ("c000", "d000"):
        assert write.has_frame(tmp_path, name, "v000", small.frame(name, "v000").digest)
    write.finish(tmp_path, small.HEADER, split=None)
    assert verify(tmp_path).ok


def test_progress_never_runs_backwards(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """With the clock set back a year in the middle of the work, no time is negative."""
    days = iter(range(10_000, 0, -365))
    monkeypatch.setattr(time, "time", lambda: 86400.0 * next(days))
    with progress("frames") as advance:
        for done in range(4):
            advance(done, 3, "")
    told = capsys.readouterr().out
    assert "frames: 3/3 in 0 s" in told
    assert "-" not in told
