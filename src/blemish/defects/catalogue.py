"""The catalogue of defects: our kinds by name, and those that other packages offer under ``blemish.defects``.

An entry point gives the settings class of the thing (``Dent``, not a population of dents). Every field has a default,
and it belongs to one of the families of ``kind.py``. A film (``film.py``) has, besides, ``soiling``: a
``blemish.finish.soiling.Kind`` that says what it does to light.
"""

from __future__ import annotations

from typing import Any

from blemish.defects.blowhole import Blowhole
from blemish.defects.bump import Bump
from blemish.defects.crack import Crack
from blemish.defects.dent import Dent
from blemish.defects.dust import Dust
from blemish.defects.fibre import Fibre
from blemish.defects.film import Film
from blemish.defects.fingerprint import Fingerprint
from blemish.defects.gouge import Gouge
from blemish.defects.kind import OnEdge, Spot, Trace
from blemish.defects.nick import Nick
from blemish.defects.pits import Pits
from blemish.defects.placing import FilmPlacing, Placing
from blemish.defects.rub import Rub
from blemish.defects.scratch import Scratch
from blemish.defects.stain import Stain
from blemish.kinds import OneOf
from blemish.plugins import Catalogue
from blemish.settings import fault_of
from blemish.vary import population_of

SHAPES = {
    "dent": Dent,
    "scratch": Scratch,
    "gouge": Gouge,
    "pits": Pits,
    "blowhole": Blowhole,
    "crack": Crack,
    "nick": Nick,
    "bump": Bump,
}
FILMS = {"dust": Dust, "fibre": Fibre, "stain": Stain, "fingerprint": Fingerprint, "rub": Rub}


def families_of(thing: Any) -> list[str]:
    """Name the families that a defect belongs to; it should be one."""
    return [family.__name__ for family in (Spot, Trace, OnEdge) if isinstance(thing, family)]


def _population_of(name: str, thing: type) -> type:
    return population_of(thing, name, also=FilmPlacing if issubclass(thing, Film) else Placing)


def _fault(_name: str, thing: Any) -> str:
    fault = fault_of(thing, reserved=("kind", *Placing.__dataclass_fields__))
    if fault:
        return fault
    families = families_of(thing())
    if len(families) != 1:
        found = " and ".join(families) or "none of them"
        return f"it is to be a Spot, a Trace or an OnEdge (blemish.defects.kind), and is {found}"
    if issubclass(thing, Film) and not hasattr(thing, "soiling"):
        return "it is a film and has no `soiling`, which says what it does to light (blemish.finish.soiling)"
    return ""


DEFECTS = OneOf(
    Catalogue("defects", "defect", (*SHAPES, *FILMS), _fault),
    {name: _population_of(name, thing) for name, thing in {**SHAPES, **FILMS}.items()},
    settings_of=_population_of,
)
"""What a study may list under ``defects``."""
