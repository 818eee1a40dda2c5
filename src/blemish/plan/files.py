"""``plan.json``: a plan as a file, written whole or not at all, and checked in full when it is read."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import field, fields
from pathlib import Path
from typing import Any

import numpy as np

from blemish.disk import write_whole
from blemish.errors import PlanError, StudyError
from blemish.frames import Pose
from blemish.part.model import Part
from blemish.plan.camera import Camera
from blemish.plan.clearance import inside_part
from blemish.plan.lights import AnyLight
from blemish.plan.model import Plan, Viewpoint
from blemish.plan.planning import Planning
from blemish.settings import Count, Fraction, NotNegative, canonical, plain, read, settings

VERSION = 1
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


@settings
class _View:
    """One viewpoint as it stands in the file."""

    name: str
    world_from_camera: tuple[tuple[float, ...], ...]


@settings
class _File:
    """The file, version 1: what :class:`Plan` holds, with poses as 4 x 4 matrices in millimetres, row by row."""

    version: int
    part_digest: str
    camera: Camera
    light: AnyLight
    viewpoints: tuple[_View, ...]
    coverage: Fraction
    inspectable: Fraction
    coverage_by_region: dict[str, Fraction]
    wishes: str = ""
    planning: Planning | None = None
    asked_coverage: Fraction = 0.0
    bright_coverage: Fraction = 0.0
    uninspectable: dict[str, Fraction] = field(default_factory=dict)
    asked_by_region: dict[str, Fraction] = field(default_factory=dict)
    inspected_area_mm2: NotNegative = 0.0
    lower_bound: Count = 0
    edited: bool = False
    views_sha256: str = ""
    """Of the viewpoints as they were written: who changes one in a text editor makes the plan an edited one."""


def write_plan(plan: Plan, path: Path) -> None:
    """Write a plan as JSON, first beside its place and then moved there, so that no half plan is ever seen.

    Numbers are written so that reading gives the very same ones. Raises :class:`StorageError` if it cannot be written.
    """
    views = listed(plan.viewpoints)
    values = {
        "version": VERSION,
        **{one.name: plain(getattr(plan, one.name)) for one in fields(plan) if one.name != "viewpoints"},
        "views_sha256": digest_of(views),
        "viewpoints": views,
    }
    write_whole(Path(path), json.dumps(values, indent=1, allow_nan=False) + "\n")


def read_plan(path: Path, part: Part) -> Plan:
    """Read a plan that was made for this part, poses and all else checked; :class:`PlanError` names what is wrong."""
    path = Path(path)
    values = _json(path)
    version = values.get("version")
    if version != VERSION:
        raise PlanError(f"{path}: version {version!r} of the plan file is not known here, only {VERSION}: plan again")
    try:
        file = read(_File, values, str(path))
    except StudyError as error:
        raise PlanError(str(error)) from None
    if file.part_digest != part.digest:
        raise PlanError(
            f"{path}: this plan was made for another part, or for this one read with other tolerances (its digest is "
            f"{file.part_digest[:12]}, that of {part.name} is {part.digest[:12]}): plan again"
        )
    mistakes = list(file.light.contradictions(file.camera))
    viewpoints = []
    for view in file.viewpoints:
        try:
            viewpoints.append(Viewpoint(view.name, _pose(view.world_from_camera)))
        except ValueError as error:
            mistakes.append(f"viewpoint {view.name}: {error}")
    mistakes += mistaken_names([view.name for view in file.viewpoints])
    mistakes += mistaken_places(viewpoints, part, file.camera)
    if mistakes:
        raise PlanError(f"{path}: " + "\n  ".join(mistakes))
    known = {one.name: getattr(file, one.name) for one in fields(Plan) if one.name != "viewpoints"}
    return Plan(viewpoints=tuple(viewpoints), **{**known, "edited": _edited(values)})


def listed(viewpoints: Sequence[Viewpoint]) -> list[dict[str, Any]]:
    """Give viewpoints as they stand in the file."""
    return [{"name": one.name, "world_from_camera": one.world_from_camera.matrix().tolist()} for one in viewpoints]


def digest_of(views: Any) -> str:
    """Give the digest of viewpoints as they stand in the file."""
    return hashlib.sha256(canonical(views).encode()).hexdigest()


def is_edited(path: Path) -> bool:
    """Tell whether a plan file holds what somebody chose, moved or typed; a damaged one may, a missing one does not."""
    try:
        return _edited(_json(Path(path)))
    except PlanError:
        return Path(path).exists()


def refuse_edited(path: Path, *, replan: bool = False) -> None:
    """Raise :class:`PlanError` where an edited plan would be planned over, unless that was asked for."""
    if is_edited(path) and not replan:
        raise PlanError(
            f"{path}: this plan was edited by hand or brought from elsewhere, and is not written over unasked; "
            "`blemish plan STUDY --replan` drops it for what is asked for now (copy the file to keep it)"
        )


def _edited(values: Mapping[str, Any]) -> bool:
    noted = values.get("views_sha256", "")
    try:
        changed = bool(noted) and noted != digest_of(values.get("viewpoints"))
    except ValueError:  # NaN is no number that we write
        changed = True
    return changed or values.get("edited") is True


def wishes_of(path: Path) -> str:
    """Give the digest of the wishes that a plan file was made from; "" where there is no such file or none are told."""
    try:
        return str(_json(Path(path)).get("wishes", ""))
    except PlanError:
        return ""


def mistaken_places(viewpoints: Sequence[Viewpoint], part: Part, camera: Camera) -> list[str]:
    """Say which viewpoints stand in the part, and which look as if they were given in metres."""
    if not viewpoints:
        return []
    places = np.array([view.world_from_camera.translation_mm for view in viewpoints])
    # In metres a camera comes to stand at the origin; a thousand times farther out it would be where cameras stand.
    at_origin = np.linalg.norm(places, axis=1) < camera.working_distance_mm / 50
    farther = np.linalg.norm(1000 * places - part.centre_mm, axis=1)
    plausible = camera.working_distance_mm + np.linalg.norm(part.size_mm)
    in_metres = at_origin & (farther > camera.working_distance_mm / 3) & (farther < 3 * plausible)
    inside = inside_part(part, places)
    mistakes = []
    for view, place, metres, metal in zip(viewpoints, places, in_metres, inside, strict=True):
        at = ", ".join(f"{value:.4g}" for value in place)
        if metres:
            mistakes.append(
                f"viewpoint {view.name} stands at ({at}) mm, at the origin, where a working distance of "
                f"{camera.working_distance_mm:g} mm puts no camera: is it in metres? Give millimetres"
            )
        elif metal:
            mistakes.append(f"viewpoint {view.name} stands inside the part, at ({at}) mm: move or remove it")
    return mistakes


def _json(path: Path) -> Mapping[str, Any]:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise PlanError(f"{path}: there is no such plan; `blemish plan STUDY` makes it") from None
    except (ValueError, RecursionError) as error:  # also text that is not UTF-8, and numbers of thousands of digits
        raise PlanError(f"{path}: this is not a plan file, or it is damaged: {error}; plan again") from None
    except OSError as error:
        raise PlanError(f"{path}: the plan cannot be read: {error.strerror}") from None
    if not isinstance(values, dict):
        raise PlanError(f"{path}: this is not a plan file: it holds {type(values).__name__} instead of named values")
    return values


def _pose(rows: tuple[tuple[float, ...], ...]) -> Pose:
    matrix = np.array(rows, dtype=np.float64) if {len(row) for row in rows} == {4} else np.zeros(0)
    if matrix.shape != (4, 4):
        raise ValueError(f"world_from_camera must be 4 rows of 4 numbers, not {[len(row) for row in rows]}")
    return Pose.from_matrix(matrix)


def mistaken_names(names: Sequence[str]) -> list[str]:
    """Say which names of viewpoints cannot be folders, or are used twice."""
    wrong = [
        f"viewpoint name {name!r}: a name becomes a folder, so it has 1 to 64 letters, digits, - and _ only"
        for name in names
        if not NAME.fullmatch(name)
    ]
    return wrong + [f"two viewpoints are named {name!r}" for name in sorted({n for n in names if names.count(n) > 1})]
