"""``blemish check``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from blemish.part import Part
    from blemish.part.check import PartFacts
    from blemish.recipe import Recipe


def check(study: Path, *, out: Path | None = None, faces: bool = False) -> None:
    """Tell every mistake in a study, and what it would cost in frames, disk and time.

    Parameters
    ----------
    study
        The study file.
    out
        The run folder; without it ``runs/NAME``.
    faces
        List every face of the part too: its number, region, area and surface, as rules of regions can ask for them.
    """
    from blemish.cost import cost_of, refuse_small_disk
    from blemish.make import plan_path, refuse_unplaced
    from blemish.part.check import facts
    from blemish.plan.files import wishes_of
    from blemish.recipe import plan_digest
    from blemish.study import load_part, read_study, run_folder

    file = read_study(study)
    settings = file.study
    part = load_part(file)
    refuse_unplaced(settings.recipe, part)
    _tell(facts(part), _finish_of_region(settings.finishes, part))
    _tell_flat(part)
    if faces:
        _list_faces(part)
    path = plan_path(run_folder(settings, out) / "dataset")
    planned = wishes_of(path) == plan_digest(settings.recipe, part)
    views, most = settings.plan.max_views, "at most "
    if planned:
        from blemish.plan import read_plan

        views, most = len(read_plan(path, part).viewpoints), ""
    specimens = len(settings.specimens.names)
    frames = specimens * views
    cost = cost_of(settings.recipe, frames)
    width, height = settings.camera.field_of_view_mm
    print(f"the camera sees {width:.1f} x {height:.1f} mm at {1 / settings.camera.mm_per_px:.1f} px/mm")
    work = f"{specimens} specimens x {most}{views} views = {most}{frames} frames"
    print(f"{work}; {cost.in_words()}, training not counted")
    if not planned:
        _tell_small_field(settings.recipe, part)
    refuse_small_disk(cost, run_folder(settings, out) / "dataset")
    print(f"{study}: no mistakes" + ("" if planned else f"; next: blemish plan {study}"))


def _tell_small_field(recipe: Recipe, part: Part) -> None:
    """Tell that the camera sees so little of the part at a time that the plan cannot have views enough."""
    from blemish.plan.survey import fewest_views

    least = fewest_views(part, recipe.camera, recipe.plan)
    if least > recipe.plan.max_views:
        print(
            f"note: what is to be inspected takes at least {least} views, each as slanted as max_angle_deg and "
            f"min_px_per_mm allow, and plan.max_views is {recipe.plan.max_views}: name the regions that matter in "
            "plan.regions, step back with camera.working_distance_mm, or allow more views"
        )


def _finish_of_region(populations: tuple[Any, ...], part: Part) -> dict[str, str]:
    """Say which finish each region has, and tell those that are left without a region."""
    named = {
        name: f"{population.kind} (finishes[{index}])"
        for index, population in enumerate(populations, 1)
        for name in population.regions
    }
    regions = [region.name for region in part.regions]
    if "*" in named and not set(regions) - set(named):
        print(f'note: {named["*"]} is for "*", and every region is named by another finish')
    return {name: named.get(name, named.get("*", "no finish")) for name in regions}


def _tell_flat(part: Part) -> None:
    """Tell triangles without an area: they do no harm, but may show that the file was not made with care."""
    from blemish.part.crossing import flat_triangles, places

    flat = flat_triangles(part)
    if len(flat):
        named = sorted({part.regions[index].name for index in part.region_of_triangle[flat]})
        print(
            f"note: {len(flat)} triangles of {', '.join(named)} have no area, {places(part, flat)}; they do no harm, "
            "and a finer export does without them"
        )


def _list_faces(part: Part) -> None:
    from blemish.part.matching import FaceTable

    table = FaceTable(part)
    width = max(len(region.name) for region in part.regions)
    print("face  region" + " " * (width - 6) + "        mm2  surface")
    for face, region in enumerate(part.region_of_face):
        name = f" {table.markings[face].name!r}" if table.markings[face].name else ""
        said = f"{part.regions[region].name:<{width}} {table.area_mm2[face]:10.4g}  {table.describe(face)}{name}"
        print(f"{face:4}  {said}")


def _tell(part: PartFacts, finishes: dict[str, str]) -> None:
    x, y, z = part.size_mm
    print(
        f"{part.name}: {x:.4g} x {y:.4g} x {z:.4g} mm, {part.volume_mm3 / 1000:.4g} cm3, {part.num_faces} faces, "
        f"{part.num_triangles} triangles, " + ("closed" if part.watertight else "NOT closed")
    )
    width = max(len(region.name) for region in part.regions)
    widest = max(len(finish) for finish in finishes.values())
    for region in part.regions:
        faces = f"{region.num_faces} face{'s' if region.num_faces > 1 else ''}"
        kinds = ", ".join(f"{count} {kind}" for kind, count in region.kinds.items())
        print(
            f"  {region.name:<{width}}  {region.area_mm2:8.0f} mm2  {region.area_fraction:5.1%}  "
            f"{finishes[region.name]:<{widest}}  {faces}: {kinds}"
        )
