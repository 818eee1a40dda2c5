"""Populations of defects, and the specimens that are drawn from them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from blemish.defects.catalogue import DEFECTS
from blemish.defects.density import density_of
from blemish.defects.film import Film
from blemish.defects.ground import SPOT_TURN_DEG, Ground, ground_of
from blemish.defects.imprint import OverturnedError, imprint
from blemish.defects.kind import Kind
from blemish.defects.place import Asked, settle
from blemish.defects.settled import Settled
from blemish.defects.specimen import LeftOut, Specimen
from blemish.defects.topology import topology_of
from blemish.errors import DefectError, RequestError, did_you_mean
from blemish.part.model import Part
from blemish.seeds import stream
from blemish.vary import draw

MOST_DEFECTS = 65_535
"""Of a specimen: what the 16 bits of a mask can number."""
GIVE_UP = 10
"""After so many defects of a population in a row that found no place on a specimen, no other of it is tried there."""
_PATTERNS = 1 << 20
"""How many patterns are drawn from."""
if TYPE_CHECKING:
    DefectPopulation = Any
else:
    DefectPopulation = DEFECTS.type


@dataclass(frozen=True)
class Missed:
    """One defect that is left out: of which population, by its index, and why."""

    population: int
    why: str
    told: str = ""
    """All that is to be said of it."""


@dataclass(frozen=True, eq=False)
class Placed:
    """What found a place on a specimen, and what did not."""

    settled: tuple[Settled, ...]
    whose: tuple[int, ...]
    """The index of the population that each of them is of."""
    missed: tuple[Missed, ...]
    wanted: Mapping[int, int]
    """How many each population gave the specimen, by its index."""


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
    they are (unless it comes to lie where a later one was to go). A defect that finds no place, or whose place bends
    too tightly for it, is left out, and the specimen says so in ``left_out``.
    """
    placed = place_populations(part, name, defective, populations, seed)
    while True:
        try:
            specimen = imprint(part, name, placed.settled, finest_edge_mm)
        except OverturnedError as error:
            placed = _without(placed, error)
        else:
            return replace(specimen, left_out=tuple(_left_out(populations, placed)))


def place_populations(
    part: Part,
    name: str,
    defective: bool,  # noqa: FBT001
    populations: Sequence[DefectPopulation],
    seed: int,
) -> Placed:
    """Draw what a specimen has and where, and press in nothing yet; what finds no place is told and not raised."""
    settled: list[Settled] = []
    whose: list[int] = []
    missed: list[Missed] = []
    wanted: dict[int, int] = {}
    for index, population in enumerate(populations):
        things = drawn_things(population, index, name, defective, seed)
        if not things:
            continue
        ground = _ground(part, name, index, population)
        wanted[index], in_a_row = len(things), 0
        for asked, thing, rng in things:
            if in_a_row == GIVE_UP:
                missed.append(Missed(index, missed[-1].why))
                continue
            # Dust may lie on a dent; dents keep clear of each other, and so do films.
            others = [one for one in settled if isinstance(one.thing, Film) == isinstance(thing, Film)]
            found = settle(ground, thing, replace(asked, id=len(settled) + 1), rng, others)
            if isinstance(found, Settled):
                settled.append(found)
                whose.append(index)
                in_a_row = 0
            else:
                missed.append(Missed(index, found.why, found.told))
                in_a_row += 1
    return Placed(tuple(settled), tuple(whose), tuple(missed), wanted)


def _without(placed: Placed, error: OverturnedError) -> Placed:
    """Leave out what turned the surface over; the others keep their places and get the numbers that follow."""
    kept = [(one, whose) for one, whose in zip(placed.settled, placed.whose, strict=True) if one.id not in error.ids]
    gone = [whose for one, whose in zip(placed.settled, placed.whose, strict=True) if one.id in error.ids]
    return replace(
        placed,
        settled=tuple(replace(one, id=number) for number, (one, _) in enumerate(kept, 1)),
        whose=tuple(whose for _, whose in kept),
        missed=(*placed.missed, *(Missed(whose, "the surface bends too tightly", str(error)) for whose in gone)),
    )


def _left_out(populations: Sequence[Any], placed: Placed) -> Iterator[LeftOut]:
    """Say of each population how many of it were left out, and what was in the way most often."""
    for index, wanted in placed.wanted.items():
        whys = [one.why for one in placed.missed if one.population == index]
        if whys:
            kind, regions = populations[index].kind, populations[index].regions
            yield LeftOut(kind, index + 1, regions, wanted, len(whys), Counter(whys).most_common(1)[0][0])


def drawn_things(
    population: Any,
    index: int,
    name: str,
    defective: bool,  # noqa: FBT001
    seed: int,
) -> list[tuple[Asked, Kind, np.random.Generator]]:
    """Draw the defects that a population gives a specimen, each with the stream that its place is drawn from."""
    if not (defective or may_lie_on_correct(population)):
        return []
    mistakes = rule_mistakes(population)
    if mistakes:
        raise DefectError(f"specimen {name}: {population.kind}s of population {index + 1}: {'; '.join(mistakes)}")
    count = int(draw(population.per_specimen, stream(seed, "defects", name, index)))
    if count > MOST_DEFECTS:
        raise DefectError(
            f"specimen {name}: {count} defects of kind {population.kind}: masks tell {MOST_DEFECTS} apart; set "
            "per_specimen lower"
        )
    things = []
    for number in range(count):
        label = f"{population.kind} {number + 1} of {count} (population {index + 1})"
        rng = stream(seed, "defects", name, index, number)
        thing = drawn_thing(population, rng, f"specimen {name}: {label}")
        significant = is_significant(population, thing)
        if defective or not significant:
            asked = Asked(name, 0, population.kind, label, significant, population.regions)
            things.append((asked, thing, rng))
    return things


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
