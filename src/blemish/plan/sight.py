"""What a view has in sight when nothing stands in the way: in its image, sharp, at an allowed angle, fine enough."""

from __future__ import annotations

import numpy as np

from blemish.arrays import PerPoint, Points
from blemish.frames import Pose
from blemish.plan.camera import Camera
from blemish.plan.candidates import Candidates
from blemish.plan.planning import Planning
from blemish.plan.samples import Blocks, Samples


class Sight:
    """Tells what views have in sight, and takes note of how far each sample came.

    Of a part much larger than an image a view shows little: samples far from all that it shows sharply are passed over,
    a block of neighbours at a time.
    """

    def __init__(self, samples: Samples, camera: Camera, planning: Planning) -> None:
        self.samples, self.focal_length_px, self.planning = samples, camera.focal_length_px, planning
        self.furthest = np.zeros(len(samples), dtype=np.uint8)
        """How many tests each sample has passed at the view where it passed most."""
        self.half_width = (camera.width_px / 2 - planning.border_px) / camera.focal_length_px
        self.half_height = (camera.height_px / 2 - planning.border_px) / camera.focal_length_px
        self.near_mm, self.far_mm = camera.sharp_depths_mm(planning.max_blur_px)
        self.blocks = Blocks(samples.positions_mm)

    def passed(self, rows: np.ndarray, tests: int) -> None:
        """Take note that some samples passed so many tests at one view."""
        np.maximum.at(self.furthest, rows, np.uint8(tests))

    def of(self, pose: Pose) -> np.ndarray:
        """Give the samples that a camera there would inspect if nothing stood in the way, int64."""
        rows, positions_mm = self.blocks.near(*self._sharp_ball(pose))
        within, z = self._within(positions_mm, pose)
        rows, z = rows[within], z[within]
        self.passed(rows, 1)

        sharp = (z >= self.near_mm) & (z <= self.far_mm)
        rows, z = rows[sharp], z[sharp]
        self.passed(rows, 2)

        to_camera = pose.translation_mm - self.samples.positions_mm[rows]
        cosine = (to_camera * self.samples.normals[rows]).sum(axis=1) / np.linalg.norm(to_camera, axis=1)
        allowed = cosine >= np.cos(np.deg2rad(self.planning.max_angle_deg))
        rows, z, cosine = rows[allowed], z[allowed], cosine[allowed]
        self.passed(rows, 3)

        # Slant compresses one direction by the cosine; off the axis, perspective only ever enlarges.
        rows = rows[self.focal_length_px / z * cosine >= self.planning.min_px_per_mm]
        self.passed(rows, 4)
        return rows

    def note_blurred(self, candidates: Candidates) -> None:
        """Take note of the samples that some image shows, but none sharply: they were passed over so far."""
        left = np.flatnonzero(self.furthest == 0)
        for candidate in range(len(candidates)):
            if not len(left):
                return
            within, _ = self._within(self.samples.positions_mm[left], candidates.pose(candidate))
            self.passed(left[within], 1)
            left = left[~within]

    def _within(self, positions_mm: Points, pose: Pose) -> tuple[np.ndarray, PerPoint]:
        """Tell which places an image shows, sharp or not, bool (r,), and how deep each lies before the camera."""
        x, y, z = pose.rotation.T @ positions_mm.T - (pose.rotation.T @ pose.translation_mm)[:, None]
        # Behind the camera z is negative and nothing is within the image.
        return (np.abs(x) <= self.half_width * z) & (np.abs(y) <= self.half_height * z), z

    def _sharp_ball(self, pose: Pose) -> tuple[np.ndarray, float]:
        """Give centre and radius of the ball around all that an image shows sharply."""
        if np.isinf(self.far_mm):
            return pose.translation_mm, np.inf
        slope = float(np.hypot(self.half_width, self.half_height))
        # As far from the corners of the nearest plane as from those of the farthest, if that lies between them.
        depth_mm = min((self.near_mm + self.far_mm) * (1 + slope**2) / 2, self.far_mm)
        radius_mm = float(np.hypot(self.far_mm - depth_mm, self.far_mm * slope))
        return pose.translation_mm + depth_mm * pose.rotation[:, 2], radius_mm
