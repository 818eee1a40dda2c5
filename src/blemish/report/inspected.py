"""What the page says of an inspection: what is found by size, by all views together, and where on the part."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from blemish.errors import WorkError
from blemish.inspect.inspection import FILE, Inspection, read_inspection
from blemish.inspect.pod.curves import ANY, CurveOf
from blemish.inspect.stored import EffectiveMaps, SurfaceMaps, read_surface
from blemish.report import detection, surface
from blemish.report.picture import Picture, picture

Rows = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Chapter:
    """A heading with sentences, tables (their first row is the head) and pictures."""

    title: str
    texts: tuple[str, ...] = ()
    tables: tuple[Rows, ...] = ()
    figures: tuple[Picture, ...] = ()


def chapters_of(run: Path) -> list[Chapter]:
    """Tell what an inspection of this run found; nothing where there was none."""
    folder = run / "inspection"
    if not (folder / FILE).is_file():
        return []
    found = read_inspection(folder)
    maps = read_surface(folder)
    return [_fused(found, maps), _curves(found, folder), _effective(found, maps)]


def _fused(found: Inspection, maps: SurfaceMaps) -> Chapter:
    head = ("views", "precision", "recall", "F1", "defects of the parts found", "false calls a part", "threshold")
    rows = [
        (
            one.how + (" (chosen)" if one.how == found.fusion else ""),
            *(f"{100 * share:.1f}" for share in (one.precision, one.recall, one.f1)),
            f"{one.defects_of_part.found} of {one.defects_of_part.total}",
            f"{one.false_calls_per_part:.1f}",
            f"{one.threshold:.2f}",
        )
        for one in found.fused
    ]
    rates = [
        (name, f"{hit:.1%}", f"{false:.2%}", str(defects), str(sound))
        for name, hit, false, defects, sound in found.rates
    ]
    text = (
        f"{found.specimens} specimens of the set “{found.split}”, {found.frames} frames, on patches of "
        f"{found.asked.patch_mm:g} mm. Per cent by area of patches. single: each view is judged by itself, and each "
        "counts what it sees; max, mean, bayes: all views of a part fused on its surface, each at the threshold that "
        "was best on the validation set."
    )
    measured = (
        "By angle of view, a single view on the validation set: patches with a defect that it calls, sound ones that "
        "it calls."
    )
    figures = []
    for name, one in list(maps.specimens.items())[:2]:
        figures.append(picture(surface.evidence(maps, one), f"{name}: the evidence of all views together"))
        figures.append(picture(surface.truth(maps, one), f"{name}: what was called against what is there"))
    return Chapter(
        "On the part: all views together",
        (text, measured),
        ((head, *rows), (("angle of view", "called", "called falsely", "looks at defects", "looks at sound"), *rates)),
        tuple(figures),
    )


def _curves(found: Inspection, folder: Path) -> Chapter:
    head = ("curve", "by", "model", "sightings", "found", "a50", "a90", "a90/95", "why not all")
    rows = [_row(one) for one in found.curves]
    text = (
        f"One look: each defect in each view that shows it no steeper than {found.asked.max_angle_deg:g} degrees; "
        "bands of angle have all. a90/95 is the size that is found with 90 % probability, said with 95 % confidence; "
        "where it is not given the reason is. Bounds allow for defects seen in several views."
    )
    false = found.false_calls.sentence()
    sightings = _read_sightings(folder / "sightings.csv")
    pictures = [picture(data, caption) for data, caption in _drawn(found, sightings)]
    if found.loss.divisions:
        pictures.append(picture(detection.lost_recall(found.loss), "Where recall is lost"))
        drawn = detection.recall_by_contrast(found.loss)
        pictures.append(picture(drawn, "Recall by contrast-to-noise ratio"))
    drawn = detection.tradeoff(found.tradeoff, found.threshold)
    pictures.append(picture(drawn, "What other thresholds would find, and call falsely"))
    return Chapter("Probability of detection", (text, false, found.loss.sentence()), ((head, *rows),), tuple(pictures))


def _row(one: CurveOf) -> tuple[str, ...]:
    sizes: tuple[str, ...] = ("", "", "")
    if one.curve is not None:
        sizes = tuple(
            "" if value is None else f"{value:.3g}" for value in (one.curve.a50, one.curve.a90, one.curve.a90_95)
        )
    label = f"{one.kind}, {one.among}"
    return (
        label,
        detection.axis_label(one.measure),
        one.model,
        str(one.sightings),
        str(one.found),
        *sizes,
        one.why_not,
    )


def _drawn(found: Inspection, sightings: dict[str, np.ndarray]) -> Iterator[tuple[bytes, str]]:
    steep = sightings["cosine"].astype(float) < np.cos(np.radians(found.asked.max_angle_deg))
    for one in found.curves:
        if one.curve is None or one.among != "all":
            continue
        here = ~steep if one.kind == ANY else ~steep & (sightings["kind"] == one.kind)
        size = sightings[one.measure][here].astype(float)
        name = "all defects" if one.kind == ANY else one.kind
        by = f"{name} by {detection.axis_label(one.measure)}"
        if one.model == "signal response":
            drawn = detection.signal_response(one.curve, size, sightings["signal"][here].astype(float), title=name)
            yield drawn, f"{by}: signals"
        else:
            drawn = detection.pod_curve(one.curve, name, size, sightings["found"][here] == "True")
            yield drawn, f"{by}: probability of detection in one look"
    for kind in dict.fromkeys(one.kind for one in found.curves):
        for what, mark in (("finish", "finish"), ("angle of view", "deg")):
            some = [
                (one.among.removeprefix("finish "), one.curve)
                for one in found.curves
                if one.kind == kind and mark in one.among and one.curve is not None
            ]
            if len(some) > 1:
                yield detection.pod_curves(some, f"{kind} by {what}"), f"{kind}: by {what}"


def _effective(found: Inspection, maps: SurfaceMaps) -> Chapter:
    told = (
        "What the plan finds with this model: the probability that any of its views finds a defect, by patch. Sizes "
        "are diameters of dents and widths of scratches."
    )
    texts = [
        told,
        *(f"{one.kind}: {one.refused}" for one in found.sensitivities if one.sensitivity is None),
        *(row.sentence() + "." for row in found.coverage if row.region == "*"),
        *_helps(found),
    ]
    kinds = list(dict.fromkeys((row.kind, row.size_mm) for row in found.coverage))
    head = ("region", "seen", *(f"{kind} {size:g} mm" for kind, size in kinds))
    rows = []
    for region in dict.fromkeys(row.region for row in found.coverage):
        here = {(row.kind, row.size_mm): row for row in found.coverage if row.region == region}
        seen = next(iter(here.values())).seen
        shares = (f"{here[kind].share:.1%}" for kind in kinds if kind in here)
        rows.append(("the part" if region == "*" else region, f"{seen:.1%}", *shares))
    steepest = found.asked.max_angle_deg
    blind = [(one.region, f"{one.area_mm2:.0f}", f"{one.share:.1%}") for one in found.unseen]
    tables: list[Rows] = [(head, *rows)] if rows else []
    tables.append(((f"looked at by no view at {steepest:g}° or less", "mm²", "of the region"), *blind))
    figures = [picture(surface.views(maps), "How many views look at each patch")]
    if maps.effective is not None:
        figures += _maps(maps, maps.effective, found)
    return Chapter("Effective coverage", tuple(texts), tuple(tables), tuple(figures))


def _maps(maps: SurfaceMaps, effective: EffectiveMaps, found: Inspection) -> Iterator[Picture]:
    for column, name in enumerate(effective.names):
        drawn = surface.probability(maps, effective.probability[:, column])
        yield picture(drawn, f"{name}: probability that the plan finds it")
    for column, kind in enumerate(effective.kinds):
        drawn = surface.smallest(maps, effective.smallest_mm[:, column])
        yield picture(drawn, f"{kind}: the smallest size found with {found.asked.probability:.0%} probability, mm")


def _helps(found: Inspection) -> Iterator[str]:
    for one in found.next_views:
        x, y, z = (row[3] for row in one.world_from_camera[:3])
        yield (
            f"One more view, from ({x:.0f}, {y:.0f}, {z:.0f}) mm, would raise the inspected area on which {one.kind} "
            f"defects of {one.size_mm:g} mm are found surely enough from {one.found:.1%} to "
            f"{one.found + one.gained:.1%}."
        )


def _read_sightings(path: Path) -> dict[str, np.ndarray]:
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
    except OSError as error:
        raise WorkError(f"{path}: cannot be read ({error.strerror}); inspect again") from None
    names = rows[0].keys() if rows else ("kind", "signal", "found", "cosine")
    return {name: np.array([row[name] or "nan" for row in rows]) for name in names}
