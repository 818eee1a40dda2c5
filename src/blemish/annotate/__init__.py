"""Drawing defects on photographs, in the browser, with the exposure raised where the metal is dark.

:func:`serve` shows a folder on a small local page. :mod:`folder` reads the photographs and keeps their labelme files,
:mod:`server` lets nobody else in, and ``page/`` is what the browser runs.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_DOOR = {"Photographs": "folder", "Server": "server", "serve": "server"}

__all__ = ["Photographs", "Server", "serve"]


def __getattr__(name: str) -> Any:
    if name not in _DOOR:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_DOOR[name]}"), name)
