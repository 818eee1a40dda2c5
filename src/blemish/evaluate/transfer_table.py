"""A transfer table as text: rows are sources, each network has its precision, recall and F1, in per cent.

With several seeds each figure is the mean, and F1 has its standard deviation beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from blemish.evaluate.seeds import over_seeds
from blemish.evaluate.table import escape_tex

if TYPE_CHECKING:
    from blemish.evaluate.comparison import Comparison

METRICS = ("precision", "recall", "f1")
HEADS = ("P", "R", "F1")


@dataclass(frozen=True)
class Grid:
    """The table in words."""

    corner: str
    networks: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    """Title, then P, R and F1 for each network."""
    best: tuple[int, ...]
    """For each network the row of its highest F1."""


def grid_of(comparison: Comparison) -> Grid:
    """Put the figures of a comparison into words."""
    networks = comparison.file.table.networks
    rows: list[tuple[str, tuple[str, ...]]] = []
    f1s: list[list[float]] = []
    for row in comparison.rows:
        figures: list[str] = []
        f1s.append([])
        for network in networks:
            spreads = over_seeds([one.evaluation for one in comparison.at(row, network)])
            figures += [f"{100 * spreads[metric].mean:.1f}" for metric in METRICS[:-1]]
            figures.append(str(spreads["f1"]))
            f1s[-1].append(spreads["f1"].mean)
        rows.append((row.title, tuple(figures)))
    best = tuple(max(range(len(rows)), key=lambda at: f1s[at][column]) for column in range(len(networks)))
    return Grid("source", networks, tuple(rows), best)


def as_text(grid: Grid) -> str:
    """Give the table with aligned columns; the highest F1 of each network is starred."""
    lines = [_heads(grid)]
    for at, (title, figures) in enumerate(grid.rows):
        starred = [
            f"{figure}{'*' if column % 3 == 2 and grid.best[column // 3] == at else ' '}"
            for column, figure in enumerate(figures)
        ]
        lines.append([title, *starred])
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    shown = [
        "  ".join([line[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(line[1:], widths[1:], strict=True))])
        for line in lines
    ]
    return "\n".join([shown[0], "-" * len(shown[0]), *shown[1:]])


def as_markdown(grid: Grid) -> str:
    """Give the table in Markdown; the highest F1 of each network is bold."""
    head = [grid.corner, *(f"{network} P / R / F1" for network in grid.networks)]
    rows = [head, ["---", *["---:"] * len(grid.networks)]]
    for at, (title, figures) in enumerate(grid.rows):
        cells = []
        for column in range(len(grid.networks)):
            *others, f1 = figures[3 * column : 3 * column + 3]
            cells.append(" / ".join([*others, f"**{f1}**" if grid.best[column] == at else f1]))
        rows.append([title, *cells])
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def as_latex(grid: Grid) -> str:
    """Give the table as a LaTeX ``tabular`` with the rules of the booktabs package; the highest F1 is bold."""
    groups = " & ".join(rf"\multicolumn{{3}}{{c}}{{{escape_tex(network)}}}" for network in grid.networks)
    rules = "".join(rf"\cmidrule(lr){{{3 * at + 2}-{3 * at + 4}}}" for at in range(len(grid.networks)))
    heads = " & ".join([escape_tex(grid.corner), *HEADS * len(grid.networks)])
    lines = [rf"\begin{{tabular}}{{l{'rrr' * len(grid.networks)}}}", r"\toprule", rf" & {groups} \\", rules]
    lines += [rf"{heads} \\", r"\midrule"]
    for at, (title, figures) in enumerate(grid.rows):
        cells = [escape_tex(title)]
        for column, figure in enumerate(figures):
            text = figure.replace("±", r"$\pm$")
            cells.append(rf"\textbf{{{text}}}" if column % 3 == 2 and grid.best[column // 3] == at else text)
        lines.append(" & ".join(cells) + r" \\")
    return "\n".join([*lines, r"\bottomrule", r"\end{tabular}"])


def _heads(grid: Grid) -> Sequence[str]:
    several = len(grid.networks) > 1
    named = [
        f"{network} {head} " if several or head == "P" else f"{head} " for network in grid.networks for head in HEADS
    ]
    return [grid.corner, *named]
