"""Placing: the settings that say how many defects a population has on a specimen, where, and which of them matter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator

from blemish.defects.density import Peak
from blemish.settings import Count, NotNegative, Positive, settings
from blemish.vary import Integers, ranged

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
    insignificant_below: dict[str, float] | None = None
    """The rule of acceptance: ``{ diameter_mm = 0.3, depth_mm = 0.02 }`` makes every one insignificant that is below
    any of these. Correct specimens then carry those of the population that are insignificant."""
    on_correct: bool = True
    """Whether correct specimens carry them too, if they are insignificant; a significant defect never lies on one."""
    regions: tuple[str, ...] = ("*",)
    """Names of the regions they may lie in; ``*`` is every region. A defect lies wholly within them."""
    weights: tuple[Positive, ...] = ()
    """One for each of ``regions``: how much more often an area there is chosen. Without, all areas alike."""
    map: tuple[Peak, ...] = ()
    """Places around which they are denser: ``[{ at_mm = [0, 30, 5], within_mm = 4, weight = 2 }, ...]``."""
    elsewhere: NotNegative = 0.0
    """With a ``map``: how dense they are far from its places, where a peak of weight 1 is 1 in its middle."""
    near_edges_mm: Positive | None = None
    """They are denser towards sharp edges, where parts are knocked: by a factor of e for each such distance."""


def _never(significant: bool) -> bool:  # noqa: FBT001
    if significant:
        raise ValueError(
            "what only lies on the surface is never significant; leave `significant` out, and choose bump, pits or "
            "scratch for what inspection must find"
        )
    return significant


@settings
class FilmPlacing(Placing):
    """The same for what only lies on the surface."""

    significant: Annotated[bool, AfterValidator(_never)] = False
    """Always false: dust, stains and the traces of hands must be left alone."""
