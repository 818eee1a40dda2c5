"""Which finish goes where, and drawing the finishes of one specimen."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Any

from blemish.errors import FinishError, RequestError, did_you_mean
from blemish.finish.catalogue import EVERYTHING_ELSE, FINISHES
from blemish.finish.lay import lay
from blemish.finish.relief import Finish
from blemish.part.model import Part
from blemish.seeds import stream

FinishPopulation = FINISHES.type


def draw_finishes(part: Part, populations: Sequence[Any], seed: int, specimen_name: str) -> dict[str, Finish]:
    """Draw what one specimen's finishes are like: one plain thing for each region of the part.

    Each region draws from its own stream, so a finish that is added or moved leaves the others as they were.
    :class:`FinishError` lists unknown regions, regions that are named twice and regions without a finish, and names
    the region that cannot carry its finish.
    """
    owner = _owners(part, populations)
    drawn: dict[str, Finish] = {}
    for region in part.regions:
        rng = stream(seed, "finish", specimen_name, region.name)
        try:
            finish = owner[region.name].draw(rng)
        except RequestError as error:
            raise FinishError(f"region {region.name!r}: {error}") from None
        if finish.pattern is None:
            number = int(stream(seed, "finish", specimen_name, region.name, "pattern").integers(1 << 24))
            finish = dataclasses.replace(finish, pattern=number)
        drawn[region.name] = finish
    lay(part, drawn)
    return drawn


def _owners(part: Part, populations: Sequence[Any]) -> dict[str, Any]:
    """Give the population of each region, or tell all that is wrong with the choice."""
    mistakes = list(_mistakes(part, populations))
    if mistakes:
        raise FinishError("\n".join(["the finishes do not fit the part:", *(f"  {mistake}" for mistake in mistakes)]))
    rest = [population for population in populations if EVERYTHING_ELSE in population.regions]
    owner = {region.name: rest[0] for region in part.regions} if rest else {}
    for population in populations:
        owner.update({name: population for name in population.regions if name != EVERYTHING_ELSE})
    return owner


def _mistakes(part: Part, populations: Sequence[Any]) -> Iterator[str]:
    known = [region.name for region in part.regions]
    named: dict[str, str] = {}
    for index, population in enumerate(populations):
        place = f"finishes[{index + 1}] ({population.kind})"
        for name in population.regions:
            if name in named:
                yield f"{place}: region {name!r} already has a finish, {named[name]}; name it once"
            elif name not in known and name != EVERYTHING_ELSE:
                hint = did_you_mean(name, known, f"{part.name} has")
                yield f"{place}: there is no region {name!r}; {hint}"
            named[name] = place
    bare = [name for name in known if name not in named]
    if bare and EVERYTHING_ELSE not in named:
        yield f'no finish for {", ".join(bare)}; name them, or give one finish regions = ["*"]'
