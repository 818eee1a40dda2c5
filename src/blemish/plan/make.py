"""From part, camera, light and wishes to a plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from blemish.errors import PlanError
from blemish.part.model import Part
from blemish.plan.bound import search_prices
from blemish.plan.camera import Camera
from blemish.plan.candidates import Candidates, Caster
from blemish.plan.clearance import why_not
from blemish.plan.cover import Demand, demand, greedy, without_spare
from blemish.plan.coverage import Coverage, coverage_of
from blemish.plan.evidence import evidence_of
from blemish.plan.files import mistaken_places
from blemish.plan.finding import Finding
from blemish.plan.improve import by_integers, exchange
from blemish.plan.light import Light
from blemish.plan.model import Plan, Viewpoint
from blemish.plan.planning import Planning
from blemish.plan.samples import sample_surface
from blemish.plan.survey import Survey, check, engine_caster, survey
from blemish.plan.uncut import uncut
from blemish.plan.visibility import REASONS, Advance, see


def make_plan(
    part: Part, camera: Camera, light: Light, planning: Planning, seed: int, *, caster: Caster | None = None
) -> Plan:
    """Choose viewpoints from which the inspected regions are seen.

    Candidates are proposed around the part, those that collide or cannot be reached are dropped, rays tell which
    sample of the surface each inspects, and a cover takes few that see it all. The same arguments give the same plan.
    ``caster`` casts the rays; the engine's own if none is given. Raises :class:`PlanError` where camera and light
    contradict each other, where no candidate may be used and where none inspects anything.
    """
    return plan_with_coverage(part, camera, light, planning, seed, caster=caster)[0]


def plan_with_coverage(
    part: Part,
    camera: Camera,
    light: Light,
    planning: Planning,
    seed: int,
    *,
    caster: Caster | None = None,
    advance: Advance = lambda _done, _total, _note: None,
) -> tuple[Plan, Coverage]:
    """Do what :func:`make_plan` does, and say of each sample of the surface which viewpoint inspects it."""
    surveyed = survey(part, camera, light, planning, seed, caster=caster, advance=advance)
    wanted = asked(surveyed)
    chosen, lower_bound = choose(wanted, planning, seed)
    plan = plan_of(surveyed, wanted, chosen, lower_bound)
    return plan, coverage_of(surveyed.samples, surveyed.visibility.take(chosen), plan.viewpoints)


def judge(
    part: Part,
    camera: Camera,
    light: Light,
    planning: Planning,
    viewpoints: Sequence[Viewpoint],
    *,
    seed: int,
    caster: Caster | None = None,
) -> Plan:
    """Make a plan of viewpoints from elsewhere, as they are and in their order, and find out what they cover.

    What counts as inspected is what ``planning`` says; as inspectable counts what these viewpoints inspect. Raises
    :class:`PlanError` with every view that stands in the part or the table, collides, or is out of reach.
    """
    return judge_with_coverage(part, camera, light, planning, viewpoints, seed=seed, caster=caster)[0]


def judge_with_coverage(
    part: Part,
    camera: Camera,
    light: Light,
    planning: Planning,
    viewpoints: Sequence[Viewpoint],
    *,
    seed: int,
    caster: Caster | None = None,
    furthest: np.ndarray | None = None,
) -> tuple[Plan, Coverage]:
    """Do what :func:`judge` does, and say of each sample which viewpoint inspects it.

    ``furthest`` is how many tests each sample passes at the best of the candidates of an earlier survey: then
    inspectable is what any of them or any of these viewpoints inspects.
    """
    check(camera, light, planning)
    candidates = Candidates.of([view.world_from_camera for view in viewpoints])
    wrong = mistaken_places(viewpoints, part, camera)
    reasons = why_not(part, candidates, light, planning)
    for view, at, reason in zip(viewpoints, candidates.positions_mm.tolist(), reasons.tolist(), strict=True):
        if reason and reason != "inside the part":
            wrong.append(f"viewpoint {view.name} at ({at[0]:.4g}, {at[1]:.4g}, {at[2]:.4g}) mm is {reason}")
    if wrong:
        raise PlanError("these viewpoints cannot be used:\n  " + "\n  ".join(wrong))
    caster = caster or engine_caster(part)
    samples = sample_surface(part, planning.sample_spacing_mm, planning.regions, seed)
    visibility = see(samples, candidates, camera, light, planning, caster=caster)
    if furthest is not None and furthest.shape == visibility.furthest.shape:
        visibility = replace(visibility, furthest=np.maximum(visibility.furthest, furthest))
    surveyed = Survey(part, camera, light, planning, samples, candidates, visibility)
    plan = plan_of(surveyed, asked(surveyed, capped=False), range(len(viewpoints)))
    return replace(plan, viewpoints=tuple(viewpoints)), coverage_of(samples, visibility, viewpoints)


def choose(wanted: Demand, planning: Planning, seed: int) -> tuple[list[int], int]:
    """Choose candidates that cover what is wanted, the best first, and bound their number below.

    ``planning`` says how much work goes into it. The bound is 0 if no rounds were to be spent on it.
    """
    chosen = without_spare(wanted, greedy(wanted))
    if planning.bound_rounds == planning.improve_rounds == 0 and not planning.improve_s:
        return chosen, 0
    is_met = wanted.met(wanted.given(chosen))
    prices = search_prices(wanted, planning.bound_rounds, enough=len(chosen) if is_met else None)
    if planning.improve_rounds:
        chosen = exchange(wanted, prices, chosen, rounds=planning.improve_rounds, seed=seed)
    if planning.improve_s and wanted.met(wanted.given(chosen)):
        chosen = by_integers(wanted, prices, fewer_than=len(chosen), seconds=planning.improve_s) or chosen
    return greedy(wanted, among=sorted(chosen)), prices.views


def asked(surveyed: Survey, *, capped: bool = True) -> Demand:
    """Say what a survey's planning asks to be covered: at most what its candidates can give, unless told otherwise."""
    planning, visibility, samples = surveyed.planning, surveyed.visibility, surveyed.samples
    if planning.finding is not None:
        return _finds(surveyed, planning.finding, capped=capped)
    of_region = np.array([planning.views_of(region.name) for region in surveyed.part.regions], dtype=np.float64)
    gives = visibility.sparse()
    if planning.overlap_mm:
        gives = uncut(gives, samples, visibility.inspectable, planning.overlap_mm, planning.sample_spacing_mm)
    return demand(
        gives,
        samples.area_mm2,
        needs=np.where(visibility.inspectable, of_region[samples.region], 0.0),
        target=planning.target_coverage,
        max_views=planning.max_views,
        capped=capped,
    )


