"""The catalogue of finishes: our kinds by name, and those that other packages offer under ``blemish.finishes``.

An entry point gives the settings class of a :class:`.Finish`: every field has a default, one of them is ``pattern``
(see ``alpha.py``), and where its track follows a direction there is a field ``direction``.
"""

from __future__ import annotations

from typing import Any, get_args

from blemish.finish.blasted import Blasted
from blemish.finish.brushed import Brushed
from blemish.finish.cast import Cast
from blemish.finish.ground import Ground
from blemish.finish.milled import Milled
from blemish.finish.plain import Plain
from blemish.finish.polished import Polished
from blemish.finish.relief import Finish, Follows
from blemish.finish.turned import Turned
from blemish.kinds import OneOf
from blemish.plugins import Catalogue
from blemish.settings import fault_of, settings
from blemish.vary import population_of

EVERYTHING_ELSE = "*"
MOST_NUMBERS = 12
"""How many numbers a formula may read."""

OURS: dict[str, Any] = {
    "plain": Plain,
    "turned": Turned,
    "brushed": Brushed,
    "milled": Milled,
    "ground": Ground,
    "blasted": Blasted,
    "cast": Cast,
    "polished": Polished,
}
_NUMBERED: list[Any] = list(OURS.values())
"""Every kind that this process has laid on a face; its place here is its number in the tables of the renderer."""


@settings
class OnRegions:
    """Where a finish goes."""

    regions: tuple[str, ...] = (EVERYTHING_ELSE,)
    """Names of the part's regions; ``*`` is every region that no other finish names."""


def _population_of(name: str, thing: type) -> type:
    return population_of(thing, name, also=OnRegions)


def _fault(_name: str, thing: Any) -> str:
    fault = fault_of(thing, reserved=("kind", "regions"))
    if fault:
        return fault
    lacking = [name for name in ("pattern", "follows", "numbers", "relief") if not hasattr(thing, name)]
    if lacking:
        return f"it has no {', '.join(lacking)}, which a finish has (blemish.finish.relief)"
    if thing.follows not in get_args(Follows):
        return f"follows is to be one of {', '.join(get_args(Follows))}, not {thing.follows!r}"
    if thing.follows == "direction" and not hasattr(thing, "direction"):
        return "it follows a direction and has no field of that name"
    count = len(thing().numbers())
    return f"its formula reads {count} numbers; at most {MOST_NUMBERS}" if count > MOST_NUMBERS else ""


FINISHES = OneOf(
    Catalogue("finishes", "finish", tuple(OURS), _fault),
    {name: _population_of(name, thing) for name, thing in OURS.items()},
    settings_of=_population_of,
)
"""What a study may list under ``finishes``."""


def kind_of(finish: Finish) -> str:
    """Name the kind of a plain finish; one that came by no catalogue is called as its class is."""
    kinds = {population.thing: name for name, population in FINISHES.known().items()}
    return kinds.get(type(finish), type(finish).__name__.lower())


def number_of(kind: type) -> int:
    """Give the number of a kind of finish in this process's tables."""
    if kind not in _NUMBERED:
        _NUMBERED.append(kind)
    return _NUMBERED.index(kind)


def numbered(number: int) -> Any:
    """Give the kind that has a number."""
    return _NUMBERED[number]
