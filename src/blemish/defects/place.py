"""Placing: where on the part a defect goes.

Candidates are drawn by area on the allowed regions. A defect fits at one if nothing within its reach is a sharp edge or
another region, if the surface does not bend too much, if the wall is thick enough, and if no other defect is near.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from blemish.arrays import Vector
from blemish.defects.analytic import cross, dot
from blemish.defects.ground import Ground, candidate_at
from blemish.defects.kind import Kind, OnEdge, Spot, Trace
from blemish.defects.lay import lay_on_edge, lay_spot, lay_trace
from blemish.defects.settled import Laid, Misfit, Settled

TRIES = 200
"""Candidates that are looked at for one defect before it is said not to fit."""
THICKNESS_PER_DEPTH = 2.0
"""A wall must be at least this many times as thick as the defect is deep."""

NOWHERE_DENSE = Misfit("its map and its edges leave no surface")
"""What a density that is zero nearly everywhere gives."""


@dataclass(frozen=True)
class Asked:
    """What is asked for, in the words of messages: the number, name and meaning of one defect of one specimen."""

    specimen: str
    id: int
    kind: str
    label: str
    significant: bool
    regions: tuple[str, ...]


@dataclass(frozen=True)
class NoPlace:
    """That a defect was tried at many places and fits at none."""

    why: str
    """What was in the way most often."""
    told: str
    """All of it in words: what was asked for, what was in the way, what would have fitted, and the cure."""


def settle(
    ground: Ground, thing: Kind, asked: Asked, rng: np.random.Generator, others: Sequence[Settled]
) -> Settled | NoPlace:
    """Find a place for a defect, clear of the others, in at most ``TRIES`` tries; or say what would have fitted."""
    misfits = []
    for _ in range(TRIES):
        found = _try(ground, thing, asked, rng)
        if isinstance(found, Settled):
            if not any(found.overlaps(other) for other in others):
                return found
            found = Misfit("another defect is in the way")
        misfits.append(found)
        if found is NOWHERE_DENSE:
            break
    why = Counter(misfit.why for misfit in misfits).most_common(1)[0][0]
    return NoPlace(why, _no_room(thing, asked, misfits, len(others)))


def _try(ground: Ground, thing: Kind, asked: Asked, rng: np.random.Generator) -> Settled | Misfit:
    """Draw one candidate and place the defect there."""
    if isinstance(thing, OnEdge):
        if len(ground.sharp_edges) == 0:
            return Misfit("there is no sharp outward edge")
        on_edge = ground.draw_on_edge(rng)
        return NOWHERE_DENSE if on_edge is None else settle_on_edge(ground, thing, asked, *on_edge)
    found = ground.draw(rng)
    return NOWHERE_DENSE if found is None else settle_at(ground, thing, asked, *found)


def settle_at(ground: Ground, thing: Kind, asked: Asked, triangle: int, point: Vector) -> Settled | Misfit:
    """Place a spot or a trace at a point of a triangle, or say why it does not fit there."""
    if isinstance(thing, Trace):
        laid = lay_trace(ground, thing, candidate_at(ground.part, triangle, point, thing.orientation_deg))
    elif isinstance(thing, Spot):
        laid = lay_spot(ground, thing, candidate_at(ground.part, triangle, point, thing.orientation_deg))
    else:
        raise TypeError(f"{type(thing).__name__} is neither a spot nor a trace")
    return laid if isinstance(laid, Misfit) else _walled(ground, thing, asked, triangle, laid)


def settle_on_edge(ground: Ground, thing: OnEdge, asked: Asked, edge: int, point: Vector) -> Settled | Misfit:
    """Place a nick at a point of a sharp edge, or say why it does not fit there."""
    laid = lay_on_edge(ground, thing, edge, point)
    one, other = (int(side) for side in ground.topology.sides[edge])
    triangle = one if ground.allowed[one] else other
    return laid if isinstance(laid, Misfit) else _walled(ground, thing, asked, triangle, laid)


def _walled(ground: Ground, thing: Kind, asked: Asked, triangle: int, laid: Laid) -> Settled | Misfit:
    """Refuse a place where the wall is too thin."""
    wall = _wall_mm(ground, laid)
    needed = THICKNESS_PER_DEPTH * thing.deepest_mm
    if wall < needed:
        return Misfit("the wall is too thin", wall / needed)
    region = int(ground.part.region_of_triangle[triangle])
    return Settled(asked.id, asked.kind, asked.label, asked.significant, thing, region, laid)


def _wall_mm(ground: Ground, laid: Laid) -> float:
    """Give the least thickness of metal under some points of a spine; infinite if nothing is below."""
    some = np.linspace(0, len(laid.spine) - 1, min(5, len(laid.spine))).astype(int)
    points, normals = laid.spine[some], laid.normals[some]
    return min(_thickness_mm(ground, point, normal) for point, normal in zip(points, normals, strict=True))


def _thickness_mm(ground: Ground, point: Vector, normal: Vector) -> float:
    """Give the way from a point of the surface straight down to where it comes out (Moeller, Trumbore 1997)."""
    away = ground.topology.centroids - point
    below = np.flatnonzero(dot(away, away) - (away @ normal) ** 2 <= ground.topology.radii_mm**2)
    a, b, c = ground.part.vertices_mm[ground.part.triangles[below]].transpose(1, 0, 2)
    down = np.broadcast_to(-normal, a.shape)
    side, other = b - a, c - a
    over = cross(down, other)
    scale = dot(side, over)
    with np.errstate(divide="ignore", invalid="ignore"):
        offset = point - a
        first = dot(offset, over) / scale
        turned = cross(offset, side)
        second = dot(turned, down) / scale
        distance = dot(other, turned) / scale
        # Where a ray comes out of the metal it sees the back of a triangle.
        hit = (scale < 0) & (first >= 0) & (second >= 0) & (first + second <= 1) & (distance > 1e-4)
    return float(distance[hit].min(initial=np.inf))


def _no_room(thing: Kind, asked: Asked, misfits: Sequence[Misfit], placed: int) -> str:
    """Say that a defect finds no place: what was asked for, what was in the way, and what would have fitted."""
    reasons: dict[str, list[float]] = {}
    for misfit in misfits:
        reasons.setdefault(misfit.why, []).append(misfit.fits)
    told = []
    for why, fits in sorted(reasons.items(), key=lambda item: -len(item[1])):
        best = max(fits)
        most = f"at best {best:.0%} of its size would have fitted" if best > 0 else f"{placed} are there already"
        told.append(f"{why} {len(fits)} times ({most})")
    where = "the part" if "*" in asked.regions else ", ".join(asked.regions)
    return (
        f"specimen {asked.specimen}: {asked.label} finds no place on {where} in {TRIES} tries. It is "
        f"{_size(thing)}; {'; '.join(told)}. Make it smaller, ask for fewer, or allow more regions"
    )


def _size(thing: Kind) -> str:
    length = thing.length_mm if isinstance(thing, Trace) else 2 * thing.reach_mm
    if isinstance(thing, Spot):
        length += 2 * thing.half_spine_mm
    if isinstance(thing, OnEdge):
        length = 2 * thing.half_edge_mm
    size = f"{length:.3g} mm long and {2 * thing.reach_mm:.3g} mm wide with its rim"
    return f"{size}, and {thing.deepest_mm:.3g} mm deep" if thing.deepest_mm else size
