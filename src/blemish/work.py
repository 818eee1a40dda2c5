"""What a worker does: make one specimen, shoot some views of it, write them or send them.

A worker needs no file of the one who asks: recipe, part and plan come with the job, as values. Where it sees the
dataset's folder it writes there, as every process on the same machine does; where it does not, it sends what it would
have written. The bytes are the same.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np

from blemish.dataset import write
from blemish.dataset.parcel import pack, sees_sign
from blemish.dataset.ply import Geometry
from blemish.dataset.record import (
    DefectRecord,
    FrameRecord,
    LeftOutRecord,
    SpecimenRecord,
    VisibleDefect,
    rows,
)
from blemish.defects import Specimen, make_specimen
from blemish.disk import storing
from blemish.engine import give_back, start
from blemish.engine.variant import Prefer
from blemish.errors import WorkError
from blemish.exposed import Exposed
from blemish.farm import Farm
from blemish.finish import draw_finishes
from blemish.finish.catalogue import kind_of
from blemish.finish.skin import Skin
from blemish.part import Part
from blemish.plan import Plan, Viewpoint
from blemish.recipe import (
    MAKERS,
    Recipe,
    as_it_turned_out,
    drawn,
    frame_digest,
    is_defective,
    makers,
    software,
    specimen_digest,
)
from blemish.render import Frame, Rendering, Scene, Sensor, build_scene, shoot
from blemish.seeds import number
from blemish.settings import plain, read


@dataclass(frozen=True, eq=False)
class Job:
    """What all tasks share."""

    recipe: str
    """As JSON."""
    part: Part
    """As it was read by the one who asks: the same triangles everywhere, whatever the CAD kernels are."""
    plan: Plan
    root: Path
    """The dataset, as an absolute path."""
    sign: str
    """What lies in ``root``, for those who see it."""
    software: Mapping[str, str]
    """What all workers must have, so that all make the same pixels."""
    prefer: Prefer = "auto"
    """What to render with."""


@dataclass(frozen=True)
class Task:
    """Some views of one specimen."""

    specimen: str
    views: tuple[str, ...]


@dataclass(frozen=True)
class Done:
    """What became of a task."""

    task: Task
    parcels: Mapping[str, Mapping[str, bytes]] = field(default_factory=dict)
    """Folders of the dataset with their files, from a worker that does not see its disk."""
    exposed: tuple[Exposed, ...] = ()
    """How the frames came out that were not there before."""


def agreed_software(farm: Farm, prefer: Prefer, packages: tuple[str, ...] = MAKERS) -> dict[str, str]:
    """Ask all workers what they would render with; :class:`WorkError` when they would not make the same pixels."""
    answers = farm.ask(partial(software_here, prefer, packages))
    first, agreed = next(iter(answers.items()))
    for name, answer in answers.items():
        if answer != agreed:
            raise WorkError(
                f"{_difference(agreed, answer, f'worker {first}', f'worker {name}')}: they would not make the same "
                "pixels; install the same versions everywhere, and let processors and GPUs not mix (--gpu takes GPUs)"
            )
    return agreed


def software_here(prefer: Prefer, packages: tuple[str, ...] = MAKERS) -> dict[str, str]:
    """Start the renderer, and give the versions of all that can change a pixel."""
    start(prefer)
    return software(packages)


def _difference(one: Mapping[str, str], other: Mapping[str, str], *names: str) -> str:
    key = next(key for key in sorted({*one, *other}) if one.get(key) != other.get(key))
    return f"{names[0]} has {key} {one.get(key, 'absent')}, {names[1]} has {other.get(key, 'absent')}"


def shoot_views(job: Job, task: Task) -> Done:
    """Shoot some views of one specimen and write or send them; a pure function of both, whoever runs it."""
    here = software_here(job.prefer, makers(_recipe(job.recipe)))
    if here != job.software:
        raise WorkError(f"{_difference(job.software, here, 'this run', 'a worker')}: install the same versions")
    record, geometry, scene = _in_hand(job, task.specimen)
    exposed: list[Exposed] = []
    with _place(job) as root:
        if not write.has_specimen(root, record.id, record.digest):
            write.write_specimen(root, record, geometry)
        for viewpoint in job.plan.viewpoints:
            if viewpoint.name in task.views:
                if root == job.root and not sees_sign(root, job.sign):
                    raise WorkError(f"{root}: another run has taken over this dataset; this one leaves it alone")
                exposed += _shoot(job, root, scene, viewpoint)
        return Done(task, {} if root == job.root else _parcels(root, task), tuple(exposed))


@contextmanager
def _place(job: Job) -> Iterator[Path]:
    """Give the dataset's folder where it is seen, else one of our own for as long as the task takes."""
    if sees_sign(job.root, job.sign):
        yield job.root
    else:
        with storing(Path(tempfile.gettempdir())):
            place = tempfile.TemporaryDirectory(prefix="blemish-")
        with place as folder:
            yield Path(folder)


