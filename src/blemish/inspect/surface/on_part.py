"""Defects as objects on the part.

Called patches that touch make an object: it has a place in CAD coordinates, a normal, a region and an area in mm2, and
names the views that saw it and those that called it by themselves.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from blemish.disk import write_whole
from blemish.inspect.surface.backproject import ViewEvidence
from blemish.inspect.surface.fuse import Evidence
from blemish.inspect.surface.patches import Patches, Truth
from blemish.settings import plain

Place = tuple[float, float, float]


@dataclass(frozen=True)
class PartObject:
    """One called place on a specimen."""

    place_mm: Place
    """The middle of its patch that is nearest to its own middle, so on the surface; CAD coordinates."""
    normal: Place
    """The mean outward normal."""
    region: str
    """Where most of its area is."""
    area_mm2: float
    evidence: float
    """The strongest evidence of its patches."""
    seen_by: tuple[str, ...]
    """Views that look at any of it."""
    called_by: tuple[str, ...]
    """Views that call any of it by themselves."""
    defects: tuple[int, ...] = ()
    """Ids of the significant defects that it touches, where the truth is known; a false call touches none."""
    patches: tuple[int, ...] = ()


def objects_on_part(
    evidence: Evidence,
    patches: Patches,
    threshold: float,
    *,
    views: Sequence[ViewEvidence] = (),
    single: float = np.inf,
    truth: Truth | None = None,
    smallest_mm2: float = 0.0,
) -> list[PartObject]:
    """Join called patches that touch into objects, the surest first.

    ``views`` and ``single``, the threshold of a view by itself, tell who saw and who called each; ``truth`` tells what
    each touches.
    """
    label, count = joined(evidence.called(threshold), patches)
    members = _members(label, count)
    seen_by: list[list[str]] = [[] for _ in range(count)]
    called_by: list[list[str]] = [[] for _ in range(count)]
    for view in views:
        for number in np.unique(label[view.patch]):
            if number >= 0:
                seen_by[number].append(view.view)
        for number in np.unique(label[view.patch[view.log_odds >= single]]):
            if number >= 0:
                called_by[number].append(view.view)
    touched = _touched(label, count, truth)
    found = [
        _object(evidence, patches, mine, tuple(seen_by[k]), tuple(called_by[k]), touched[k])
        for k, mine in enumerate(members)
    ]
    return sorted((one for one in found if one.area_mm2 >= smallest_mm2), key=lambda one: (-one.evidence, one.place_mm))


def write_objects(objects: dict[str, list[PartObject]], folder: Path) -> None:
    """Write ``objects.csv`` and ``objects.json`` into a folder: one row, or entry, for each object of each specimen."""
    columns = ("x_mm", "y_mm", "z_mm", "normal_x", "normal_y", "normal_z")
    others = ("region", "area_mm2", "evidence", "seen_by", "called_by", "defects")
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["specimen", *columns, *others])
    for specimen, listed in objects.items():
        for one in listed:
            numbers = [f"{value:.4f}" for value in (*one.place_mm, *one.normal)]
            lists = [" ".join(map(str, names)) for names in (one.seen_by, one.called_by, one.defects)]
            table.writerow([specimen, *numbers, one.region, f"{one.area_mm2:.4f}", f"{one.evidence:.4f}", *lists])
    write_whole(folder / "objects.csv", text.getvalue())
    told = {
        specimen: [
            {field.name: plain(getattr(one, field.name)) for field in fields(one) if field.name != "patches"}
            for one in listed
        ]
        for specimen, listed in objects.items()
    }
    write_whole(folder / "objects.json", json.dumps(told, indent=1) + "\n")


def joined(called: np.ndarray, patches: Patches) -> tuple[np.ndarray, int]:
    """Number the connected places of called patches, from 0; -1 elsewhere. Numbers follow the patches."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    index = np.flatnonzero(called)
    label = np.full(len(patches), -1, dtype=np.int64)
    if not len(index):
        return label, 0
    label[index] = np.arange(len(index))
    pairs = patches.neighbours[called[patches.neighbours].all(axis=1)]
    graph = coo_array((np.ones(len(pairs)), (label[pairs[:, 0]], label[pairs[:, 1]])), shape=(len(index),) * 2)
    count, label[index] = connected_components(graph, directed=False)
    return label, int(count)


def _members(label: np.ndarray, count: int) -> list[np.ndarray]:
    order = np.argsort(label, kind="stable")
    return np.split(order, np.searchsorted(label[order], np.arange(count)))[1:]


def _touched(label: np.ndarray, count: int, truth: Truth | None) -> list[tuple[int, ...]]:
    touched: list[set[int]] = [set() for _ in range(count)]
    if truth is not None:
        for number, defect in zip(label[truth.patch].tolist(), truth.defect.tolist(), strict=True):
            if number >= 0:
                touched[number].add(defect)
    return [tuple(sorted(ids)) for ids in touched]


def _object(  # noqa: PLR0917
    evidence: Evidence,
    patches: Patches,
    mine: np.ndarray,
    seen_by: tuple[str, ...],
    called_by: tuple[str, ...],
    defects: tuple[int, ...],
) -> PartObject:
    area, strength = patches.area_mm2[mine], evidence.log_odds[mine]
    middle = (area[:, None] * patches.centre_mm[mine]).sum(axis=0) / area.sum()
    place = mine[((patches.centre_mm[mine] - middle) ** 2).sum(axis=1).argmin()]
    normal = (area[:, None] * patches.normal[mine]).sum(axis=0)
    length = float(np.linalg.norm(normal))
    normal = normal / length if length > 1e-9 else patches.normal[place]
    return PartObject(
        place_mm=_place(patches.centre_mm[place]),
        normal=_place(normal),
        region=patches.regions[int(np.bincount(patches.region[mine], area).argmax())],
        area_mm2=float(area.sum()),
        evidence=float(strength.max()),
        seen_by=seen_by,
        called_by=called_by,
        defects=defects,
        patches=tuple(mine.tolist()),
    )


def _place(vector: np.ndarray) -> Place:
    x, y, z = (float(value) for value in vector)
    return x, y, z
