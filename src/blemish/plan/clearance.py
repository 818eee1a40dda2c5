"""Where a camera cannot stand: inside the part, with its ring in the metal, under the table, out of reach."""

from __future__ import annotations

import numpy as np

from blemish.arrays import PerPoint, Points
from blemish.part.model import Part
from blemish.plan.candidates import Candidates
from blemish.plan.light import Light
from blemish.plan.planning import Planning, Reach, Table
from blemish.plan.samples import Blocks, sample_surface

MOST_OBSTACLES = 20_000


def winding_number(part: Part, points: Points) -> PerPoint:
    """Say how often the part's surface goes around each point: 1 inside, 0 outside.

    The solid angles of all triangles are added (Van Oosterom and Strackee, 1983), so small gaps in a mesh do little
    harm. Costs points times triangles.
    """
    turns = np.zeros(len(points))
    for index, point in enumerate(points):
        a, b, c = (part.vertices_mm[part.triangles] - point).transpose(1, 0, 2)
        la, lb, lc = (np.linalg.norm(side, axis=1) for side in (a, b, c))
        volume = (a * np.cross(b, c)).sum(axis=1)
        sides = la * lb * lc + (a * b).sum(axis=1) * lc + (b * c).sum(axis=1) * la + (c * a).sum(axis=1) * lb
        turns[index] = np.arctan2(volume, sides).sum() / (2 * np.pi)
    return turns


def inside_part(part: Part, points: Points) -> np.ndarray:
    """Tell which points lie in the metal, bool (n,)."""
    low, high = part.vertices_mm.min(axis=0), part.vertices_mm.max(axis=0)
    inside = ((points >= low) & (points <= high)).all(axis=1)
    inside[inside] = winding_number(part, points[inside]) > 0.5
    return inside


def outside_reach(candidates: Candidates, reach: Reach) -> np.ndarray:
    """Tell which candidates a robot with this reach cannot take up, bool (c,)."""
    at = candidates.positions_mm
    box = ((at >= np.array(reach.low_mm)) & (at <= np.array(reach.high_mm))).all(axis=1)
    up = np.array(reach.up) / np.linalg.norm(reach.up)
    tilt_deg = np.rad2deg(np.arccos(np.clip(-candidates.forward @ up, -1, 1)))
    return ~(box & (tilt_deg <= reach.max_tilt_deg + 1e-9))


def below_table(part: Part, candidates: Candidates, light: Light, planning: Planning, table: Table) -> np.ndarray:
    """Tell which candidates would push camera or ring into the table, bool (c,); the table touches the part."""
    up = np.array(table.up) / np.linalg.norm(table.up)
    table_height = (part.vertices_mm @ up).min()
    rise = candidates.forward @ up
    flange = light.outer_radius_mm * np.sqrt(np.clip(1 - rise * rise, 0, 1))
    front, back = max(light.offset_mm, 0.0), -planning.rig_length_mm
    lowest = candidates.positions_mm @ up + np.minimum(front * rise, back * rise) - flange
    return lowest < table_height + planning.clearance_mm


def colliding(part: Part, candidates: Candidates, light: Light, planning: Planning) -> np.ndarray:
    """Tell which candidates have part of the surface within reach of camera or ring, bool (c,).

    The rig is a cylinder as wide as the ring, from the ring's plane back by the housing's length. The surface is its
    vertices and at most some twenty thousand samples, whose spacing is added to the clearance.
    """
    spacing = max(2.0, float(np.sqrt(part.areas_mm2.sum() / MOST_OBSTACLES)))
    surface = sample_surface(part, spacing, ("*",), 0)
    obstacles = np.concatenate([part.vertices_mm, surface.positions_mm])
    free = planning.clearance_mm + spacing
    front, back = max(light.offset_mm, 0.0) + free, -planning.rig_length_mm - free
    wide = light.outer_radius_mm + free
    blocks, middle, around = Blocks(obstacles), (front + back) / 2, float(np.hypot((front - back) / 2, wide))
    ball = np.linalg.norm(obstacles - part.centre_mm, axis=1).max()
    ahead = ((part.centre_mm - candidates.positions_mm) * candidates.forward).sum(axis=1)
    hit = np.zeros(len(candidates), dtype=bool)
    # Most rigs have the whole part in front of them; only the others look at what is around them.
    for index in np.flatnonzero(ahead - ball < front):
        at_mm, forward = candidates.positions_mm[index], candidates.forward[index]
        local = (blocks.near(at_mm + middle * forward, around)[1] - at_mm) @ candidates.rotations[index]
        deep = (local[:, 2] < front) & (local[:, 2] > back)
        hit[index] = bool((np.hypot(local[deep, 0], local[deep, 1]) < wide).any())
    return hit


def why_not(part: Part, candidates: Candidates, light: Light, planning: Planning) -> np.ndarray:
    """Say for each candidate why it may not be used, strings (c,); empty where it may."""
    reasons = np.full(len(candidates), "", dtype="<U32")

    def turn_away(reason: str, wrong: np.ndarray) -> None:
        reasons[wrong & (reasons == "")] = reason

    if planning.reach is not None:
        turn_away("out of reach", outside_reach(candidates, planning.reach))
    if planning.table is not None:
        turn_away("in the table", below_table(part, candidates, light, planning, planning.table))
    turn_away("inside the part", inside_part(part, candidates.positions_mm))
    turn_away("too near to the part", colliding(part, candidates, light, planning))
    return reasons
