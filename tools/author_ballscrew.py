"""Author the built-in spindle of a ball screw: two and a half turns of it, 32 mm across, of ground steel.

Run it with build123d 0.13; it writes ``src/blemish/part/builtin/ballscrew.step``.
Two starts of the groove in which the balls run wind around the spindle, and between them two shallow ones in which
nothing does. Nothing is cut: each strip of the section (arc, flat, land ...) is screwed along the axis into one
smooth surface, s along the section,

    S(s, w) = (r(s) cos a, r(s) sin a, z),    a = 2 pi (z - s) / lead,    z = w + (s - middle) b(w)

and the strips, which share their helical edges, are sewn together and closed by two flat ends. At the ends b is 0, so
that they are flat; between them it is 1, so that lines of constant w run along the axis: a mesh of such a surface needs
a tenth of the triangles. Each face is coloured by what it is; the colours and their names stand in ``ballscrew.toml``
beside the STEP file.

The axis is z, the thread right-handed. Proportions (pitch, widths and depths over the diameter) are those that
photographs of worn spindles show; that it measures 32 mm is our choice.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from build123d import Face, Shell, Solid, Wire
from OCP.BRepBuilderAPI import BRepBuilderAPI_MakeFace, BRepBuilderAPI_Sewing
from OCP.collections import Array1_double, Array1_int, Array2_gp_Pnt
from OCP.Geom import Geom_BSplineSurface
from OCP.gp import gp_Dir, gp_Pln, gp_Pnt
from scipy.interpolate import make_interp_spline
from step_file import write_builtin

RADIUS = 16.0
LEAD = 20.0
STARTS = 2
LENGTH = 50.0
RAMP = 18.0
"""From an end to where lines of constant w run along the axis."""
STEPS = 48
"""Surfaces are interpolated at so many steps along the axis: 19 to 27 degrees each, which is exact to 2 micrometres."""

Section = list[tuple[float, float]]
"""Points (along the axis, out of the cylinder)."""


@dataclass(frozen=True)
class Groove:
    """Half of the section of a groove: an arc from its bottom, then flats up to the cylinder.

    Roundings are made of one or two flats: as narrow, curved faces they would have more triangles than all the rest.
    """

    arc_radius: float
    depth: float
    arc_deg: float
    """How far the arc goes to each side."""
    flats: tuple[tuple[float, float], ...]
    """Slope in degrees and width of each flat; the last ends at the cylinder, whatever its width."""

    def arc(self) -> Section:
        """Give points from the bottom to where the arc ends."""
        angles = np.radians(np.linspace(0, self.arc_deg, 5))
        return [(self.arc_radius * math.sin(a), -self.depth + self.arc_radius * (1 - math.cos(a))) for a in angles]

    def corners(self) -> Section:
        """Give the ends of the flats, from the arc to the cylinder."""
        points = [self.arc()[-1]]
        for slope, width in self.flats:
            (x, y), angle = points[-1], math.radians(slope)
            length = width if (slope, width) != self.flats[-1] else -y / math.sin(angle)
            points.append((x + length * math.cos(angle), y + length * math.sin(angle)))
        return points

    @property
    def half_width(self) -> float:
        """From the middle to where the land begins."""
        return self.corners()[-1][0]


BALLS = Groove(arc_radius=2.2, depth=1.3, arc_deg=60.5, flats=((45.0, 0.12), (22.0, 0.26)))
"""For balls of 4.2 mm, which touch it at 45 degrees."""
SHALLOW = Groove(arc_radius=5.5, depth=0.22, arc_deg=11.0, flats=((40.0, 0.18),))


def strips() -> Iterator[tuple[str, Section]]:
    """Give the name and the section of each strip of one start, in order along the axis."""
    pitch = LEAD / STARTS
    for name, groove, middle in (("groove", BALLS, 0.0), ("relief", SHALLOW, pitch / 2)):
        arc, corners = groove.arc(), groove.corners()
        flats = [[corners[i], corners[i + 1]] for i in range(len(groove.flats))]
        for flat in flats[::-1]:
            yield "fillet", _placed(flat, middle, -1)
        if groove is BALLS:
            yield "flank", _placed(arc, middle, -1)
            yield name, _placed(arc, middle, 1)
        else:
            yield name, _placed(arc, middle, -1)[:-1] + _placed(arc, middle, 1)
        for flat in flats:
            yield "fillet", _placed(flat, middle, 1)
        end = middle + groove.half_width
        begin = middle + pitch / 2 - (SHALLOW if groove is BALLS else BALLS).half_width
        yield "land", [(float(s), 0.0) for s in np.linspace(end, begin, 4)]


def _placed(section: Section, middle: float, side: int) -> Section:
    placed = [(middle + side * x, y) for x, y in section]
    return placed if side > 0 else placed[::-1]


def screwed(section: Section, turn: float) -> Face:
    """Screw a strip along the axis."""
    steps = np.linspace(0, LENGTH, STEPS + 1)
    begin = -BALLS.half_width
    ramp = np.minimum(np.minimum(steps, LENGTH - steps), RAMP) / RAMP
    s, out = (np.array(values)[:, None] for values in zip(*section, strict=True))
    z = steps + (s - begin - LEAD / STARTS / 2) * ramp**2 * (3 - 2 * ramp)
    angle = 2 * np.pi * ((z - s) / LEAD + turn)
    points = np.stack([(RADIUS + out) * np.cos(angle), (RADIUS + out) * np.sin(angle), z], axis=2)
    return Face(BRepBuilderAPI_MakeFace(interpolated(points), 1e-6).Face())


def interpolated(points: np.ndarray) -> Geom_BSplineSurface:
    """Interpolate a grid of points, cubically where there are enough.

    Two surfaces that share a row of points share the curve through it.
    """
    degree = min(3, len(points) - 1)
    along = make_interp_spline(np.linspace(0, 1, len(points)), points, k=degree)
    both = make_interp_spline(np.linspace(0, 1, points.shape[1]), along.c.transpose(1, 0, 2), k=3)
    poles = Array2_gp_Pnt(1, len(points), 1, points.shape[1])
    for i in range(len(points)):
        for j in range(points.shape[1]):
            poles.SetValue(i + 1, j + 1, gp_Pnt(*both.c[j, i].tolist()))
    (u, times_u), (v, times_v) = _knots(along.t), _knots(both.t)
    return Geom_BSplineSurface(poles, u, v, times_u, times_v, degree, 3)


def _knots(values: np.ndarray) -> tuple[Array1_double, Array1_int]:
    knots, times = np.unique(values, return_counts=True)
    ours, counts = Array1_double(1, len(knots)), Array1_int(1, len(knots))
    for i, (knot, count) in enumerate(zip(knots.tolist(), times.tolist(), strict=True)):
        ours.SetValue(i + 1, knot)
        counts.SetValue(i + 1, count)
    return ours, counts


def spindle() -> tuple[Solid, dict[str, list[Face]]]:
    """Sew all strips and two ends into a solid."""
    faces = [(name, screwed(section, start / STARTS)) for start in range(STARTS) for name, section in strips()]
    for z in (0.0, LENGTH):
        rim = [edge for _, face in faces for edge in face.edges() if all(abs(v.Z - z) < 1e-6 for v in edge.vertices())]
        wires = Wire.combine(rim, tol=1e-3)
        assert len(wires) == 1, "the strips do not meet"
        plane = gp_Pln(gp_Pnt(0, 0, z), gp_Dir(0, 0, 1))
        faces.append(("end", Face(BRepBuilderAPI_MakeFace(plane, wires[0].wrapped).Face())))
    sewing = BRepBuilderAPI_Sewing(1e-2)
    for _, face in faces:
        sewing.Add(face.wrapped)
    sewing.Perform()
    solid = Solid(Shell(sewing.SewedShape()))
    named: dict[str, list[Face]] = {}
    for name, face in faces:
        named.setdefault(name, []).append(Face(sewing.Modified(face.wrapped)))
    return solid, named


def main() -> None:
    body, named = spindle()
    write_builtin(body, named, "ballscrew.step", "ball-screw", "2026-11-23")


if __name__ == "__main__":
    main()
