"""One cell of a transfer table: a training, or a fine-tuning of another cell's model, and its evaluation.

A cell's folder appears whole or not at all and holds all that repeats it: ``cell.json`` (what it was made of, by name
and digest, and with which programs), ``study.toml`` for ``blemish train``, ``model/`` and ``evaluation/``. Its name
ends in a digest of what its model is made of, so a changed table makes new cells and leaves the old ones alone. When a
defect counts as found is no part of it: by another rule the same model is judged anew, which takes seconds.
"""

from __future__ import annotations

import hashlib
import json
import platform
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch

import blemish
from blemish.dataset.atomic import clear, replace_file, replace_folder, storing
from blemish.dataset.read import Dataset, open_dataset
from blemish.errors import WorkError
from blemish.evaluate.evaluation import evaluate, read_evaluation
from blemish.evaluate.objects import ObjectRule
from blemish.evaluate.rows import Row, draws_of, protocol_of, rows_of
from blemish.evaluate.scarcity import Few, chosen, narrowed
from blemish.evaluate.transfer import TableFile
from blemish.learn.checkpoint import Model, load_model
from blemish.learn.fit import Progress, train
from blemish.learn.precision import Device
from blemish.learn.protocol import Protocol
from blemish.learn.tune import Grid, tune
from blemish.settings import canonical, plain

FILE = "cell.json"
CELLS, UNFINISHED, TILES = "cells", "unfinished", "tiles"


@dataclass(frozen=True)
class Cell:
    """What is to be done for one cell; :func:`fill` does it."""

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


Tell = Callable[[Cell, float, str], None]
"""Told which cell is at work, the share of it that is done, and a word about where it is."""


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


def folder_of(out: Path, cell: Cell) -> Path | None:
    """Find the folder of a trained cell; one that was filled under another source's name serves as well."""
    same = (out / CELLS).glob(f"*.{cell.network}.{cell.seed}-{cell.digest[:8]}")
    done = sorted((one for one in same if (one / FILE).is_file()), key=lambda one: (one.name != cell.name, one.name))
    return done[0] if done else None


def is_filled(out: Path, cell: Cell) -> bool:
    """Say whether a cell is trained, and judged by the rule that is asked for."""
    there = folder_of(out, cell)
    try:
        return there is not None and read_evaluation(there / "evaluation").objects.rule == cell.rule
    except WorkError:  # damaged, or of another version
        return False


def fill(cell: Cell, device: Device, *, out: Path, tell: Tell | None = None) -> Path:
    """Train and evaluate one cell under ``out``, or go on where it was killed; give its folder."""
    folder = out / UNFINISHED / cell.name
    learned, target = open_dataset(cell.learn_from), open_dataset(cell.target)
    if cell.few is not None:
        learned = narrowed(learned, cell.few)
    if there := folder_of(out, cell):
        model = _copied(there / "model", folder / "model", device)
    else:
        model = _trained(cell, learned, folder, _start(cell, out, device), device=device, cache=out / TILES, tell=tell)
    told = None if tell is None else partial(_tell_evaluation, cell, tell)
    evaluate(model, target, "test", folder / "evaluation", told, rule=cell.rule)
    replace_file(folder, folder / "study.toml", _study(cell, model).encode())
    facts = _facts(cell, model, learned, target)
    replace_file(folder, folder / FILE, (json.dumps(facts, indent=1, sort_keys=True) + "\n").encode())
    clear(folder)
    with storing(out):
        replace_folder(folder, out / CELLS / cell.name)
    return out / CELLS / cell.name


def _start(cell: Cell, out: Path, device: Device) -> Model | None:
    if cell.start is None:
        return None
    begun = folder_of(out, cell.start)
    assert begun is not None, f"{cell.start.title} is filled before {cell.title}"
    return load_model(begun / "model", device)


def _copied(model: Path, place: Path, device: Device) -> Model:
    with storing(place):
        shutil.copytree(model, place, dirs_exist_ok=True)
    return load_model(place, device)


