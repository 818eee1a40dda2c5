"""Author the part that comes with the package: half of a claw clutch, 70 mm across, turned and milled of aluminium.

Run it with build123d 0.13 (``python tools/author_clutch.py``); it writes ``src/blemish/part/builtin/clutch.step``. The
part is made in the order in which a shop would make it: turned from bar, thread cut, claws and flats milled, keyway
broached, holes drilled, claw edges bevelled. Each face is then coloured by the tool that left it: that is what makes
the finish regions. The colours and their names stand in ``clutch.toml`` beside the STEP file.

The axis is z. The hub's end with the thread is at z = 0, the claws end at z = 38.
"""

from __future__ import annotations

import math

from build123d import (
    Align,
    Axis,
    Box,
    Cone,
    Cylinder,
    Edge,
    Face,
    GeomType,
    Helix,
    Part,
    Polyline,
    Pos,
    Rot,
    ShapeList,
    Shell,
    Solid,
    chamfer,
    make_face,
    revolve,
)
from OCP.BRepAdaptor import BRepAdaptor_Surface
from OCP.BRepFill import BRepFill
from step_file import BUILTIN, write_step

UP = (Align.CENTER, Align.CENTER, Align.MIN)
CLAWS = 4
PITCH = 2.0
"""Of the M40 x 2 thread on the hub."""
CREST_RADIUS = 20.0
ROOT_RADIUS = 18.85
RELIEF_Z = 11.0
"""Where the thread ends in its relief groove."""
SLOT_WIDTH = 22.0
SLOT_FLOOR_Z = 28.8
CLAW_TOP_Z = 38.0
INNER_FLOOR_Z = 27.0
BACK_Z = 21.5
"""The flange's back face."""
TURNED_Z = (0.0, RELIEF_Z, RELIEF_Z + 2.5, 21.2, 22.5, 30.0, CLAW_TOP_Z)
"""Where the lathe faced the part."""
COUNTERBORE_Z = BACK_Z + 3.4
HOLE_CIRCLE_RADIUS = 28.6
FLAT_X = 33.4
HUB_FLAT_Y = 18.7


def turned() -> Part:
    """Turn the outside, cut the thread, then bore: what the lathe does.

    The threaded end is made alone and then joined: OpenCASCADE cuts the helix cleanly out of a plain cylinder only.
    """
    outside = revolved(
        (0.0, RELIEF_Z),
        (18.3, RELIEF_Z),  # relief groove
        (18.3, RELIEF_Z + 2.5),
        (20.0, RELIEF_Z + 2.5),
        (20.0, 18.5),
        (23.0, BACK_Z),  # conical shoulder
        (34.2, BACK_Z),
        (35.0, BACK_Z + 0.8),
        (35.0, 29.4),
        (34.4, 30.0),
        (32.6, 30.0),  # shoulder below the claws
        (32.6, CLAW_TOP_Z - 0.7),
        (31.9, CLAW_TOP_Z),
        (0.0, CLAW_TOP_Z),
    )
    inside = revolved(
        (0.0, -1.0),
        (12.2, -1.0),
        (10.0, 1.2),  # bore, with a bevel at each end
        (10.0, 20.4),
        (10.8, 21.2),
        (13.6, 21.2),  # undercut behind the seat
        (13.6, 22.5),
        (15.0, 22.5),  # bearing seat
        (15.0, INNER_FLOOR_Z - 0.8),
        (15.8, INNER_FLOOR_Z),
        (22.0, INNER_FLOOR_Z),  # the recess, slightly conical
        (23.9, CLAW_TOP_Z - 0.7),
        (25.6, CLAW_TOP_Z + 1.0),
        (0.0, CLAW_TOP_Z + 1.0),
    )
    return outside + threaded_end() - inside


def revolved(*profile: tuple[float, float]) -> Part:
    """Turn a closed profile of (radius, z) points around the axis."""
    line = Polyline(*[(radius, 0.0, z) for radius, z in profile], close=True)
    return revolve(make_face(line), axis=Axis.Z)


