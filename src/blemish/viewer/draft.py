"""A plan while it is being edited: views come, go and move, and each knows what it inspects.

A draft never changes; an edit gives another one. Only the view that was touched is looked through again, which takes a
few hundredths of a second, so coverage follows the hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from blemish.errors import PlanError
from blemish.frames import Pose, look_at
from blemish.part import Part
from blemish.plan import Camera, Planning, Viewpoint
from blemish.plan.candidates import Candidates, Caster
from blemish.plan.clearance import why_not
from blemish.plan.light import Light
from blemish.plan.samples import Samples
from blemish.plan.visibility import REASONS, see


@dataclass(frozen=True, eq=False)
class Bench:
    """What stays the same while views are tried out."""

    part: Part
    camera: Camera
    light: Light
    planning: Planning
    samples: Samples
    caster: Caster
    furthest: np.ndarray
    """How many tests each sample passed at the best candidate of planning, uint8 (n,); zeros where nobody planned."""


@dataclass(frozen=True, eq=False)
class Sight:
    """One view, and what it inspects."""

    view: Viewpoint
    seen: np.ndarray
    """Which samples it inspects, bool (n,)."""
    bright: np.ndarray
    """Which of them in a bright field, bool (n,)."""
    passed: np.ndarray
    """How many tests each sample passes here, uint8 (n,)."""
    angle_deg: np.ndarray
    """Between the line of sight and each sample's normal, (n,)."""
    refused: str = ""
    """Why no camera can stand here; such a view inspects nothing."""


