"""A recipe in, a dataset folder out.

The work is a map over chunks of views: each task makes one specimen and shoots some views of it, and depends on
nothing but the recipe. What is on disk under the digest of its recipe is kept, so a second run finishes a first one
that was stopped, and a changed recipe re-makes what the change concerns.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout

from blemish.dataset import write
from blemish.dataset.atomic import storing
from blemish.dataset.ply import Geometry
from blemish.dataset.record import DefectRecord, FrameRecord, Header, SpecimenRecord, VisibleDefect, rows
from blemish.defects import Specimen, make_specimen
from blemish.errors import RequestError, StorageError
from blemish.farm import spread
from blemish.finish import draw_finishes
from blemish.part import Part, load
from blemish.plan import Plan, make_plan, read_plan, write_plan
from blemish.plan.files import wishes_of
from blemish.recipe import Recipe, frame_digest, is_defective, plan_digest, software, specimen_digest
from blemish.render import Frame, Scene, build_scene, shoot
from blemish.seeds import number, stream
from blemish.settings import canonical, plain, read

Advance = Callable[[int, int, str], None]

VIEWS_A_TASK = 8
"""Enough views to pay for making the specimen once more when a task goes to another worker."""

BYTES_A_PIXEL = 0.75
"""Disk for image and mask; measured on the built-in clutch, whose noise hardly compresses."""

BYTES_A_SPECIMEN = 4e6
"""Disk for ``part.ply``."""


@dataclass(frozen=True)
class Made:
    """What a run of :func:`make` did."""

    root: Path
    frames: int
    """Frames that belong to the dataset."""
    shot: int
    """Frames that this run computed; the others were there."""
    removed: tuple[str, ...]
    """What was there and belonged to another recipe."""


@dataclass(frozen=True)
class _Task:
    """Some views of one specimen, with all that a worker process needs to know."""

    recipe: str
    base: Path
    root: Path
    specimen: str
    views: tuple[str, ...]


def make(
    recipe: Recipe,
    root: Path,
    *,
    base: Path = Path(),
    name: str = "dataset",
    study_text: str = "",
    part: Part | None = None,
    workers: int = 1,
    advance: Advance = lambda _done, _total, _note: None,
) -> Made:
    """Make the dataset of ``recipe`` in the folder ``root``; the plan is kept beside it.

    ``base`` is the folder that file names in the recipe start from; ``part`` saves reading the part once more where it
    is at hand. Raises what the stages raise, and :class:`StorageError` when the disk is too small for what is missing,
    before the first ray.
    """
    if workers < 1:
        raise RequestError(f"{workers} workers cannot make anything; ask for at least one")
    part = load(recipe.part, base=base, rules=recipe.regions) if part is None else part
    with _alone(root):
        plan = plan_for(recipe, part, plan_path(root))
        header = _header(recipe, part, name)
        belonging, missing = _inventory(recipe, part, plan, root)
        refuse_small_disk(recipe, root, len(missing))
        write.create(root, header)
        write.attach(root, "plan.json", plan_path(root).read_bytes())
        if study_text:
            write.attach(root, "study.toml", study_text.encode())
        else:
            write.attach(root, "recipe.json", canonical(recipe).encode())
        done = len(belonging) - len(missing)
        advance(done, len(belonging), "")
        for task in spread(_shoot_views, _tasks(recipe, base, root, missing, workers), workers):
            done += len(task.views)
            advance(done, len(belonging), f"{task.specimen}/{task.views[-1]}")
        finished = write.finish(root, header, frames=belonging, split=recipe.split)
    return Made(root, len(belonging), len(missing), finished.removed)


def plan_path(root: Path) -> Path:
    """Give the place of the plan of the dataset in ``root``."""
    return root.parent / "plan.json"


def plan_for(recipe: Recipe, part: Part, path: Path) -> Plan:
    """Give the recipe's plan: the one on disk if it was made from the same wishes, else a new one, written there."""
    wishes = plan_digest(recipe, part)
    if wishes_of(path) == wishes:
        return read_plan(path, part)
    plan = replace(make_plan(part, recipe.camera, recipe.light, recipe.plan, recipe.seed), wishes=wishes)
    with storing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_plan(plan, path)
    return plan


def refuse_small_disk(recipe: Recipe, root: Path, frames: int) -> None:
    """Raise :class:`StorageError` when the disk under ``root`` cannot hold so many frames more."""
    there = next(folder for folder in [root, *root.resolve().parents] if folder.exists())
    free, needed = shutil.disk_usage(there).free, disk_bytes(recipe, frames)
    if frames and needed > free:
        raise StorageError(
            f"{root}: {frames} frames need about {needed / 1e9:.1f} GB and the disk has {free / 1e9:.1f} GB free; "
            "free some space, choose another disk, or ask for fewer specimens or views"
        )


def disk_bytes(recipe: Recipe, frames: int) -> int:
    """Estimate the disk that so many frames and the specimens' geometry take."""
    pixels = recipe.camera.width_px * recipe.camera.height_px * recipe.sensor.bits / 8
    return int(frames * pixels * BYTES_A_PIXEL + len(recipe.specimens.names) * BYTES_A_SPECIMEN)


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """Let one run at a time work on a dataset; the lock goes with the process that holds it, however it ends."""
    with storing(root):
        root.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(root.parent / f".{root.name}.lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise StorageError(
                f"{root}: another run is working on this dataset; wait for it, or choose another folder with --out"
            ) from None
    try:
        yield
    finally:
        lock.release()


