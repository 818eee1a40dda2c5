"""Records of detection that are drawn from curves that are known, and a small dataset with scores to go with it."""

from __future__ import annotations

import numpy as np
from scipy import special

from blemish.evaluate.objects import ObjectRule
from blemish.inspect.sightings import FRAME, ROW, Sightings

RISE, MIDDLE = 1.5, 0.3
A50 = float(np.exp(-MIDDLE / RISE))
A90 = float(np.exp((special.ndtri(0.9) - MIDDLE) / RISE))
"""Of POD(a) = Phi(0.3 + 1.5 ln a)."""


def looks(
    rng: np.random.Generator, defects: int, views: int = 1, shared: float = 0.0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sizes, findings and defect numbers of defects in views; ``shared`` is what all looks at one have in common."""
    which = np.repeat(np.arange(defects), views)
    size = np.exp(rng.uniform(-1.5, 1.5, defects))[which]
    eta = np.hypot(1, shared) * (MIDDLE + RISE * np.log(size))
    found = eta + shared * rng.normal(size=defects)[which] + rng.normal(size=len(which)) > 0
    return size, found, which


def sightings(rng: np.random.Generator, defects: int, views: int, *, kind: str = "dent") -> Sightings:
    """Sightings whose log-odds are -6 + 3 ln(diameter) + 4 cosine + 1 ln(px_per_mm), 10 defects a specimen."""
    which = np.repeat(np.arange(defects), views)
    rows = np.zeros(len(which), ROW)
    rows["diameter_mm"] = np.exp(rng.uniform(-1, 1.5, defects))[which]
    rows["cosine"], rows["px_per_mm"] = rng.uniform(0.2, 1, len(which)), np.exp(rng.uniform(2, 3.5, len(which)))
    eta = -6 + 3 * np.log(rows["diameter_mm"]) + 4 * rows["cosine"] + np.log(rows["px_per_mm"])
    rows["signal"] = eta + rng.logistic(size=len(which))
    rows["found"] = rows["signal"] >= 0
    rows["specimen"] = [f"d{number // 10:03d}" for number in which]
    rows["id"], rows["kind"] = which % 10 + 1, kind
    rows["view"] = [f"v{number % views:03d}" for number in range(len(which))]
    rows["region"], rows["finish"] = "turned", "turned"
    for name in ("width_mm", "depth_mm", "length_mm", "contrast", "detectability"):
        rows[name] = np.nan
    return Sightings(rows, frames(np.zeros(10), 100.0), 0.5, ObjectRule())


def frames(false_calls: np.ndarray, area_mm2: float = np.nan, each: int = 1) -> np.ndarray:
    """Frames with these false calls, ``each`` a specimen."""
    table = np.zeros(len(false_calls), FRAME)
    table["specimen"] = [f"c{number // each:03d}" for number in range(len(false_calls))]
    table["false_calls"], table["area_mm2"] = false_calls, area_mm2
    return table