@dataclass(frozen=True, eq=False)
class Draft:
    """Views in their order."""

    bench: Bench
    sights: tuple[Sight, ...] = ()

    @cached_property
    def times(self) -> np.ndarray:
        """How many views inspect each sample, int32 (n,)."""
        return self._count([sight.seen for sight in self.sights])

    @cached_property
    def times_bright(self) -> np.ndarray:
        """How many views inspect each sample in a bright field, int32 (n,)."""
        return self._count([sight.bright for sight in self.sights])

    @cached_property
    def furthest(self) -> np.ndarray:
        """How many tests each sample passes at the best of these views and of planning's candidates, uint8 (n,)."""
        best: np.ndarray = self.bench.furthest.copy()
        for sight in self.sights:
            if not sight.refused:
                np.maximum(best, sight.passed, out=best)
        return best

    @cached_property
    def best_angle_deg(self) -> np.ndarray:
        """The smallest angle at which a view inspects each sample, (n,); infinite where none does."""
        best = np.full(len(self.bench.samples), np.inf)
        for sight in self.sights:
            np.minimum(best, np.where(sight.seen, sight.angle_deg, np.inf), out=best)
        return best

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the views."""
        return tuple(sight.view.name for sight in self.sights)

    @property
    def viewpoints(self) -> tuple[Viewpoint, ...]:
        """The views, to be judged and written."""
        return tuple(sight.view for sight in self.sights)

    def sight(self, name: str) -> Sight:
        """Give a view by its name."""
        return next(sight for sight in self.sights if sight.view.name == name)

    def share(self, which: np.ndarray) -> float:
        """Give the part of the inspected area that some samples stand for."""
        area = self.bench.samples.area_mm2
        return float(area[which].sum() / area.sum())

    def _count(self, rows: list[np.ndarray]) -> np.ndarray:
        times = np.zeros(len(self.bench.samples), dtype=np.int32)
        for row in rows:
            times += row
        return times


def look(bench: Bench, view: Viewpoint) -> Sight:
    """Find out what one view inspects, and whether a camera can stand there at all."""
    candidate = Candidates.of([view.world_from_camera])
    refused = str(why_not(bench.part, candidate, bench.light, bench.planning)[0])
    towards = view.world_from_camera.translation_mm - bench.samples.positions_mm
    cosine = (towards * bench.samples.normals).sum(axis=1) / np.maximum(np.linalg.norm(towards, axis=1), 1e-9)
    angle_deg = np.rad2deg(np.arccos(np.clip(cosine, -1, 1)))
    nothing = np.zeros(len(bench.samples), dtype=bool)
    if refused:
        return Sight(view, nothing, nothing, nothing.astype(np.uint8), angle_deg, refused)
    found = see(bench.samples, candidate, bench.camera, bench.light, bench.planning, caster=bench.caster)
    bright = found.take([0]).times_seen(bright=True) > 0
    return Sight(view, found.sees(0), bright, found.furthest, angle_deg)


def open_draft(bench: Bench, viewpoints: Sequence[Viewpoint]) -> Draft:
    """Look through every view of a plan."""
    return Draft(bench, tuple(look(bench, view) for view in viewpoints))


def added(draft: Draft, pose: Pose) -> tuple[Draft, str]:
    """Add a view at the end, and give its name: the first free one of ``v000``, ``v001`` ..."""
    name = next(one for number in range(len(draft.names) + 1) if (one := f"v{number:03d}") not in draft.names)
    return replace(draft, sights=(*draft.sights, look(draft.bench, Viewpoint(name, pose)))), name


def moved(draft: Draft, name: str, pose: Pose) -> Draft:
    """Put a view elsewhere; its place in the order stays."""
    sight = look(draft.bench, Viewpoint(name, pose))
    return replace(draft, sights=tuple(sight if one.view.name == name else one for one in draft.sights))


def without(draft: Draft, name: str) -> Draft:
    """Leave a view out; the last one stays, for a plan has views."""
    if len(draft.sights) == 1:
        raise PlanError(f"{name} is the last view; a plan without views is none: add another before deleting this one")
    return replace(draft, sights=tuple(one for one in draft.sights if one.view.name != name))


def facing(bench: Bench, eye_mm: np.ndarray, direction: np.ndarray) -> Pose:
    """Give the pose of a camera that sees in its centre, and sharp, what somebody at ``eye_mm`` looks at."""
    ahead = direction / np.linalg.norm(direction)
    triangle, distance = bench.caster.first_hit(eye_mm[None], ahead[None])
    target = eye_mm + distance[0] * ahead if triangle[0] >= 0 else bench.part.centre_mm
    return look_at(target - bench.camera.working_distance_mm * ahead, target)


def in_words(draft: Draft) -> str:
    """Say how much is covered and what is not and why, as Markdown."""
    times, planning = draft.times, draft.bench.planning
    inspectable = draft.furthest == len(REASONS)
    bright = draft.share(draft.times_bright > 0)
    lines = [
        f"**{draft.share(times > 0):.2%}** inspected by **{len(draft.sights)} views**, {bright:.2%} in a bright field.",
        "",
        "| region | inspected | views asked | often enough |",
        "|:---|---:|---:|---:|",
    ]
    region = draft.bench.samples.region
    for index in np.unique(region):
        here, name = region == index, draft.bench.part.regions[index].name
        whole, folds = draft.share(here), planning.views_of(name)
        once, enough = draft.share(here & (times > 0)) / whole, draft.share(here & (times >= folds)) / whole
        lines.append(f"| {name} | {once:.1%} | {folds} | {enough:.1%} |")
    missing = [(draft.share((times == 0) & inspectable), "another view could inspect it")]
    missing += [(draft.share((times == 0) & (draft.furthest == at)), why) for at, why in enumerate(REASONS)]
    told = "; ".join(f"{share:.2%} {why}" for share, why in missing if share > 0)
    lines += ["", f"Not inspected: {told}." if told else "Everything is inspected."]
    refused = [f"{sight.view.name} ({sight.refused})" for sight in draft.sights if sight.refused]
    if refused:
        lines += ["", f"**Cannot be taken up:** {', '.join(refused)}."]
    return "\n".join(lines)


def sight_in_words(draft: Draft, name: str) -> str:
    """Say of one view what it inspects, and what would be lost without it, as Markdown."""
    sight, area = draft.sight(name), draft.bench.samples.area_mm2
    x, y, z = sight.view.world_from_camera.translation_mm
    place = f"**{name}** at ({x:.1f}, {y:.1f}, {z:.1f}) mm"
    if sight.refused:
        return f"{place} cannot be used: it is **{sight.refused}**."
    alone = float(area[sight.seen & (draft.times == 1)].sum())
    return f"{place} inspects {area[sight.seen].sum():.4g} mm2, {alone:.4g} mm2 of it alone."
