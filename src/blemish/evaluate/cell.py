"""One cell of a transfer table: a training, or a fine-tuning of another cell's model, and its evaluation.

A cell is known by a digest of all that its model is made of: how and from which images it learns, what it starts from,
and what it is tested on. When a defect counts as found is no part of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from blemish.dataset.read import Dataset, open_dataset
from blemish.evaluate.objects import ObjectRule
from blemish.evaluate.rows import Row, draws_of, protocol_of, rows_of
from blemish.evaluate.scarcity import Few, chosen
from blemish.evaluate.transfer import TableFile
from blemish.learn.protocol import Protocol
from blemish.learn.tune import Grid
from blemish.settings import canonical


@dataclass(frozen=True)
class Cell:
    """What is to be done for one cell; :func:`~blemish.evaluate.filling.fill` does it."""

    row: Row
    network: str
    seed: int
    protocol: Protocol
    learn_from: Path
    """The dataset whose training set is learned from."""
    target: Path
    rule: ObjectRule
    grid: Grid | None
    start: Cell | None
    """The cell whose model is gone on from."""
    digest: str
    few: Few | None = None
    """Which few of the target's objects are learned from; ``None`` for all."""
    beside: Path | None = None
    """The dataset that every second crop is taken from; ``None`` for none."""

    @property
    def name(self) -> str:
        """Its folder's name."""
        words = f"{self.row.source}-{self.row.variant}".replace(" ", "-").removesuffix("-source")
        few = f"-{self.few.objects}x{self.few.images_each}-draw{self.few.draw}" if self.few else ""
        return f"{words}{few}.{self.network}.{self.seed}-{self.digest[:8]}"

    @property
    def title(self) -> str:
        """What people call it."""
        draw = f", draw {self.few.draw}" if self.few and self.few.draw else ""
        return f"{self.row.title}, {self.network}{draw}" + (f", seed {self.seed}" if self.seed else "")


def cells_of(file: TableFile) -> list[Cell]:
    """List every cell of a table, row by row; those to start from are among them or are made on the way."""
    folders = {"target": file.table.target.data} | {name: one.data for name, one in file.table.sources.items()}
    seen = {name: dict(open_dataset(file.folder(data)).header.digests) for name, data in folders.items()}
    target = open_dataset(file.folder(file.table.target.data))
    return [
        _cell(file, row, network, seed, seen=seen, few=few)
        for row in rows_of(file.table)
        for network in file.table.networks
        for seed in file.table.seeds
        for few in _distinct(target, draws_of(file.table, row))
    ]


def _distinct(target: Dataset, draws: Sequence[Few | None]) -> Iterator[Few | None]:
    """Leave out draws that choose the objects of an earlier one: the same training twice says nothing of chance."""
    known: set[frozenset[bytes]] = set()
    for few in draws:
        objects = frozenset() if few is None else frozenset(chosen(target, few))
        if objects not in known:
            known.add(objects)
            yield few


def with_starts(cells: list[Cell]) -> Iterator[Cell]:
    """Give cells and the ones that they start from, each once, those that others start from first."""
    known: set[str] = set()
    for cell in [*(one.start for one in cells if one.start), *cells]:
        if cell.digest not in known:
            known.add(cell.digest)
            yield cell


def _cell(
    file: TableFile,
    row: Row,
    network: str,
    seed: int,
    *,
    seen: Mapping[str, Mapping[str, str]],
    few: Few | None = None,
) -> Cell:
    table = file.table
    start = None
    if row.fine_tuned:
        start = _cell(file, Row(row.source, "stacked" if row.stacked else "source"), network, seed, seen=seen)
    learned = "target" if row.fine_tuned else row.source
    protocol = protocol_of(table, row, network, seed, tuning=row.fine_tuned)
    grid = None if row.fine_tuned else table.grid
    made_of: dict[str, Any] = {
        "protocol": protocol,
        "learned": _identity(seen[learned]),
        "target": _identity(seen["target"]),
        "grid": grid,
        "start": start.digest if start else "",
    }
    if few is not None:
        made_of["few"] = few
    beside = row.fine_tuned and table.sources[row.source].beside
    if beside:
        made_of["beside"] = _identity(seen[row.source])
    data = table.target.data if learned == "target" else table.sources[learned].data
    return Cell(
        row=row,
        network=network,
        seed=seed,
        protocol=protocol,
        learn_from=file.folder(data),
        target=file.folder(table.target.data),
        rule=table.rule,
        grid=grid,
        start=start,
        digest=hashlib.sha256(canonical(made_of).encode()).hexdigest(),
        few=few,
        beside=file.folder(table.sources[row.source].data) if beside else None,
    )


def _identity(digests: Mapping[str, str]) -> dict[str, str]:
    return {name: digests.get(name, "") for name in ("frames.npy", "splits.json")}
