"""Where things are: one convention for cameras, poses and pixels, used everywhere.

* Lengths are millimetres, world axes are those of the CAD file, all frames are right-handed.
* A camera looks along its own **+z**; **x points right and y points down in the image** (as in OpenCV and COLMAP).
* ``world_from_camera`` turns coordinates in the camera's frame into the world's: ``p_world = R p_camera + t``.
  Names read like that from left to right, so that chains can be checked by eye.
* Pixel (0, 0) is the top left one; its centre is at (0.5, 0.5). The image spans [0, width] x [0, height].
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from blemish.arrays import Matrix, Points, Rotation, Vector


@dataclass(frozen=True, eq=False)
class Pose:
    """A rigid motion: a rotation matrix (3, 3) and a translation (3,) in millimetres."""

    rotation: Rotation
    translation_mm: Vector

    @staticmethod
    def from_matrix(matrix: Matrix) -> Pose:
        """Read a 4 x 4 homogeneous matrix in millimetres; ``ValueError`` if it is not a rigid motion."""
        matrix = np.asarray(matrix, dtype=np.float64)
        rotation = matrix[:3, :3]
        if not np.allclose(rotation @ rotation.T, np.eye(3), atol=1e-6) or np.linalg.det(rotation) < 0:
            raise ValueError(f"the upper left 3 x 3 block is no rotation: {rotation.tolist()}")
        if not np.allclose(matrix[3], [0, 0, 0, 1]):
            raise ValueError(f"the last row must be 0 0 0 1, not {matrix[3].tolist()}")
        return Pose(rotation.copy(), matrix[:3, 3].copy())

    def matrix(self) -> Matrix:
        """Give the 4 x 4 homogeneous matrix."""
        matrix = np.eye(4)
        matrix[:3, :3] = self.rotation
        matrix[:3, 3] = self.translation_mm
        return matrix

    def apply(self, points: Points) -> Points:
        """Move points."""
        return points @ self.rotation.T + self.translation_mm

    def turn(self, directions: Points) -> Points:
        """Turn directions; they have no place, so they are not moved."""
        return directions @ self.rotation.T

    def inverse(self) -> Pose:
        """Give the motion that undoes this one."""
        return Pose(self.rotation.T, -self.rotation.T @ self.translation_mm)

    def then(self, after: Pose) -> Pose:
        """Do this motion first, ``after`` second."""
        return Pose(after.rotation @ self.rotation, after.rotation @ self.translation_mm + after.translation_mm)


def look_at(eye_mm: Vector, target_mm: Vector, up: Vector | None = None) -> Pose:
    """Give ``world_from_camera`` of a camera at ``eye_mm`` that sees ``target_mm`` in its centre and ``up`` upwards.

    Without ``up``, or with one along the line of sight, the world axis farthest from that line serves (z first).
    """
    forward = np.asarray(target_mm, dtype=np.float64) - eye_mm
    distance = np.linalg.norm(forward)
    if distance < 1e-9:
        raise ValueError("a camera cannot look at the place where it stands")
    forward = forward / distance
    candidates = ([np.asarray(up, dtype=np.float64)] if up is not None else []) + [
        np.array([0.0, 0.0, 1.0]),
        np.array([0.0, 1.0, 0.0]),
    ]
    for candidate in candidates:
        right = np.cross(forward, candidate / np.linalg.norm(candidate))
        if np.linalg.norm(right) > 1e-3:
            break
    right /= np.linalg.norm(right)
    down = np.cross(forward, right)
    return Pose(np.stack([right, down, forward], axis=1), np.asarray(eye_mm, dtype=np.float64).copy())


def orthonormal(normal: Vector, hint: Vector | None = None) -> Rotation:
    """Give a right-handed frame as columns (tangent, bitangent, normal), its tangent as near to ``hint`` as can be."""
    z = np.asarray(normal, dtype=np.float64)
    z = z / np.linalg.norm(z)
    for candidate in ([np.asarray(hint, dtype=np.float64)] if hint is not None else []) + [*np.eye(3)]:
        x = candidate - z * (candidate @ z)
        if np.linalg.norm(x) > 0.1 * np.linalg.norm(candidate):
            break
    x = x / np.linalg.norm(x)
    return np.stack([x, np.cross(z, x), z], axis=1)
