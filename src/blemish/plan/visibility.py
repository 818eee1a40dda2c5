"""Which candidate inspects which sample: a matrix of bits, and why what is never inspected is not.

A machined surface mirrors the light at its average slope and spreads it over the slopes that its finish adds. Where the
mirrored line of sight meets the light, or passes it by less than that spread, the camera sees the surface itself bright
and a defect as a disturbance of it (bright field). Elsewhere the surface stays dark and only a defect with the right
slope lights up (dark field).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, UInt8

from blemish.arrays import Points
from blemish.plan.camera import Camera
from blemish.plan.candidates import Candidates, Caster
from blemish.plan.light import Light
from blemish.plan.planning import Planning
from blemish.plan.samples import Samples
from blemish.plan.sight import Sight

Advance = Callable[[int, int, str], None]
"""Called with what is done, what there is in all, and a word about it."""

PAIRS_AT_ONCE = 500_000
REASONS = ("never in an image", "out of focus", "too steep", "too coarse", "occluded", "unlit")
"""What keeps a sample from being inspected; the index is the number of tests that it passed."""


@dataclass(frozen=True, eq=False)
class Visibility:
    """Candidates by samples: 20 000 x 1000 are 2.5 MB, because eight samples share a byte."""

    packed: UInt8[np.ndarray, "c b"]
    """Who inspects what."""
    bright: UInt8[np.ndarray, "c b"]
    """Who sees what lit, in a bright field."""
    num_samples: int
    furthest: UInt8[np.ndarray, "n"]
    """How many tests each sample passed at the candidate that came nearest to inspecting it; 6 is all of them."""
    num_rays: int
    """How many rays were cast to find out."""

    def __len__(self) -> int:
        return len(self.packed)

    def sees(self, candidate: int) -> np.ndarray:
        """Tell which samples one candidate inspects, bool (n,)."""
        return np.unpackbits(self.packed[candidate], count=self.num_samples).view(bool)

    def take(self, candidates: Sequence[int]) -> Visibility:
        """Give the rows of some candidates; how far each sample came stays what it was at all of them."""
        rows = np.array(candidates, dtype=np.int64)
        return Visibility(self.packed[rows], self.bright[rows], self.num_samples, self.furthest, self.num_rays)

    def dense(self) -> np.ndarray:
        """Give the matrix with one byte for each entry, bool (c, n)."""
        return np.unpackbits(self.packed, axis=1, count=self.num_samples).view(bool)

    def sparse(self, candidates: Sequence[int] | np.ndarray | None = None) -> Any:
        """Give the rows of some candidates (all, if none are named) as a ``scipy.sparse.csr_array`` of float ones."""
        from scipy.sparse import csr_array

        chosen = range(len(self)) if candidates is None else candidates
        columns = [np.flatnonzero(self.sees(int(candidate))).astype(np.int32) for candidate in chosen]
        ends = np.cumsum([0, *map(len, columns)], dtype=np.int32)
        shape = (len(columns), self.num_samples)
        return csr_array((np.ones(ends[-1]), np.concatenate(columns), ends), shape=shape)

    def times_seen(self, candidates: Sequence[int] | None = None, *, bright: bool = False) -> np.ndarray:
        """Count by how many of the candidates (all, if none are named) each sample is inspected, int32 (n,)."""
        times = np.zeros(self.num_samples, dtype=np.int32)
        for candidate in range(len(self)) if candidates is None else candidates:
            row = self.packed[candidate] & self.bright[candidate] if bright else self.packed[candidate]
            times += np.unpackbits(row, count=self.num_samples)
        return times

    @property
    def inspectable(self) -> np.ndarray:
        """Tell which samples some candidate inspects, bool (n,)."""
        return self.furthest == len(REASONS)


class _Tracer:
    """A ray caster that counts its rays and keeps away from the surface that they start on."""

    def __init__(self, caster: Caster, samples: Samples) -> None:
        self.caster = caster
        self.margin_mm = max(0.01, 1e-5 * float(np.linalg.norm(np.ptp(samples.positions_mm, axis=0))))
        self.num_rays = 0

    def hidden(self, pairs: _Pairs, place: Float[np.ndarray, "3"] | Float[np.ndarray, "p 3"]) -> np.ndarray:
        """Tell for which pairs something stands between the sample and a place in the camera's frame, bool (p,).

        The place is the same for all pairs, or there is one for each.
        """
        self.num_rays += len(pairs.rows)
        candidates, positions = pairs.candidates, pairs.samples.positions_mm
        if place.ndim == 1:
            places = candidates.positions_mm + candidates.rotations @ place
            return self.caster.occluded(positions, places, self.margin_mm, point_of=pairs.rows, target_of=pairs.owner)
        turned = (candidates.rotations[pairs.owner] @ place[:, :, None])[:, :, 0]
        targets = candidates.positions_mm[pairs.owner] + turned
        return self.caster.occluded(positions, targets, self.margin_mm, point_of=pairs.rows)


@dataclass(frozen=True, eq=False)
class _Pairs:
    """Pairs of a candidate (``owner``) and a sample (``rows``) that are still in question."""

    samples: Samples
    candidates: Candidates
    owner: np.ndarray
    rows: np.ndarray

    def where(self, chosen: np.ndarray) -> _Pairs:
        return _Pairs(self.samples, self.candidates, self.owner[chosen], self.rows[chosen])

    def local(self) -> tuple[Points, Points]:
        """Give positions and normals of the samples in their candidate's camera frame."""
        rotations = self.candidates.rotations[self.owner]
        offsets = self.samples.positions_mm[self.rows] - self.candidates.positions_mm[self.owner]
        normals = self.samples.normals[self.rows]
        return (offsets[:, None] @ rotations)[:, 0], (normals[:, None] @ rotations)[:, 0]


