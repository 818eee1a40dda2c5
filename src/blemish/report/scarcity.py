"""Learning from fewer and fewer real objects: F1 over their number, a line for each way of learning."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from blemish.evaluate.comparison import Comparison
from blemish.evaluate.rows import SPOKEN, Row
from blemish.report.figures import canvas, png

ALL = sys.maxsize
"""The place of rows that learn from all images of all objects: beyond those of few images of as many objects."""


@dataclass(frozen=True)
class Line:
    """F1 of one way of learning over the number of real objects; 0 is none of them, :data:`ALL` all there is."""

    name: str
    objects: tuple[int, ...]
    f1: tuple[tuple[float, ...], ...]
    """F1 of each training at each number: one for each seed and draw."""


def lines(comparison: Comparison, network: str) -> Iterator[Line]:
    """Give a line for the target alone, and for each source with its fine-tuning, as far as the table has rows."""
    names = ["target", *comparison.file.table.sources]
    for name in names:
        for plain, tuned in (("source", "fine-tuned"), ("stacked", "stacked fine-tuned")):
            places: dict[int, tuple[float, ...]] = {}
            for row in comparison.rows:
                place = _place(row, name, plain, tuned)
                if place is not None:
                    places[place] = tuple(one.evaluation.f1 for one in comparison.at(row, network))
            if len(places) > 1:
                title = name + SPOKEN["stacked" if plain == "stacked" else "source"]
                numbers = tuple(sorted(places))
                yield Line(title, numbers, tuple(places[number] for number in numbers))


def _place(row: Row, name: str, plain: str, tuned: str) -> int | None:
    """Say with how many real objects a row learned; ``None`` where it is not of this line."""
    if row.source != name:
        return None
    if row.variant == tuned or (name == "target" and row.variant == plain):
        return row.few or ALL
    return 0 if row.variant == plain else None


def curve(some: list[Line], all_objects: int) -> bytes:
    """Draw them as PNG: the mean of each place, and each training as a dot; ``all_objects`` is how many all are."""
    figure, axis = canvas(1, 1, width=7.0, height=4.0, bare=False)
    numbers = sorted({number for one in some for number in one.objects})
    at = {number: place for place, number in enumerate(numbers)}
    for shift, one in enumerate(some):
        x = np.array([at[number] for number in one.objects]) + 0.04 * (shift - (len(some) - 1) / 2)
        drawn = axis.plot(x, [100 * np.mean(values) for values in one.f1], marker="o", markersize=5, label=one.name)
        for place, values in zip(x, one.f1, strict=True):
            axis.plot([place] * len(values), 100 * np.array(values), ".", color=drawn[0].get_color(), alpha=0.5)
    axis.set_xticks(range(len(numbers)), [f"all of {all_objects}" if n == ALL else str(n) for n in numbers])
    axis.set_xlabel("real objects that were learned from")
    axis.set_ylabel("F1 on other objects (%)")
    axis.set_ylim(0, 100)
    axis.grid(visible=True, alpha=0.3)
    axis.legend(frameon=False, fontsize=9)
    return png(figure)
