"""Datasets in and out: photographs that somebody else took or annotated become a dataset like any other.

:func:`bring_in` reads one foreign format through its importer (one file each in :mod:`importers`), and writes the
dataset with a summary of what was read, kept, merged and dropped. Nothing outside the folder that was named is read.
:func:`give_out` writes a dataset in a foreign format, and says what that format cannot hold.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_DOOR = {
    "EXPORTERS": "exporters",
    "Exported": "exported",
    "IMPORTERS": "importers",
    "Summary": "summary",
    "bring_in": "imported",
    "give_out": "exported",
}

__all__ = ["EXPORTERS", "IMPORTERS", "Exported", "Summary", "bring_in", "give_out"]


def __getattr__(name: str) -> Any:
    if name not in _DOOR:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_DOOR[name]}"), name)
