"""A picture of a mesh without a renderer: points scattered evenly over its surface, the nearest in each pixel wins.

Right about what hides what, at any number of triangles, in a fraction of a second; enough for maps on a part.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from blemish.arrays import PerPoint, Points, Rotation, Triangles

POINTS_A_PIXEL = 6.0
SEEDS_A_PIXEL = 1.8
"""The same on discs, where they are spread evenly and overlap."""
OVERLAP = 1.3
"""How much larger than its patch a disc is drawn: patches are no discs."""
FINER = 2
"""Points fall into a grid this much finer than the picture, which is then averaged: smooth edges and no pinholes."""


@dataclass(frozen=True, eq=False)
class Splat:
    """A picture and how world coordinates fall into it (orthographic)."""

    image: np.ndarray
    """RGBA in [0, 1], (size, size, 4); transparent where nothing is."""
    extent_mm: tuple[float, float, float, float]
    """Left, right, bottom, top of the picture in the view's own axes."""
    axes: Rotation
    """Rows: the view's right, up and towards-the-viewer directions in the world."""

    def place(self, points: Points) -> np.ndarray:
        """Give where world points fall in the picture, (n, 2) in the view's millimetres."""
        return points @ self.axes[:2].T


def splat(
    vertices_mm: Points,
    triangles: Triangles,
    colours: np.ndarray,
    towards_viewer: tuple[float, float, float],
    size: int,
) -> Splat:
    """Draw a mesh whose triangles have ``colours`` (m, 3), seen from ``towards_viewer``, shaded as by a headlight."""
    axes = _axes(towards_viewer)
    back = axes[2]
    corners = vertices_mm[triangles]
    cross = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    doubled = np.linalg.norm(cross, axis=1)
    normals = cross / np.maximum(doubled, 1e-12)[:, None]
    facing = normals @ back

    extent = _extent(vertices_mm @ axes.T)
    half = (extent[1] - extent[0]) / 2

    # As many points as give each visible pixel several, spread evenly by projected area and then by the R2 sequence.
    fine = FINER * size
    weight = np.cumsum(np.where(facing > 0, doubled * facing, 0))
    count = int(POINTS_A_PIXEL * weight[-1] / 2 / (2 * half / fine) ** 2)
    ends = np.floor(weight * (count / weight[-1]) + 0.5).astype(np.int64) if count else np.zeros(len(weight), np.int64)
    owner = np.repeat(np.arange(len(triangles)), np.diff(ends, prepend=0))
    index = np.arange(len(owner))
    u, v = (0.5 + index * 0.7548776662466927) % 1, (0.5 + index * 0.5698402909980532) % 1
    fold = u + v > 1
    u[fold], v[fold] = 1 - u[fold], 1 - v[fold]
    first, one, other = corners[:, 0] @ axes.T, corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    one, other = one @ axes.T, other @ axes.T
    at = [first[owner, k] + u * one[owner, k] + v * other[owner, k] for k in range(3)]
    return Splat(_drawn(at, owner, colours * _lit(facing), extent, fine), extent, axes)


def splat_discs(  # noqa: PLR0917  a surface and how it is looked at
    centres_mm: Points,
    normals: Points,
    area_mm2: PerPoint,
    colours: np.ndarray,
    towards_viewer: tuple[float, float, float],
    size: int,
) -> Splat:
    """Draw a surface that is known as patches, each a disc of its own area and a little more, with ``colours`` (n, 3).

    Discs that turn away from the viewer are not drawn.
    """
    axes = _axes(towards_viewer)
    facing = normals @ axes[2]
    extent = _extent(centres_mm @ axes.T)
    fine = FINER * size
    pixel_mm = (extent[1] - extent[0]) / fine
    front = np.flatnonzero(facing > 0)
    radius = OVERLAP * np.sqrt(area_mm2[front] / np.pi)
    # The seeds of a sunflower, as dense everywhere: as many on each disc as its area in the picture asks for.
    count = np.ceil(SEEDS_A_PIXEL * np.pi * (radius / pixel_mm) ** 2 * np.maximum(facing[front], 0.1)).astype(np.int64)
    owner = np.repeat(np.arange(len(front)), count)
    index = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
    reach, turn = radius[owner] * np.sqrt((index + 0.5) / count[owner]), index * 2.399963229728653
    across = np.cross(normals[front], axes[np.abs(normals[front] @ axes.T).argmin(axis=1)])
    across /= np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-12)
    along = np.cross(normals[front], across)
    at = centres_mm[front][owner] + (reach * np.cos(turn))[:, None] * across[owner]
    at = (at + (reach * np.sin(turn))[:, None] * along[owner]) @ axes.T
    # Where discs overlap the nearer middle shows, so that patches keep their shapes.
    at[:, 2] -= 0.1 * reach
    return Splat(_drawn(at.T, owner, colours[front] * _lit(facing[front]), extent, fine), extent, axes)


def _axes(towards_viewer: tuple[float, float, float]) -> Rotation:
    back = np.array(towards_viewer, dtype=float)
    back /= np.linalg.norm(back)
    up_hint = np.array([0.0, 0.0, 1.0]) if abs(back[2]) < 0.95 else np.array([0.0, 1.0, 0.0])
    right = np.cross(up_hint, back)
    right /= np.linalg.norm(right)
    return np.stack([right, np.cross(back, right), back])


def _extent(seen: Points) -> tuple[float, float, float, float]:
    """Give the square around all points, with a little room."""
    low, high = seen[:, :2].min(axis=0), seen[:, :2].max(axis=0)
    middle, half = (low + high) / 2, 0.52 * (high - low).max()
    left, right, bottom, top = middle[0] - half, middle[0] + half, middle[1] - half, middle[1] + half
    return float(left), float(right), float(bottom), float(top)


def _lit(facing: np.ndarray) -> np.ndarray:
    """Give how bright a headlight makes a surface, (n, 1)."""
    return 0.25 + 0.75 * facing[:, None]


def _drawn(
    at: Sequence[PerPoint] | np.ndarray,
    owner: np.ndarray,
    shaded: np.ndarray,
    extent: tuple[float, float, float, float],
    fine: int,
) -> np.ndarray:
    """Let points (in the view's axes) fall into a grid of ``fine`` by ``fine`` where the nearest shows; average it.

    ``owner`` says which row of ``shaded`` each point has its colour from. Nothing is sorted, which would cost most.
    """
    side = extent[1] - extent[0]
    column = np.clip(((at[0] - extent[0]) / side * fine).astype(np.int32), 0, fine - 1)
    row = np.clip(((extent[3] - at[1]) / side * fine).astype(np.int32), 0, fine - 1)
    pixel = row * np.int32(fine) + column
    nearest = np.full(fine * fine, -np.inf)
    np.maximum.at(nearest, pixel, at[2])
    shown = np.flatnonzero(at[2] == nearest[pixel])
    image = np.zeros((fine * fine, 4))
    image[pixel[shown], :3] = shaded[owner[shown]]
    image[pixel[shown], 3] = 1
    return _average(image.reshape(fine, fine, 4), FINER)


def _average(image: np.ndarray, factor: int) -> np.ndarray:
    """Average blocks of pixels; a colour counts as far as its pixel is filled."""
    size = len(image) // factor
    blocks = image.reshape(size, factor, size, factor, 4)
    alpha = blocks[..., 3].mean(axis=(1, 3))
    colour = blocks[..., :3].sum(axis=(1, 3)) / np.maximum(alpha * factor**2, 1e-9)[..., None]
    return np.dstack([colour, np.where(alpha > 0.7, 1.0, alpha)])
