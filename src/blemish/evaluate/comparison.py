"""Filling a transfer table cell by cell, and what it came to.

``compare(file, folder)`` fills the cells that are missing, judges anew those that were by another rule, and writes
``table.json``, ``table.md`` and ``table.tex``. It can be killed at any moment: finished cells are kept, the cell at
work goes on after its last finished epoch.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from blemish.dataset.atomic import clear, replace_file
from blemish.errors import RequestError
from blemish.evaluate import transfer_table
from blemish.evaluate.cell import Cell, cells_of, with_starts
from blemish.evaluate.evaluation import Evaluation, read_evaluation
from blemish.evaluate.filling import CELLS, TILES, UNFINISHED, fill, folder_of, is_filled, trainings_in
from blemish.evaluate.rows import Row, rows_of
from blemish.evaluate.transfer import TableFile
from blemish.learn.devices import side_by_side
from blemish.learn.precision import Device
from blemish.settings import plain

Advance = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Filled:
    """One cell with what it is worth."""

    cell: Cell
    folder: Path
    evaluation: Evaluation


@dataclass(frozen=True)
class Comparison:
    """A whole table, filled."""

    file: TableFile
    folder: Path
    rows: tuple[Row, ...]
    cells: tuple[Filled, ...]

    def at(self, row: Row, network: str) -> list[Filled]:
        """Give the cells of one row and one column, one for each seed and draw of few objects."""
        return [one for one in self.cells if one.cell.row == row and one.cell.network == network]


def compare(
    file: TableFile, folder: Path, advance: Advance | None = None, *, devices: Sequence[Device] = ("auto",)
) -> Comparison:
    """Fill every cell of a table under ``folder`` and give the whole; cells go side by side where devices are several.

    ``advance`` is told what is done, what there is at most, and where it is. Costs a training and an evaluation
    for each cell that is not there yet, an evaluation for each that was judged by another rule.
    """
    wanted = cells_of(file)
    cells = list(with_starts(wanted))
    replace_file(folder, folder / "table.toml", file.text.encode())
    tell = _Told(cells, advance) if advance is not None else None
    # Those that others start from come first.
    for starts in (True, False):
        some = [cell for cell in cells if (cell.start is None) is starts]
        work = partial(fill, out=folder, tell=tell.during if tell and len(devices) == 1 else None)
        missing = [cell for cell in some if not is_filled(folder, cell)]
        if tell:
            for cell in some:
                if cell not in missing:
                    tell.after(cell)
        for place, _ in side_by_side(work, missing, devices):
            if tell:
                tell.after(missing[place])
    shutil.rmtree(folder / TILES, ignore_errors=True)
    with suppress(OSError):
        (folder / UNFINISHED).rmdir()  # unless another table has left something to go on with
    comparison = _gathered(file, folder, wanted)
    _write(comparison)
    return comparison


def read_comparison(file: TableFile, folder: Path) -> Comparison:
    """Gather a table whose cells are all there; :class:`RequestError` names those that are not."""
    wanted = cells_of(file)
    missing = [cell.title for cell in wanted if not is_filled(folder, cell)]
    if missing:
        raise RequestError(
            f"{folder}: {len(missing)} of {len(wanted)} cells are not filled ({'; '.join(missing)}); "
            f"`blemish compare {file.path}` fills them"
        )
    return _gathered(file, folder, wanted)


def _gathered(file: TableFile, folder: Path, wanted: Sequence[Cell]) -> Comparison:
    def read(cell: Cell) -> Filled:
        place = folder_of(folder, cell)
        assert place is not None, f"{cell.title} is filled"
        evaluation = read_evaluation(place / "evaluation")
        assert evaluation.objects.rule == cell.rule, f"{cell.title} is judged by the rule of this table"
        return Filled(cell, place, evaluation)

    return Comparison(file, folder, tuple(rows_of(file.table)), tuple(read(cell) for cell in wanted))


def _write(comparison: Comparison) -> None:
    folder = comparison.folder
    grid = transfer_table.grid_of(comparison)
    told = {"name": comparison.file.table.name, "cells": list(_told_cells(comparison))}
    texts = {
        "table.json": json.dumps(told, indent=1) + "\n",
        "table.md": transfer_table.as_markdown(grid) + "\n",
        "table.tex": transfer_table.as_latex(grid) + "\n",
    }
    for name, text in texts.items():
        replace_file(folder, folder / name, text.encode())
    clear(folder)


def _told_cells(comparison: Comparison) -> Iterator[dict[str, object]]:
    for one in comparison.cells:
        worth = one.evaluation
        yield {
            "row": one.cell.row.title,
            "network": one.cell.network,
            "seed": one.cell.seed,
            "few": None if one.cell.few is None else plain(one.cell.few),
            "folder": f"{CELLS}/{one.folder.name}",
            "precision": worth.precision,
            "recall": worth.recall,
            "f1": worth.f1,
            "f1_interval": plain(worth.f1_interval),
            "average_precision": worth.average_precision,
            "best_f1": worth.best_f1,
            "defects": plain(worth.objects.all),
            "false_calls_per_image": worth.objects.false_calls_per_image,
        }


class _Told:
    """Adds up what is done over all cells; one that stops early counts as far as it might have gone."""

    def __init__(self, cells: Sequence[Cell], advance: Advance) -> None:
        self.advance, self.done = advance, 0.0
        self.total = sum(_cost(cell) for cell in cells)

    def during(self, cell: Cell, share: float, note: str) -> None:
        """Tell how far the cell at work is."""
        self.advance(int(self.done + share * _cost(cell)), self.total, note)

    def after(self, cell: Cell) -> None:
        """Take note of a cell that is finished."""
        self.done += _cost(cell)
        self.advance(int(self.done), self.total, f"{cell.title}: done")


def _cost(cell: Cell) -> int:
    """Give the epochs that a cell may take, in hundredths."""
    return 100 * cell.protocol.max_epochs * trainings_in(cell)
