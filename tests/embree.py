"""An independent ray caster with the same face as the engine's: Intel's Embree, through embreex."""

from __future__ import annotations

import numpy as np
from embreex.mesh_construction import TriangleMesh
from embreex.rtcore_scene import EmbreeScene


class Embree:
    """What planning asks of a ray caster, answered by another program."""

    def __init__(self, vertices_mm: np.ndarray, triangles: np.ndarray) -> None:
        self.scene = EmbreeScene()
        TriangleMesh(scene=self.scene, vertices=vertices_mm.astype(np.float32), indices=triangles.astype(np.int32))

    def first_hit(self, origins: np.ndarray, directions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        unit = directions / np.linalg.norm(directions, axis=1, keepdims=True)
        found = self.scene.run(origins.astype(np.float32), unit.astype(np.float32), query="INTERSECT", output=True)
        triangle = found["primID"].astype(np.int32)
        return triangle, np.where(triangle >= 0, found["tfar"].astype(np.float64), np.inf)

    def occluded(
        self,
        points: np.ndarray,
        targets: np.ndarray,
        margin_mm: float,
        *,
        point_of: np.ndarray | None = None,
        target_of: np.ndarray | None = None,
    ) -> np.ndarray:
        points = points if point_of is None else points[point_of]
        targets = targets if target_of is None else targets[target_of]
        points, targets = np.broadcast_arrays(points, targets)
        span = targets - points
        length = np.linalg.norm(span, axis=1)
        unit = span / length[:, None]
        _, distance = self.first_hit(points + margin_mm * unit, unit)
        return distance < length - 2 * margin_mm
