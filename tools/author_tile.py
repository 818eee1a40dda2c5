"""Author the built-in magnet tile: a segment of an arc as motors have it, 44 mm across and 40 mm high, ground all over.

Run it with build123d 0.13; it writes ``src/blemish/part/builtin/tile.step``. The section, an arc between two radii, is
drawn out along z, and its upper and lower edges are bevelled. Each face is coloured by what it is; the colours and
their names stand in ``tile.toml`` beside the STEP file.

The convex face looks along +x and has its axis, along which it is ground, parallel to z. That photographed tiles are
slightly curved shows in their upper and lower outlines; that this one measures 44 mm is our choice.
"""

from __future__ import annotations

import math

from build123d import Axis, BuildLine, BuildSketch, CenterArc, Face, GeomType, Line, Part, chamfer, extrude, make_face
from step_file import write_builtin

RADIUS = 90.0
"""Of the convex face."""
THICKNESS = 7.0
CHORD = 44.0
HEIGHT = 40.0
BEVEL = 0.5
"""Of the edges of the convex face."""


def tile() -> Part:
    """Draw out the arc and bevel the edges of its convex face."""
    half_deg = math.degrees(math.asin(CHORD / 2 / RADIUS))
    with BuildSketch() as section:
        with BuildLine():
            outer = CenterArc((0, 0), RADIUS, -half_deg, 2 * half_deg)
            inner = CenterArc((0, 0), RADIUS - THICKNESS, -half_deg, 2 * half_deg)
            Line(outer @ 0, inner @ 0)
            Line(outer @ 1, inner @ 1)
        make_face()
    body = extrude(section.sketch, HEIGHT)
    return chamfer(_convex(body).edges(), BEVEL)


def _convex(body: Part) -> Face:
    return body.faces().filter_by(GeomType.CYLINDER).sort_by(lambda face: face.area)[-1]


def named_faces(body: Part) -> dict[str, list[Face]]:
    """Tell the faces apart: what is inspected, its bevels, and the rest."""
    face = _convex(body)
    ends = [one for one in body.faces().filter_by(Axis.Z) if one.geom_type == GeomType.PLANE]
    named: dict[str, list[Face]] = {"face": [face], "bevel": [], "side": []}
    for one in body.faces():
        if one.is_same(face):
            continue
        small = one.area < 1.5 * BEVEL * max(HEIGHT, CHORD) and not any(one.is_same(end) for end in ends)
        named["bevel" if small else "side"].append(one)
    return named


def main() -> None:
    body = tile()
    write_builtin(body, named_faces(body), "tile.step", "tile", "2026-11-23")


if __name__ == "__main__":
    main()
