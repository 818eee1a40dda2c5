"""All that is measured of a model on a set of frames: ``RUN/inspection``.

::

    inspection.json      every figure                      sightings.csv   one row a defect and view
    calibration.json     what a view may be believed       objects.csv     defects found on the parts
    predictions/<set>/   scores of every pixel             surface/        maps on the part (stored.py)

This file holds the figures; :mod:`looking` puts the frames on the part, :mod:`concluding` draws the figures from that.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from blemish.disk import write_whole
from blemish.errors import WorkError
from blemish.inspect.inspecting import Inspecting
from blemish.inspect.loss import Loss
from blemish.inspect.pod.curves import CurveOf, SensitivityOf
from blemish.inspect.pod.false_calls import FalseCalls, Tradeoff
from blemish.inspect.surface.effective import Covered
from blemish.inspect.surface.fused import FusedScores
from blemish.inspect.surface.fusing import Fusion
from blemish.settings import plain

FILE = "inspection.json"
VERSION = 2


@dataclass(frozen=True)
class Unseen:
    """What no view looks at."""

    region: str
    area_mm2: float
    share: float
    """Of the region's area."""


@dataclass(frozen=True)
class NextView:
    """The view that would help most; filled in where the part and the plan are at hand."""

    kind: str
    size_mm: float
    world_from_camera: tuple[tuple[float, ...], ...]
    found: float
    """The share of the inspected area on which the plan finds such defects surely enough."""
    gained: float
    """By how much the view raises it."""
    found_mean: float
    gained_mean: float
    """The same of the mean probability over the area."""


@dataclass(frozen=True)
class Inspection:
    """``inspection.json``: what a model is worth on a part, as an inspector has to sign for it."""

    dataset: str
    dataset_digest: str
    split: str
    network: str
    model_digest: str
    threshold: float
    asked: Inspecting
    specimens: int
    frames: int
    scattered: int
    """Specimens that were made on top, with defects where too few had been seen."""
    sightings: int
    defects: int
    curves: tuple[CurveOf, ...]
    false_calls: FalseCalls
    tradeoff: Tradeoff
    """What other thresholds would do."""
    loss: Loss
    fused: tuple[FusedScores, ...]
    """Single views and every way of fusing, on the set inspected."""
    fusion: Fusion
    """The one that was best on the validation set: objects and maps are by it."""
    rates: tuple[tuple[str, float, float, int, int], ...]
    """By band of view angle: hit rate, false-call rate, looks at defect and at sound patches, on the validation set."""
    sensitivities: tuple[SensitivityOf, ...]
    coverage: tuple[Covered, ...]
    unseen: tuple[Unseen, ...]
    next_views: tuple[NextView, ...] = ()
    version: int = VERSION


def worth_improving(found: Inspection, kind: str) -> float | None:
    """Give the size of a kind whose coverage is nearest to a half, where a view changes most; None without one."""
    rows = [row for row in found.coverage if row.kind == kind and row.region == "*"]
    return min(rows, key=lambda row: abs(row.share - 0.5)).size_mm if rows else None


def write_inspection(inspection: Inspection, folder: Path) -> None:
    """Write ``inspection.json``."""
    write_whole(folder / FILE, json.dumps(plain(inspection), indent=1) + "\n")


def read_inspection(folder: Path) -> Inspection:
    """Read ``inspection.json`` back; :class:`WorkError` when it is missing, damaged or of another version."""
    from pydantic import TypeAdapter, ValidationError

    path = folder / FILE
    try:
        return TypeAdapter(Inspection).validate_json(path.read_bytes())
    except FileNotFoundError:
        raise WorkError(f"{path}: nothing was inspected here; `blemish inspect STUDY` does it") from None
    except ValidationError as error:
        raise WorkError(
            f"{path}: not an inspection of this version ({error.error_count()} faults); inspect again"
        ) from None
