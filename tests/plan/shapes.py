"""Parts with hidden places, put together from boxes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from builders import box

from blemish.part.model import Part, Region
from blemish.plan.candidates import Candidates

Block = tuple[tuple[float, float, float], tuple[float, float, float]]


def blocks(*corners: Block) -> Part:
    """Boxes between low and high corners as one part, one region a box: ``b0``, ``b1`` ..."""
    boxes = []
    for low, high in corners:
        size = np.subtract(high, low)
        middle = np.array([low[0] + size[0] / 2, low[1] + size[1] / 2, low[2]])
        one = box(tuple(size))
        boxes.append(replace(one, vertices_mm=one.vertices_mm + middle))
    return Part(
        name="blocks",
        digest="blocks",
        vertices_mm=np.concatenate([one.vertices_mm for one in boxes]),
        triangles=np.concatenate([one.triangles + 8 * i for i, one in enumerate(boxes)]).astype(np.int32),
        normals=np.concatenate([one.normals for one in boxes]),
        face=np.concatenate([one.face + 6 * i for i, one in enumerate(boxes)]).astype(np.int32),
        surfaces=tuple(surface for one in boxes for surface in one.surfaces),
        regions=tuple(Region(f"b{i}", tuple(range(6 * i, 6 * i + 6))) for i in range(len(boxes))),
    )


def posts() -> Part:
    """A slab with four posts that hide each other."""
    tops = [((x, y, 5.0), (x + 6.0, y + 6.0, 17.0)) for x in (-14.0, 4.0) for y in (-14.0, 6.0)]
    return blocks(((-20.0, -20.0, 0.0), (20.0, 20.0, 5.0)), *tops)


def well(depth_mm: float = 60.0, half_width_mm: float = 2.0) -> Part:
    """A square well that opens upwards at z = depth; ``b0`` is its floor, with the top at z = 0."""
    w, t = half_width_mm, 5.0
    return blocks(
        ((-w, -w, -5.0), (w, w, 0.0)),
        ((-w - t, -w - t, -5.0), (-w, w + t, depth_mm)),
        ((w, -w - t, -5.0), (w + t, w + t, depth_mm)),
        ((-w, -w - t, -5.0), (w, -w, depth_mm)),
        ((-w, w, -5.0), (w, w + t, depth_mm)),
    )


def turned(part: Part, rotation: np.ndarray) -> Part:
    """The same part, turned about the origin."""
    return replace(
        part,
        vertices_mm=part.vertices_mm @ rotation.T,
        normals=part.normals @ rotation.T,
        surfaces=tuple(
            replace(one, origin_mm=rotation @ one.origin_mm, axis=rotation @ one.axis) for one in part.surfaces
        ),
    )


def turned_views(candidates: Candidates, rotation: np.ndarray) -> Candidates:
    """The same views, turned about the origin with the part."""
    return Candidates(rotation @ candidates.rotations, candidates.positions_mm @ rotation.T)
