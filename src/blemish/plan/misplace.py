"""Views as they turn out in the cell: the part lies a little off, the camera is not quite where the robot thinks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from blemish.arrays import Rotation, Vector
from blemish.frames import Pose
from blemish.plan.model import Viewpoint
from blemish.seeds import stream
from blemish.settings import NotNegative, settings


@settings
class Misplacement:
    """How precisely parts are laid down and the camera is calibrated, as standard deviations along or about each axis.

    Drawn from normal distributions that are cut at three deviations. Fixtures place to 0.05 - 0.5 mm and 0.05 - 0.5
    degrees, hand-eye calibrations reach 0.1 - 1 mm and 0.05 - 0.3 degrees.
    """

    placement_mm: NotNegative = 0.0
    """How far each part lies from where the plan expects it."""
    placement_deg: NotNegative = 0.0
    """How far each part is turned, about the centre of the part."""
    calibration_mm: NotNegative = 0.0
    """How far the camera is from where the robot's calibration puts it; the same for all parts and views."""
    calibration_deg: NotNegative = 0.0
    """How far the camera is turned from what the calibration says."""


@dataclass(frozen=True, eq=False)
class Misplaced:
    """What was drawn for one specimen: what is recorded beside its frames."""

    part_from_placed: Pose
    """Turns coordinates of the cell, in which the part lies askew, into those of the part."""
    assumed_from_camera: Pose
    """Turns coordinates of the real camera into those of the camera that the robot believes in."""

    def view(self, planned: Viewpoint) -> Viewpoint:
        """Give the viewpoint that a planned one turns out to be, seen from the part."""
        pose = self.assumed_from_camera.then(planned.world_from_camera).then(self.part_from_placed)
        return Viewpoint(planned.name, pose)


def misplace(errors: Misplacement, centre_mm: Vector, seed: int, specimen: str) -> Misplaced:
    """Draw how one specimen lies and how the camera is off; nothing is drawn twice, whatever the order of specimens."""
    placed = _small_motion(errors.placement_mm, errors.placement_deg, stream(seed, "plan", "placement", specimen))
    camera = _small_motion(errors.calibration_mm, errors.calibration_deg, stream(seed, "plan", "calibration"))
    about_centre = Pose(placed.rotation, centre_mm - placed.rotation @ centre_mm + placed.translation_mm)
    return Misplaced(about_centre.inverse(), camera)


def _small_motion(shift_mm: float, turn_deg: float, rng: np.random.Generator) -> Pose:
    draws = np.array([_cut_normal(rng) for _ in range(6)])
    return Pose(turn_about(np.deg2rad(turn_deg) * draws[:3]), shift_mm * draws[3:])


def _cut_normal(rng: np.random.Generator) -> float:
    while abs(value := float(rng.standard_normal())) > 3:
        pass
    return value


def turn_about(vector: Vector) -> Rotation:
    """Give the rotation about a vector by its length in radians (Rodrigues)."""
    angle = float(np.linalg.norm(vector))
    if angle < 1e-15:
        return np.eye(3)
    x, y, z = vector / angle
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross
