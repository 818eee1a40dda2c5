"""What contradicts itself in a study whose values are each allowed: told before anything is computed.

Everything here would stop the work later, some of it after hours. Each function gives lines for the one
:class:`~blemish.errors.StudyError`, and none of them stops at its first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from blemish.dataset.split import Member, draw_split
from blemish.defects.population import rule_mistakes
from blemish.errors import FinishError, RequestError, did_you_mean
from blemish.finish import draw_finishes
from blemish.finish.metals import metal_named
from blemish.part.crossing import crossings, places
from blemish.part.divide import divide
from blemish.part.load import MESHES
from blemish.plan.survey import mistakes
from blemish.recipe import Recipe, is_defective
from blemish.seeds import stream

if TYPE_CHECKING:
    from blemish.part import Part

SETS = {"train": "is learned from", "val": "the threshold is chosen on", "test": "the model is tested on"}


def with_part(recipe: Recipe, part: Part) -> list[str]:
    """List everything in a recipe that contradicts itself or does not fit its part, as the part's file says it."""
    regions, wrong = divide(part, recipe.regions)
    part = replace(part, regions=regions)
    return [
        *_mesh(recipe, part),
        *wrong,
        *(f"camera, light and plan: {mistake}" for mistake in mistakes(recipe.camera, recipe.light, recipe.plan)),
        *_metal(recipe),
        *_regions(recipe, part),
        *_defects(recipe),
        # Without its faces a region cannot carry a finish; to say so would only repeat what its rule did.
        *(_names_in_finishes(recipe, part) if wrong else _finishes(recipe, part)),
        *_sets(recipe),
    ]


def _mesh(recipe: Recipe, part: Part) -> Iterator[str]:
    """Tell where a mesh file cuts through itself, and regions without an area."""
    area_mm2 = np.bincount(part.region_of_triangle, part.areas_mm2, minlength=len(part.regions))
    for region, area in zip(part.regions, area_mm2, strict=True):
        if region.faces and area <= 0:
            yield f"part: region {region.name} has an area of {area:g} mm2; give its faces to another region by a rule"
    if Path(recipe.part.file).suffix.lower() not in MESHES:
        return
    pairs = crossings(part)
    if len(pairs):
        named = sorted({part.regions[index].name for index in part.region_of_triangle[pairs].ravel()})
        yield (
            f"part: {recipe.part.file} cuts through itself: {len(pairs)} pairs of triangles of {', '.join(named)} "
            f"{places(part, pairs[:, 0])}; unite its bodies in the program that made it, or read the part from STEP"
        )


def _metal(recipe: Recipe) -> Iterator[str]:
    try:
        metal_named(recipe.metal)
    except FinishError as error:
        yield str(error)


def _regions(recipe: Recipe, part: Part) -> Iterator[str]:
    """Tell regions that the part does not have, and weights that are not one for each region."""
    places = [("plan.regions", recipe.plan.regions), ("plan.views_per_region", tuple(recipe.plan.views_per_region))]
    places += [(f"defects[{i}].regions", population.regions) for i, population in enumerate(recipe.defects, 1)]
    known = [region.name for region in part.regions]
    for place, names in places:
        yield from (f"{place}: {mistake}" for mistake in part.strange_regions(names))
    for i, population in enumerate(recipe.defects, 1):
        wanted = known if "*" in population.regions else population.regions
        if population.weights and len(population.weights) != len(wanted):
            yield (
                f"defects[{i}].weights: {len(population.weights)} weights for {len(wanted)} regions; "
                "give one for each, or none"
            )


def _defects(recipe: Recipe) -> Iterator[str]:
    """Tell defective specimens that nothing makes defective, and ranges that hardly ever fit together."""
    if recipe.specimens.defective and not any(population.significant for population in recipe.defects):
        yield (
            f"defects: {recipe.specimens.defective} specimens are to be defective and no [[defects]] is significant; "
            "add one, or set specimens.defective = 0"
        )
    for i, population in enumerate(recipe.defects, 1):
        yield from (f"defects[{i}].{mistake}" for mistake in rule_mistakes(population))
        try:
            population.draw(stream(recipe.seed, "check", "defects", i))
        except RequestError as error:
            yield f"defects[{i}]: {error}"


def _finishes(recipe: Recipe, part: Part) -> Iterator[str]:
    try:
        draw_finishes(part, recipe.finishes, recipe.seed, recipe.specimens.names[0])
    except FinishError as error:
        yield f"finishes: {error}"


def _names_in_finishes(recipe: Recipe, part: Part) -> Iterator[str]:
    populations: tuple[Any, ...] = recipe.finishes
    for i, population in enumerate(populations, 1):
        yield from (f"finishes[{i}].regions: {mistake}" for mistake in part.strange_regions(population.regions))


def _sets(recipe: Recipe) -> Iterator[str]:
    """Tell sets that are not train, val and test, and those that no specimen falls into."""
    shares = recipe.split.shares
    missing = [name for name in SETS if name not in shares]
    strange = [name for name in shares if name not in SETS]
    for name in strange:
        yield f"split.shares: nothing uses a set {name!r}; {did_you_mean(name, SETS, 'the sets are')}"
    for name in missing:
        yield f"split.shares: there is no share for {name}, which {SETS[name]}; the sets are {', '.join(SETS)}"
    if missing or strange or recipe.split.by == "frame":  # how many frames there are, only the plan will tell
        return
    names = recipe.specimens.names
    dealt = draw_split([Member(name, name, is_defective(name)) for name in names], recipe.split)
    for name, use in SETS.items():
        if not dealt.sets[name]:
            yield (
                f"split.shares: none of {len(names)} specimens falls to {name}, which {use}; make more "
                f"specimens or give {name} a larger share"
            )
