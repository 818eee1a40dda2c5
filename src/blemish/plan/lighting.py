"""Which samples the ring light reaches, and which of them throw it into the lens: bright field and dark field.

A machined surface mirrors the ring at its average slope and spreads it over the slopes that its finish adds. Where the
mirrored line of sight meets the ring, or passes it by less than that spread, the camera sees the surface itself bright
and a defect as a disturbance of it (bright field). Elsewhere the surface stays dark and only a defect with the right
slope lights up (dark field).
"""

from __future__ import annotations

import numpy as np

from blemish.arrays import PerPoint, Points
from blemish.plan.light import RingLight


def mirrored(points: Points, normals: Points, light: RingLight) -> tuple[Points, PerPoint]:
    """Follow the line of sight of each point after a mirror there, to where it comes nearest to the ring.

    Points and normals (n, 3) are in the camera's frame. Gives the place on the ring (n, 3) and the angle in radians
    (n,) between the mirrored line and the line to that place; zero where it meets the ring.
    """
    view = -points / np.linalg.norm(points, axis=1, keepdims=True)
    mirror = 2 * (view * normals).sum(axis=1, keepdims=True) * normals - view
    towards = mirror[:, 2] < -1e-9
    steps = (light.offset_mm - points[:, 2]) / np.where(towards, mirror[:, 2], -1.0)
    # A line that never comes to the ring's plane passes the ring on the side that it points to.
    across = np.where(towards[:, None], points[:, :2] + steps[:, None] * mirror[:, :2], 1e9 * mirror[:, :2])
    radius = np.hypot(across[:, 0], across[:, 1])
    on_ring = np.clip(radius, light.inner_radius_mm, light.outer_radius_mm) / np.maximum(radius, 1e-9)
    across = np.where(radius[:, None] > 1e-9, across * on_ring[:, None], [light.inner_radius_mm, 0.0])
    place = np.concatenate([across, np.full((len(points), 1), light.offset_mm)], axis=1)
    line = place - points
    cosine = (line * mirror).sum(axis=1) / np.linalg.norm(line, axis=1)
    return place, np.arccos(np.clip(cosine, -1, 1))