def _parcels(root: Path, task: Task) -> dict[str, dict[str, bytes]]:
    places = [f"specimens/{task.specimen}", *(f"frames/{task.specimen}/{view}" for view in task.views)]
    return {place: pack(root / place) for place in places}


@lru_cache(maxsize=1)
def _recipe(text: str) -> Recipe:
    return read(Recipe, json.loads(text), "the recipe")


@dataclass
class _Latest:
    """The specimen that this process had in hand last, for tasks that follow each other."""

    job: Job | None = None
    made: tuple[SpecimenRecord, Geometry, Scene] | None = None


_latest = _Latest()


def _in_hand(job: Job, specimen: str) -> tuple[SpecimenRecord, Geometry, Scene]:
    """Give a specimen with its scene; the one before is let go first, so that there are never two."""
    if _latest.made is None or _latest.job is not job or _latest.made[0].id != specimen:
        _latest.job, _latest.made = job, None
        give_back()
        _latest.made = _make(job, specimen)
        give_back()
    return _latest.made


def _make(job: Job, specimen: str) -> tuple[SpecimenRecord, Geometry, Scene]:
    """Make a specimen and its scene."""
    recipe, part = _recipe(job.recipe), job.part
    made = make_specimen(part, specimen, is_defective(specimen), recipe.defects, recipe.seed, recipe.finest_edge_mm)
    finishes = draw_finishes(part, recipe.finishes, recipe.seed, specimen)
    skin: Skin = drawn(recipe, "skin", specimen)
    record = SpecimenRecord(
        id=specimen,
        defective=is_defective(specimen),
        digest=specimen_digest(recipe, part, specimen, job.software),
        defects=tuple(DefectRecord(**asdict(defect)) for defect in made.defects),
        left_out=tuple(LeftOutRecord(**asdict(one)) for one in made.left_out),
        finishes={region: {"kind": kind_of(thing), **plain(thing)} for region, thing in finishes.items()},
        skin=plain(skin),
        part_digest=part.digest,
    )
    return record, mesh_of(part, made), _seen(made, part, finishes, recipe, job.plan, skin)


def _seen(  # noqa: PLR0917  all that a specimen looks like
    made: Specimen, part: Part, finishes: Any, recipe: Recipe, plan: Plan, skin: Skin
) -> Scene:
    """Build the scene, with the twin and the part as designed if any frame may ask for them."""
    rendering: Any = recipe.render
    has_twin = rendering.visibility is not False and any(defect.significant for defect in made.defects)
    has_nominal = rendering.geometry not in (False, True)
    return build_scene(
        made, part, finishes, recipe.metal, plan.light, skin, with_twin=has_twin, with_nominal=has_nominal
    )


def mesh_of(part: Part, specimen: Specimen) -> Geometry:
    """Give the mesh of a specimen as it goes to disk."""
    return Geometry(
        vertices_mm=specimen.vertices_mm,
        triangles=specimen.triangles,
        face=specimen.face,
        region=part.region_of_face[specimen.face],
        instance=specimen.instance,
        regions=tuple(region.name for region in part.regions),
    )


def _shoot(job: Job, root: Path, scene: Scene, viewpoint: Viewpoint) -> list[Exposed]:
    """Shoot and write a frame, and say how it came out; nothing where it is there."""
    recipe, plan, specimen = _recipe(job.recipe), job.plan, scene.specimen
    digest = frame_digest(recipe, job.part, plan, specimen, viewpoint, job.software)
    if write.has_frame(root, specimen, viewpoint.name, digest):
        return []  # a worker before us made it and died of a later one
    seed = number(recipe.seed, "frame", specimen, viewpoint.name)
    sensor: Sensor = drawn(recipe, "sensor", specimen, viewpoint.name)
    rendering: Rendering = drawn(recipe, "render", specimen, viewpoint.name)
    turned_out = as_it_turned_out(recipe, job.part, specimen, viewpoint)
    frame = shoot(scene, plan.camera, turned_out, sensor, rendering, seed, planned=viewpoint)
    record = FrameRecord(
        specimen=specimen,
        view=viewpoint.name,
        digest=digest,
        world_from_camera=rows(turned_out.world_from_camera),
        planned_world_from_camera=None if turned_out is viewpoint else rows(viewpoint.world_from_camera),
        camera=plain(plan.camera),
        light=plain(plan.light),
        exposure=plain(frame.sensor),
        rendering={**plain(rendering), "samples": frame.samples},
        seeds={"frame": seed},
        defects=beside_the_mask(frame),
    )
    contrast = None if frame.visibility is None else frame.visibility.contrast
    write.write_frame(root, record, frame.image, frame.mask, contrast, frame.geometry)
    return [Exposed(record.name, frame.sensor.exposure_ms, frame.white, frame.black)]


def beside_the_mask(frame: Frame) -> tuple[VisibleDefect, ...]:
    """List what is seen and not in the mask: insignificant defects, and what covers less than half of any pixel."""
    masked = set(np.unique(frame.mask).tolist())
    return tuple(
        VisibleDefect(id=number, area_px=round(area))
        for number, area in frame.defects.items()
        if area > 0 and number not in masked
    )
