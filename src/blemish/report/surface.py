"""The part coloured patch by patch: what the model found, how surely it would, and how often it looks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from blemish.arrays import PerPoint
from blemish.inspect.stored import SpecimenMaps, SurfaceMaps
from blemish.report.figures import FROM_ABOVE, FROM_BELOW, STEEL, _show, canvas, png
from blemish.report.splat import splat_discs

Colour = tuple[float, float, float]
UNSEEN: Colour = (0.27, 0.24, 0.27)
"""What no view looks at, or nothing is known of."""
FOUND, MISSED, FALSE = (0.13, 0.55, 0.24), (0.82, 0.15, 0.13), (0.95, 0.62, 0.10)
SIDES = (FROM_ABOVE, FROM_BELOW)


@dataclass(frozen=True)
class Scale:
    """What values become in colour; what is not a number is drawn as unseen."""

    label: str
    low: float
    high: float
    colours: str = "viridis"
    """A colour map of Matplotlib."""
    unseen: str = "no view"
    logarithmic: bool = False


def coloured(maps: SurfaceMaps, values: PerPoint, scale: Scale) -> bytes:
    """Draw one value a patch from two sides, with a bar that tells what its colours mean; a PNG."""
    import matplotlib as mpl
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import LogNorm, Normalize

    norm = (LogNorm if scale.logarithmic else Normalize)(scale.low, scale.high, clip=True)
    known = np.isfinite(values)
    table = mpl.colormaps[scale.colours](norm(np.where(known, values, scale.low)))[:, :3]
    figure, axes = canvas(1, len(SIDES), width=9.0, height=4.3)
    _sides(axes, maps, np.where(known[:, None], table, UNSEEN))
    bar = figure.colorbar(ScalarMappable(norm, scale.colours), ax=list(axes), shrink=0.7, pad=0.01, label=scale.label)
    bar.outline.set_visible(False)
    if scale.logarithmic:
        steps = np.geomspace(scale.low, scale.high, 5)
        bar.set_ticks(steps, labels=[f"{step:.2g}" for step in steps])
        bar.minorticks_off()
    if not known.all():
        _legend(axes[0], [(scale.unseen, UNSEEN)])
        figure.legend(loc="lower center", frameon=False, fontsize=9)
    return png(figure)


def classes(maps: SurfaceMaps, kind: np.ndarray, legend: Sequence[tuple[str, Colour]]) -> bytes:
    """Draw patches by class, (n,) indices into a legend; a PNG."""
    figure, axes = canvas(1, len(SIDES), width=9.0, height=4.5)
    _sides(axes, maps, np.array([colour for _, colour in legend])[kind])
    present = [entry for index, entry in enumerate(legend) if (kind == index).any()]
    _legend(axes[0], present)
    figure.legend(loc="lower center", ncols=max(1, len(present)), frameon=False, fontsize=9)
    return png(figure)


def evidence(maps: SurfaceMaps, one: SpecimenMaps) -> bytes:
    """Draw a specimen's evidence; red is a defect, blue is sound metal, and the middle is where calls begin."""
    seen = np.isfinite(one.evidence)
    called = one.evidence[seen & one.called]
    sound = one.evidence[seen & ~one.called]
    begin = float(called.min()) if len(called) else float(sound.max(initial=0.0))
    reach = max(float(np.abs(np.quantile(sound, 0.02) - begin)) if len(sound) else 1.0, 1.0)
    scale = Scale("evidence of a defect, log-odds", begin - reach, begin + reach, "RdYlBu_r")
    return coloured(maps, one.evidence, scale)


def truth(maps: SurfaceMaps, one: SpecimenMaps, share: float = 0.1) -> bytes:
    """Draw what was called against what is there: found, missed, called in vain; patches with ``share`` of a defect."""
    has, unseen = one.truth >= share, ~np.isfinite(one.evidence)
    kind = np.select([has & one.called, has & unseen, has, one.called, unseen], [1, 4, 2, 3, 5], 0)
    purple = (0.55, 0.25, 0.60)
    legend = (
        ("sound", tuple(STEEL)),
        ("defect, called", FOUND),
        ("defect, missed", MISSED),
        ("called, no defect", FALSE),
        ("defect, in no view", purple),
        ("in no view", UNSEEN),
    )
    return classes(maps, kind, legend)


def views(maps: SurfaceMaps) -> bytes:
    """Draw how many views look at each patch."""
    counts = maps.views
    steps = ((214, 69, 65), (198, 219, 239), (158, 202, 225), (107, 174, 214), (49, 130, 189), (8, 81, 156))
    names = ("no view", "1", "2", "3", "4 - 5", "6 or more")
    legend = [(name, tuple(value / 255 for value in colour)) for name, colour in zip(names, steps, strict=True)]
    return classes(maps, np.searchsorted([1, 2, 3, 4, 6], counts, "right"), legend)  # type: ignore[arg-type]


def probability(maps: SurfaceMaps, found: PerPoint) -> bytes:
    """Draw how surely a defect is found on each patch, from 0 to 1; where no view looks it is not a number's colour."""
    scale = Scale("probability of detection", 0.0, 1.0)
    return coloured(maps, np.where(maps.views > 0, found, np.nan).astype(np.float64), scale)


def smallest(maps: SurfaceMaps, size_mm: PerPoint) -> bytes:
    """Draw the smallest size that is found surely enough on each patch; dark where none is."""
    known = size_mm[np.isfinite(size_mm)]
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.1, 1.0)
    scale = Scale("smallest size found, mm", low, max(high, 1.01 * low), "YlOrRd", "none, or no view", logarithmic=True)
    return coloured(maps, np.where(np.isfinite(size_mm), size_mm, np.nan).astype(np.float64), scale)


def _sides(axes: Sequence[object], maps: SurfaceMaps, colours: np.ndarray) -> None:
    for axis, side in zip(axes, SIDES, strict=True):
        _show(axis, splat_discs(maps.centre_mm, maps.normal, maps.area_mm2, colours, side, size=440))


def _legend(axis: object, entries: Sequence[tuple[str, Colour]]) -> None:
    for name, colour in entries:
        axis.plot([], [], "s", color=colour, markersize=9, label=name)  # type: ignore[attr-defined]
