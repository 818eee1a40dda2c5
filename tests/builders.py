"""Small parts made of formulas, so that tests of one stage need no other."""

from __future__ import annotations

import numpy as np

from blemish.part.model import Part, Region, Surface


def box(size_mm: tuple[float, float, float] = (20.0, 20.0, 5.0)) -> Part:
    """A box standing on z = 0, centred in x and y: six planes; the top is region ``top``, the rest ``sides``."""
    half = np.array([size_mm[0] / 2, size_mm[1] / 2])
    corners = np.array([[x, y, z] for z in (0.0, size_mm[2]) for y in (-half[1], half[1]) for x in (-half[0], half[0])])
    quads = {  # outward, counter-clockwise
        (0, 0, -1): (0, 2, 3, 1),
        (0, 0, 1): (4, 5, 7, 6),
        (0, -1, 0): (0, 1, 5, 4),
        (0, 1, 0): (2, 6, 7, 3),
        (-1, 0, 0): (0, 4, 6, 2),
        (1, 0, 0): (1, 3, 7, 5),
    }
    triangles, normals, face, surfaces = [], [], [], []
    for index, (normal, (a, b, c, d)) in enumerate(quads.items()):
        triangles += [(a, b, c), (a, c, d)]
        normals += [[normal] * 3] * 2
        face += [index] * 2
        surfaces.append(Surface("plane", corners[a].copy(), np.array(normal, dtype=float)))
    return Part(
        name="box",
        digest="box",
        vertices_mm=corners,
        triangles=np.array(triangles, dtype=np.int32),
        normals=np.array(normals, dtype=np.float64),
        face=np.array(face, dtype=np.int32),
        surfaces=tuple(surfaces),
        regions=(Region("top", (1,)), Region("sides", (0, 2, 3, 4, 5))),
    )


def rod(radius_mm: float = 10.0, length_mm: float = 20.0, segments: int = 48) -> Part:
    """A cylinder along z from z = 0: region ``mantle`` and region ``ends``."""
    angle = np.arange(segments) * 2 * np.pi / segments
    rim = np.stack([np.cos(angle), np.sin(angle), np.zeros(segments)], axis=1)
    vertices = np.concatenate(
        [
            rim * radius_mm,
            rim * radius_mm + [0, 0, length_mm],
            [[0, 0, 0], [0, 0, length_mm]],
        ]
    )
    triangles, normals, face = [], [], []
    down, up = np.array([0, 0, -1.0]), np.array([0, 0, 1.0])
    for i in range(segments):
        j = (i + 1) % segments
        triangles += [(i, j, segments + j), (i, segments + j, segments + i)]
        normals += [[rim[i], rim[j], rim[j]], [rim[i], rim[j], rim[i]]]
        triangles += [(2 * segments, j, i), (2 * segments + 1, segments + i, segments + j)]
        normals += [[down] * 3, [up] * 3]
        face += [0, 0, 1, 2]
    return Part(
        name="rod",
        digest="rod",
        vertices_mm=vertices,
        triangles=np.array(triangles, dtype=np.int32),
        normals=np.array(normals, dtype=np.float64),
        face=np.array(face, dtype=np.int32),
        surfaces=(
            Surface("cylinder", np.zeros(3), up, radius_mm=radius_mm),
            Surface("plane", np.zeros(3), down),
            Surface("plane", np.array([0, 0, length_mm]), up),
        ),
        regions=(Region("mantle", (0,)), Region("ends", (1, 2))),
    )
