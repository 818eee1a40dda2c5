"""A picture of a mesh without a renderer: points scattered evenly over its surface, the nearest in each pixel wins.

Right about what hides what, at any number of triangles, in a fraction of a second; enough for maps on a part.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from blemish.arrays import Points, Rotation, Triangles

POINTS_A_PIXEL = 6.0
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
    back = np.array(towards_viewer, dtype=float)
    back /= np.linalg.norm(back)
    up_hint = np.array([0.0, 0.0, 1.0]) if abs(back[2]) < 0.95 else np.array([0.0, 1.0, 0.0])
    right = np.cross(up_hint, back)
    right /= np.linalg.norm(right)
    axes = np.stack([right, np.cross(back, right), back])

    corners = vertices_mm[triangles]
    cross = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    doubled = np.linalg.norm(cross, axis=1)
    normals = cross / np.maximum(doubled, 1e-12)[:, None]
    facing = normals @ back

    seen = vertices_mm @ axes.T
    low, high = seen[:, :2].min(axis=0), seen[:, :2].max(axis=0)
    middle, half = (low + high) / 2, 0.52 * (high - low).max()
    extent = (middle[0] - half, middle[0] + half, middle[1] - half, middle[1] + half)

    # As many points as give each visible pixel several, spread evenly by projected area and then by the R2 sequence.
    fine = FINER * size
    weight = np.cumsum(np.where(facing > 0, doubled * facing, 0))
    count = int(POINTS_A_PIXEL * weight[-1] / 2 / (2 * half / fine) ** 2)
    index = np.arange(count)
    owner = np.searchsorted(weight, (index + 0.5) * (weight[-1] / count))
    u, v = (0.5 + index * 0.7548776662466927) % 1, (0.5 + index * 0.5698402909980532) % 1
    fold = u + v > 1
    u, v = np.where(fold, 1 - u, u), np.where(fold, 1 - v, v)
    at = corners[owner, 0] + u[:, None] * (corners[owner, 1] - corners[owner, 0])
    at = (at + v[:, None] * (corners[owner, 2] - corners[owner, 0])) @ axes.T

    column = np.clip(((at[:, 0] - extent[0]) / (2 * half) * fine).astype(int), 0, fine - 1)
    row = np.clip(((extent[3] - at[:, 1]) / (2 * half) * fine).astype(int), 0, fine - 1)
    nearest_last = np.argsort(at[:, 2])
    image = np.zeros((fine, fine, 4))
    shaded = colours[owner] * (0.25 + 0.75 * facing[owner, None])
    image[row[nearest_last], column[nearest_last], :3] = shaded[nearest_last]
    image[row, column, 3] = 1
    return Splat(_average(image, FINER), extent, axes)


def _average(image: np.ndarray, factor: int) -> np.ndarray:
    """Average blocks of pixels; a colour counts as far as its pixel is filled."""
    size = len(image) // factor
    blocks = image.reshape(size, factor, size, factor, 4)
    alpha = blocks[..., 3].mean(axis=(1, 3))
    colour = blocks[..., :3].sum(axis=(1, 3)) / np.maximum(alpha * factor**2, 1e-9)[..., None]
    return np.dstack([colour, np.where(alpha > 0.7, 1.0, alpha)])
