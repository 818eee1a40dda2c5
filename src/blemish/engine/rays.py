"""Casting rays at a mesh: what is hit first, and what is hidden.

Rays are traced in single precision. At 200 mm from the origin a coordinate is good to about 2e-5 mm, and so is a
distance: a ray that starts *on* the surface may hit the triangle that it starts from. Keep away from it: start a margin
above the surface (:meth:`RayCaster.occluded` does that at both ends), and take the margin well above 1e-4 mm and well
below the smallest shape that matters; 1e-3 to 1e-2 mm suits parts of centimetres.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from jaxtyping import Float, Integer

from blemish.arrays import Points, Triangles
from blemish.engine.memory import aligned
from blemish.engine.mesh import to_mitsuba, to_ray_scene
from blemish.engine.variant import start

Index = Integer[np.ndarray, "r"]

BATCH = 1 << 20
"""Rays in flight at a time: bounds the memory (about 100 MB) without slowing anything down."""


class RayCaster:
    """A mesh ready for ray casting, in the machine's fastest way; over ten million rays a second on two cores.

    Triangles are hit from both sides. A caster belongs to the process that made it.
    """

    def __init__(self, vertices_mm: Points, triangles: Triangles) -> None:
        start()
        self.num_triangles = len(triangles)
        self._scene: Any = to_ray_scene(to_mitsuba(np.asarray(vertices_mm), np.asarray(triangles)))

    def first_hit(self, origins: Points, directions: Points) -> tuple[np.ndarray, np.ndarray]:
        """Give the first triangle that each ray hits (int32, -1 for none) and how far it is (float64, inf for none).

        ``directions`` need not be of unit length; distances are millimetres along the ray whatever their length is.
        """
        import drjit as dr

        count = len(origins)
        triangle = np.full(count, -1, dtype=np.int32)
        distance = np.full(count, np.inf)
        lengths = np.linalg.norm(directions, axis=1, keepdims=True)
        directions = np.divide(directions, lengths, where=lengths > 0, out=np.zeros_like(directions, dtype=float))
        for part in _batches(count):
            found = self._scene.ray_intersect_preliminary(_rays(origins[part], directions[part]))
            is_hit = found.is_valid()
            index, along = dr.select(is_hit, found.prim_index, 0), dr.select(is_hit, found.t, dr.inf)
            dr.eval(is_hit, index, along)
            distance[part] = along.numpy()
            triangle[part] = np.where(is_hit.numpy(), index.numpy().astype(np.int32), -1)
        return triangle, distance

    def occluded(
        self,
        points: Float[np.ndarray, "p 3"],
        targets: Float[np.ndarray, "t 3"],
        margin_mm: float,
        *,
        point_of: Index | None = None,
        target_of: Index | None = None,
    ) -> np.ndarray:
        """Tell for each point whether something stands between it and its target, bool (n,).

        One point or one target may stand for all. The segment is shortened by ``margin_mm`` at both ends; if nothing
        remains of it, nothing stands between. With ``point_of`` or ``target_of``, integers (r,), ray i goes from point
        ``point_of[i]`` to target ``target_of[i]``: where few places make many rays this saves most of the time that is
        not tracing, because rays are then put together where they are traced. Rays that follow each other should be
        near each other: a candidate with all its points is twice as fast as the same rays in any order.
        """
        import drjit as dr

        begins, ends = _Places(points, point_of), _Places(targets, target_of)
        hidden = np.zeros(max(len(begins), len(ends)) if len(begins) and len(ends) else 0, dtype=bool)
        for part in _batches(len(hidden)):
            ray, is_long = _between(begins.at(part), ends.at(part), margin_mm)
            is_hit = self._scene.ray_test(ray, active=is_long) & is_long
            dr.eval(is_hit)
            hidden[part] = is_hit.numpy()
        return hidden


class _Places:
    """Points that rays begin or end at: one for each ray, one for all, or a few that rays name by their index."""

    def __init__(self, places: np.ndarray, index: np.ndarray | None) -> None:
        self.places, self.index = places, index
        self.table = _vectors(places) if index is not None or len(places) == 1 else None

    def __len__(self) -> int:
        return len(self.places if self.index is None else self.index)

    def at(self, part: slice) -> Any:
        import drjit as dr
        import mitsuba as mi

        if self.table is None:
            return _vectors(self.places[part])
        if self.index is None:
            return self.table
        return dr.gather(mi.Point3f, self.table, mi.UInt32(aligned(self.index[part], np.uint32)))


def _between(points: Any, targets: Any, margin_mm: float) -> tuple[Any, Any]:
    """Give the rays along the segments, shortened at both ends, and which of them have anything left."""
    import drjit as dr
    import mitsuba as mi

    span = mi.Vector3f(targets - points)
    length = dr.norm(span)
    # No ``dr.maximum``: LLVM may abort the process on it (``finish/arithmetic.py`` tells why).
    direction = span / dr.select(length > 1e-30, length, 1e-30)
    ray = mi.Ray3f(points + direction * margin_mm, direction)
    ray.maxt = length - 2 * margin_mm
    return ray, ray.maxt > 0  # What a ray test says of inactive rays is undefined.


def _batches(count: int) -> list[slice]:
    return [slice(begin, min(begin + BATCH, count)) for begin in range(0, count, BATCH)]


def _rays(origins: np.ndarray, directions: np.ndarray) -> Any:
    import mitsuba as mi

    return mi.Ray3f(_vectors(origins), mi.Vector3f(_vectors(directions)))


def _vectors(rows: np.ndarray) -> Any:
    import mitsuba as mi

    # Column by column: the length of an array of all three would be written into the compiled code.
    return mi.Point3f(*(mi.Float(aligned(column, np.float32)) for column in np.asarray(rows).T))
