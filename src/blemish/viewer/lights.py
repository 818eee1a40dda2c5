"""Lights as they are drawn: what shines, what holds it, and its outline, in the camera's frame."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from blemish.arrays import Points, Triangles
from blemish.frames import Pose
from blemish.plan import RingLight
from blemish.plan.light import Light
from blemish.plan.lights import BarLights, CoaxialLight, DomeLight
from blemish.plan.tunnel import TunnelLight

ROUND = 48
"""Points on a rim."""


@dataclass(frozen=True, eq=False)
class Mesh:
    """Triangles."""

    vertices_mm: Points
    triangles: Triangles


@dataclass(frozen=True, eq=False)
class Drawing:
    """A light's shape."""

    lit: Mesh
    """What shines."""
    rims: tuple[np.ndarray, ...]
    """Lines that outline it, (k, 3) each."""
    body: Mesh | None = None
    """What does not shine: a housing, a plate of glass."""
    opacity: float = 0.4
    """Of what shines; the part should be seen through what stands around it."""


def drawing_of(light: Light) -> Drawing:
    """Draw a light; one that is of no kind known here as discs at the places that planning counts."""
    match light:
        case RingLight():
            return _ring(light)
        case BarLights():
            return _bars(light)
        case DomeLight():
            return _dome(light)
        case TunnelLight():
            return _tunnel(light)
        case CoaxialLight():
            return _coaxial(light)
    turn = _arc(0.0, 2 * np.pi)
    return _bands(
        [(np.repeat(at[None], ROUND, axis=0), at + light.outer_radius_mm / 15 * turn) for at in light.points()]
    )


def light_lines(light: Light, poses: list[Pose]) -> np.ndarray:
    """Give the outlines of the lights of several cameras as line segments, (n, 2, 3), world millimetres."""
    rims = drawing_of(light).rims
    segments = [
        np.stack([placed[:-1], placed[1:]], axis=1) for pose in poses for rim in rims for placed in [pose.apply(rim)]
    ]
    return np.concatenate(segments) if segments else np.zeros((0, 2, 3))


def _ring(light: RingLight) -> Drawing:
    """Draw the sectors that shine."""
    if len(light.shining) == light.segments:
        arcs = [_arc(0.0, 2 * np.pi)]
    else:
        sector = 2 * np.pi / light.segments
        arcs = [_arc(number * sector, (number + 1) * sector) for number in light.shining]
    ahead = np.array([0.0, 0.0, light.offset_mm])
    return _bands([(ahead + light.inner_radius_mm * arc, ahead + light.outer_radius_mm * arc) for arc in arcs])


def _bars(light: BarLights) -> Drawing:
    """Draw each bar as its rectangle before a housing half as deep as it is wide."""
    faces, bodies = [], []
    for middle, along, ahead in zip(light.middles(), light.lengthwise(), light.normals(), strict=True):
        face = _rectangle(middle, along * light.length_mm / 2, np.cross(ahead, along) * light.width_mm / 2)
        back = face - ahead * light.width_mm / 2
        sides = [np.stack([face[i - 1], face[i], back[i], back[i - 1]]) for i in range(4)]
        faces.append(face)
        bodies += [back, *sides]
    return Drawing(_quads(faces), tuple(np.vstack([face, face[:1]]) for face in faces), _quads(bodies), opacity=0.9)


def _dome(light: DomeLight) -> Drawing:
    """Draw the inside of the dome from its rim to its hole, with eight meridians."""
    turn = _arc(0.0, 2 * np.pi)
    to_hole = np.arccos(light.least_cosine)

    def around(from_axis: np.ndarray, turn: Points) -> Points:
        flat = light.radius_mm * np.sin(from_axis)[:, None] * turn
        return flat + np.array([0.0, 0.0, light.rim_mm]) - light.radius_mm * np.outer(np.cos(from_axis), [0, 0, 1])

    levels = [around(np.full(ROUND, angle), turn) for angle in np.linspace(to_hole, np.pi / 2, 13)]
    lit = _bands(list(pairwise(levels))).lit
    down = np.linspace(to_hole, np.pi / 2, ROUND)
    meridians = [around(down, np.repeat(_arc(a, a)[:1], ROUND, axis=0)) for a in np.arange(8) * np.pi / 4]
    return Drawing(lit, (levels[0], levels[-1], *meridians), opacity=0.25)


