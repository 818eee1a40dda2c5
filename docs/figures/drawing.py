"""How the figures of the pages look, and where they go: ``docs/images``, or the folder that a script is given."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt

IMAGES = Path(__file__).resolve().parents[1] / "images"
INK = "#222222"
COLOURS = ("#1f5fa8", "#d1632a", "#2e8b57", "#8a4fa3", "#7a7a7a")

mpl.rcParams |= {
    "font.size": 8.5,
    "axes.titlesize": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#888888",
    "axes.labelcolor": INK,
    "axes.prop_cycle": mpl.cycler(color=COLOURS),
    "lines.linewidth": 1.4,
    "legend.frameon": False,
    "figure.constrained_layout.use": True,
    "svg.hashsalt": "blemish",
}


def canvas(rows: int = 1, columns: int = 1, *, width: float = 7.2, height: float = 2.6) -> tuple[Any, Any]:
    """Give a figure, in inches, and its axes."""
    return plt.subplots(rows, columns, figsize=(width, height))


def pictures(images: dict[str, Any], *, width: float = 7.2, columns: int = 4) -> Any:
    """Set pictures side by side, each with its title; what is not given as (picture, options) is grey from 0 to 255."""
    rows = -(-len(images) // columns)
    first = next(iter(images.values()))
    high, wide = (first[0] if isinstance(first, tuple) else first).shape[:2]
    figure, axes = canvas(rows, columns, width=width, height=rows * (width / columns * high / wide + 0.25))
    for axis in axes.ravel():
        axis.set_axis_off()
    for axis, (title, given) in zip(axes.ravel(), images.items(), strict=False):
        picture, options = given if isinstance(given, tuple) else (given, {"cmap": "gray", "vmin": 0, "vmax": 255})
        axis.imshow(picture, interpolation="nearest", **options)
        axis.set_title(title)
    return figure


def folder() -> Path:
    """Give the folder that figures go to."""
    found = Path(sys.argv[1]) if len(sys.argv) > 1 else IMAGES
    found.mkdir(parents=True, exist_ok=True)
    return found


def save(figure: Any, name: str) -> None:
    """Write a figure and say where it is."""
    figure.savefig(folder() / name, dpi=150, facecolor="white", metadata={"Software": None})
    print(folder() / name)
