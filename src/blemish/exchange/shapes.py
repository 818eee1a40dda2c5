"""Drawn shapes as pixels: polygons, circles, rectangles, lines and points, as annotation programs rasterise them.

Polygons are filled with their outline (Pillow's ``ImageDraw.polygon`` with ``outline=1, fill=1``), which is how labelme
makes masks. What lies outside the image is cut off; coordinates that are no numbers, or absurdly far away, are refused.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from blemish.arrays import Mask
from blemish.errors import ForeignDataError

Point = tuple[float, float]

MOST_POINTS = 100_000
"""Of one shape; nobody draws more by hand."""
_FAR = 1e5
"""Pixels; no image is so large, and drawing so far away takes for ever."""


def draw(kind: Any, points: Sequence[Point], size: tuple[int, int], line_px: int = 10, point_px: int = 5) -> Mask:
    """Rasterise a shape on an image of ``size`` (width, height); ``ValueError`` says what is wrong with it."""
    from PIL import Image, ImageDraw

    if not isinstance(kind, str) or kind not in _SHAPES:
        raise ValueError(f"shapes of kind {kind!r} are not known; known are {', '.join(_SHAPES)}")
    least, most, paint = _SHAPES[kind]
    if not least <= len(points) <= most:
        raise ValueError(f"a {kind} has {least if least == most else f'at least {least}'} points, not {len(points)}")
    canvas = Image.new("1", size)
    paint(ImageDraw.Draw(canvas), list(points), line_px, point_px)
    return np.array(canvas)


def points_of(value: Any, where: str) -> list[Point]:
    """Read a list of (x, y); :class:`ForeignDataError` if it is none, or not finite, or absurdly far away."""
    points = []
    if not isinstance(value, list):
        raise ForeignDataError(f"{where}: a list of points belongs here, not {str(value)[:60]}")
    if len(value) > MOST_POINTS:
        raise ForeignDataError(f"{where}: {len(value)} points, where no shape has more than {MOST_POINTS}")
    for number, point in enumerate(value, start=1):
        pair: Any = point if isinstance(point, list | tuple) and len(point) == 2 else (None, None)
        if not all(isinstance(x, int | float) and not isinstance(x, bool) and abs(x) < _FAR for x in pair):
            raise ForeignDataError(f"{where}: point {number} is {str(point)[:60]}; two finite numbers belong there")
        points.append((float(pair[0]), float(pair[1])))
    return points


def _polygon(pen: Any, points: list[Point], _line: int, _point: int) -> None:
    pen.polygon(points, outline=1, fill=1)


def _rectangle(pen: Any, points: list[Point], _line: int, _point: int) -> None:
    (ax, ay), (bx, by) = points
    pen.rectangle([min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)], outline=1, fill=1)


def _circle(pen: Any, points: list[Point], _line: int, _point: int) -> None:
    (x, y), (rim_x, rim_y) = points
    radius = math.hypot(x - rim_x, y - rim_y)
    pen.ellipse([x - radius, y - radius, x + radius, y + radius], outline=1, fill=1)


def _line(pen: Any, points: list[Point], line: int, _point: int) -> None:
    pen.line(points, fill=1, width=line)


def _points(pen: Any, points: list[Point], _line: int, point: int) -> None:
    for x, y in points:
        pen.ellipse([x - point, y - point, x + point, y + point], outline=1, fill=1)


_SHAPES: dict[str, tuple[int, int, Callable[..., None]]] = {
    "polygon": (3, MOST_POINTS, _polygon),
    "rectangle": (2, 2, _rectangle),
    "circle": (2, 2, _circle),
    "line": (2, 2, _line),
    "linestrip": (2, MOST_POINTS, _line),
    "point": (1, 1, _points),
    "points": (1, MOST_POINTS, _points),
}
