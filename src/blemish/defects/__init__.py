"""Defects as geometry: kinds in millimetres, places on the part, and the imprint in its own triangles.

``make_specimen`` draws a specimen from populations; ``Specimen`` is what it gives. One kind a file (``dent.py``,
``scratch.py``): a formula over a flat map; ``place.py`` lays the map onto the part, ``imprint.py`` presses it in. Films
(``film.py``: dust, stains, traces of hands) are placed alike and press nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from blemish.defects.dent import Dent as Dent
    from blemish.defects.placing import Placing as Placing
    from blemish.defects.population import DefectPopulation as DefectPopulation
    from blemish.defects.population import make_specimen as make_specimen
    from blemish.defects.scratch import Scratch as Scratch
    from blemish.defects.specimen import Imprinted as Imprinted
    from blemish.defects.specimen import Specimen as Specimen

_WHERE = {
    "Dent": "dent",
    "Scratch": "scratch",
    "Placing": "placing",
    "DefectPopulation": "population",
    "make_specimen": "population",
    "Specimen": "specimen",
    "Imprinted": "specimen",
}

__all__ = ["DefectPopulation", "Dent", "Imprinted", "Placing", "Scratch", "Specimen", "make_specimen"]


def __getattr__(name: str) -> Any:
    """Load a public name when it is first asked for: scipy stays out of ``blemish --help``."""
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_WHERE[name]}"), name)
