"""How far two datasets are from each other, beside how far two halves of one are.

Histograms are compared by the Jensen-Shannon distance (0: the same, 1: nothing in common; the square root of the
divergence in bits, Endres and Schindelin 2003) and by how far the mass has to be moved (Wasserstein's first distance),
in the quantity's own unit. Spectra are compared in decibels: the root mean square of the difference over the
frequencies, of levels and, with the mean difference taken out, of shapes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from blemish.stats.surface import GRADIENTS
from blemish.stats.tally import AREAS, CONTRASTS, ELONGATIONS, Tally


@dataclass(frozen=True)
class Difference:
    """One quantity of two datasets."""

    what: str
    unit: str
    """Of :attr:`moved`."""
    distance: float
    """Jensen-Shannon distance of the histograms, 0 to 1; nan where one has none, or where spectra are compared."""
    moved: float
    """How far the histogram's mass has to be moved, or how many decibels apart spectra are."""
    chance: float
    """The larger of what the halves of each dataset differ by, in the same unit as :attr:`moved`."""

    def __str__(self) -> str:
        distance = "" if np.isnan(self.distance) else f", Jensen-Shannon distance {self.distance:.3f}"
        return f"{self.what}: {self.moved:.3g} {self.unit} apart (halves of one: {self.chance:.2g}){distance}"


def compare(one: tuple[Tally, Tally], other: tuple[Tally, Tally]) -> list[Difference]:
    """Compare two datasets, each given as the tallies of its halves."""
    whole = (one[0] + one[1], other[0] + other[1])
    found = []
    for what, unit, name, places in _HISTOGRAMS:
        a, b = (getattr(tally, name) for tally in whole)
        halves = [moved(getattr(x, name), getattr(y, name), places) for x, y in (one, other)]
        found.append(Difference(what, unit, jensen_shannon(a, b), moved(a, b, places), _largest(halves)))
    for what, name, is_shape in _SPECTRA:
        level = _decibels(whole[0], whole[1], name, is_shape=is_shape)
        halves = [_decibels(x, y, name, is_shape=is_shape) for x, y in (one, other)]
        found.append(Difference(what, "dB", float("nan"), level, _largest(halves)))
    return found


def jensen_shannon(a: np.ndarray, b: np.ndarray) -> float:
    """Give the Jensen-Shannon distance of two histograms, 0 to 1; nan where one is empty."""
    if a.sum() == 0 or b.sum() == 0:
        return float("nan")
    p, q = a / a.sum(), b / b.sum()
    middle = (p + q) / 2
    divergence = sum((x[x > 0] * np.log2(x[x > 0] / middle[x > 0])).sum() for x in (p, q)) / 2
    return float(np.sqrt(max(divergence, 0)))


def moved(a: np.ndarray, b: np.ndarray, places: np.ndarray) -> float:
    """Give how far mass moves from one histogram to the other, in the unit of ``places``; nan where one is empty."""
    if a.sum() == 0 or b.sum() == 0:
        return float("nan")
    gap = np.abs(np.cumsum(a / a.sum()) - np.cumsum(b / b.sum()))[:-1]
    return float((gap * np.diff(places)).sum())


def median(histogram: np.ndarray, edges: np.ndarray) -> float:
    """Give the median of a histogram, between its bin's edges; nan where it is empty."""
    if histogram.sum() == 0:
        return float("nan")
    share = np.concatenate([[0], np.cumsum(histogram) / histogram.sum()])
    return float(np.interp(0.5, share, edges))


def _decibels(a: Tally, b: Tally, name: str, *, is_shape: bool) -> float:
    if a.windows == 0 or b.windows == 0:
        return float("nan")
    x, y = (10 * np.log10(getattr(tally, name) / tally.windows + 1e-12) for tally in (a, b))
    gap = (x - y)[1:] if name == "radial" else x - y
    return float(np.sqrt(((gap - gap.mean() * is_shape) ** 2).mean()))


def _largest(values: list[float]) -> float:
    known = [value for value in values if not np.isnan(value)]
    return max(known, default=float("nan"))


def _centres(edges: np.ndarray) -> np.ndarray:
    return (edges[1:] + edges[:-1]) / 2


_HISTOGRAMS = (
    ("grey levels of lit surface", "levels", "lit_grey", np.arange(256.0)),
    ("grey levels of all pixels", "levels", "grey", np.arange(256.0)),
    ("gradients of lit surface", "octaves", "gradient", np.log2(np.maximum(_centres(GRADIENTS), 5e-4))),
    ("areas of marks", "octaves", "area", np.log2(_centres(AREAS))),
    ("contrast of marks", "spreads", "contrast", _centres(CONTRASTS)),
    ("elongation of marks", "octaves", "elongation", np.log2(_centres(ELONGATIONS))),
)
_SPECTRA = (
    ("spectrum along the radius, level and shape", "radial", False),
    ("spectrum along the radius, shape alone", "radial", True),
    ("spectrum by direction, shape alone", "directional", True),
)
