"""The figures of one or two datasets as lines of text and as plain values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from blemish.dataset.read import Dataset
from blemish.settings import plain
from blemish.stats.apart import compare, median
from blemish.stats.tally import AREAS, CONTRASTS, ELONGATIONS, Tally

Measured = tuple[Dataset, tuple[Tally, Tally]]


_KIND = "marks of kind "


def name_of(dataset: Dataset) -> str:
    """Give the name of a dataset's folder; of one that is only called so, that of the folder around it."""
    return dataset.root.name if dataset.root.name != "dataset" else dataset.root.parent.name


def rows(found: Sequence[Measured]) -> list[tuple[str, list[str]]]:
    """Give the counts and measures as rows of a table, one column a dataset."""
    columns = [_facts(dataset, halves[0] + halves[1]) for dataset, halves in found]
    names = sorted(
        dict.fromkeys(name for column in columns for name in column), key=lambda name: name.startswith(_KIND)
    )
    return [(name, [column.get(name, "0" if name.startswith(_KIND) else "") for column in columns]) for name in names]


def in_words(found: Sequence[Measured]) -> list[str]:
    """Give the table, and for two datasets their differences, as lines."""
    table = [("", [name_of(dataset) for dataset, _ in found]), *rows(found)]
    widths = [max(len(cells[at]) for _, cells in table) for at in range(len(found))]
    left = max(len(name) for name, _ in table)
    lines = [
        "  ".join([name.ljust(left), *(cell.rjust(width) for cell, width in zip(cells, widths, strict=True))]).rstrip()
        for name, cells in table
    ]
    if len(found) == 2:
        lines += ["", *(str(one) for one in compare(found[0][1], found[1][1]))]
    return lines


def figures(found: Sequence[Measured]) -> dict[str, Any]:
    """Give all that was measured as plain values, for a JSON file."""
    datasets = [
        {"name": name_of(dataset), "frames": len(dataset.frames), **_plain(halves[0] + halves[1])}
        for dataset, halves in found
    ]
    differences = compare(found[0][1], found[1][1]) if len(found) == 2 else []
    told = [{key: _known(value) for key, value in vars(one).items()} for one in differences]
    return {"datasets": datasets, "differences": told}


def _facts(dataset: Dataset, tally: Tally) -> dict[str, str]:
    used = dataset.header.counts
    size, times = tally.sizes.most_common(1)[0]
    others = f" and {len(tally.sizes) - 1} other sizes" if len(tally.sizes) > 1 else ""
    facts = {
        "kind": dataset.header.kind,
        "frames": f"{tally.frames}",
        "frames with marks": f"{tally.with_marks} ({tally.with_marks / tally.frames:.1%})",
        "specimens": f"{used.get('specimens', 0)} ({used.get('defective_specimens', 0)} defective)",
        "size": f"{size}{others if times < tally.frames else ''}",
        "lit surface": f"{tally.lit_px / tally.pixels:.1%} of all pixels",
        "marked": f"{tally.marked_px / tally.pixels:.3%} of all pixels",
        "saturated": f"{tally.saturated_px / tally.pixels:.2%} of all pixels",
        "grey of lit surface, median": _rounded(median(tally.lit_grey, np.arange(257.0)), ".0f"),
    }
    if tally.marks:
        facts["area of a mark, median"] = _rounded(median(tally.area, AREAS), ".0f") + " px"
        facts["contrast of a mark, median of the size"] = _rounded(_size_of(tally.contrast), ".2f") + " spreads"
        darker = tally.contrast[: len(tally.contrast) // 2].sum() / max(tally.contrast.sum(), 1)
        facts["marks darker than their surroundings"] = f"{darker:.0%}"
        facts["elongation of a mark, median"] = _rounded(median(tally.elongation, ELONGATIONS), ".2f")
    return facts | {f"{_KIND}{kind}": str(count) for kind, count in sorted(tally.marks.items())}


def _size_of(contrast: np.ndarray) -> float:
    """Give the median of the contrast without its sign."""
    half = len(contrast) // 2
    return median(contrast[half:] + contrast[:half][::-1], CONTRASTS[half:])


def _rounded(value: float, form: str) -> str:
    return "-" if np.isnan(value) else format(value, form)


def _known(value: Any) -> Any:
    return None if isinstance(value, float) and np.isnan(value) else value


def _plain(tally: Tally) -> dict[str, Any]:
    return {key: plain(dict(value) if hasattr(value, "most_common") else value) for key, value in vars(tally).items()}
