"""Which candidate inspects which sample: a matrix of bits, and why what is never inspected is not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import UInt8

from blemish.frames import Pose
from blemish.plan.camera import Camera
from blemish.plan.candidates import Candidates, Caster
from blemish.plan.planning import Planning
from blemish.plan.samples import Samples

RAYS_AT_ONCE = 1_000_000
REASONS = ("never in an image", "too steep", "out of focus", "too coarse", "occluded")
"""What keeps a sample from being inspected; the index is the number of tests that it passed."""


@dataclass(frozen=True, eq=False)
class Visibility:
    """Candidates by samples: 20 000 x 1000 are 2.5 MB, because eight samples share a byte."""

    packed: UInt8[np.ndarray, "c b"]
    num_samples: int
    furthest: UInt8[np.ndarray, "n"]
    """How many tests each sample passed at the candidate that came nearest to inspecting it; 5 is all of them."""
    num_rays: int
    """How many rays were cast to find out."""

    def __len__(self) -> int:
        return len(self.packed)

    def sees(self, candidate: int) -> np.ndarray:
        """Tell which samples one candidate inspects, bool (n,)."""
        return np.unpackbits(self.packed[candidate], count=self.num_samples).view(bool)

    def dense(self) -> np.ndarray:
        """Give the matrix with one byte for each entry, bool (c, n)."""
        return np.unpackbits(self.packed, axis=1, count=self.num_samples).view(bool)

    def times_seen(self, candidates: Sequence[int] | None = None) -> np.ndarray:
        """Count by how many of the candidates (all, if none are named) each sample is inspected, int32 (n,)."""
        times = np.zeros(self.num_samples, dtype=np.int32)
        for candidate in range(len(self)) if candidates is None else candidates:
            times += self.sees(candidate)
        return times


def see(samples: Samples, candidates: Candidates, camera: Camera, planning: Planning, caster: Caster) -> Visibility:
    """Find out which candidate inspects which sample.

    The tests go from cheap to dear: in the image, at an allowed angle, sharp, fine enough, and only for what is left a
    ray to the lens. About a millisecond a candidate with 20 000 samples, plus the rays.
    """
    packed = np.zeros((len(candidates), (len(samples) + 7) // 8), dtype=np.uint8)
    furthest = np.zeros(len(samples), dtype=np.uint8)
    margin_mm = max(0.01, 1e-5 * float(np.linalg.norm(np.ptp(samples.positions_mm, axis=0))))
    waiting: list[tuple[int, np.ndarray]] = []
    num_rays = num_waiting = 0

    def cast() -> None:
        owner = np.concatenate([np.full(len(rows), candidate) for candidate, rows in waiting])
        rows = np.concatenate([rows for _, rows in waiting])
        hidden = caster.occluded(samples.positions_mm[rows], candidates.positions_mm[owner], margin_mm)
        furthest[rows[~hidden]] = len(REASONS)
        splits = np.cumsum([len(rows) for _, rows in waiting])[:-1]
        for (candidate, those), blocked in zip(waiting, np.split(hidden, splits), strict=True):
            row = np.zeros(len(samples), dtype=bool)
            row[those[~blocked]] = True
            packed[candidate] = np.packbits(row)
        waiting.clear()

    for candidate in range(len(candidates)):
        rows = _before_rays(samples, candidates.pose(candidate), camera, planning, furthest)
        waiting.append((candidate, rows))
        num_waiting += len(rows)
        num_rays += len(rows)
        if num_waiting >= RAYS_AT_ONCE or candidate == len(candidates) - 1:
            cast()
            num_waiting = 0
    return Visibility(packed, len(samples), furthest, num_rays)


def _before_rays(
    samples: Samples, pose: Pose, camera: Camera, planning: Planning, furthest: UInt8[np.ndarray, "n"]
) -> np.ndarray:
    """Give the samples that only a ray can still rule out at one pose; note in ``furthest`` how far each came."""
    position = pose.translation_mm
    local = (samples.positions_mm - position) @ pose.rotation
    rows = np.flatnonzero(local[:, 2] > 1e-6)
    pixels = camera.project(local[rows])
    low = planning.border_px
    high = np.array([camera.width_px, camera.height_px]) - planning.border_px
    rows = rows[((pixels >= low) & (pixels <= high)).all(axis=1)]
    _passed(furthest, rows, 1)

    to_camera = position - samples.positions_mm[rows]
    cosine = (to_camera * samples.normals[rows]).sum(axis=1) / np.linalg.norm(to_camera, axis=1)
    allowed = cosine >= np.cos(np.deg2rad(planning.max_angle_deg))
    rows, cosine = rows[allowed], cosine[allowed]
    _passed(furthest, rows, 2)

    depth = local[rows, 2]
    sharp = camera.blur_px(depth) <= planning.max_blur_px
    rows, cosine, depth = rows[sharp], cosine[sharp], depth[sharp]
    _passed(furthest, rows, 3)

    # Slant compresses one direction by the cosine; off the axis, perspective only ever enlarges.
    rows = rows[camera.focal_length_px / depth * cosine >= planning.min_px_per_mm]
    _passed(furthest, rows, 4)
    return rows


def _passed(furthest: UInt8[np.ndarray, "n"], rows: np.ndarray, tests: int) -> None:
    furthest[rows] = np.maximum(furthest[rows], tests)
