"""The figures of an inspection that tell how surely what is found: each as a PNG in memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from blemish.inspect.loss import Loss
from blemish.inspect.pod.detection import Detection
from blemish.inspect.pod.false_calls import Tradeoff
from blemish.report.figures import canvas, png

BLUE, RED, GREY, GREEN = "#3b6ea5", "#c0392b", "#8a8f98", "#3d8b57"
COLOURS = (BLUE, RED, GREEN, "#b8860b", "#6d4c9f", "#2a9d9d")
_LEGEND: dict[str, Any] = {"fontsize": 8, "framealpha": 0.85, "edgecolor": "none"}
_LABELS = {
    "contrast": "contrast-to-noise ratio",
    "detectability": "detectability d'",
    "cosine": "cosine of the view angle",
    "area_mm2": "area (mm²)",
    "area_px": "area (pixels)",
    "px_per_mm": "pixels a millimetre",
}


def axis_label(measure: str) -> str:
    """Give a measure as it stands at an axis: ``diameter_mm`` is ``diameter (mm)``."""
    if measure in _LABELS:
        return _LABELS[measure]
    for unit in ("mm", "px"):
        if measure.endswith(f"_{unit}"):
            return f"{measure.removesuffix(f'_{unit}').replace('_', ' ')} ({unit})"
    return measure.replace("_", " ")


def pod_curve(
    curve: Detection, title: str = "", size: np.ndarray | None = None, found: np.ndarray | None = None
) -> bytes:
    """Draw a curve with its bounds, the shares found, and a50, a90 and a90/95; records as ticks where they are given.

    Ticks at the top are hits, at the bottom misses; they are drawn through so that many on one place look darker.
    """
    figure, axis = canvas(1, 1, width=7.8, height=4.0, bare=False)
    sizes = _sizes(curve)
    low, high = curve.bounds(sizes)
    axis.fill_between(
        sizes, low, high, color=BLUE, alpha=0.18, linewidth=0, label=f"one-sided {curve.confidence:.0%} bounds"
    )
    axis.plot(sizes, curve.probability(sizes), color=BLUE, linewidth=2, label="probability of detection")
    _shares(axis, curve)
    if size is not None and found is not None:
        for here, height, colour in ((found, 1.03, GREEN), (~found, -0.03, RED)):
            axis.plot(size[here], np.full(int(here.sum()), height), "|", color=colour, alpha=0.35, markersize=7)
    _marks(axis, curve)
    axis.set(xlabel=axis_label(curve.measure), ylabel="probability of detection", ylim=(-0.07, 1.07), title=title)
    axis.set_xlim(sizes[0], sizes[-1])
    _scale(axis, curve.scale)
    figure.legend(**_LEGEND, loc="outside right center")
    return png(figure)


def pod_curves(curves: Sequence[tuple[str, Detection]], title: str = "") -> bytes:
    """Draw several curves of one measure with their lower bounds dashed, to be compared."""
    figure, axis = canvas(1, 1, width=6.2, height=4.0, bare=False)
    smallest, largest = min(one.smallest for _, one in curves), max(one.largest for _, one in curves)
    sizes = np.geomspace(smallest, largest, 200) if smallest > 0 else np.linspace(smallest, largest, 200)
    for index, (name, one) in enumerate(curves):
        colour, shown = COLOURS[index % len(COLOURS)], (sizes >= one.smallest) & (sizes <= one.largest)
        axis.plot(sizes[shown], one.probability(sizes[shown]), color=colour, label=name)
        axis.plot(sizes[shown], one.bounds(sizes[shown])[0], color=colour, linestyle="--", linewidth=0.9)
    axis.axhline(0.9, color="0.7", linewidth=0.8)
    axis.set(xlabel=axis_label(curves[0][1].measure), ylabel="probability of detection", ylim=(0, 1.02), title=title)
    _scale(axis, "log" if smallest > 0 else "linear")
    axis.legend(**_LEGEND, loc="best", title="dashed: lower bounds", title_fontsize=8)
    return png(figure)


def signal_response(
    curve: Detection,
    size: np.ndarray,
    signal: np.ndarray,
    limits: tuple[float, float] = (-np.inf, np.inf),
    title: str = "",
) -> bytes:
    """Draw signals against size, the fitted line with the scatter, and the threshold; censored ones as triangles."""
    line = curve.response
    assert line is not None
    figure, axis = canvas(1, 1, width=6.2, height=4.0, bare=False)
    left, right = signal <= limits[0], signal >= limits[1]
    seen = ~left & ~right
    axis.plot(size[seen], signal[seen], "o", color=GREY, markersize=3.5, alpha=0.6, label="signals")
    for here, marker, end, what in ((left, "v", limits[0], "at or below"), (right, "^", limits[1], "at or above")):
        if here.any():
            places = np.full(int(here.sum()), end)
            axis.plot(size[here], places, marker, color="#b8860b", markersize=5, alpha=0.7, label=f"{what} {end:.3g}")
    sizes = _sizes(curve)
    middle = line.intercept + line.slope * curve.transform(sizes)
    drawn, edges = (np.exp, "log") if line.axis == "log" else (np.asarray, "linear")
    axis.plot(sizes, drawn(middle), color=BLUE, linewidth=2, label="fitted line")
    band = 1.645 * line.scatter
    axis.fill_between(
        sizes, drawn(middle - band), drawn(middle + band), color=BLUE, alpha=0.12, linewidth=0, label="90% of signals"
    )
    axis.axhline(line.threshold, color=RED, linestyle="--", linewidth=1, label="decision threshold")
    axis.set(xlabel=axis_label(curve.measure), ylabel="signal (log-odds)", title=title)
    _scale(axis, curve.scale)
    axis.set_yscale(edges)
    inside = np.concatenate([np.clip(signal, *limits), [line.threshold]])
    room = 0.08 * (inside.max() - inside.min())
    if edges == "linear":
        axis.set_ylim(inside.min() - room, inside.max() + room)
    axis.legend(**_LEGEND, loc="best")
    return png(figure)


def recall_by_contrast(loss: Loss) -> bytes:
    """Draw the recall of pixels and of defects against the contrast-to-noise ratio, with exact intervals."""
    figure, axis = canvas(1, 1, width=6.2, height=3.6, bare=False)
    rows = [(loss.pixels.classes, "pixels", BLUE, -0.12)] if loss.pixels is not None else []
    rows += [(loss.by_contrast, "defects in views", RED, 0.12)] if loss.by_contrast else []
    for classes, name, colour, shift in rows:
        known = [(place, one) for place, one in enumerate(classes) if one.total]
        x = np.array([place for place, _ in known]) + shift
        y = np.array([one.recall for _, one in known])
        ends = np.array([one.interval() for _, one in known]).T
        axis.errorbar(x, y, np.abs(ends - y), fmt="o-", color=colour, markersize=4, linewidth=1, capsize=2, label=name)
    names = [one.name for one in rows[0][0]] if rows else []
    axis.set_xticks(range(len(names)), names, rotation=30, ha="right", fontsize=8)
    hidden = sum(one.low < 1 for one in rows[0][0]) if rows else 0
    axis.axvspan(-0.5, hidden - 0.5, color="0.93", zorder=0)
    axis.text(hidden / 2 - 0.5, 0.97, "hides in the noise", ha="center", va="top", fontsize=8, color="0.4")
    axis.set(xlabel="contrast-to-noise ratio", ylabel="recall", ylim=(0, 1), xlim=(-0.5, len(names) - 0.5))
    axis.legend(**_LEGEND, loc="center left")
    return png(figure)


def lost_recall(whole: Loss) -> bytes:
    """Draw what became of all that is labelled: found, lost to labels nobody could see, lost by the model."""
    losses = whole.divisions
    figure, axis = canvas(1, 1, width=7.4, height=0.9 + 0.62 * max(len(losses), 1), bare=False)
    parts = (("found", BLUE), ("missed, could not be seen", "0.75"), ("missed by the model", RED))
    for row, loss in enumerate(losses):
        start = 0.0
        for (name, colour), count in zip(parts, (loss.found, loss.lost_unseen, loss.lost_seen), strict=True):
            share = count / max(loss.total, 1)
            axis.barh(row, share, left=start, color=colour, height=0.62, label=name if row == 0 else None)
            if share > 0.04:
                dark = colour != "0.75"
                axis.text(
                    start + share / 2, row, f"{share:.0%}", ha="center", va="center", color="white" if dark else "0.2"
                )
            start += share
    axis.set_yticks(range(len(losses)), [f"{one.of}\n({one.by} {one.limit:g})" for one in losses], fontsize=8)
    axis.set(xlim=(0, 1), xlabel="share of what is labelled")
    axis.invert_yaxis()
    figure.legend(loc="outside upper center", ncols=3, frameon=False, fontsize=8)
    return png(figure)


def tradeoff(values: Tradeoff, threshold: float) -> bytes:
    """Draw the share of sightings found against the share of images with a false call, over all thresholds."""
    figure, axis = canvas(1, 1, width=4.6, height=4.0, bare=False)
    axis.plot(values.deceived, values.found, color=BLUE)
    at = int(np.argmin(np.abs(np.array(values.threshold) - threshold)))
    axis.plot(values.deceived[at], values.found[at], "o", color=RED, label=f"threshold in use, {threshold:.3g}")
    axis.set(xlabel="share of images with a false call", ylabel="share of sightings found", xlim=(0, 1), ylim=(0, 1.02))
    axis.legend(**_LEGEND, loc="lower right")
    return png(figure)


def _sizes(curve: Detection) -> np.ndarray:
    """Give sizes over those that were shown, evenly as the curve takes them."""
    if curve.scale == "log":
        return np.geomspace(curve.smallest, curve.largest, 200)
    return np.linspace(curve.smallest, curve.largest, 200)


def _scale(axis: Any, scale: str) -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    if scale != "log":
        return
    axis.set_xscale("log")
    low, high = axis.get_xlim()
    few = high / low > 30
    axis.xaxis.set_major_locator(
        LogLocator(subs=(1.0,) if high / low > 300 else (1.0, 3.0) if few else (1.0, 2.0, 5.0))
    )
    axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.xaxis.set_minor_formatter(NullFormatter())


def _shares(axis: Any, curve: Detection) -> None:
    """Draw the shares found of records of about one size, at their middle, with exact intervals."""
    shares = curve.goodness.shares
    if not shares:
        return
    middle = [(one.low * one.high) ** 0.5 if curve.scale == "log" else (one.low + one.high) / 2 for one in shares]
    y = np.array([one.share for one in shares])
    ends = np.array([one.interval() for one in shares]).T
    axis.errorbar(
        middle, y, np.abs(ends - y), fmt="o", color="0.35", markersize=4, linewidth=0.9, capsize=2, label="shares found"
    )


def _marks(axis: Any, curve: Detection) -> None:
    """Draw where the curve and its lower bound reach what is asked for."""
    axis.axhline(0.9, color="0.7", linewidth=0.8)
    for name, value, share, colour in (
        ("a50", curve.a50, 0.5, BLUE),
        ("a90", curve.a90, 0.9, BLUE),
        ("a90/95", curve.a90_95, 0.9, RED),
    ):
        if value is not None:
            axis.plot([value, value], [-0.07, share], color=colour, linewidth=0.9, linestyle=":")
            axis.plot(value, share, "o", color=colour, markersize=5, label=f"{name} = {value:.3g}", zorder=5)
