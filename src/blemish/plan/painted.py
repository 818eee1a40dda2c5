"""A mesh cut so finely that each triangle can take the colour of the surface sample that is nearest to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from blemish.arrays import Points, Triangles
from blemish.plan.samples import Samples
from blemish.plan.visibility import REASONS

Colour = tuple[int, int, int]

PALETTE: tuple[Colour, ...] = (
    (107, 153, 199),
    (222, 158, 97),
    (140, 186, 122),
    (204, 184, 107),
    (168, 135, 189),
    (140, 184, 184),
    (205, 130, 140),
    (150, 150, 150),
)
COUNTS: tuple[Colour, ...] = ((214, 69, 65), (198, 219, 239), (107, 174, 214), (33, 113, 181), (8, 48, 107))
"""Never, once, twice, three times, four times or more."""
NEVER: Colour = (70, 60, 70)
"""What no view can inspect."""
PLAIN: Colour = (170, 172, 176)
"""What there is nothing to say of."""

MOST_TRIANGLES = 60_000
TURN = 0.5
"""What a turn of the normal by about 60 degrees is worth, in spacings: the other side of a thin wall is not near."""


@dataclass(frozen=True, eq=False)
class Painting:
    """A colour for each sample, and what the colours mean."""

    colours: np.ndarray
    """RGB, uint8 (n, 3)."""
    legend: tuple[tuple[str, Colour], ...]


def painted(index: np.ndarray, names: Sequence[str], colours: Sequence[Colour]) -> Painting:
    """Give each class of samples its colour; the legend has the classes that there are."""
    table = np.array([colours[i % len(colours)] for i in range(len(names))], dtype=np.uint8)
    red_green_blue = [tuple(int(value) for value in row) for row in table]
    return Painting(table[index], tuple((names[i], red_green_blue[i]) for i in np.unique(index)))


def by_count(times: np.ndarray, furthest: np.ndarray) -> Painting:
    """Colour by how many views inspect a sample; red is what another view could inspect."""
    names = ["by no view", "once", "twice", "3 times", "4 times or more", "no view can"]
    hopeless = (times == 0) & (furthest < len(REASONS))
    return painted(np.where(hopeless, 5, np.minimum(times, 4)), names, (*COUNTS, NEVER))


def by_reason(times: np.ndarray, furthest: np.ndarray) -> Painting:
    """Colour what is not inspected by the reason."""
    reason = np.where(times > 0, len(REASONS) + 1, furthest)
    return painted(reason, [*REASONS, "another view could", "inspected"], (*PALETTE[:6], COUNTS[0], PLAIN))


@dataclass(frozen=True, eq=False)
class Canvas:
    """Triangles to be coloured, and where their colours come from."""

    vertices_mm: Points
    triangles: Triangles
    sample: np.ndarray
    """The sample that each triangle shows; -1 where none is near: that surface is not inspected."""


def canvas(vertices_mm: Points, triangles: Triangles, samples: Samples, most: int = MOST_TRIANGLES) -> Canvas:
    """Cut a mesh down to the spacing of the samples, as far as ``most`` triangles allow, and give each its sample."""
    spacing = float(np.sqrt(np.median(samples.area_mm2)))
    corners = finely(vertices_mm[triangles], spacing, most)
    middle = corners.mean(axis=1)
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    length = np.linalg.norm(normal, axis=1, keepdims=True)
    normal = normal / np.maximum(length, 1e-30)
    reach = np.linalg.norm(corners - middle[:, None], axis=2).max(axis=1)

    from scipy.spatial import cKDTree

    def features(places: Points, normals: Points) -> np.ndarray:
        return np.concatenate([places, normals * (4 * spacing * TURN)], axis=1)

    tree = cKDTree(features(samples.positions_mm, samples.normals))
    distance, nearest = tree.query(features(middle, normal))
    fine = np.arange(3 * len(corners), dtype=np.int32).reshape(-1, 3)
    return Canvas(
        corners.reshape(-1, 3), fine, np.where(distance <= 4 * spacing + 2 * reach, nearest, -1).astype(np.int64)
    )


def finely(corners: np.ndarray, edge_mm: float, most: int) -> np.ndarray:
    """Halve the longest edges of triangles, (m, 3, 3), until none is over ``edge_mm`` or there are ``most`` of them.

    Triangles that share an edge need not share its new middle: the result is for looking at.
    """
    while len(corners) < most:
        edges = np.linalg.norm(np.roll(corners, -1, axis=1) - corners, axis=2)
        longest, length = edges.argmax(axis=1), edges.max(axis=1)
        room = most - len(corners)
        long = np.flatnonzero(length > edge_mm)
        if not len(long):
            break
        if len(long) > room:
            long = long[np.argsort(-length[long], kind="stable")[:room]]
        turn = (longest[long][:, None] + np.arange(3)) % 3
        a, b, c = (corners[long, turn[:, k]] for k in range(3))
        middle = (a + b) / 2
        whole = np.ones(len(corners), dtype=bool)
        whole[long] = False
        corners = np.concatenate([corners[whole], np.stack([a, middle, c], axis=1), np.stack([middle, b, c], axis=1)])
    return corners
