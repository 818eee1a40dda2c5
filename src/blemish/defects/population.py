"""Populations of defects, and the specimens that are drawn from them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from pydantic import Field

from blemish.defects.bump import Bump
from blemish.defects.dent import Dent
from blemish.defects.gouge import Gouge
from blemish.defects.ground import Ground, ground_of
from blemish.defects.imprint import imprint
from blemish.defects.kind import Kind
from blemish.defects.nick import Nick
from blemish.defects.pits import Pits
from blemish.defects.place import Asked, settle
from blemish.defects.scratch import Scratch
from blemish.defects.settled import Settled
from blemish.defects.specimen import Specimen
from blemish.errors import DefectError, RequestError
from blemish.part.model import Part
from blemish.seeds import stream
from blemish.settings import Count, Positive, settings
from blemish.vary import Integers, draw, population_of, ranged

if TYPE_CHECKING:
    CountOrRange = int | Integers
else:
    CountOrRange = ranged(Count)


@settings
class Placing:
    """How many defects of a population a specimen has, where, and what they mean."""

    per_specimen: CountOrRange = 3
    """How many a specimen has: a number or ``{ integers = [low, high] }``."""
    significant: bool = True
    """Significant defects are what inspection must find; insignificant ones are like them but must be left alone."""
    on_correct: bool = True
    """Whether correct specimens carry them too, if they are insignificant; a significant defect never lies on one."""
    regions: tuple[str, ...] = ("*",)
    """Names of the regions they may lie in; ``*`` is every region. A defect lies wholly within them."""
    weights: tuple[Positive, ...] = ()
    """One for each of ``regions``: how much more often an area there is chosen. Without, all areas alike."""


DentPopulation = population_of(Dent, "dent", also=Placing)
ScratchPopulation = population_of(Scratch, "scratch", also=Placing)
GougePopulation = population_of(Gouge, "gouge", also=Placing)
PitsPopulation = population_of(Pits, "pits", also=Placing)
NickPopulation = population_of(Nick, "nick", also=Placing)
BumpPopulation = population_of(Bump, "bump", also=Placing)

if TYPE_CHECKING:
    DefectPopulation = Any
else:
    DefectPopulation = Annotated[
        DentPopulation | ScratchPopulation | GougePopulation | PitsPopulation | NickPopulation | BumpPopulation,
        Field(discriminator="kind"),
    ]


def make_specimen(  # noqa: PLR0917
    part: Part,
    name: str,
    defective: bool,  # noqa: FBT001
    populations: Sequence[DefectPopulation],
    seed: int,
    finest_edge_mm: float | None = None,
) -> Specimen:
    """Draw one specimen: how many defects of each population, their parameters and places; then imprint them.

    Every defect has its own stream, named by specimen, population and number; so moving one leaves the others where
    they are (unless it comes to lie where a later one was to go).
    """
    settled: list[Settled] = []
    for index, population in enumerate(populations):
        if not (defective or (population.on_correct and not population.significant)):
            continue
        ground = _ground(part, name, index, population)
        count = int(draw(population.per_specimen, stream(seed, "defects", name, index)))
        for number in range(count):
            asked = Asked(
                specimen=name,
                id=len(settled) + 1,
                kind=population.kind,
                label=f"{population.kind} {number + 1} of {count} (population {index + 1})",
                significant=population.significant,
                regions=population.regions,
            )
            rng = stream(seed, "defects", name, index, number)
            thing = _draw_thing(population, rng, asked)
            settled.append(settle(ground, thing, asked, rng, settled))
    return imprint(part, name, settled, finest_edge_mm)


def _ground(part: Part, name: str, index: int, population: Any) -> Ground:
    """Give the ground of a population's regions."""
    known = [region.name for region in part.regions]
    what = f"specimen {name}: {population.kind}s of population {index + 1}"
    wanted = known if "*" in population.regions else list(population.regions)
    unknown = [region for region in wanted if region not in known]
    if unknown:
        raise DefectError(
            f"{what} are asked for on region {unknown[0]!r}, but {part.name} has the regions {', '.join(known)}"
        )
    if population.weights and len(population.weights) != len(wanted):
        raise DefectError(
            f"{what} have {len(population.weights)} weights for {len(wanted)} regions; give one for each, or none"
        )
    ground = ground_of(part, [known.index(region) for region in wanted], population.weights)
    if ground.cumulative_mm2[-1] <= 0:
        raise DefectError(f"{what} have no surface to lie on: {', '.join(wanted) or 'no region'} has no area")
    return ground


def _draw_thing(population: Any, rng: np.random.Generator, asked: Asked) -> Kind:
    """Draw a defect; ranges that contradict themselves are a :class:`DefectError` that says whose."""
    try:
        thing: Kind = population.draw(rng)
    except RequestError as error:
        raise DefectError(f"specimen {asked.specimen}: {asked.label}: {error}") from None
    return thing