def threaded_end() -> Part:
    """Cut a 60 degree thread into the end of the bar, with a lead-in; it runs out into the relief groove."""
    start_z = -1.5 * PITCH
    half_root = PITCH / 8
    mouth_radius = CREST_RADIUS + 0.08  # outside the crest, so that no cutter face lies on the cylinder
    half_mouth = half_root + (mouth_radius - ROOT_RADIUS) * math.tan(math.radians(30))
    assert half_mouth < PITCH / 2, "the cutter would cut itself"

    def helix(radius: float, lift: float) -> Edge:
        height = RELIEF_Z - start_z + 0.6 * PITCH
        return Helix(pitch=PITCH, height=height, radius=radius, center=(0, 0, start_z + lift)).edges()[0]

    edges = [
        helix(ROOT_RADIUS, -half_root),
        helix(ROOT_RADIUS, half_root),
        helix(mouth_radius, half_mouth),
        helix(mouth_radius, -half_mouth),
    ]
    sides = [Face(BRepFill.Face_s(edges[i].wrapped, edges[(i + 1) % 4].wrapped)) for i in range(4)]
    ends = [make_face(Polyline(*[edge @ end for edge in edges], close=True)).faces()[0] for end in (0, 1)]
    bar = Cylinder(CREST_RADIUS, RELIEF_Z, align=UP)
    lead_in = revolved((17.4, -1.0), (30.0, -1.0), (30.0, 11.6))
    cutter = Rot(0, 0, 17) * Solid(Shell([*sides, *ends]))  # its start stays off the seam of the bar
    threaded = bar - cutter - lead_in
    assert threaded.volume < bar.volume - 600, "the thread was not cut"
    return threaded


def around(cutter: Part, count: int, start_deg: float = 0.0) -> list[Part]:
    """Repeat a cutter around the axis."""
    return [Rot(0, 0, start_deg + 360 * index / count) * cutter for index in range(count)]


def milled_cutters() -> list[Part]:
    """The slots between the claws, two flats on the flange, two on the hub, the keyway."""
    slot = Pos(12, 0, SLOT_FLOOR_Z) * Box(40, SLOT_WIDTH, 20, align=(Align.MIN, Align.CENTER, Align.MIN))
    # Only the ring is slotted: the cutter starts outside the recess's floor.
    flange_flat = Pos(FLAT_X, 0, BACK_Z - 1) * Box(10, 60, 8.4, align=(Align.MIN, Align.CENTER, Align.MIN))
    hub_flat = Pos(0, HUB_FLAT_Y, RELIEF_Z + 2.5) * Box(40, 10, 4.4, align=(Align.CENTER, Align.MIN, Align.MIN))
    keyway = Pos(0, 0, -1) * Box(12.4, 6, 30, align=(Align.MIN, Align.CENTER, Align.MIN))
    return [
        *around(slot, CLAWS),
        *around(flange_flat, 2, 45),
        *around(hub_flat, 2, 45),
        Rot(0, 0, 45) * keyway,
    ]


