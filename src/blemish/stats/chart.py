"""Small charts as SVG text: steps for histograms, lines for spectra; nothing to install, sharp at any size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

COLOURS = ("#1b6ca8", "#d1495b")
_WIDTH, _HEIGHT = 430, 250
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 12, 12, 42


@dataclass(frozen=True, eq=False)
class Curve:
    """Values over x: ``len(x)`` points of a line, or ``len(x) - 1`` steps between edges."""

    x: np.ndarray
    y: np.ndarray


def chart(title: str, curves: Sequence[Curve], across: str, up: str, *, octaves: bool = False) -> str:
    """Draw curves in one frame; with ``octaves`` the x axis is logarithmic."""
    shown = [curve for curve in curves if len(curve.y) and np.isfinite(curve.y).all()]
    if not shown:
        return f'<figure><figcaption>{escape(title)}</figcaption><p class="none">nothing to draw</p></figure>'
    low, high = _span([curve.x for curve in shown])
    bottom, top = min(0.0, *(curve.y.min() for curve in shown)), max(curve.y.max() for curve in shown)
    if top <= bottom:
        top = bottom + 1
    warp = np.log2 if octaves else np.asarray

    def place(x: np.ndarray, y: np.ndarray) -> str:
        right = (warp(x) - warp(low)) / (warp(high) - warp(low))
        high_up = (y - bottom) / (top - bottom) / 1.04
        xs = _LEFT + np.clip(right, 0, 1) * (_WIDTH - _LEFT - _RIGHT)
        ys = _HEIGHT - _BOTTOM - high_up * (_HEIGHT - _BOTTOM - _TOP)
        return " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(xs, ys, strict=True))

    marks = [_axis(low, high, octaves=octaves), _upright(bottom, top)]
    for curve, colour in zip(curves, COLOURS, strict=False):
        if not any(curve is one for one in shown):
            continue
        if len(curve.x) == len(curve.y) + 1:
            x, y = np.repeat(curve.x, 2)[1:-1], np.repeat(curve.y, 2)
            area = place(np.concatenate([x[:1], x, x[-1:]]), np.concatenate([[bottom], y, [bottom]]))
            marks.append(f'<polygon points="{area}" fill="{colour}" fill-opacity="0.13"/>')
        else:
            x, y = curve.x, curve.y
        line = f'points="{place(x, y)}" fill="none" stroke="{colour}" stroke-width="1.6"'
        marks.append(f"<polyline {line}/>")
    middle = (_HEIGHT - _BOTTOM + _TOP) / 2
    marks.append(f'<text x="{(_WIDTH + _LEFT - _RIGHT) / 2}" y="{_HEIGHT - 6}" class="name">{escape(across)}</text>')
    marks.append(f'<text transform="translate(11 {middle}) rotate(-90)" class="name">{escape(up)}</text>')
    drawn = "\n".join(marks)
    return (
        f'<figure><figcaption>{escape(title)}</figcaption><svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'aria-label="{escape(title, quote=True)}">{drawn}</svg></figure>'
    )


def trimmed(edges: np.ndarray, counts: Sequence[np.ndarray]) -> tuple[np.ndarray, list[np.ndarray]]:
    """Cut empty bins off both ends, for all histograms at once, and give shares in percent."""
    filled = np.flatnonzero(np.sum(counts, axis=0))
    if len(filled) == 0:
        return edges, [np.zeros(0) for _ in counts]
    first, last = max(filled[0] - 1, 0), min(filled[-1] + 2, len(edges) - 1)
    shares = [100 * one / one.sum() if one.sum() else np.zeros(0) for one in counts]
    return edges[first : last + 1], [one[first:last] for one in shares]


def _span(some: Sequence[np.ndarray]) -> tuple[float, float]:
    return float(min(x.min() for x in some)), float(max(x.max() for x in some))


def _axis(low: float, high: float, *, octaves: bool) -> str:
    """Draw the x axis with its ticks."""
    if octaves:
        powers = np.arange(np.ceil(np.log2(low) - 1e-9), np.log2(high) + 1e-9)
        ticks = 2.0 ** powers[:: max(-(-len(powers) // 7), 1)]
        where = (np.log2(ticks) - np.log2(low)) / (np.log2(high) - np.log2(low))
    else:
        ticks = _round_numbers(low, high)
        where = (ticks - low) / (high - low)
    base = _HEIGHT - _BOTTOM
    marks = [f'<line x1="{_LEFT}" y1="{base}" x2="{_WIDTH - _RIGHT}" y2="{base}" class="axis"/>']
    for tick, share in zip(ticks, where, strict=True):
        x = _LEFT + share * (_WIDTH - _LEFT - _RIGHT)
        marks.append(f'<line x1="{x:.1f}" y1="{base}" x2="{x:.1f}" y2="{base + 4}" class="axis"/>')
        marks.append(f'<text x="{x:.1f}" y="{base + 16}" class="tick">{_number(tick)}</text>')
    return "".join(marks)


def _upright(bottom: float, top: float) -> str:
    """Draw the y axis as faint lines across."""
    marks = []
    for tick in _round_numbers(bottom, top):
        y = _HEIGHT - _BOTTOM - (tick - bottom) / (top - bottom) / 1.04 * (_HEIGHT - _BOTTOM - _TOP)
        marks.append(f'<line x1="{_LEFT}" y1="{y:.1f}" x2="{_WIDTH - _RIGHT}" y2="{y:.1f}" class="grid"/>')
        marks.append(f'<text x="{_LEFT - 5}" y="{y + 3.5:.1f}" class="tick side">{_number(tick)}</text>')
    return "".join(marks)


def _round_numbers(low: float, high: float) -> np.ndarray:
    """Give four to eight round numbers between two."""
    rough = (high - low) / 5
    size = 10.0 ** np.floor(np.log10(rough))
    step = next(size * factor for factor in (1, 2, 5, 10) if size * factor >= rough)
    return np.arange(np.ceil(low / step - 1e-9) + 0.0, high / step + 1e-9) * step + 0.0


def _number(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}"
