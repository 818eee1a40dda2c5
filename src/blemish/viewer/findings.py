"""What was called defective on the part, as objects: touching patches are one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from blemish.arrays import Points
from blemish.plan.samples import Samples
from blemish.viewer.draft import Draft
from blemish.viewer.inspected import Inspected, Result

NEAR = 1.7
"""Patches no further apart than this many spacings touch."""
FLAT = 0.3
"""Cosine between the normals of touching patches: the other side of a thin wall does not touch."""


@dataclass(frozen=True)
class Finding:
    """One object on the part."""

    number: int
    """Counted from 1, the strongest evidence first."""
    place_mm: tuple[float, float, float]
    normal: tuple[float, float, float]
    region: str
    area_mm2: float
    views: int
    """The most views that saw one of its patches."""
    evidence: float
    """The strongest evidence in it, log-odds."""
    true: bool
    """Whether it touches a significant defect."""

    @property
    def in_short(self) -> str:
        """Its line in a list."""
        return f"{self.number}: {self.region}, {self.area_mm2:.3g} mm2, {self.views} view{'s' * (self.views != 1)}"


def findings_of(inspected: Inspected, result: Result) -> tuple[Finding, ...]:
    """Gather the patches that are called into objects."""
    patches, called = inspected.patches, np.flatnonzero(result.called)
    if not len(called):
        return ()
    label = _touching(patches.positions_mm[called], patches.normals[called], patches.area_mm2)
    strength = np.nan_to_num(result.evidence, nan=-np.inf)
    groups = [called[label == one] for one in range(label.max() + 1)]
    groups.sort(key=lambda group: -strength[group].max())
    return tuple(_finding(number, group, inspected, result) for number, group in enumerate(groups, 1))


def views_of(draft: Draft, finding: Finding) -> tuple[str, ...]:
    """Name the views that inspect the place of a finding, the steepest look first."""
    nearest = _nearest(draft.bench.samples, np.array(finding.place_mm), np.array(finding.normal))
    seeing = [sight for sight in draft.sights if sight.seen[nearest]]
    return tuple(sight.view.name for sight in sorted(seeing, key=lambda sight: sight.angle_deg[nearest]))


def in_words(finding: Finding, draft: Draft) -> str:
    """Say where a finding is and who sees it, as Markdown."""
    x, y, z = finding.place_mm
    names = views_of(draft, finding)
    seen = f"inspected by {', '.join(names)}" if names else "no view of this plan inspects its middle"
    return (
        f"**{finding.number}** on *{finding.region}* at ({x:.1f}, {y:.1f}, {z:.1f}) mm: {finding.area_mm2:.3g} mm2, "
        f"{'a true defect' if finding.true else 'a **false call**'}, log-odds {finding.evidence:.1f}; {seen}."
    )


def summary(inspected: Inspected, result: Result, findings: tuple[Finding, ...]) -> str:
    """Say how much of a specimen was seen, called and rightly so, as Markdown."""
    area, seen = inspected.patches.area_mm2, result.views > 0
    false = sum(not finding.true for finding in findings)
    true = result.truth > 0
    found = area[true & result.called].sum() / area[true].sum() if true.any() else 1.0
    told = f"{found:.0%} of the defective area is called" if true.any() else "there is no defect"
    return (
        f"**{len(findings)} objects** found on the part, {false} of them false calls; {told}; "
        f"{area[seen].sum() / area.sum():.1%} of the surface was seen."
    )


def _touching(places: Points, normals: Points, area_mm2: np.ndarray) -> np.ndarray:
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import cKDTree

    near = cKDTree(places).query_pairs(NEAR * float(np.sqrt(np.median(area_mm2))), output_type="ndarray")
    near = near[(normals[near[:, 0]] * normals[near[:, 1]]).sum(axis=1) > FLAT]
    graph = coo_array((np.ones(len(near)), (near[:, 0], near[:, 1])), shape=(len(places), len(places)))
    return np.asarray(connected_components(graph, directed=False)[1])


def _finding(number: int, group: np.ndarray, inspected: Inspected, result: Result) -> Finding:
    patches = inspected.patches
    area = patches.area_mm2[group]
    middle = np.average(patches.positions_mm[group], axis=0, weights=area)
    at = group[np.linalg.norm(patches.positions_mm[group] - middle, axis=1).argmin()]
    region = np.bincount(patches.region[group], weights=area).argmax()
    (x, y, z), (a, b, c) = patches.positions_mm[at].tolist(), patches.normals[at].tolist()
    return Finding(
        number,
        (x, y, z),
        (a, b, c),
        inspected.regions[region],
        float(area.sum()),
        int(result.views[group].max()),
        float(np.nanmax(result.evidence[group])) if np.isfinite(result.evidence[group]).any() else float("nan"),
        bool((result.truth[group] > 0).any()),
    )


def _nearest(samples: Samples, place: np.ndarray, normal: np.ndarray) -> int:
    distance = np.linalg.norm(samples.positions_mm - place, axis=1)
    distance[samples.normals @ normal < FLAT] += 1e6
    return int(distance.argmin())
