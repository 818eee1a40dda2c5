"""The contract on disk: what making writes and learning reads, and nothing else passes between them.

``FORMAT.md`` beside this file specifies the folder. :mod:`record` holds its values, :mod:`write` fills it frame by
frame, :mod:`read` opens it, :mod:`verify` proves its promises, :mod:`split` draws who learns and who is tested, and
:mod:`tiles` unpacks it once so that crops are read instead of decoded.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_DOOR = {
    "Dataset": "read",
    "FrameRecord": "record",
    "Header": "record",
    "SpecimenRecord": "record",
    "SplitRule": "split",
    "open_dataset": "read",
}

__all__ = [
    "Dataset",
    "FrameRecord",
    "Header",
    "SpecimenRecord",
    "SplitRule",
    "open_dataset",
]


def __getattr__(name: str) -> Any:
    if name not in _DOOR:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_DOOR[name]}"), name)
