"""Populations of defects, and the specimens that are drawn from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from blemish.defects.catalogue import DEFECTS
from blemish.defects.density import density_of
from blemish.defects.film import Film
from blemish.defects.ground import SPOT_TURN_DEG, Ground, ground_of
from blemish.defects.imprint import imprint
from blemish.defects.kind import Kind
from blemish.defects.place import Asked, settle
from blemish.defects.settled import Settled
from blemish.defects.specimen import Specimen
from blemish.defects.topology import topology_of
from blemish.errors import DefectError, RequestError, did_you_mean
from blemish.part.model import Part
from blemish.seeds import stream
from blemish.vary import draw

MOST_DEFECTS = 65_535
"""Of a specimen: what the 16 bits of a mask can number."""
_PATTERNS = 1 << 20
"""How many patterns are drawn from."""
if TYPE_CHECKING:
    DefectPopulation = Any
else:
    DefectPopulation = DEFECTS.type


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
        if not (defective or may_lie_on_correct(population)):
            continue
        ground = _ground(part, name, index, population)
        count = int(draw(population.per_specimen, stream(seed, "defects", name, index)))
        if count > MOST_DEFECTS:
            raise DefectError(
                f"specimen {name}: {count} defects of kind {population.kind}: masks tell {MOST_DEFECTS} apart; set "
                "per_specimen lower"
            )
        for number in range(count):
            label = f"{population.kind} {number + 1} of {count} (population {index + 1})"
            rng = stream(seed, "defects", name, index, number)
            thing = drawn_thing(population, rng, f"specimen {name}: {label}")
            significant = is_significant(population, thing)
            if significant and not defective:
                continue
            asked = Asked(
                specimen=name,
                id=len(settled) + 1,
                kind=population.kind,
                label=label,
                significant=significant,
                regions=population.regions,
            )
            # Dust may lie on a dent; dents keep clear of each other, and so do films.
            others = [one for one in settled if isinstance(one.thing, Film) == isinstance(thing, Film)]
            settled.append(settle(ground, thing, asked, rng, others))
    return imprint(part, name, settled, finest_edge_mm)


def may_lie_on_correct(population: Any) -> bool:
    """Say whether some of a population may lie on a correct specimen."""
    return population.on_correct and (not population.significant or bool(population.insignificant_below))


def is_significant(population: Any, thing: Kind) -> bool:
    """Say whether one defect of a population matters, by the population's rule of acceptance."""
    limits = population.insignificant_below or {}
    return population.significant and all(getattr(thing, name) >= limit for name, limit in limits.items())


def rule_mistakes(population: Any) -> list[str]:
    """List what a rule of acceptance names that defects of this kind do not have."""
    plain_one = population.thing()
    known = [field.name for field in fields(plain_one) if isinstance(getattr(plain_one, field.name), int | float)]
    return [
        f"insignificant_below: a {population.kind} has no {name!r}; {did_you_mean(name, known, 'it has')}"
        for name in population.insignificant_below or {}
        if name not in known
    ]


def _ground(part: Part, name: str, index: int, population: Any) -> Ground:
    """Give the ground of a population's regions."""
    known = [region.name for region in part.regions]
    what = f"specimen {name}: {population.kind}s of population {index + 1}"
    wanted = known if "*" in population.regions else list(population.regions)
    strange = part.strange_regions(wanted)
    if strange:
        raise DefectError("\n".join(f"{what}: {mistake}" for mistake in strange))
    if population.weights and len(population.weights) != len(wanted):
        raise DefectError(
            f"{what} have {len(population.weights)} weights for {len(wanted)} regions; give one for each, or none"
        )
    mistakes = rule_mistakes(population)
    if mistakes:
        raise DefectError(f"{what}: {'; '.join(mistakes)}")
    topology = topology_of(part)
    sharp = part.vertices_mm[topology.edges[topology.turn_rad > np.radians(SPOT_TURN_DEG)]]
    density = density_of(population.map, population.elsewhere, population.near_edges_mm, sharp)
    ground = ground_of(part, [known.index(region) for region in wanted], population.weights, density)
    if not np.any(ground.weighed_mm2 > 0):
        raise DefectError(f"{what} have no surface to lie on: {', '.join(wanted) or 'no region'} has no area")
    return ground


def drawn_thing(population: Any, rng: np.random.Generator, whose: str) -> Kind:
    """Draw a defect; ranges that contradict themselves are a :class:`DefectError` that says whose."""
    try:
        thing: Kind = population.draw(rng)
    except RequestError as error:
        raise DefectError(f"{whose}: {error}") from None
    if getattr(thing, "pattern", 1) == 0:
        thing = replace(thing, pattern=int(rng.integers(1, _PATTERNS)))  # type: ignore[type-var]
    return thing
