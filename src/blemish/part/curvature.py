"""How a part curves: one number a triangle, from the exact normals at its corners."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float64

from blemish.arrays import CornerNormals, Points, Triangles


def curvatures_per_mm(vertices_mm: Points, triangles: Triangles, normals: CornerNormals) -> Float64[np.ndarray, "m"]:
    """Give the divergence of the outward normal on each triangle, which is the sum of its principal curvatures.

    With l_i the barycentric coordinates, div n = sum of n_i . grad l_i: 1/R on a cylinder of radius R, 2/R on a ball,
    0 on a plane; negative where the metal is hollow, as in a bore. Exact on what is tessellated, whatever the size of
    its triangles; sharp edges between faces are no curvature. A triangle without an area gets 0.
    """
    a, b, c = vertices_mm[triangles].transpose(1, 0, 2)
    across = np.cross(b - a, c - a)
    square = (across**2).sum(axis=1)
    unit = across / np.where(square > 0, square, 1.0)[:, None]
    # grad l_i = n x (the edge opposite to i) / (2 area), with n the facet's unit normal.
    gradients = np.stack([np.cross(unit, edge) for edge in (c - b, a - c, b - a)], axis=1)
    return (normals * gradients).sum(axis=(1, 2))
