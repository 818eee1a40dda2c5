"""The model of a run, inspected on the part of its study: what it finds there, and what would help it to find more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from blemish.dataset import open_dataset
from blemish.dataset.record import rows
from blemish.disk import write_whole
from blemish.inspect.inspecting import Inspecting
from blemish.make import Advance
from blemish.part import Part, load
from blemish.part.divide import divided
from blemish.recipe import Recipe
from blemish.study import StudyFile, dataset_of, load_part

if TYPE_CHECKING:
    from blemish.dataset.read import Dataset
    from blemish.inspect.inspection import Inspection, NextView
    from blemish.plan import Plan


def inspect_model(
    file: StudyFile,
    run: Path,
    *,
    data: Path | None = None,
    advance: Advance = lambda _done, _total, _note: None,
) -> Inspection:
    """Measure what a run's model finds on the part; the results go into the folder ``inspection`` of the run.

    Where the study made its dataset, specimens are made on top as it asks for, and the view is found that would help
    most. Photographs with poses (``data``) are put on the study's part. Raises what the stages raise.
    """
    from blemish.inspect.concluding import conclude
    from blemish.inspect.inspection import write_inspection
    from blemish.inspect.looking import look, look_closer, tried
    from blemish.inspect.surface.thin import thin_places
    from blemish.inspect.words import finding_lines
    from blemish.learn import load_model

    asked, folder = file.study.inspect or Inspecting(), run / "inspection"
    model, dataset = load_model(run), dataset_of(file, run, data)
    if dataset.header.kind == "photographs":
        geometry = _geometry_of_photographs(file, dataset, folder / "geometry", advance)
        return conclude(look(model, dataset, asked, folder, geometry=geometry, advance=advance), folder, advance)
    seen = look(model, dataset, asked, folder, advance=advance)
    if file.study.data is not None or data is not None:
        return conclude(seen, folder, advance)

    from blemish.further import make_scattered, scattered
    from blemish.make import plan_path
    from blemish.plan import read_plan

    part = load_part(file)
    plan = read_plan(plan_path(run / "dataset"), part)
    if asked.scatter:
        places, apart_mm = thin_places(seen.patches, seen.views_seen > 0, tried(seen))
        recipe = scattered(file.study.recipe, places, apart_mm / 2, asked.scatter)
        make_scattered(recipe, part, plan, folder / "scatter", file.base, advance)
        seen = look_closer(seen, model, open_dataset(folder / "scatter"), folder, advance)
    found = conclude(seen, folder, advance)
    found = replace(found, next_views=tuple(_next_views(file.study.recipe, part, plan, found, advance)))
    write_inspection(found, folder)
    write_whole(folder / "finding.toml", finding_lines(found))
    return found


def _next_views(recipe: Recipe, part: Part, plan: Plan, found: Inspection, advance: Advance) -> Iterator[NextView]:
    """Give for each kind of defects the view that helps most, at the size whose coverage is nearest to a half."""
    from blemish.further import surveyed_for, view_that_helps
    from blemish.inspect.inspection import NextView, worth_improving
    from blemish.plan.finding import Finding

    sensitivities = [one.sensitivity for one in found.sensitivities if one.sensitivity is not None]
    if not sensitivities:
        return
    advance(0, len(sensitivities), "what other views would find")
    surveyed = surveyed_for(recipe, part, found.asked.max_angle_deg)
    for done, sensitivity in enumerate(sensitivities, 1):
        size = worth_improving(found, sensitivity.kind)
        if size is None:
            continue
        finding = Finding(size_mm=size, probability=found.asked.probability, sensitivity=sensitivity)
        best = view_that_helps(surveyed, plan, finding)
        advance(done, len(sensitivities), "what other views would find")
        if best is not None:
            yield NextView(
                kind=sensitivity.kind,
                size_mm=size,
                world_from_camera=rows(best.world_from_camera),
                found=best.found,
                gained=best.gained,
                found_mean=best.found_mean,
                gained_mean=best.gained_mean,
            )


def _geometry_of_photographs(file: StudyFile, dataset: Dataset, folder: Path, advance: Advance) -> Path:
    """Render where on the study's part each pixel of photographs with poses looks."""
    from blemish.seen import geometry_for

    part = divided(load(file.study.part, base=file.base), file.study.regions)
    return geometry_for(dataset, part, folder, advance=advance)