def see(
    samples: Samples,
    candidates: Candidates,
    camera: Camera,
    light: Light,
    planning: Planning,
    *,
    caster: Caster,
    advance: Advance = lambda _done, _total, _note: None,
) -> Visibility:
    """Find out which candidate inspects which sample.

    The tests go from cheap to dear: in the image, sharp, at an allowed angle, fine enough, and only for what is left
    rays to the lens and to the light. Half a millisecond a candidate with 20 000 samples in sight, plus the rays.
    ``advance`` is told how many candidates are done, and how many there are.
    """
    sight = Sight(samples, camera, planning)
    packed = np.zeros((len(candidates), (len(samples) + 7) // 8), dtype=np.uint8)
    bright = np.zeros_like(packed)
    tracer = _Tracer(caster, samples)
    for done, candidate_pairs in _before_rays(samples, candidates, sight):
        pairs = candidate_pairs.where(~tracer.hidden(candidate_pairs, np.zeros(3)))
        sight.passed(pairs.rows, 5)
        pairs = pairs.where(_lit(pairs, light, tracer))
        is_bright = _bright(pairs, light, planning.lobe_deg, tracer)
        _set_bits(bright, pairs.where(is_bright))
        if planning.lighting != "any":
            pairs = pairs.where(is_bright if planning.lighting == "bright" else ~is_bright)
        sight.passed(pairs.rows, len(REASONS))
        _set_bits(packed, pairs)
        advance(done, len(candidates), "")
    sight.note_blurred(candidates)
    return Visibility(packed, bright, len(samples), sight.furthest, tracer.num_rays)


def _before_rays(samples: Samples, candidates: Candidates, sight: Sight) -> Iterator[tuple[int, _Pairs]]:
    """Give, in batches, the pairs that only rays can still rule out, and how many candidates are through with it."""
    owner: list[np.ndarray] = []
    rows: list[np.ndarray] = []
    count = 0
    for candidate in range(len(candidates)):
        seen = sight.of(candidates.pose(candidate))
        owner.append(np.full(len(seen), candidate))
        rows.append(seen)
        count += len(seen)
        if count >= PAIRS_AT_ONCE or candidate == len(candidates) - 1:
            yield candidate + 1, _Pairs(samples, candidates, np.concatenate(owner), np.concatenate(rows))
            owner, rows, count = [], [], 0


def _lit(pairs: _Pairs, light: Light, tracer: _Tracer) -> np.ndarray:
    """Tell for which pairs at least one of the light's points shines on the sample, bool (p,)."""
    lit = np.zeros(len(pairs.rows), dtype=bool)
    for place in light.points():
        dark = np.flatnonzero(~lit)
        if len(dark):
            lit[dark] = ~tracer.hidden(pairs.where(dark), place)
    return lit


def _bright(pairs: _Pairs, light: Light, lobe_deg: float, tracer: _Tracer) -> np.ndarray:
    """Tell for which pairs the finish throws the light into the lens, bool (p,)."""
    place, angle = light.mirrored(*pairs.local())
    bright = np.flatnonzero(angle <= 2 * np.deg2rad(lobe_deg))  # A slope turns what is mirrored by twice itself.
    is_bright = np.zeros(len(pairs.rows), dtype=bool)
    is_bright[bright] = ~tracer.hidden(pairs.where(bright), place[bright])
    return is_bright


def _set_bits(packed: UInt8[np.ndarray, "c b"], pairs: _Pairs) -> None:
    np.bitwise_or.at(packed, (pairs.owner, pairs.rows // 8), (128 >> pairs.rows % 8).astype(np.uint8))
