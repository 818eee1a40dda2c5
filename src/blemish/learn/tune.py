"""The paper's grid: train with each pair of learning rate and weight decay, take the best by validation F1.

Every cell is a training of its own in a folder of its own, so a killed search goes on where it was, and what is
finished is only read. The test set plays no part.
"""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product
from pathlib import Path
from typing import Annotated

from annotated_types import MinLen

from blemish.dataset.read import Dataset
from blemish.errors import RequestError, WorkError
from blemish.learn import files
from blemish.learn.devices import side_by_side
from blemish.learn.fit import DivergedError, Progress, train
from blemish.learn.outcome import TILES
from blemish.learn.precision import Device
from blemish.learn.protocol import Protocol
from blemish.settings import NotNegative, Positive, plain, settings

FILE = "tuned.json"
FOLDER = "grid"
"""Where a search lies in a run folder."""


@settings
class Grid:
    """What is tried; the defaults are the paper's (read as)."""

    learning_rates: Annotated[tuple[Positive, ...], MinLen(1)] = (1e-2, 1e-4)
    """Rates at the start of training."""
    weight_decays: Annotated[tuple[NotNegative, ...], MinLen(1)] = (1e-4, 1e-6)
    """AdamW's decays."""


@dataclass(frozen=True)
class Cell:
    """One training of the grid."""

    learning_rate: float
    weight_decay: float
    folder: str
    """Where its model is, seen from ``tuned.json``."""
    validation_f1: float | None
    validation_loss: float | None
    failed: str | None
    """Why it gave no model: a rate may be too high for a network."""


@dataclass(frozen=True)
class Tuned:
    """The whole grid, and the protocol with its best cell's values."""

    best: Protocol
    best_folder: Path
    """Where the best cell's model is."""
    cells: tuple[Cell, ...]


def tune(
    protocol: Protocol,
    dataset: Dataset,
    folder: Path,
    grid: Grid | None = None,
    progress: Callable[[int, Progress], None] | None = None,
    *,
    devices: Sequence[Device] = ("auto",),
    cache_folder: Path | None = None,
) -> Tuned:
    """Train every cell of a grid in ``folder``; write ``tuned.json`` and give the same.

    Cells are trained side by side where there are several devices; ``progress`` is told the cell's number, from 0, and
    where it is, with one device only. Raises :class:`WorkError` when every cell diverged. Costs as many trainings as
    the grid has cells.
    """
    grid = grid or Grid()
    if not grid.learning_rates or not grid.weight_decays:
        raise RequestError("a grid needs at least one learning rate and one weight decay")
    tasks = [
        (dataclasses.replace(protocol, learning_rate=rate, weight_decay=decay), number)
        for number, (rate, decay) in enumerate(product(grid.learning_rates, grid.weight_decays))
    ]
    work = partial(
        _train_cell,
        dataset=dataset,
        folder=folder,
        cache=cache_folder or folder / TILES,
        progress=progress if len(devices) == 1 else None,
    )
    found = dict(side_by_side(work, tasks, devices))
    cells = tuple(found[place] for place in range(len(tasks)))
    finished = [cell for cell in cells if cell.validation_f1 is not None]
    if not finished:
        raise WorkError(f"{folder}: no cell of the grid could be trained: {cells[0].failed}")
    # Equal F1 (both 0, say) is decided by the loss.
    best = max(finished, key=lambda cell: (cell.validation_f1 or 0.0, -(cell.validation_loss or 0.0)))
    chosen = dataclasses.replace(protocol, learning_rate=best.learning_rate, weight_decay=best.weight_decay)
    told = {"best": plain(chosen), "best_folder": best.folder, "cells": plain(cells)}
    files.write(folder, folder / FILE, (json.dumps(told, indent=1) + "\n").encode())
    if cache_folder is None:
        shutil.rmtree(folder / TILES, ignore_errors=True)
    return Tuned(chosen, folder / best.folder, cells)


def as_text(tuned: Tuned) -> str:
    """Give the grid as a table, the best cell first, with what to write into a study."""
    ranked = sorted(tuned.cells, key=lambda cell: (-(cell.validation_f1 or -1.0), cell.validation_loss or 0.0))
    lines = ["learning_rate  weight_decay  validation F1"]
    for cell in ranked:
        worth = "diverged" if cell.validation_f1 is None else f"{100 * cell.validation_f1:.1f} %"
        lines.append(f"{cell.learning_rate:13g}  {cell.weight_decay:12g}  {worth:>13}")
    best = tuned.best
    lines.append(f"best: learning_rate = {best.learning_rate:g}, weight_decay = {best.weight_decay:g}")
    return "\n".join([*lines, f"its model is in {tuned.best_folder}"])


def _train_cell(
    task: tuple[Protocol, int],
    device: Device,
    *,
    dataset: Dataset,
    folder: Path,
    cache: Path,
    progress: Callable[[int, Progress], None] | None,
) -> Cell:
    protocol, number = task
    values = protocol.learning_rate, protocol.weight_decay
    name = f"rate-{values[0]:g}-decay-{values[1]:g}"
    tell = None if progress is None else partial(progress, number)
    try:
        training = train(protocol, dataset, folder / name, progress=tell, device=device, cache_folder=cache)
    except DivergedError as error:
        return Cell(*values, name, None, None, str(error))
    facts = training.model.training
    return Cell(*values, name, facts.get("validation_f1"), facts.get("validation_loss"), None)
