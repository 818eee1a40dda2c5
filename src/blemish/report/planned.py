"""What the page says of the plan: what it covers where, what each view is for, and what is not inspected and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from blemish.dataset.ply import Geometry
from blemish.plan.coverage import Coverage, coverage_path, read_coverage
from blemish.plan.files import digest_of
from blemish.plan.painted import by_count, by_reason, canvas
from blemish.report import figures
from blemish.report.picture import Picture, picture


@dataclass(frozen=True)
class Planned:
    """Tables about a plan, each row as it is shown."""

    lines: tuple[str, ...] = ()
    """How good the plan is."""
    regions: tuple[tuple[str, ...], ...] = ()
    """Region, area inspected at least once, views asked for, inspectable area that has them."""
    views: tuple[tuple[str, ...], ...] = ()
    """View, place, line of sight, area inspected, area that only this view inspects, share of it in a bright field."""
    unseen: tuple[tuple[str, str, str], ...] = ()
    """Reason, area, share of the inspected area."""


def planned_of(run: Path, plan: Mapping[str, Any]) -> Planned:
    """Tell what a plan file says, and with the coverage beside it what each view is for; nothing without a plan."""
    if not plan:
        return Planned()
    coverage = _coverage(run, plan)
    return Planned(
        _lines(plan, coverage),
        tuple(_region(name, share, plan) for name, share in plan.get("coverage_by_region", {}).items()),
        _views(plan, coverage) if coverage else (),
        _unseen(coverage) if coverage else _uninspectable(plan),
    )


def coverage_pictures(run: Path, plan: Mapping[str, Any], geometry: Geometry) -> list[Picture]:
    """Draw how often each place is inspected, and why the rest is not; none without the coverage of this plan."""
    coverage = _coverage(run, plan)
    if coverage is None:
        return []
    times, furthest = coverage.times, coverage.visibility.furthest
    places = canvas(geometry.vertices_mm.astype(np.float64), geometry.triangles, coverage.samples)
    pictures = [picture(figures.coverage(by_count(times, furthest), places), "How many views inspect each place")]
    if (times == 0).any():
        reasons = figures.coverage(by_reason(times, furthest), places)
        pictures.append(picture(reasons, "What no view of the plan inspects, and why"))
    return pictures


def _coverage(run: Path, plan: Mapping[str, Any]) -> Coverage | None:
    return read_coverage(coverage_path(run / "plan.json"), digest_of(plan.get("viewpoints", [])))


def _lines(plan: Mapping[str, Any], coverage: Coverage | None) -> tuple[str, ...]:
    count, bound = len(plan["viewpoints"]), plan.get("lower_bound", 0)
    bright, most = plan.get("bright_coverage", 0.0), plan["inspectable"]
    told = [
        f"{count} views inspect {plan['coverage']:.2%} of the area, {bright:.2%} in a bright field.",
        f"{most:.2%} could be inspected.",
    ]
    if plan.get("edited"):
        told.append("Views were edited by hand or brought from elsewhere.")
    if bound:
        target = (plan.get("planning") or {}).get("target_coverage", 1.0)
        reached = plan.get("asked_coverage", 0.0) >= target - 1e-9
        gap = f", so this plan has at most {count / bound - 1:.1%} too many" if reached else "; this plan has too few"
        told.append(f"No plan of the same candidates reaches {target:.1%} with fewer than {bound} views{gap}.")
    if coverage is None:
        told.append("Where each view sees what is not kept with this plan; plan again to have it.")
    return tuple(told)


def _region(name: str, share: float, plan: Mapping[str, Any]) -> tuple[str, ...]:
    planning = plan.get("planning") or {}
    folds = planning.get("views_per_region", {}).get(name, planning.get("views_per_point", 1))
    finding = planning.get("finding")
    if finding:
        folds = f"to find {finding['size_mm']:g} mm"
    asked = plan.get("asked_by_region", {}).get(name)
    return name, f"{share:.1%}", str(folds), "" if asked is None else f"{asked:.1%}"


def _views(plan: Mapping[str, Any], coverage: Coverage) -> tuple[tuple[str, ...], ...]:
    rows = []
    for view, (name, area, alone, bright) in zip(plan["viewpoints"], coverage.rows(), strict=True):
        matrix = np.array(view["world_from_camera"])
        place, sight = (", ".join(f"{x:.{digits}f}" for x in matrix[:3, k]) for k, digits in ((3, 1), (2, 2)))
        rows.append((name, place, sight, f"{area:.0f}", f"{alone:.0f}", f"{bright:.0%}"))
    return tuple(rows)


def _unseen(coverage: Coverage) -> tuple[tuple[str, str, str], ...]:
    whole = float(coverage.samples.area_mm2.sum())
    return tuple((why, f"{area:.4g}", f"{area / whole:.2%}") for why, area in coverage.unseen())


def _uninspectable(plan: Mapping[str, Any]) -> tuple[tuple[str, str, str], ...]:
    return tuple((why, "", f"{share:.2%}") for why, share in plan.get("uninspectable", {}).items())
