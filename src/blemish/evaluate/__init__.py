"""Evaluating: how well a model finds the defects of frames that it has not learned from.

``evaluate(model, dataset, "test", folder)`` scores every pixel of every frame of a set at full resolution, counts by
pixel (:mod:`pixels`) and by defect (:mod:`objects`), and writes ``evaluation.json`` with example predictions.
:mod:`table` prints evaluations side by side. Memory does not grow with the number of frames.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from blemish.evaluate.evaluation import Evaluation, evaluate, read_evaluation
    from blemish.evaluate.objects import ObjectRule
    from blemish.evaluate.table import as_latex, as_markdown, as_text

_DOOR = {
    "Evaluation": "evaluation",
    "ObjectRule": "objects",
    "as_latex": "table",
    "as_markdown": "table",
    "as_text": "table",
    "evaluate": "evaluation",
    "read_evaluation": "evaluation",
}

__all__ = ["Evaluation", "ObjectRule", "as_latex", "as_markdown", "as_text", "evaluate", "read_evaluation"]


def __getattr__(name: str) -> Any:
    if name not in _DOOR:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_DOOR[name]}"), name)
