"""What an inspection asks for next: specimens where too few defects were seen, and the view that would help most."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from blemish.arrays import Points
from blemish.dataset.split import SplitRule
from blemish.defects.density import Peak
from blemish.make import Advance, Made, make, plan_path
from blemish.part import Part
from blemish.plan import Plan, write_plan
from blemish.plan.candidates import Candidates
from blemish.plan.evidence import Helpful, evidence_of, most_helpful
from blemish.plan.finding import Finding
from blemish.plan.survey import Survey, survey
from blemish.plan.visibility import see
from blemish.recipe import Recipe, Specimens, plan_digest

SEED_APART = 7919
"""Added to the seed, so that these specimens are none of those that were learned from."""


def scattered(recipe: Recipe, places_mm: Points, within_mm: float, specimens: int) -> Recipe:
    """Give a recipe of defective specimens whose defects lie around some places (k, 3), and nowhere else.

    Sizes, finishes, light and views stay as they are.
    """
    peaks = tuple(Peak(at_mm=(float(x), float(y), float(z)), within_mm=within_mm) for x, y, z in places_mm)
    return replace(
        recipe,
        seed=recipe.seed + SEED_APART,
        specimens=Specimens(correct=0, defective=specimens),
        defects=tuple(replace(one, map=peaks, elsewhere=0.0) for one in recipe.defects),
        split=SplitRule(shares={"test": 1.0}),
    )


def make_scattered(  # noqa: PLR0917
    recipe: Recipe, part: Part, plan: Plan, root: Path, base: Path, advance: Advance
) -> Made:
    """Make the dataset of such a recipe, seen by the views of ``plan``."""
    write_plan(replace(plan, wishes=plan_digest(recipe, part)), plan_path(root))
    return make(recipe, root, base=base, name=root.name, part=part, advance=advance)


def surveyed_for(recipe: Recipe, part: Part, max_angle_deg: float) -> Survey:
    """Find out what each candidate view would have in sight; costs what planning costs without its search.

    In sight is all that it looks at no steeper than at an angle, however coarsely: so the inspection counts looks, too,
    and how surely each of them finds a defect says the rest.
    """
    camera = recipe.camera
    in_sight = replace(
        recipe.plan,
        max_angle_deg=max_angle_deg,
        min_px_per_mm=0.0,
        max_blur_px=float(camera.width_px),
        border_px=0,
        lighting="any",
    )
    return survey(part, camera, recipe.light, in_sight, recipe.seed)


def view_that_helps(surveyed: Survey, plan: Plan, finding: Finding) -> Helpful | None:
    """Give the candidate view that lifts most area to the wanted probability, when added to ``plan``."""
    from blemish.engine.rays import RayCaster

    part, samples, names = surveyed.part, surveyed.samples, [region.name for region in surveyed.part.regions]
    own = Candidates.of([view.world_from_camera for view in plan.viewpoints])
    caster = RayCaster(part.vertices_mm, part.triangles)
    sees = see(samples, own, plan.camera, plan.light, surveyed.planning, caster=caster)
    planned = evidence_of(samples, names, own, sees, plan.camera, finding)
    each = evidence_of(samples, names, surveyed.candidates, surveyed.visibility, plan.camera, finding)
    return most_helpful(samples.area_mm2, surveyed.candidates, each, planned, finding)
