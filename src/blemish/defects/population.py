"""Populations of defects, and the specimens that are drawn from them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from pydantic import Field

from blemish.defects.dent import Dent
from blemish.defects.imprint import imprint
from blemish.defects.kind import Kind
from blemish.defects.place import Ground, Misfit, Settled, apart, ground_of, settle
from blemish.defects.scratch import Scratch
from blemish.defects.specimen import Specimen
from blemish.errors import DefectError
from blemish.part.model import Part
from blemish.seeds import stream
from blemish.settings import Count, settings
from blemish.vary import Integers, draw, population_of, ranged

if TYPE_CHECKING:
    CountOrRange = int | Integers
else:
    CountOrRange = ranged(Count)

TRIES = 200
"""Candidates that are looked at for one defect before it is said not to fit."""


@settings
class Placing:
    """How many defects of a population a specimen has, where, and what they mean."""

    per_specimen: CountOrRange = 3
    """How many a specimen has: a number or ``{ integers = [low, high] }``."""
    significant: bool = True
    """Significant defects are what inspection must find; insignificant ones are like them but must be left alone."""
    on_correct: bool = True
    """Whether correct specimens carry them too. Said of insignificant ones; significant ones are never on a correct specimen."""
    regions: tuple[str, ...] = ("*",)
    """Names of the regions they may lie in; ``*`` is every region. A defect lies wholly within them."""


DentPopulation = population_of(Dent, "dent", also=Placing)
ScratchPopulation = population_of(Scratch, "scratch", also=Placing)

if TYPE_CHECKING:
    DefectPopulation = Any
else:
    DefectPopulation = Annotated[DentPopulation | ScratchPopulation, Field(discriminator="kind")]


def make_specimen(
    part: Part,
    name: str,
    defective: bool,  # noqa: FBT001 - the contract's order
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
        if not (defective if population.significant else defective or population.on_correct):
            continue
        ground = _ground(part, name, index, population)
        count = int(draw(population.per_specimen, stream(seed, "defects", name, index)))
        for number in range(count):
            label = f"{population.kind} {number + 1} of {count} (population {index + 1})"
            rng = stream(seed, "defects", name, index, number)
            settled.append(_settle_one(ground, name, label, population, rng, settled))
    return imprint(part, name, settled, finest_edge_mm)


def _ground(part: Part, name: str, index: int, population: Any) -> Ground:
    known = [region.name for region in part.regions]
    wanted = known if "*" in population.regions else list(population.regions)
    unknown = [region for region in wanted if region not in known]
    if unknown:
        raise DefectError(
            f"specimen {name}: {population.kind}s of population {index + 1} are asked for on region "
            f"{unknown[0]!r}, but {part.name} has the regions {', '.join(known)}"
        )
    return ground_of(part, [part.region_named(region) for region in wanted])


def _settle_one(
    ground: Ground, name: str, label: str, population: Any, rng: np.random.Generator, others: Sequence[Settled]
) -> Settled:
    """Draw one defect and find its place."""
    thing = _draw_thing(population, rng, name, label)
    reasons: dict[str, list[float]] = {}
    for _ in range(TRIES):
        triangle, point = ground.draw(rng)
        found = settle(
            ground,
            thing,
            triangle,
            point,
            id=len(others) + 1,
            kind=population.kind,
            label=label,
            significant=population.significant,
        )
        if isinstance(found, Settled):
            if apart(found, others):
                return found
            found = Misfit("other defects are in the way")
        reasons.setdefault(found.why, []).append(found.fits)
    raise DefectError(_no_room(name, label, thing, population, reasons, len(others)))


def _draw_thing(population: Any, rng: np.random.Generator, name: str, label: str) -> Kind:
    """Draw a defect; combinations that cannot be (deeper than wide) are drawn again."""
    for _ in range(100):
        try:
            return population.draw(rng)
        except ValueError as error:
            fault = error
    raise DefectError(f"specimen {name}: {label} cannot be: {fault}; change its ranges")


def _no_room(name: str, label: str, thing: Kind, population: Any, reasons: dict[str, list[float]], placed: int) -> str:
    count = {why: len(fits) for why, fits in reasons.items()}
    told = ", ".join(f"{why} ({times} times)" for why, times in sorted(count.items(), key=lambda item: -item[1]))
    return f"specimen {name}: {label} finds no place on {', '.join(population.regions)} in {TRIES} tries: {told}"
