"""What a set of sightings tells of detection: curves by kind, finish and angle, and the sensitivity of one look.

Where the sightings do not support one, the reason stands in its place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import numpy as np

from blemish.errors import DetectionError, RequestError, did_you_mean
from blemish.inspect.pod.curve import MORE
from blemish.inspect.pod.detection import Detection
from blemish.inspect.pod.hit_miss import fit_hit_miss
from blemish.inspect.pod.sensing import sensitivity_of
from blemish.inspect.pod.signal_response import fit_signal_response
from blemish.inspect.sightings import Sightings
from blemish.inspect.surface.backproject import SURE
from blemish.sensitivity import Sensitivity

Model = Literal["hit/miss", "signal response"]
CURE, ELSE = "; " + MORE, "; take another measure"
"""What refusals end with; where there are many it is left out."""
ANY = "any"
"""All kinds of defects together."""
ANGLES_DEG = (0.0, 20.0, 40.0, 60.0, 90.0)
"""Ends of the bands of view angle."""
OTHERS = ("diameter_mm", "width_mm", "depth_mm", "length_mm", "area_mm2", "area_px", "contrast")
"""Measures that a kind gets a curve by, as well."""
Wanted = Mapping[str, str]
SIZES = ("diameter_mm", "width_mm", "length_mm", "depth_mm", "area_mm2")
"""What the size of a kind of defects is: the first of these that its defects have."""


@dataclass(frozen=True)
class CurveOf:
    """One curve, or why there is none."""

    kind: str
    """The kind of defects."""
    among: str
    """Which sightings: ``all``, a finish, or a band of view angle."""
    measure: str
    model: Model
    sightings: int
    found: int
    curve: Detection | None
    refused: str = ""

    @property
    def why_not(self) -> str:
        """Say why there is no curve, or not every size of it; nothing where there is all."""
        told = [self.refused] if self.curve is None else list(self.curve.reasons.values())
        short = (one.removeprefix(f"{self.measure}: no curve: ").split(CURE)[0].split(ELSE)[0] for one in told)
        return "; ".join(dict.fromkeys(short))


@dataclass(frozen=True)
class SensitivityOf:
    """The sensitivity of one look at a kind of defects, or why it is not known."""

    kind: str
    measure: str
    smallest_mm: float
    largest_mm: float
    """The sizes that were sighted."""
    sensitivity: Sensitivity | None
    refused: str = ""

    def within(self, sizes_mm: Sequence[float]) -> tuple[float, ...]:
        """Give those of some sizes that were sighted, or nearly: of others the regression would only guess."""
        return tuple(size for size in sizes_mm if self.smallest_mm / 1.1 <= size <= 1.1 * self.largest_mm)


def size_measure(sightings: Sightings, kind: str, wanted: Wanted) -> str | None:
    """Give the measure that is the size of a kind of defects: the one wanted, or the first known; None without one."""
    rows = sightings.rows[sightings.rows["kind"] == kind]
    known = [name for name in SIZES if len(rows) and np.isfinite(rows[name]).all()]
    asked = wanted.get(kind)
    if asked is not None and asked not in known:
        raise RequestError(
            f"inspect.measure: {kind} defects here have no {asked}; {did_you_mean(asked, known, 'they have')}"
        )
    return asked or next(iter(known), None)


def all_curves(
    sightings: Sightings,
    wanted: Wanted,
    max_angle_deg: float = 90.0,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> list[CurveOf]:
    """Fit every curve that the sightings support; ``wanted`` names the measure of a kind where it is not the first.

    Sightings at steeper angles than ``max_angle_deg`` count in the curves of bands of angle alone.
    """
    groups = list(_groups(sightings, wanted, max_angle_deg))
    rows = []
    for done, (kind, among, measure, chosen) in enumerate(groups, 1):
        some = sightings.where(chosen)
        rows.append(curve_of(some, kind, among, measure))
        if among == "all" and kind != ANY and measure == size_measure(sightings, kind, wanted):
            rows.append(curve_of(some, kind, among, measure, by_signal=True))
        progress(done, len(groups))
    return rows


def curve_of(sightings: Sightings, kind: str, among: str, measure: str, *, by_signal: bool = False) -> CurveOf:
    """Fit the curve of some sightings to a measure, by hits and misses or by signals; a refusal is kept in words."""
    groups, grouped_by = sightings.groups()
    known: dict[str, Any] = {
        "groups": groups, "targets": sightings.defects, "measure": measure, "grouped_by": grouped_by
    }  # fmt: skip
    size, found = sightings.measure(measure), int(sightings.found.sum())
    model: Model = "signal response" if by_signal else "hit/miss"
    curve, refused = None, ""
    try:
        if by_signal:
            signal, threshold = sightings.rows["signal"], sightings.signal_threshold
            curve = fit_signal_response(size, signal, threshold, limits=(-SURE, SURE), **known)
        else:
            curve = fit_hit_miss(size, sightings.found, **known)
    except DetectionError as error:
        refused = str(error)
    return CurveOf(kind, among, measure, model, len(sightings), found, curve, refused)


def sensitivities_of(sightings: Sightings, wanted: Wanted) -> tuple[SensitivityOf, ...]:
    """Fit the sensitivity of one look to each kind of defects whose size is a length."""
    rows = []
    for kind in np.unique(sightings.rows["kind"]).tolist():
        measure = size_measure(sightings, kind, wanted)
        if measure is None or not measure.endswith("_mm"):
            continue
        sizes = sightings.rows[measure][sightings.rows["kind"] == kind]
        ends = float(sizes.min()), float(sizes.max())
        try:
            rows.append(SensitivityOf(kind, measure, *ends, sensitivity_of(sightings, measure, kind)))
        except DetectionError as error:
            rows.append(SensitivityOf(kind, measure, *ends, None, str(error)))
    return tuple(rows)


def _groups(sightings: Sightings, wanted: Wanted, max_angle_deg: float) -> Iterator[tuple[str, str, str, np.ndarray]]:
    rows = sightings.rows
    angle = np.degrees(np.arccos(np.clip(rows["cosine"], 0, 1)))
    every = ~(angle > max_angle_deg)  # one that is not known counts
    if len(rows) and np.isfinite(rows["contrast"]).all():
        yield ANY, "all", "contrast", every
    for kind in np.unique(rows["kind"]).tolist():
        measure, all_of_kind = size_measure(sightings, kind, wanted), rows["kind"] == kind
        here = all_of_kind & every
        if measure is None:
            continue
        yield kind, "all", measure, here
        for other in OTHERS:
            if other != measure and np.isfinite(rows[other][here]).all():
                yield kind, "all", other, here
        for finish in np.unique(rows["finish"][here]).tolist():
            if finish:
                yield kind, f"finish {finish}", measure, here & (rows["finish"] == finish)
        for low, high in pairwise(ANGLES_DEG):
            band = all_of_kind & (angle >= low) & (angle < high)
            if band.any():
                yield kind, f"{low:g}-{high:g} deg", measure, band