def _inventory(
    recipe: Recipe, part: Part, plan: Plan, root: Path
) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """List (specimen, view) of all frames that belong, and of those that are not there yet.

    Frames of a specimen whose own record or geometry is missing or damaged count as missing: both are made together.
    """
    belonging = [(specimen, viewpoint.name) for specimen in recipe.specimens.names for viewpoint in plan.viewpoints]
    missing = [
        (specimen, viewpoint.name)
        for specimen in recipe.specimens.names
        for whole in [write.has_specimen(root, specimen, specimen_digest(recipe, part, specimen))]
        for viewpoint in plan.viewpoints
        if not whole
        or not write.has_frame(root, specimen, viewpoint.name, frame_digest(recipe, part, plan, specimen, viewpoint))
    ]
    return belonging, missing


def _tasks(recipe: Recipe, base: Path, root: Path, missing: list[tuple[str, str]], workers: int) -> list[_Task]:
    text = canonical(recipe)
    chunk = 1 if workers == 1 else VIEWS_A_TASK
    tasks = []
    for specimen in recipe.specimens.names:
        views = [view for owner, view in missing if owner == specimen]
        tasks += [
            _Task(text, base, root, specimen, tuple(views[start : start + chunk]))
            for start in range(0, len(views), chunk)
        ]
    return tasks


@lru_cache(maxsize=1)
def _prepared(recipe: str, base: Path, plan: Path) -> tuple[Recipe, Part, Plan]:
    """Read once a process what all tasks share."""
    value = read(Recipe, json.loads(recipe), "the recipe")
    part = load(value.part, base=base, rules=value.regions)
    return value, part, read_plan(plan, part)


@lru_cache(maxsize=1)
def _scene(recipe: str, base: Path, root: Path, specimen: str) -> Scene:
    """Make a specimen and its scene once for all views that follow each other, and write the specimen's record."""
    value, part, plan = _prepared(recipe, base, plan_path(root))
    made = make_specimen(part, specimen, is_defective(specimen), value.defects, value.seed, value.finest_edge_mm)
    finishes = draw_finishes(part, value.finishes, value.seed, specimen)
    skin = value.skin.draw(stream(value.seed, "skin", specimen))
    record = SpecimenRecord(
        id=specimen,
        defective=is_defective(specimen),
        digest=specimen_digest(value, part, specimen),
        defects=tuple(DefectRecord(**asdict(defect)) for defect in made.defects),
        finishes={region: {"kind": type(thing).__name__.lower(), **plain(thing)} for region, thing in finishes.items()},
        skin=plain(skin),
        part_digest=part.digest,
    )
    if not write.has_specimen(root, specimen, record.digest):
        write.write_specimen(root, record, _geometry(part, made))
    return build_scene(made, part, finishes, value.metal, plan.light, skin)


def _geometry(part: Part, specimen: Specimen) -> Geometry:
    return Geometry(
        vertices_mm=specimen.vertices_mm,
        triangles=specimen.triangles,
        face=specimen.face,
        region=part.region_of_face[specimen.face],
        instance=specimen.instance,
        regions=tuple(region.name for region in part.regions),
    )


def _shoot_views(task: _Task) -> _Task:
    """Shoot some views of one specimen and write them; a pure function of the task, whoever runs it."""
    recipe, part, plan = _prepared(task.recipe, task.base, plan_path(task.root))
    scene = _scene(task.recipe, task.base, task.root, task.specimen)
    for viewpoint in plan.viewpoints:
        if viewpoint.name not in task.views:
            continue
        seed = number(recipe.seed, "frame", task.specimen, viewpoint.name)
        frame = shoot(scene, plan.camera, viewpoint, recipe.sensor, recipe.render, seed)
        record = FrameRecord(
            specimen=task.specimen,
            view=viewpoint.name,
            digest=frame_digest(recipe, part, plan, task.specimen, viewpoint),
            world_from_camera=rows(viewpoint.world_from_camera),
            camera=plain(plan.camera),
            light=plain(plan.light),
            exposure=plain(recipe.sensor),
            seeds={"frame": seed},
            defects=_beside_the_mask(frame),
        )
        write.write_frame(task.root, record, frame.image, frame.mask)
    return task


def _beside_the_mask(frame: Frame) -> tuple[VisibleDefect, ...]:
    """List what is seen and not in the mask: insignificant defects, and what covers less than half of any pixel."""
    masked = set(np.unique(frame.mask).tolist())
    return tuple(
        VisibleDefect(id=number, area_px=round(area))
        for number, area in frame.defects.items()
        if area > 0 and number not in masked
    )


def _header(recipe: Recipe, part: Part, name: str) -> Header:
    return Header(
        name=name,
        kind="rendered",
        classes=tuple(sorted({population.kind for population in recipe.defects if population.significant})),
        camera=plain(recipe.camera),
        digests={"part": part.digest},
        software=software(),
    )
