"""Effective coverage: how surely the plan *with this model* finds a defect of a size, wherever it may be.

A camera covers what it sees; a model covers what it finds. A view that looks at a patch at an angle with cosine c and
r pixels a millimetre finds a defect of size a with probability p(a, c, r) (:mod:`blemish.sensitivity`, fitted to all
sightings by :mod:`sensing`). What several looks find together lies between what the best of them finds and what
independent ones would, as the formula there says. A patch that no view looks at has P = 0, so effective coverage never
exceeds that of the camera.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from blemish.arrays import PerPoint
from blemish.sensitivity import Sensitivity, evidence

PerLook = Float[np.ndarray, "k"]
"""A number for each look."""


@dataclass(frozen=True, eq=False)
class Looks:
    """Who looks at which patch, and how: one row for each patch in each view that sees it."""

    patch: np.ndarray
    """Index of the patch, (k,)."""
    view: np.ndarray
    """Number of the view, (k,)."""
    cosine: PerLook
    """Cosine of the angle between line of sight and normal, (k,)."""
    px_per_mm: PerLook
    """Resolution on the surface, (k,)."""

    def more(self, sensitivity: Sensitivity, region: np.ndarray, names: Sequence[str]) -> PerLook:
        """Give ``of_region`` of each look, from the region of each patch."""
        of_region = np.array([sensitivity.of_region.get(name, 0.0) for name in names])
        return of_region[region[self.patch]]


def probabilities(
    looks: Looks, num_patches: int, sensitivity: Sensitivity, sizes_mm: Sequence[float], more: PerLook | float = 0.0
) -> Float[np.ndarray, "n s"]:
    """Give the probability that a defect of each size is found on each patch, (n, s); ``more`` as of a look."""
    sizes = [np.full(num_patches, np.log(size)) for size in sizes_mm]
    return np.stack([_at(looks, num_patches, sensitivity, size, more) for size in sizes], axis=1)


def combined(patch: np.ndarray, p: PerLook, num_patches: int, sensitivity: Sensitivity) -> PerPoint:
    """Give P of each patch from the p of each of its looks."""
    looks, best = evidence(p), np.zeros(num_patches)
    np.maximum.at(best, patch, looks)
    return -np.expm1(-sensitivity.together(best, np.bincount(patch, looks, num_patches)))


def smallest_found(  # noqa: PLR0917
    looks: Looks,
    num_patches: int,
    sensitivity: Sensitivity,
    probability: float,
    within_mm: tuple[float, float],
    more: PerLook | float = 0.0,
) -> PerPoint:
    """Give the smallest size that is found with a probability on each patch, in mm; infinite where none within is.

    P grows with the size, so the interval is halved until it is narrower than a thousandth of its end.
    """
    low, high = (np.full(num_patches, np.log(end)) for end in within_mm)
    found = _at(looks, num_patches, sensitivity, high, more) >= probability
    found_at_once = _at(looks, num_patches, sensitivity, low, more) >= probability
    while float((high - low).max(initial=0.0)) > 1e-3:
        middle = (low + high) / 2
        enough = _at(looks, num_patches, sensitivity, middle, more) >= probability
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    return np.where(found_at_once, within_mm[0], np.where(found, np.exp(high), np.inf))


def _at(
    looks: Looks, num_patches: int, sensitivity: Sensitivity, log_size: PerPoint, more: PerLook | float
) -> PerPoint:
    p = sensitivity.probability(np.exp(log_size)[looks.patch], looks.cosine, looks.px_per_mm, more)
    return combined(looks.patch, p, num_patches, sensitivity)


@dataclass(frozen=True)
class Covered:
    """Of one region (or all, ``*``): the share of its area that finds defects of a kind and size surely enough."""

    region: str
    kind: str
    size_mm: float
    probability: float
    """How surely they have to be found."""
    share: float
    seen: float
    """The share that any view looks at: the coverage of the camera."""

    def sentence(self) -> str:
        """Say it aloud."""
        where = "the part" if self.region == "*" else self.region
        return (
            f"{self.share:.0%} of {where} finds {_plural(self.kind)} of {self.size_mm:g} mm "
            f"with {self.probability:.0%} probability"
        )


def coverage_table(  # noqa: PLR0917  a surface and what is known of it
    area_mm2: PerPoint,
    region: np.ndarray,
    names: Sequence[str],
    looks: Looks,
    found: Float[np.ndarray, "n s"],
    kind: str,
    sizes_mm: Sequence[float],
    probability: float,
) -> list[Covered]:
    """Give the share of each region, and of all of them, that finds each size surely enough."""
    seen = np.bincount(looks.patch, minlength=len(area_mm2)) > 0
    places = [("*", np.ones(len(area_mm2), dtype=bool))]
    places += [(name, region == index) for index, name in enumerate(names) if (region == index).any()]
    rows = []
    for name, here in places:
        total = area_mm2[here].sum()
        for column, size in enumerate(sizes_mm):
            enough = here & (found[:, column] >= probability)
            share, looked = area_mm2[enough].sum() / total, area_mm2[here & seen].sum() / total
            rows.append(Covered(name, kind, float(size), probability, float(share), float(looked)))
    return rows


def _plural(kind: str) -> str:
    if kind.endswith("s"):
        return kind
    return f"{kind}es" if kind.endswith("ch") else f"{kind}s"
