"""Filling one cell of a transfer table: train, evaluate, and keep all that repeats it.

A cell's folder appears whole or not at all: ``cell.json`` (what its model was made of, by name and digest, and with
which programs), ``study.toml`` for ``blemish train``, ``model/`` and ``evaluation/``. Its name ends in the cell's
digest, so a changed table makes new cells and leaves the old ones alone. By another rule of what is found only
``evaluation/`` is made anew.
"""

from __future__ import annotations

import json
import platform
import shutil
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import torch

import blemish
from blemish.dataset.atomic import clear, replace_file, replace_folder, storing
from blemish.dataset.read import Dataset, open_dataset
from blemish.errors import WorkError
from blemish.evaluate.cell import Cell
from blemish.evaluate.evaluation import evaluate, read_evaluation
from blemish.evaluate.scarcity import Few, chosen, narrowed
from blemish.learn.checkpoint import Model, load_model
from blemish.learn.fit import Progress, train
from blemish.learn.precision import Device
from blemish.learn.tune import tune
from blemish.settings import plain

FILE = "cell.json"
CELLS, UNFINISHED, TILES = "cells", "unfinished", "tiles"

Tell = Callable[[Cell, float, str], None]
"""Told which cell is at work, the share of it that is done, and a word about where it is."""


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
    """Train and evaluate one cell under ``out``, or go on where it was killed; give its folder.

    A cell that is trained already is judged anew, where it lies.
    """
    target = open_dataset(cell.target)
    told = None if tell is None else partial(_tell_evaluation, cell, tell)
    if there := folder_of(out, cell):
        evaluate(load_model(there / "model", device), target, "test", there / "evaluation", told, rule=cell.rule)
        return there
    folder = out / UNFINISHED / cell.name
    learned = open_dataset(cell.learn_from)
    if cell.few is not None:
        learned = narrowed(learned, cell.few)
    model = _trained(cell, learned, folder, _start(cell, out, device), device=device, cache=out / TILES, tell=tell)
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
    with storing(folder):
        shutil.copytree(tuned.best_folder, folder / "model", dirs_exist_ok=True)
    return load_model(folder / "model", device)


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
