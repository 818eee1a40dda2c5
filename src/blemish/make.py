"""A recipe in, a dataset folder out.

The work is a map over chunks of views (:mod:`blemish.work`), done by whoever the crew is (:mod:`blemish.farm`). What is
on disk under the digest of its recipe is kept, so a second run finishes a first one that was stopped, and a changed
recipe re-makes what the change concerns.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from blemish.cost import Cost, cost_of, refuse_small_disk
from blemish.dataset import write
from blemish.dataset.parcel import lay_sign, unpack
from blemish.dataset.record import Header
from blemish.defects.placeless import refuse_placeless
from blemish.disk import alone, storing
from blemish.engine.variant import Prefer
from blemish.exposed import Exposed, ill_exposed
from blemish.farm import Crew, Farm, open_farm
from blemish.part import Part, load
from blemish.plan import Plan, read_plan, write_plan
from blemish.plan.coverage import Coverage, coverage_path, write_coverage
from blemish.plan.files import refuse_edited, wishes_of
from blemish.plan.make import plan_with_coverage
from blemish.recipe import Recipe, frame_digest, is_defective, makers, plan_digest, specimen_digest
from blemish.settings import canonical, plain
from blemish.work import Done, Job, Task, agreed_software, shoot_views

Advance = Callable[[int, int, str], None]

VIEWS_A_TASK = 8
"""Enough views to pay for making the specimen once more when a task goes to another worker."""

Frames = list[tuple[str, str]]
"""Specimen and view of each."""


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
    notes: tuple[str, ...] = ()
    """What is to be told of it: defects that found no place and are left out, frames made now that are ill exposed."""


def make(
    recipe: Recipe,
    root: Path,
    *,
    base: Path = Path(),
    name: str = "dataset",
    study_text: str = "",
    part: Part | None = None,
    crew: Crew = Crew(),  # noqa: B008  a value
    announce: Callable[[Cost], None] = lambda _cost: None,
    advance: Advance = lambda _done, _total, _note: None,
) -> Made:
    """Make the dataset of ``recipe`` in the folder ``root``; the plan is kept beside it.

    ``base`` is the folder that file names in the recipe start from; ``part`` saves reading the part once more where it
    is at hand. ``announce`` is told what is still to be made and what it costs. A defect that finds no place is left
    out and told at the end. Raises what the stages raise, :class:`DefectError` when a kind finds no place at all, and
    :class:`StorageError` when the disk is too small for what is missing, before the first ray.
    """
    root = root.absolute()
    with open_farm(crew) as farm:
        prefer: Prefer = "gpu" if crew.gpu else "auto"
        software = agreed_software(farm, prefer, makers(recipe))
        part = load(recipe.part, base=base, rules=recipe.regions) if part is None else part
        with alone(root):
            plan = plan_for(recipe, part, plan_path(root))
            header = _header(recipe, part, name, software)
            belonging, missing = _inventory(recipe, part, plan, root, software)
            if missing:
                refuse_unplaced(recipe, part)
            cost = cost_of(recipe, len(missing), root)
            refuse_small_disk(cost, root)
            announce(cost)
            sign = _begin(root, header, recipe, study_text)
            job = Job(canonical(recipe), part, plan, root, sign, software, prefer)
            done = len(belonging) - len(missing)
            advance(done, len(belonging), "")
            exposed: list[Exposed] = []
            for shot in _shoot(farm, job, missing):
                exposed += shot.exposed
                done += len(shot.task.views)
                advance(done, len(belonging), f"{shot.task.specimen}/{shot.task.views[-1]}")
            finished = write.finish(root, header, frames=belonging, split=recipe.split)
    notes = (*finished.lacking, *ill_exposed(exposed, recipe.sensor))
    return Made(root, len(belonging), len(missing), finished.removed, notes)


def refuse_unplaced(recipe: Recipe, part: Part) -> None:
    """Raise :class:`DefectError` for populations that find no place at all; a defect that finds none is left out."""
    refuse_placeless(part, [(name, is_defective(name)) for name in recipe.specimens.names], recipe.defects, recipe.seed)


def _begin(root: Path, header: Header, recipe: Recipe, study_text: str) -> str:
    """Make the folder, lay beside the header what made it, and leave a sign for the workers; give the sign."""
    write.create(root, header)
    write.attach(root, "plan.json", plan_path(root).read_bytes())
    if study_text:
        write.attach(root, "study.toml", study_text.encode())
    else:
        write.attach(root, "recipe.json", canonical(recipe).encode())
    sign = uuid.uuid4().hex
    lay_sign(root, sign)
    return sign


def plan_path(root: Path) -> Path:
    """Give the place of the plan of the dataset in ``root``: datasets side by side do not share it."""
    return root.with_name("plan.json" if root.name == "dataset" else f"{root.name}-plan.json")


def plan_for(recipe: Recipe, part: Part, path: Path, *, advance: Advance = lambda _done, _total, _note: None) -> Plan:
    """Give the recipe's plan: the one on disk if it was made from the same wishes, else a new one, written there.

    What each sample of the surface is seen by lies beside it. :class:`PlanError` where that would write over a plan
    that was edited for other wishes.
    """
    wishes = plan_digest(recipe, part)
    if wishes_of(path) == wishes:
        return read_plan(path, part)
    refuse_edited(path)
    plan, coverage = plan_with_coverage(part, recipe.camera, recipe.light, recipe.plan, recipe.seed, advance=advance)
    plan = replace(plan, wishes=wishes)
    keep_plan(plan, coverage, path)
    return plan


def keep_plan(plan: Plan, coverage: Coverage, path: Path) -> None:
    """Write a plan, and beside it what it covers; each is there whole or not at all."""
    with storing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_coverage(coverage, coverage_path(path))
        write_plan(plan, path)


def _inventory(
    recipe: Recipe, part: Part, plan: Plan, root: Path, software: Mapping[str, str]
) -> tuple[Frames, Frames]:
    """List all frames that belong, and those that are not there yet.

    Frames of a specimen whose own record or geometry is missing or damaged count as missing: both are made together.
    """
    belonging = [(specimen, viewpoint.name) for specimen in recipe.specimens.names for viewpoint in plan.viewpoints]
    missing = [
        (specimen, viewpoint.name)
        for specimen in recipe.specimens.names
        for whole in [write.has_specimen(root, specimen, specimen_digest(recipe, part, specimen, software))]
        for viewpoint in plan.viewpoints
        if not whole
        or not write.has_frame(
            root, specimen, viewpoint.name, frame_digest(recipe, part, plan, specimen, viewpoint, software)
        )
    ]
    return belonging, missing


def _shoot(farm: Farm, job: Job, missing: Frames) -> Iterator[Done]:
    """Have the missing frames shot; write what comes from workers that cannot; give each when it is on disk."""
    for done in farm.spread(shoot_views, job, _tasks(missing, farm.size)):
        for place, files in done.parcels.items():
            unpack(job.root, place, files)
        yield done


def _tasks(missing: Frames, workers: int) -> list[Task]:
    """Cut the work so that each worker has several tasks, and none is so short that the specimen costs more."""
    chunk = 1 if workers == 1 else min(VIEWS_A_TASK, max(1, len(missing) // (4 * workers)))
    views: dict[str, list[str]] = {}
    for specimen, view in missing:
        views.setdefault(specimen, []).append(view)
    return [
        Task(specimen, tuple(names[start : start + chunk]))
        for specimen, names in views.items()
        for start in range(0, len(names), chunk)
    ]


def _header(recipe: Recipe, part: Part, name: str, software: Mapping[str, str]) -> Header:
    return Header(
        name=name,
        kind="rendered",
        classes=tuple(sorted({population.kind for population in recipe.defects if population.significant})),
        camera=plain(recipe.camera),
        digests={"part": part.digest},
        software=dict(software),
    )
