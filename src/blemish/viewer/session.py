"""One sitting at a plan: what is open, what is selected, what can be undone. Everything but the drawing."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from blemish.dataset import ply
from blemish.dataset.meshes import geometry_of
from blemish.errors import BlemishError, PlanError
from blemish.finish import draw_finishes
from blemish.frames import Pose
from blemish.inspect.stored import SpecimenMaps
from blemish.inspect.surface.on_part import PartObject
from blemish.make import keep_plan, plan_for, plan_path
from blemish.plan.coverage import coverage_path, read_coverage
from blemish.plan.files import digest_of, listed
from blemish.plan.make import judge_with_coverage
from blemish.plan.samples import sample_surface
from blemish.recipe import Recipe, plan_digest
from blemish.render import Scene
from blemish.study import StudyFile, load_part
from blemish.viewer import draft as drafts
from blemish.viewer.draft import Bench, Draft
from blemish.viewer.frame import FramePicture, frame_picture
from blemish.viewer.inspected import Inspected, read_inspected
from blemish.viewer.preview import AS_DESIGNED, preview, scene_of


@dataclass
class Session:
    """A draft with what belongs to it."""

    recipe: Recipe
    path: Path
    """The plan file."""
    written: bytes
    """What stood in it when it was read or written here last."""
    draft: Draft
    finish_of_region: dict[str, str]
    dataset: Path
    """Where the specimens are, once they are made."""
    selected: str
    specimen: str = AS_DESIGNED
    before: list[Draft] = field(default_factory=list)
    """What undo goes back to, the latest last."""
    saved: Draft | None = None
    inspected: Inspected | None = None
    """What was inspected; None where nothing was."""
    trouble: str = ""
    """Why an inspection that is there cannot be shown."""
    chosen: int = 0
    """The number of the found object that is chosen; 0 is none."""
    _scene: tuple[str, Scene] | None = None

    @property
    def unsaved(self) -> bool:
        """Whether the draft is not what the file holds."""
        return self.draft is not self.saved

    @property
    def specimens(self) -> tuple[str, ...]:
        """The part as designed, and the specimens that the run folder has the geometry or the inspection of."""
        found = {path.parent.name for path in (self.dataset / "specimens").glob("*/part.ply")}
        inspected = self.inspected.surface.specimens if self.inspected else ()
        return (AS_DESIGNED, *sorted(found.union(inspected)))

    @property
    def has_geometry(self) -> bool:
        """Whether the specimen that is chosen can be drawn with its defects."""
        return self.specimen != AS_DESIGNED and (self.dataset / "specimens" / self.specimen / "part.ply").is_file()

    @property
    def has_scene(self) -> bool:
        """Whether a preview would come at once: the scene of a specimen takes up to a minute to make."""
        return self._scene is not None and self._scene[0] == self.specimen

    def move(self, name: str, pose: Pose) -> None:
        """Put a view elsewhere."""
        self._change(drafts.moved(self.draft, name, pose))

    def mark(self) -> None:
        """Remember the draft as it is, for undo: a drag begins."""
        self.before.append(self.draft)

    def follow(self, pose: Pose) -> None:
        """Put the selected view elsewhere in the course of a drag, which is undone as a whole."""
        self.draft = drafts.moved(self.draft, self.selected, pose)

    def add(self, pose: Pose) -> str:
        """Add a view, select it and give its name."""
        draft, name = drafts.added(self.draft, pose)
        self._change(draft)
        self.selected = name
        return name

    def delete(self, name: str) -> None:
        """Leave a view out; the one after it is selected."""
        place = self.draft.names.index(name)
        self._change(drafts.without(self.draft, name))
        self.selected = self.draft.names[min(place, len(self.draft.names) - 1)]

    def undo(self) -> bool:
        """Take the last edit back; say whether there was one."""
        if not self.before:
            return False
        self.draft = self.before.pop()
        if self.selected not in self.draft.names:
            self.selected = self.draft.names[0]
        return True

    def save(self) -> str:
        """Write the plan as an edited one, and say what it covers.

        :class:`PlanError` where a view cannot be used, or where another program changed the file since it was read.
        """
        if self.path.read_bytes() != self.written:
            raise PlanError(
                f"{self.path}: another program changed the plan meanwhile; nothing was written. Open it anew"
            )
        bench = self.draft.bench
        plan, coverage = judge_with_coverage(
            bench.part,
            bench.camera,
            bench.light,
            bench.planning,
            self.draft.viewpoints,
            seed=self.recipe.seed,
            caster=bench.caster,
            furthest=bench.furthest,
        )
        plan = replace(plan, wishes=plan_digest(self.recipe, bench.part), edited=True)
        keep_plan(plan, coverage, self.path)
        self.written, self.saved = self.path.read_bytes(), self.draft
        return plan.in_words()

    def preview(self, name: str) -> np.ndarray:
        """Render what a view would show of the specimen that is chosen, (h, w, 3)."""
        if self._scene is None or self._scene[0] != self.specimen:
            self._scene = None  # never two at a time
            self._scene = (self.specimen, scene_of(self.recipe, self.draft.bench.part, self.specimen))
        return preview(self._scene[1], self.recipe, self.draft.sight(name).view)

    def geometry(self) -> ply.Geometry | None:
        """Give the mesh of the specimen that is chosen; None for the part as designed."""
        return None if self.specimen == AS_DESIGNED else geometry_of(self.dataset, self.specimen)

    @property
    def maps(self) -> SpecimenMaps | None:
        """What was made of the specimen that is chosen; None where it was not inspected."""
        return self.inspected.maps_of(self.specimen) if self.inspected else None

    @property
    def found(self) -> tuple[PartObject, ...]:
        """The objects that were found on it."""
        return self.inspected.found_on(self.specimen) if self.inspected else ()

    def frame(self, name: str) -> FramePicture | str | None:
        """Give the dataset's frame of a view with what the model called, or why that cannot be shown."""
        try:
            return frame_picture(self.dataset.parent, self.specimen, name)
        except BlemishError as error:
            return str(error)

    def _change(self, draft: Draft) -> None:
        self.before.append(self.draft)
        self.draft = draft


