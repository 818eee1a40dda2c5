"""The paper's grid: train with each pair of learning rate and weight decay, take the best by validation F1.

Every cell is a training of its own in a folder of its own, so a killed search goes on where it was, and what is
finished is only read. The test set plays no part.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from blemish.dataset.read import Dataset
from blemish.errors import RequestError, WorkError
from blemish.learn import files
from blemish.learn.fit import DivergedError, Progress, train
from blemish.learn.precision import Device
from blemish.learn.protocol import Protocol
from blemish.settings import Positive, plain, settings


@settings
class Grid:
    """What is tried; the defaults are the paper's (read as)."""

    learning_rates: tuple[Positive, ...] = (1e-2, 1e-4)
    """Rates at the start of training."""
    weight_decays: tuple[Positive, ...] = (1e-4, 1e-6)
    """AdamW's decays."""


@dataclass(frozen=True)
class Cell:
    """One training of the grid."""

    learning_rate: float
    weight_decay: float
    validation_f1: float | None
    validation_loss: float | None
    failed: str | None
    """Why it gave no model: a rate may be too high for a network."""


@dataclass(frozen=True)
class Tuned:
    """The whole grid, and the protocol with its best cell's values."""

    best: Protocol
    cells: tuple[Cell, ...]


def tune(
    protocol: Protocol,
    dataset: Dataset,
    folder: Path,
    grid: Grid | None = None,
    progress: Callable[[Progress], None] | None = None,
    *,
    device: Device = "auto",
) -> Tuned:
    """Train every cell of a grid in ``folder``; write ``tuned.json`` and give the same.

    Raises :class:`WorkError` when every cell diverged. Costs as many trainings as the grid has cells.
    """
    grid = grid or Grid()
    if not grid.learning_rates or not grid.weight_decays:
        raise RequestError("a grid needs at least one learning rate and one weight decay")
    cells = []
    for rate, decay in product(grid.learning_rates, grid.weight_decays):
        chosen = dataclasses.replace(protocol, learning_rate=rate, weight_decay=decay)
        cell_folder = folder / f"rate-{rate:g}-decay-{decay:g}"
        cells.append(_cell(chosen, dataset, cell_folder, progress, device=device, cache=folder / "tiles"))
    finished = [cell for cell in cells if cell.validation_f1 is not None]
    if not finished:
        raise WorkError(f"{folder}: no cell of the grid could be trained: {cells[0].failed}")
    # Equal F1 (both 0, say) is decided by the loss.
    best = max(finished, key=lambda cell: (cell.validation_f1 or 0.0, -(cell.validation_loss or 0.0)))
    tuned = Tuned(
        dataclasses.replace(protocol, learning_rate=best.learning_rate, weight_decay=best.weight_decay), tuple(cells)
    )
    files.write(folder, folder / "tuned.json", (json.dumps(plain(tuned), indent=1) + "\n").encode())
    return tuned


def _cell(
    protocol: Protocol,
    dataset: Dataset,
    folder: Path,
    progress: Callable[[Progress], None] | None,
    *,
    device: Device,
    cache: Path,
) -> Cell:
    values = protocol.learning_rate, protocol.weight_decay
    try:
        training = train(protocol, dataset, folder, progress=progress, device=device, cache_folder=cache)
    except DivergedError as error:
        return Cell(*values, None, None, str(error))
    facts = training.model.training
    return Cell(*values, facts["validation_f1"], facts["validation_loss"], None)
