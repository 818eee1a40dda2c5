"""The grid: the best cell by validation F1 is taken, failed cells are told, finished ones are not repeated."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from blemish.dataset.read import Dataset
from blemish.errors import RequestError
from blemish.learn.fit import Progress
from blemish.learn.protocol import Protocol
from blemish.learn.tune import Cell, Grid, Tuned, as_text, tune


def test_the_best_cell_is_taken_and_a_diverged_one_is_told(tiny: Protocol, dataset: Dataset, tmp_path: Path) -> None:
    """Of a fair rate and an absurd one, the fair one; the other says why it failed; a second call takes no step."""
    protocol = dataclasses.replace(tiny, max_epochs=1)
    grid = Grid(learning_rates=(1e30, 1e-2), weight_decays=(1e-4,))
    tuned = tune(protocol, dataset, tmp_path, grid)
    assert tuned.best == dataclasses.replace(protocol, learning_rate=1e-2, weight_decay=1e-4)
    assert "diverged" in (tuned.cells[0].failed or "")
    assert tuned.cells[1].validation_f1 is not None
    assert len(json.loads((tmp_path / "tuned.json").read_text())["cells"]) == 2
    steps: list[Progress] = []
    again = tune(protocol, dataset, tmp_path, Grid(learning_rates=(1e-2,), weight_decays=(1e-4,)), steps.append)
    assert not steps
    assert again.best == tuned.best


def test_an_empty_grid_is_refused(tiny: Protocol, dataset: Dataset, tmp_path: Path) -> None:
    """There is nothing to choose from."""
    with pytest.raises(RequestError, match="at least one"):
        tune(tiny, dataset, tmp_path, Grid(learning_rates=()))


def test_the_table_tells_the_best_first_and_what_diverged(tmp_path: Path) -> None:
    """One line a cell, by falling F1; a cell that gave no model comes last; then what to write into the study."""
    cells = (
        Cell(1e-2, 1e-4, "a", None, None, "diverged"),
        Cell(1e-4, 1e-4, "b", 0.25, 0.1, None),
        Cell(1e-4, 1e-6, "c", 0.5, 0.1, None),
    )
    text = as_text(Tuned(Protocol(learning_rate=1e-4, weight_decay=1e-6), tmp_path / "c", cells)).splitlines()
    assert [line.split()[-1] for line in text[1:4]] == ["%", "%", "diverged"]
    assert text[1].split()[:3] == ["0.0001", "1e-06", "50.0"]
    assert text[4] == "best: learning_rate = 0.0001, weight_decay = 1e-06"