def open_session(file: StudyFile, run: Path) -> Session:
    """Open the plan of a study, and make it first where there is none."""
    from blemish.engine.rays import RayCaster

    part, recipe = load_part(file), file.study.recipe
    path = plan_path(run / "dataset")
    plan = plan_for(recipe, part, path)
    planning = recipe.plan
    samples = sample_surface(part, planning.sample_spacing_mm, planning.regions, recipe.seed)
    known = read_coverage(coverage_path(path), digest_of(listed(plan.viewpoints)))
    furthest = np.zeros(len(samples), dtype=np.uint8)
    if known is not None and len(known.samples) == len(samples):
        furthest = known.visibility.furthest
    caster = RayCaster(part.vertices_mm, part.triangles)
    bench = Bench(part, plan.camera, plan.light, planning, samples, caster, furthest)
    draft = drafts.open_draft(bench, plan.viewpoints)
    finishes = draw_finishes(part, recipe.finishes, recipe.seed, recipe.specimens.names[0])
    inspected, trouble = inspection_of(run)
    return Session(
        recipe=recipe,
        path=path,
        written=path.read_bytes(),
        draft=draft,
        finish_of_region={region: type(finish).__name__.lower() for region, finish in finishes.items()},
        dataset=run / "dataset",
        selected=draft.names[0],
        saved=draft,
        inspected=inspected,
        trouble=trouble,
    )


def inspection_of(run: Path) -> tuple[Inspected | None, str]:
    """Read what was inspected, or why it cannot be shown: a plan can be looked at without."""
    try:
        return read_inspected(run), ""
    except BlemishError as error:
        return None, str(error)