def _finds(surveyed: Survey, finding: Finding, *, capped: bool) -> Demand:
    """Ask that defects be found; where all candidates together do not find them surely enough, ask for nothing."""
    samples, names = surveyed.samples, [region.name for region in surveyed.part.regions]
    gives = evidence_of(samples, names, surveyed.candidates, surveyed.visibility, surveyed.camera, finding)
    gives.data = finding.counted(gives.data)
    possible = surveyed.visibility.inspectable
    if capped:
        possible = np.asarray(gives.sum(axis=0)).ravel() >= finding.needed
    return demand(
        gives,
        samples.area_mm2,
        needs=np.where(possible, finding.needed, 0.0),
        target=surveyed.planning.target_coverage,
        max_views=surveyed.planning.max_views,
        capped=capped,
    )


def plan_of(surveyed: Survey, wanted: Demand, chosen: Sequence[int], lower_bound: int = 0) -> Plan:
    """Make the plan that consists of these candidates, in this order, with what they cover of what is wanted."""
    part, samples, visibility = surveyed.part, surveyed.samples, surveyed.visibility
    area, times, given = samples.area_mm2, visibility.times_seen(chosen), wanted.given(chosen)

    def share(which: np.ndarray) -> float:
        return float(area[which].sum() / area.sum())

    by_region, asked_by_region = {}, {}
    for index in np.unique(samples.region):
        here, name = samples.region == index, part.regions[index].name
        by_region[name] = float(area[here & (times > 0)].sum() / area[here].sum())
        needed = here & wanted.asked
        if needed.any():
            asked_by_region[name] = float(area[needed & wanted.covered(given)].sum() / area[needed].sum())
    inspectable = float(area[wanted.asked].sum())
    reasons = {reason: share(visibility.furthest == passed) for passed, reason in enumerate(REASONS)}
    return Plan(
        part_digest=part.digest,
        camera=surveyed.camera,
        light=surveyed.light,
        viewpoints=tuple(
            Viewpoint(f"v{number:03d}", surveyed.candidates.pose(index)) for number, index in enumerate(chosen)
        ),
        coverage=share(times > 0),
        inspectable=share(visibility.inspectable),
        coverage_by_region=by_region,
        planning=surveyed.planning,
        asked_coverage=wanted.covered_weight(given) / inspectable if inspectable else 0.0,
        bright_coverage=share(visibility.times_seen(chosen, bright=True) > 0),
        uninspectable={reason: lost for reason, lost in reasons.items() if lost > 0},
        asked_by_region=asked_by_region,
        inspected_area_mm2=float(area.sum()),
        lower_bound=lower_bound,
    )