def _tunnel(light: TunnelLight) -> Drawing:
    """Draw the cylinder's inside as far round as it goes, without its small hole, whose rim is drawn."""
    turn = np.linspace(-1, 1, ROUND) * np.deg2rad(light.arc_deg)
    arc = np.stack([np.sin(turn), np.zeros(ROUND), -np.cos(turn)], axis=1) * light.radius_mm
    middle, half = np.array([0.0, 0.0, light.axis_mm]), np.array([0.0, light.length_mm / 2, 0.0])
    near, far = middle - half + arc, middle + half + arc
    flat = light.hole_radius_mm * _arc(0.0, 2 * np.pi)
    depth = light.axis_mm - np.sqrt(light.radius_mm**2 - flat[:, 0] ** 2)
    ends = tuple(np.stack([near[end], far[end]]) for end in (0, -1))
    return Drawing(_bands([(near, far)]).lit, (near, far, *ends, flat + depth[:, None] * [0, 0, 1]), opacity=0.25)


def _coaxial(light: CoaxialLight) -> Drawing:
    """Draw the window beside the axis, the splitter that mirrors it to where it seems to stand, and that place's rim.

    A plate tilted by 45 degrees at distance ``s`` mirrors what stands ``d`` beside the axis there to ``s - d``.
    """
    radius = light.diameter_mm / 2
    aside = 1.2 * radius
    splitter = np.array([0.0, 0.0, light.offset_mm + aside])
    turn = _arc(0.0, 2 * np.pi)
    window = splitter + np.array([aside, 0.0, 0.0]) + radius * turn[:, [2, 0, 1]]
    lit = _bands([(np.repeat(window.mean(axis=0)[None], ROUND, axis=0), window)]).lit
    plate = _rectangle(splitter, np.array([0.0, 1.1 * radius, 0.0]), 1.1 * radius * np.array([1.0, 0.0, -1.0]))
    seeming = np.array([0.0, 0.0, light.offset_mm]) + radius * turn
    return Drawing(lit, (window, seeming, np.vstack([plate, plate[:1]])), _quads([plate]), opacity=0.9)


def _bands(rims: list[tuple[Points, Points]]) -> Drawing:
    """Draw the strips between pairs of lines of as many points."""
    vertices: list[Points] = []
    triangles: list[np.ndarray] = []
    for inner, outer in rims:
        count = len(inner)
        start = sum(map(len, vertices))
        here, after = np.arange(count - 1), np.arange(1, count)
        vertices.append(np.concatenate([inner, outer]))
        triangles.append(start + np.stack([here, after, count + after], axis=1))
        triangles.append(start + np.stack([here, count + after, count + here], axis=1))
    lit = Mesh(np.concatenate(vertices), np.concatenate(triangles).astype(np.int32))
    return Drawing(lit, tuple(rim for pair in rims for rim in pair))


def _rectangle(middle: np.ndarray, half_u: np.ndarray, half_v: np.ndarray) -> Points:
    return np.stack(
        [middle - half_u - half_v, middle + half_u - half_v, middle + half_u + half_v, middle - half_u + half_v]
    )


def _quads(corners: list[Points]) -> Mesh:
    one = np.array([[0, 1, 2], [0, 2, 3]], dtype=np.int32)
    triangles = np.concatenate([one + 4 * number for number in range(len(corners))])
    return Mesh(np.concatenate(corners), triangles.astype(np.int32))


def _arc(begin: float, end: float) -> Points:
    angle = np.linspace(begin, end, ROUND)
    return np.stack([np.cos(angle), np.sin(angle), np.zeros(ROUND)], axis=1)