def drilled_cutters() -> list[Part]:
    """Counterbored screw holes, dowel holes in the claws, oil holes in the inner floor, a set screw hole."""
    screw = Pos(0, 0, BACK_Z - 1) * Cylinder(2.25, 20, align=UP)
    head = Pos(0, 0, BACK_Z - 1) * Cylinder(4.0, COUNTERBORE_Z - BACK_Z + 1, align=UP)
    dowel = Pos(0, 0, CLAW_TOP_Z - 7) * Cylinder(2.0, 9, align=UP)
    dowel_tip = Pos(0, 0, CLAW_TOP_Z - 7) * drill_tip(2.0)
    oil = Pos(18.8, 0, INNER_FLOOR_Z - 3) * Cylinder(1.4, 15, align=UP)
    oil_tip = Pos(18.8, 0, INNER_FLOOR_Z - 3) * drill_tip(1.4)
    oil_sink = Pos(18.8, 0, INNER_FLOOR_Z - 0.6) * Cone(1.4, 2.2, 0.8, align=UP)
    along_y = Rot(-90, 0, 0)
    set_screw = Pos(0, 0, 16.0) * along_y * Cylinder(1.25, 30, align=UP)
    return [
        *around(Pos(HOLE_CIRCLE_RADIUS, 0, 0) * screw, CLAWS),
        *around(Pos(HOLE_CIRCLE_RADIUS, 0, 0) * head, CLAWS),
        *around(Pos(28.2, 0, 0) * dowel, 2, 45),
        *around(Pos(28.2, 0, 0) * dowel_tip, 2, 45),
        *around(oil, 6, 15),
        *around(oil_tip, 6, 15),
        *around(oil_sink, 6, 15),
        Rot(0, 0, 45) * set_screw,
    ]


def drill_tip(radius: float) -> Part:
    """The 118 degree point of a twist drill, below the plane z = 0."""
    return Rot(180, 0, 0) * Cone(radius, 0.0, radius / math.tan(math.radians(59)), align=UP)


def bevelled(body: Part) -> Part:
    """Bevel the milled edges of the claws: where their sides meet their tops, and along the sides."""
    tops = [edge for edge in body.edges() if edge.geom_type == GeomType.LINE and is_claw_edge(edge)]
    return chamfer(ShapeList(tops), 0.6)


def is_claw_edge(edge: Edge) -> bool:
    """Tell whether a straight edge runs along the top of a claw's side."""
    start, end = edge @ 0, edge @ 1
    return min(start.Z, end.Z) > CLAW_TOP_Z - 0.01


def finish_of(face: Face) -> str:
    """Tell which tool left a face, from its surface and its place."""
    if face.geom_type == GeomType.PLANE:
        return finish_of_plane(face)
    if face.geom_type not in (GeomType.CYLINDER, GeomType.CONE):
        return "thread"
    surface = BRepAdaptor_Surface(face.wrapped)
    quadric = surface.Cylinder() if face.geom_type == GeomType.CYLINDER else surface.Cone()
    line = quadric.Axis()
    place = line.Location()
    if abs(line.Direction().Z()) < 0.999 or math.hypot(place.X(), place.Y()) > 1e-3:
        return "drilled"
    is_crest = face.geom_type == GeomType.CYLINDER and near(quadric.Radius(), CREST_RADIUS)
    return "thread" if is_crest and face.center().Z < RELIEF_Z else "turned"


def finish_of_plane(face: Face) -> str:
    """Tell faces across the axis by their height; all other planes are milled."""
    if abs(face.normal_at().Z) < 0.99:
        return "milled"
    z = face.center().Z
    if near(z, BACK_Z, INNER_FLOOR_Z):
        return "brushed"
    if near(z, *TURNED_Z):
        return "turned"
    return "drilled" if near(z, COUNTERBORE_Z) else "milled"


def near(value: float, *choices: float) -> bool:
    """Tell whether a number is one of some lengths, to a hundredth of a millimetre."""
    return any(abs(value - choice) < 0.01 for choice in choices)


def main() -> None:
    body = turned()
    for cutter in milled_cutters():
        body -= cutter
    body = bevelled(body)
    for cutter in drilled_cutters():
        body -= cutter
    assert body.is_valid
    assert len(body.solids()) == 1
    painted = ((finish_of(face), face) for face in body.faces())
    write_step(body.solid().wrapped, painted, BUILTIN / "clutch.step", "half-clutch", "2026-11-22")
    areas: dict[str, float] = {}
    for face in body.faces():
        areas[finish_of(face)] = areas.get(finish_of(face), 0.0) + face.area
    print(f"{len(body.faces())} faces, {body.volume:.1f} mm3")
    for name, area in sorted(areas.items()):
        print(f"  {name:10s} {area:8.1f} mm2")


if __name__ == "__main__":
    main()