def _trained(
    cell: Cell,
    learned: Dataset,
    folder: Path,
    start: Model | None,
    *,
    device: Device,
    cache: Path,
    tell: Tell | None,
) -> Model:
    if cell.grid is None:
        progress = None if tell is None else partial(_tell_training, cell, tell, 0)
        how: dict[str, Any] = {"device": device, "cache_folder": cache}
        how["beside"] = None if cell.beside is None else open_dataset(cell.beside)
        return train(cell.protocol, learned, folder / "model", start, progress, **how).model
    progress_of = None if tell is None else partial(_tell_training, cell, tell)
    tuned = tune(cell.protocol, learned, folder / "grid", cell.grid, progress_of, devices=(device,), cache_folder=cache)
    return _copied(tuned.best_folder, folder / "model", device)


def trainings_in(cell: Cell) -> int:
    """Give how many trainings a cell costs."""
    return 1 if cell.grid is None else len(cell.grid.learning_rates) * len(cell.grid.weight_decays)


def _tell_training(cell: Cell, tell: Tell, number: int, at: Progress) -> None:
    done = ((number * at.max_epochs) + at.epoch - 1) * at.steps_per_epoch + at.step
    worth = "" if at.validation_f1 is None else f", validation F1 {at.validation_f1:.3f}"
    total = trainings_in(cell) * at.max_epochs * at.steps_per_epoch
    tell(cell, done / total, f"{cell.title}: epoch {at.epoch}, loss {at.loss:.4f}{worth}")


def _tell_evaluation(cell: Cell, tell: Tell, done: int, total: int) -> None:
    tell(cell, 1.0, f"{cell.title}: evaluating {done}/{total}")


def _facts(cell: Cell, model: Model, learned: Dataset, target: Dataset) -> dict[str, Any]:
    """Say everything that a cell was made of."""
    return {
        "format": "blemish table cell",
        "version": 1,
        "title": cell.title,
        "row": plain(cell.row),
        "network": cell.network,
        "seed": cell.seed,
        "digest": cell.digest,
        "protocol": plain(model.protocol),
        "precision": model.precision,
        "grid": plain(cell.grid),
        "few": None if cell.few is None else plain(cell.few) | {"names": _names(learned, cell.few)},
        "learned": {"name": learned.header.name, "digests": dict(learned.header.digests)},
        "target": {"name": target.header.name, "digests": dict(target.header.digests)},
        "start": "" if cell.start is None else cell.start.name,
        "beside": "" if cell.beside is None else _shown(cell.beside),
        "rule": plain(cell.rule),
        "model_sha256": model.digest,
        "software": {
            "blemish": blemish.__version__,
            "torch": torch.__version__,
            "python": platform.python_version(),
            "threads": str(torch.get_num_threads()),
        },
    }


def _names(learned: Dataset, few: Few) -> list[str]:
    return [name.decode() for name in chosen(learned, few)]


def _study(cell: Cell, model: Model) -> str:
    """Write the study that repeats a cell's training by hand."""
    init = f" --init ../{cell.start.name}" if cell.start else ""
    few = f" Of its set train only some images were learned from: see few in {FILE}." if cell.few else ""
    lines = [
        f"# {cell.title}. To repeat it by hand, from this folder:",
        f"#   blemish train study.toml --data DATASET{init} --out again",
        "#   blemish evaluate again TARGET",
        f"# DATASET: {_shown(cell.learn_from)}; TARGET: {_shown(cell.target)}; their digests are in {FILE}.{few}",
        "",
        f'name = "{cell.name.replace(".", "-")[:80]}"',
        "",
        *_table("learn", plain(model.protocol)),
    ]
    return "\n".join(lines) + "\n"


def _shown(path: Path) -> str:
    return path.resolve().name


def _table(name: str, values: Mapping[str, Any]) -> Iterator[str]:
    """Write plain settings as TOML; what is ``None`` is left out, since it is the default."""
    yield f"[{name}]"
    inner = {key: value for key, value in values.items() if isinstance(value, dict)}
    for key, value in values.items():
        if value is not None and key not in inner:
            # JSON writes text, numbers, booleans and lists of them just as TOML does.
            yield f"{key} = {json.dumps(value)}"
    for key, value in inner.items():
        yield ""
        yield from _table(f"{name}.{key}", value)
