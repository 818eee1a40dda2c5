"""A trained model inspected from the command line: what comes out, what is refused, and that twice gives the same."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
from tiny import tree

from blemish.inspect.inspection import read_inspection
from blemish.inspect.stored import read_surface

Command = Callable[..., subprocess.CompletedProcess[str]]
ASKED = """
[inspect]
patch_mm = 0.7
sizes_mm = [0.5, 2.0]
scatter = 1
"""
LARGE = "per_specimen = 16\ndiameter_mm = { log_uniform = [1.5, 3.0] }"
"""Dents enough for a single specimen to calibrate with."""


def test_a_run_with_inspection_ends_in_figures_objects_and_maps(tiny: Path, blemish: Command) -> None:
    """``blemish run`` inspects where the study asks for it; all files belong together; again changes nothing."""
    text = tiny.read_text().replace("[render]\n", "[render]\ngeometry = true\n") + ASKED
    text = text.replace("correct = 1\ndefective = 2", "correct = 0\ndefective = 3").replace(
        "max_views = 4", "max_views = 6"
    )
    tiny.write_text(text.replace("per_specimen = 6\ndiameter_mm = { log_uniform = [1.0, 2.0] }", LARGE))
    told = blemish("run", tiny)
    assert told.returncode == 0, told.stdout + told.stderr
    folder = tiny.parent / "runs/tiny/inspection"
    found = read_inspection(folder)
    assert found.scattered == 1
    assert [one.how for one in found.fused] == ["single", "max", "mean", "bayes"]
    # Two networks' steps find nothing: every curve is refused in words, none is made up.
    assert all(one.curve is not None or one.refused for one in found.curves)
    assert all(one.sensitivity is not None or one.refused for one in found.sensitivities)
    maps = read_surface(folder)
    assert set(maps.specimens) == {path.parent.name for path in folder.glob("predictions/test/scores/*/v000.png")}
    for one in maps.specimens.values():
        np.testing.assert_array_equal(np.isnan(one.evidence), one.views == 0)
        assert not (one.called & (one.views == 0)).any()
    listed = json.loads((folder / "objects.json").read_text())
    assert len((folder / "objects.csv").read_text().splitlines()) == 1 + sum(map(len, listed.values()))
    page = (tiny.parent / "runs/tiny/report.html").read_text()
    for title in ("On the part: all views together", "Probability of detection", "Effective coverage"):
        assert title in page
    before = tree(folder)
    assert blemish("inspect", tiny).returncode == 0
    assert tree(folder) == before
    tiny.write_text(
        tiny.read_text().replace("patch_mm = 0.7", "patch_mm = 1.5").replace("scatter = 1", 'split = "val"')
    )
    assert blemish("inspect", tiny).returncode == 0
    assert len(read_surface(folder).area_mm2) < len(maps.area_mm2)
    assert not set(read_surface(folder).specimens) & set(maps.specimens)


def test_what_inspection_lacks_is_told_with_the_command_that_makes_it(tiny: Path, blemish: Command) -> None:
    """No model, frames without geometry, and a measure that defects do not have: each is one sentence, no traceback."""
    for command, words in (
        (None, r"blemish train|no model|there is no"),
        (("make", "train"), r"geometry = true.*blemish make"),
    ):
        for verb in command or ():
            assert blemish(verb, tiny).returncode == 0
        told = blemish("inspect", tiny)
        assert told.returncode in (1, 2)
        assert "Traceback" not in told.stderr
        assert re.search(words, told.stderr), told.stderr
    tiny.write_text(tiny.read_text() + '\n[inspect]\npatch_mm = -1\nmeasure = { dent = "girth_mm" }\n')
    told = blemish("inspect", tiny)
    assert told.returncode == 2
    assert "2 mistakes" in told.stderr
