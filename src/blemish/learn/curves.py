"""``curves.jsonl``: one line of JSON an epoch, appended as training goes."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from blemish.dataset.atomic import storing
from blemish.errors import CheckpointError
from blemish.learn import files

FILE = "curves.jsonl"


def append(folder: Path, row: dict[str, Any]) -> None:
    """Add the row of an epoch."""
    with storing(folder / FILE), (folder / FILE).open("a", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")


def read(folder: Path) -> list[dict[str, Any]]:
    """Give all rows, in order; none where nothing was trained. A last row that was never finished is left out.

    Raises :class:`CheckpointError` when another row cannot be read.
    """
    path = folder / FILE
    lines = path.read_bytes().splitlines() if path.is_file() else []
    if lines and _epoch(lines[-1]) == math.inf:
        lines.pop()
    broken = [number for number, line in enumerate(lines, start=1) if _epoch(line) == math.inf]
    if broken:
        raise CheckpointError(f"{path}: line {broken[0]} is damaged; remove that line, or train the model again")
    return [json.loads(line) for line in lines]


def waiting_share(folder: Path) -> float | None:
    """Give the share of all training time that was spent waiting for crops; ``None`` where nothing was trained."""
    rows = read(folder)
    seconds = sum(row["seconds"] for row in rows)
    return sum(row["seconds"] * row["waiting_share"] for row in rows) / seconds if seconds else None


def keep(folder: Path, epochs: int) -> None:
    """Drop the rows of epochs that were learned, but not saved before a training was killed."""
    path = folder / FILE
    if path.is_file():
        kept = [line for line in path.read_bytes().splitlines() if _epoch(line) <= epochs]
        files.write(folder, path, b"".join(line + b"\n" for line in kept))


def _epoch(line: bytes) -> float:
    try:
        return float(json.loads(line)["epoch"])
    except (ValueError, KeyError, TypeError):
        return math.inf  # it was being written when the training was killed
