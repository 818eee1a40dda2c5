"""The verbs as they are typed: photographs with poses in, looked through, set side by side, and out again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import test_posed

from blemish.cli import main

source = test_posed.source


def typed(*words: object) -> int:
    """Type a command line; give its exit code."""
    try:
        main([str(word) for word in words])
    except SystemExit as left:
        return int(left.code or 0)
    return 0


def test_photographs_with_poses_go_all_the_way(source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Import, verify, stats of one and of two, export as BOP: each tells what it did and leaves with 0."""
    table, out = source / "table.csv", source / "gap.html"
    assert typed("import", "labelme", source / "in", source / "set", "--poses", table, "--split", "1:1") == 0
    assert typed("verify", source / "set") == 0
    assert typed("stats", source / "set", "--out", source / "one.html", "--split", "train") == 0
    assert typed("stats", source / "set", source / "set", "--out", out) == 0
    assert typed("export", "bop", source / "set", source / "bop") == 0
    told = capsys.readouterr().out
    for words in (
        "4 photographs read, 4 kept",
        "0 faults",
        "grey levels of lit surface: 0 levels apart",
        "bop: 4 images",
    ):
        assert words in told
    assert out.is_file()
    assert {one["moved"] for one in json.loads(out.with_suffix(".json").read_text())["differences"]} <= {0.0, None}


@pytest.mark.parametrize(
    "words",
    [
        ("import", "labelme", "in", "set2", "--poses", "nowhere.csv"),
        ("import", "labelme", "in", "set2", "--plan", "plan.json"),
        ("stats", "in"),
        ("stats", "nowhere"),
        ("export", "bopp", "in", "out"),
        ("annotate", "nowhere"),
        ("annotate", "."),
        ("annotate", "in", "--host", "0.0.0.0", "--no-browser"),
    ],
)
def test_wrong_requests_leave_with_2_and_one_message(
    source: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    """No traceback, nothing written."""
    monkeypatch.chdir(source)
    before = sorted(source.rglob("*"))
    assert typed(*words) == 2
    assert capsys.readouterr().err.startswith("blemish: ")
    assert sorted(source.rglob("*")) == before
