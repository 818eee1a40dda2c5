"""What is in a dataset, counted and measured; and how far two datasets are from each other.

:func:`measure` goes through a dataset once, frame by frame, and keeps only sums: a :class:`Tally`. :func:`compare` sets
two tallies side by side, with the distance between halves of each dataset as the measure of what is nothing but chance.
:func:`write_page` draws it all on one HTML page.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_DOOR = {"Difference": "apart", "Tally": "tally", "compare": "apart", "measure": "tally", "write_page": "page"}

__all__ = ["Difference", "Tally", "compare", "measure", "write_page"]


def __getattr__(name: str) -> Any:
    if name not in _DOOR:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_DOOR[name]}"), name)
