"""From frames that were put on the part to all that is said of the model: every figure, and the maps."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from blemish.inspect.inspection import Inspection, Unseen, write_inspection
from blemish.inspect.looking import Advance, Seen, noted
from blemish.inspect.loss import loss_of
from blemish.inspect.pod.curves import SensitivityOf, all_curves, sensitivities_of
from blemish.inspect.pod.false_calls import false_calls_of, tradeoff_of
from blemish.inspect.sightings import write_csv
from blemish.inspect.stored import write_effective, write_patches, write_specimen
from blemish.inspect.surface.calibrate import FILE as CALIBRATION
from blemish.inspect.surface.calibrate import Judged, write_calibration
from blemish.inspect.surface.effective import Covered, coverage_table, probabilities, smallest_found
from blemish.inspect.surface.fuse import Evidence, fuse
from blemish.inspect.surface.fused import compare_fusions
from blemish.inspect.surface.on_part import PartObject, objects_on_part, write_objects


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
        curves=tuple(all_curves(sightings, asked.measure, asked.max_angle_deg, noted(advance, "curves"))),
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
