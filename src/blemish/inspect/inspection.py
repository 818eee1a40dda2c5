"""All that is measured of a model on a set of frames: ``RUN/inspection``.

::

    inspection.json      every figure                      sightings.csv   one row a defect and view
    calibration.json     what a view may be believed       objects.csv     defects found on the parts
    predictions/<set>/   scores of every pixel             surface/        maps on the part (stored.py)
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from blemish.disk import write_whole
from blemish.errors import WorkError
from blemish.inspect.inspecting import Inspecting
from blemish.inspect.loss import Loss, loss_of
from blemish.inspect.pod.curves import CurveOf, SensitivityOf, all_curves, sensitivities_of
from blemish.inspect.pod.false_calls import FalseCalls, Tradeoff, false_calls_of, tradeoff_of
from blemish.inspect.predictions import Predictions, predict_dataset
from blemish.inspect.sightings import Sightings, sightings_of, write_csv
from blemish.inspect.stored import write_effective, write_patches, write_specimen
from blemish.inspect.surface.backproject import Buffers, nominal_patches
from blemish.inspect.surface.calibrate import FILE as CALIBRATION
from blemish.inspect.surface.calibrate import Calibration, Judged, calibrate, write_calibration
from blemish.inspect.surface.effective import Covered, Looks, coverage_table, probabilities, smallest_found
from blemish.inspect.surface.fuse import Evidence, fuse
from blemish.inspect.surface.fused import FusedScores, compare_fusions, judge
from blemish.inspect.surface.fusing import Fusion
from blemish.inspect.surface.on_part import PartObject, objects_on_part, write_objects
from blemish.inspect.surface.patches import Patches
from blemish.settings import plain

if TYPE_CHECKING:
    from blemish.dataset.read import Dataset
    from blemish.learn import Model

FILE = "inspection.json"
VERSION = 1
Advance = Callable[[int, int, str], None]


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


@dataclass(frozen=True, eq=False)
class Seen:
    """The frames of the validation set and of the set inspected, put on the part: what all figures follow from."""

    dataset: Dataset
    predictions: Predictions
    asked: Inspecting
    patches: Patches
    calibration: Calibration
    fusion: Fusion
    judged: Sequence[Judged]
    looks: Looks
    sightings: Sightings
    scattered: int = 0

    @property
    def views_seen(self) -> np.ndarray:
        """How many views look at each patch, int (n,)."""
        return np.bincount(self.looks.patch, minlength=len(self.patches))


def look(
    model: Model,
    dataset: Dataset,
    asked: Inspecting,
    folder: Path,
    *,
    geometry: Path | None = None,
    advance: Advance = lambda _done, _total, _note: None,
) -> Seen:
    """Ask a model about validation and test frames, and put what it says on the part.

    ``geometry`` is a folder with the geometry of photographs, which their dataset does not have. Raises
    :class:`RequestError` where frames have no geometry or a set is empty. Costs a pass of the network over each frame
    and a fraction of a second for putting it on the part.
    """
    buffers = Buffers(dataset, geometry)
    for name in ("val", asked.split):
        buffers.check(dataset.split(name))
    sets = {
        name: predict_dataset(
            model, dataset, name, folder / "predictions" / name, _note(advance, f"asking the model, {name}")
        )
        for name in ("val", asked.split)
    }
    patches = nominal_patches(buffers, asked.patch_mm)
    judged = {
        name: judge(kept, patches, buffers, _note(advance, f"onto the part, {name}")) for name, kept in sets.items()
    }
    calibration = calibrate(judged["val"], patches.area_mm2, patches.patch_mm, asked.fusion)
    worth = compare_fusions(judged["val"], patches, calibration, asked.fusion)
    best: Fusion = max(worth[1:], key=lambda one: one.f1).how  # type: ignore[assignment]
    sightings = sightings_of(sets[asked.split], _note(advance, "defect by defect"), geometry=buffers.maps)
    return Seen(
        dataset, sets[asked.split], asked, patches, calibration, best, judged[asked.split],
        looks_of(judged[asked.split][0], patches, asked.max_angle_deg), sightings,
    )  # fmt: skip


def look_closer(seen: Seen, model: Model, more: Dataset, folder: Path, advance: Advance) -> Seen:
    """Add the sightings of specimens that were made on top; they change curves and coverage, not the comparison."""
    kept = predict_dataset(model, more, "*", folder / "predictions" / "scatter", _note(advance, "asking the model"))
    return replace(
        seen,
        sightings=seen.sightings.plus(sightings_of(kept, _note(advance, "defect by defect")), "scatter-"),
        scattered=more.header.counts["specimens"],
    )


def tried(seen: Seen) -> np.ndarray:
    """Give where the defects were that the curves rest on, (d, 3)."""
    places = [
        defect.position_mm
        for one in seen.judged
        for defect in seen.dataset.specimen(one.specimen).defects
        if defect.significant and defect.position_mm is not None
    ]
    return np.array(places, dtype=np.float64).reshape(-1, 3)


def worth_improving(found: Inspection, kind: str) -> float | None:
    """Give the size of a kind whose coverage is nearest to a half, where a view changes most; None without one."""
    rows = [row for row in found.coverage if row.kind == kind and row.region == "*"]
    return min(rows, key=lambda row: abs(row.share - 0.5)).size_mm if rows else None


def conclude(seen: Seen, folder: Path, advance: Advance = lambda _done, _total, _note: None) -> Inspection:
    """Fit and count everything, write it into ``folder``, and give the figures."""
    found = _figures(seen, advance)
    objects = {}
    write_patches(folder, seen.patches, seen.views_seen)
    for one in seen.judged:
        evidence = fuse(one.views, seen.fusion, len(seen.patches), seen.calibration)
        write_specimen(folder, one.specimen, evidence, one.truth, seen.calibration.thresholds[seen.fusion])
        objects[one.specimen] = _objects(one, evidence, seen)
    _write_maps(seen, found.sensitivities, folder)
    write_objects(objects, folder)
    write_csv(seen.sightings, folder / "sightings.csv")
    write_calibration(seen.calibration, folder / CALIBRATION)
    write_inspection(found, folder)
    return found


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


def looks_of(judged: Judged, patches: Patches, max_angle_deg: float) -> Looks:
    """Give who looks at which patch, from the views of one specimen; half of a patch has to be in sight."""
    steepest = np.cos(np.radians(max_angle_deg))
    rows = []
    for number, view in enumerate(judged.views):
        whole = patches.area_mm2[view.patch] * view.px_per_mm.astype(float) ** 2 * np.maximum(view.cosine, 0.05)
        enough = (view.pixels >= 0.5 * whole) & (view.cosine >= steepest)
        rows.append(
            (view.patch[enough], np.full(int(enough.sum()), number), view.cosine[enough], view.px_per_mm[enough])
        )
    patch, view_of, cosine, px_per_mm = (np.concatenate(column) for column in zip(*rows, strict=True))
    return Looks(patch, view_of, np.clip(cosine.astype(np.float64), 0, 1), px_per_mm.astype(np.float64))


def _figures(seen: Seen, advance: Advance) -> Inspection:
    sightings, asked = seen.sightings, seen.asked
    sensitivities = sensitivities_of(sightings.within(asked.max_angle_deg), asked.measure)
    return Inspection(
        dataset=seen.dataset.header.name,
        dataset_digest=seen.predictions.asked.dataset_digest,
        split=asked.split,
        network=seen.predictions.asked.network,
        model_digest=seen.predictions.asked.model_digest,
        threshold=seen.predictions.threshold,
        asked=asked,
        specimens=len(seen.judged),
        frames=len(seen.predictions.frames),
        scattered=seen.scattered,
        sightings=len(sightings),
        defects=len(np.unique(sightings.defects)),
        curves=tuple(all_curves(sightings, asked.measure, asked.max_angle_deg, _note(advance, "curves"))),
        false_calls=false_calls_of(sightings),
        tradeoff=tradeoff_of(sightings),
        loss=loss_of(sightings),
        fused=tuple(compare_fusions(seen.judged, seen.patches, seen.calibration, asked.fusion)),
        fusion=seen.fusion,
        rates=tuple(seen.calibration.rates()),
        sensitivities=sensitivities,
        coverage=tuple(row for one in sensitivities if one.sensitivity is not None for row in _covered(seen, one)),
        unseen=_unseen(seen),
    )


def _covered(seen: Seen, one: SensitivityOf) -> list[Covered]:
    assert one.sensitivity is not None
    patches, sizes = seen.patches, one.within(seen.asked.sizes_mm)
    if not sizes:
        return []
    found = probabilities(seen.looks, len(patches), one.sensitivity, sizes, _more(seen, one))
    return coverage_table(
        patches.area_mm2, patches.region, patches.regions, seen.looks, found, one.kind, sizes, seen.asked.probability
    )


def _more(seen: Seen, one: SensitivityOf) -> np.ndarray:
    assert one.sensitivity is not None
    return seen.looks.more(one.sensitivity, seen.patches.region, seen.patches.regions)


def _write_maps(seen: Seen, sensitivities: Sequence[SensitivityOf], folder: Path) -> None:
    maps, smallest = {}, {}
    for one in sensitivities:
        if one.sensitivity is None:
            continue
        shown = one.within(seen.asked.sizes_mm)
        found = [
            probabilities(seen.looks, len(seen.patches), one.sensitivity, [size], _more(seen, one)) for size in shown
        ]
        for size, column in zip(shown, found, strict=True):
            maps[f"{one.sensitivity.kind}, {size:g} mm"] = (size, column[:, 0])
        smallest[one.sensitivity.kind] = smallest_found(
            seen.looks,
            len(seen.patches),
            one.sensitivity,
            seen.asked.probability,
            (one.smallest_mm, one.largest_mm),
            _more(seen, one),
        )
    if smallest:
        write_effective(folder, maps, smallest)


def _unseen(seen: Seen) -> tuple[Unseen, ...]:
    area, blind = seen.patches.area_mm2, seen.views_seen == 0
    rows = []
    for index, name in enumerate(seen.patches.regions):
        here = seen.patches.region == index
        if here.any():
            lost = float(area[here & blind].sum())
            rows.append(Unseen(name, lost, lost / float(area[here].sum())))
    return tuple(rows)


def _objects(one: Judged, evidence: Evidence, seen: Seen) -> list[PartObject]:
    thresholds = seen.calibration.thresholds
    return objects_on_part(
        evidence, seen.patches, thresholds[seen.fusion],
        views=one.views, single=thresholds["single"], truth=one.truth, smallest_mm2=seen.asked.fusion.smallest_call_mm2,
    )  # fmt: skip


def _note(advance: Advance, note: str) -> Callable[[int, int], None]:
    return lambda done, total: advance(done, total, note)
