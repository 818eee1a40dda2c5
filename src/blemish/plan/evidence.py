"""What each view adds to finding a defect on each sample, and the view that a plan lacks most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from blemish.arrays import PerPoint
from blemish.frames import Pose
from blemish.plan.camera import Camera
from blemish.plan.candidates import Candidates
from blemish.plan.finding import Finding
from blemish.plan.samples import Samples
from blemish.plan.visibility import Visibility
from blemish.sensitivity import evidence


def evidence_of(  # noqa: PLR0917
    samples: Samples,
    regions: Sequence[str],
    candidates: Candidates,
    visibility: Visibility,
    camera: Camera,
    finding: Finding,
) -> Any:
    """Give the evidence of each candidate's look at each sample that it inspects: ``csr_array`` (c, n), else 0."""
    from scipy.sparse import csr_array

    more = np.array([finding.sensitivity.of_region.get(name, 0.0) for name in regions])[samples.region]
    rows = [np.flatnonzero(visibility.sees(index)).astype(np.int32) for index in range(len(visibility))]
    values = [
        evidence(_look(samples, candidates.pose(index), camera, finding, seen, more[seen]))
        for index, seen in enumerate(rows)
    ]
    ends = np.cumsum([0, *map(len, rows)])
    shape = (len(rows), len(samples))
    return csr_array((np.concatenate(values), np.concatenate(rows), ends), shape=shape)


def _look(  # noqa: PLR0917
    samples: Samples, pose: Pose, camera: Camera, finding: Finding, seen: np.ndarray, more: PerPoint
) -> PerPoint:
    to_camera = pose.translation_mm - samples.positions_mm[seen]
    cosine = (to_camera * samples.normals[seen]).sum(axis=1) / np.linalg.norm(to_camera, axis=1)
    depth = -(to_camera @ pose.rotation[:, 2])
    size = np.full(len(seen), finding.size_mm)
    return finding.sensitivity.probability(size, cosine, camera.focal_length_px / depth, more)


@dataclass(frozen=True)
class Helpful:
    """A view that a plan lacks most."""

    world_from_camera: Pose
    gained: float
    """The share of the inspected area that it lifts to the wanted probability."""
    found: float
    """The share that the plan finds surely enough without it."""
    found_mean: float
    """The mean probability over the inspected area without it."""
    gained_mean: float
    """By how much it rises."""


def most_helpful(
    area_mm2: PerPoint, candidates: Candidates, each: Any, planned: Any, finding: Finding
) -> Helpful | None:
    """Give the candidate that lifts most area to the wanted probability, when added to a plan; ties by the mean.

    ``each`` is the evidence of the candidates (c, n), ``planned`` that of the plan's views (v, n). None where no
    candidate adds anything.
    """
    together, needed = finding.sensitivity.together, finding.needed * (1 - 1e-9)
    best_planned, all_planned = planned.max(axis=0).toarray().ravel(), np.asarray(planned.sum(axis=0)).ravel()
    has = together(best_planned, all_planned)
    total, enough, left = area_mm2.sum(), has >= needed, np.exp(-has)
    lifted, risen = np.zeros(len(candidates)), np.zeros(len(candidates))
    for index in range(len(candidates)):
        part = slice(each.indptr[index], each.indptr[index + 1])
        seen, adds = each.indices[part], each.data[part]
        has_then = together(np.maximum(best_planned[seen], adds), all_planned[seen] + adds)
        lifted[index] = area_mm2[seen[~enough[seen] & (has_then >= needed)]].sum() / total
        risen[index] = (area_mm2[seen] * (left[seen] - np.exp(-has_then))).sum() / total
    best = int(np.lexsort((risen, lifted))[-1]) if len(candidates) else 0
    if not len(candidates) or not risen[best]:
        return None
    return Helpful(
        world_from_camera=candidates.pose(best),
        gained=float(lifted[best]),
        found=float(area_mm2[enough].sum() / total),
        found_mean=float((area_mm2 * (1 - left)).sum() / total),
        gained_mean=float(risen[best]),
    )
