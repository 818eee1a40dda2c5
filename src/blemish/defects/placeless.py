"""Populations that find no place at all: told before the first ray, where one defect without a place is only left out.

That a crack of twenty finds no room on one specimen of thousands is no reason to stop; that no crack ever does is a
mistake in the study, such as a region too small or a wall too thin for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from blemish.defects.population import drawn_things, place_populations
from blemish.errors import DefectError
from blemish.part.model import Part

ENOUGH = 5
"""So many defects of a population are looked at, on the first specimens that want some, before it is said that none
fits; fewer where the specimens have fewer."""


def refuse_placeless(part: Part, specimens: Sequence[tuple[str, bool]], populations: Sequence[Any], seed: int) -> None:
    """Raise one :class:`DefectError` for all populations of which nothing finds a place.

    ``specimens`` are names and whether they are defective. Draws every defect of all of them, so that ranges that
    contradict themselves are told too, and places those of the first few: about a second.
    """
    wanted = [
        [len(drawn_things(population, index, name, defective, seed)) for index, population in enumerate(populations)]
        for name, defective in specimens
    ]
    sought = {index for counts in wanted for index, count in enumerate(counts) if count}
    tried, told = dict.fromkeys(sought, 0), dict[int, str]()
    for (name, defective), counts in zip(specimens, wanted, strict=True):
        asked_for = {index for index in sought if counts[index]}
        if not asked_for:
            continue
        placed = place_populations(part, name, defective, populations, seed)
        for index in asked_for:
            tried[index] += counts[index]
            missed = [one for one in placed.missed if one.population == index]
            if missed:
                told.setdefault(index, missed[0].told)
            if len(missed) < counts[index]:
                told.pop(index, None)
                sought.discard(index)
            elif tried[index] >= ENOUGH:
                sought.discard(index)
    if told:
        lines = [f"defects[{index + 1}]: none of {tried[index]} finds a place. {told[index]}" for index in sorted(told)]
        raise DefectError("\n".join(lines))
