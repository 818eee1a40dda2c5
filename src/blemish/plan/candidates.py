"""Candidate viewpoints: what the sources propose, without doubles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float

from blemish.arrays import Points
from blemish.frames import Pose
from blemish.part.model import Part
from blemish.plan.camera import Camera
from blemish.plan.planning import Planning
from blemish.plan.samples import Samples, spread_out
from blemish.plan.sources import Offset, Sphere, Turntable, fibonacci_sphere
from blemish.seeds import stream

SAME_DIRECTION_DEG = 5.0
ANCHOR_TURN_DEG = 30.0


@runtime_checkable
class Caster(Protocol):
    """What planning asks of a ray caster; :class:`blemish.engine.rays.RayCaster` is one."""

    def first_hit(self, origins: Points, directions: Points) -> tuple[np.ndarray, np.ndarray]:
        """Give the first triangle along each ray (-1: none) and the distance to it in millimetres."""
        ...

    def occluded(
        self,
        points: Points,
        targets: Points,
        margin_mm: float,
        *,
        point_of: np.ndarray | None = None,
        target_of: np.ndarray | None = None,
    ) -> np.ndarray:
        """Tell whether anything stands between each point and its target, apart from ``margin_mm`` at the ends.

        Ray i goes from ``points[point_of[i]]`` to ``targets[target_of[i]]`` where these are given.
        """
        ...


@dataclass(frozen=True, eq=False)
class Candidates:
    """Camera poses: the columns of each rotation are the camera's right, down and forward in the world."""

    rotations: Float[np.ndarray, "c 3 3"]
    positions_mm: Float[np.ndarray, "c 3"]

    def __len__(self) -> int:
        return len(self.positions_mm)

    @property
    def forward(self) -> Float[np.ndarray, "c 3"]:
        """The lines of sight, unit vectors."""
        return self.rotations[:, :, 2]

    def pose(self, index: int) -> Pose:
        """Give ``world_from_camera`` of one candidate."""
        return Pose(self.rotations[index].copy(), self.positions_mm[index].copy())

    def take(self, which: np.ndarray) -> Candidates:
        """Give some of them, by mask or by indices."""
        return Candidates(self.rotations[which], self.positions_mm[which])

    @staticmethod
    def of(poses: list[Pose]) -> Candidates:
        """Collect single poses."""
        return Candidates(
            np.array([pose.rotation for pose in poses]).reshape(-1, 3, 3),
            np.array([pose.translation_mm for pose in poses]).reshape(-1, 3),
        )


def looking(eyes_mm: Points, targets_mm: Points) -> Candidates:
    """Give cameras at these places that look at those, the world's z axis upwards (y where they look along z)."""
    forward = targets_mm - eyes_mm
    forward = forward / np.linalg.norm(forward, axis=1, keepdims=True)
    right = np.cross(forward, [0.0, 0.0, 1.0])
    vertical = np.linalg.norm(right, axis=1) < 1e-3
    right[vertical] = np.cross(forward[vertical], [0.0, 1.0, 0.0])
    right /= np.linalg.norm(right, axis=1, keepdims=True)
    return Candidates(np.stack([right, np.cross(forward, right), forward], axis=2), eyes_mm)


def propose(
    part: Part, samples: Samples, camera: Camera, planning: Planning, *, caster: Caster, seed: int
) -> Candidates:
    """Give the proposals of every source; of views that are nearly the same only the first is kept."""
    spacing_mm = min(camera.field_of_view_mm) / 3
    eyes, targets = [], []
    for source in planning.candidates:
        if isinstance(source, Offset):
            eye, target = _over_surface(samples, camera, source, source.spacing_mm or spacing_mm, seed)
        elif isinstance(source, Sphere):
            eye, target = _on_sphere(part, camera, source, caster)
        else:
            eye, target = _on_turntable(part, camera, source, caster)
        eyes.append(eye)
        targets.append(target)
    proposed = looking(np.concatenate(eyes), np.concatenate(targets))
    alike = np.concatenate(
        [
            proposed.positions_mm / (spacing_mm / 4),
            proposed.forward / (2 * np.sin(np.deg2rad(SAME_DIRECTION_DEG) / 2)),
        ],
        axis=1,
    )
    return proposed.take(spread_out(alike, np.arange(len(proposed))))


def _over_surface(
    samples: Samples, camera: Camera, source: Offset, spacing_mm: float, seed: int
) -> tuple[Points, Points]:
    """Stand over points that are ``spacing_mm`` apart, or have normals well apart, along tilted normals."""
    rng = stream(seed, "plan", "candidates")
    turn = 2 * np.sin(np.deg2rad(ANCHOR_TURN_DEG) / 2)
    features = np.concatenate([samples.positions_mm / spacing_mm, samples.normals / turn], axis=1)
    anchors = spread_out(features, rng.permutation(len(samples)))
    normals = samples.normals[anchors]
    phase = rng.random(len(anchors)) * 2 * np.pi
    # A tangent frame over each point, made with the axis that is farthest from the normal.
    axis = np.eye(3)[np.abs(normals).argmin(axis=1)]
    tangent = np.cross(normals, axis)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    bitangent = np.cross(normals, tangent)
    directions = []
    for tilt in np.deg2rad(source.tilts_deg):
        for turn_index in range(source.turns if tilt > 0 else 1):
            angle = (phase + 2 * np.pi * turn_index / source.turns)[:, None]
            sideways = np.cos(angle) * tangent + np.sin(angle) * bitangent
            directions.append(np.cos(tilt) * normals + np.sin(tilt) * sideways)
    target = np.tile(samples.positions_mm[anchors], (len(directions), 1))
    return target + camera.working_distance_mm * np.concatenate(directions), target


def _towards(part: Part, camera: Camera, aims: Points, directions: Points, caster: Caster) -> tuple[Points, Points]:
    """Stand at the working distance from the first surface met on the way to each aim along -direction."""
    far = 2 * np.linalg.norm(part.size_mm) + 1.0
    start = aims + far * directions
    triangle, distance = caster.first_hit(start, -directions)
    distance = np.where(triangle >= 0, distance, far)  # Through a hole: then it is the aim that is in focus.
    met = start - distance[:, None] * directions
    return met + camera.working_distance_mm * directions, met


def _on_sphere(part: Part, camera: Camera, source: Sphere, caster: Caster) -> tuple[Points, Points]:
    directions = fibonacci_sphere(source.count)
    return _towards(part, camera, np.tile(part.centre_mm, (source.count, 1)), directions, caster)


def _on_turntable(part: Part, camera: Camera, source: Turntable, caster: Caster) -> tuple[Points, Points]:
    axis = np.array(source.axis) / np.linalg.norm(source.axis)
    across = np.cross(axis, np.eye(3)[np.abs(axis).argmin()])
    across /= np.linalg.norm(across)
    aside = np.cross(axis, across)
    along = (part.vertices_mm - part.centre_mm) @ axis
    heights = np.linspace(along.min(), along.max(), source.heights + 2)[1:-1]
    turns = 2 * np.pi * np.arange(source.steps) / source.steps
    height, elevation, turn = (
        grid.ravel()[:, None] for grid in np.meshgrid(heights, np.deg2rad(source.elevations_deg), turns, indexing="ij")
    )
    directions = np.cos(elevation) * (np.cos(turn) * across + np.sin(turn) * aside) + np.sin(elevation) * axis
    height = height + source.aim_mm + source.lead_mm * (turn / (2 * np.pi) - 0.5)
    return _towards(part, camera, part.centre_mm + height * axis, directions, caster)
