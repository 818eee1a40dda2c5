"""What is told before the work begins."""

from __future__ import annotations

from pathlib import Path

import pytest

from blemish.cli.check import check


def test_a_part_too_large_for_its_views_is_told(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``check`` says how many views it takes at least and what to do; with a smaller wish it says nothing of it."""
    check(tiny)
    assert "plan.max_views is 4: name the regions that matter" in capsys.readouterr().out
    tiny.write_text(tiny.read_text().replace("max_views = 4", 'max_views = 4\nregions = ["milled"]'))
    check(tiny)
    told = capsys.readouterr().out
    assert "max_views" not in told
    assert "no mistakes" in told
