"""The simplest part: a flat plate of rectangles, to look at finishes, lights and cameras with."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from blemish.part.model import Part, Region, Surface


def plate(names: Sequence[str] = ("plate",), columns: int = 1, width_mm: float = 12.0, height_mm: float = 12.0) -> Part:
    """Lay rectangles in rows around the origin, facing +z: each a CAD face and a region of its own; it has no back."""
    rows = -(-len(names) // columns)
    x = (np.arange(columns + 1) - columns / 2) * width_mm
    y = (rows / 2 - np.arange(rows + 1)) * height_mm
    corners = np.array([[a, b, 0.0] for b in y for a in x])
    triangles = []
    for number in range(len(names)):
        row, column = divmod(number, columns)
        a = row * (columns + 1) + column
        triangles += [(a, a + columns + 1, a + columns + 2), (a, a + columns + 2, a + 1)]
    up, face = np.array([0.0, 0.0, 1.0]), np.repeat(np.arange(len(names), dtype=np.int32), 2)
    return Part(
        name="plate",
        digest="plate",
        vertices_mm=corners,
        triangles=np.array(triangles, dtype=np.int32),
        normals=np.broadcast_to(up, (len(face), 3, 3)).copy(),
        face=face,
        surfaces=tuple(Surface("plane", np.zeros(3), up) for _ in names),
        regions=tuple(Region(name, (number,)) for number, name in enumerate(names)),
    )
