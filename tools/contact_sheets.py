"""Contact sheets: each kind of defect, 5 x 5 samples across its range, brushed aluminium under the ring light.

Command: ``python tools/contact_sheets.py FOLDER [KIND ...]`` (needs the ``make`` extra; 5 s a sheet on two cores). From
left to right the defects get larger, from top to bottom deeper; what else they have is drawn. Beside each picture
``KIND.png`` stands ``KIND-labels.png``, in one colour a defect.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from blemish.defects.bump import Bump
from blemish.defects.dent import Dent
from blemish.defects.gouge import Gouge
from blemish.defects.ground import ground_of
from blemish.defects.imprint import imprint
from blemish.defects.kind import Kind, OnEdge
from blemish.defects.nick import Nick
from blemish.defects.pits import Pits
from blemish.defects.place import Asked, settle_at, settle_on_edge
from blemish.defects.scratch import Scratch
from blemish.defects.settled import Settled
from blemish.finish import Brushed
from blemish.frames import look_at
from blemish.part.model import Part, Region, Surface
from blemish.plan import Camera, RingLight, Viewpoint
from blemish.render import Rendering, Sensor, build_scene, shoot

SIDE = 5
PITCH_MM = 4.0
CAMERA = Camera(width_px=640, height_px=640, working_distance_mm=200.0)
LIGHT = RingLight(inner_radius_mm=30.0, outer_radius_mm=110.0, offset_mm=50.0)


def between(low: float, high: float, share: float) -> float:
    """Give the value at a share of the way from low to high, by ratio."""
    return float(low * (high / low) ** share)


def dent(size: float, depth: float, rng: np.random.Generator) -> Kind:
    diameter = between(0.2, 2.0, size)
    return Dent(
        diameter_mm=diameter,
        depth_mm=diameter * between(0.02, 0.15, depth),
        elongation=rng.uniform(1, 1.8),
        orientation_deg=rng.uniform(0, 180),
        shoulder=rng.uniform(0.15, 0.6),
        rim=rng.uniform(0, 0.15),
    )


def scratch(size: float, depth: float, rng: np.random.Generator) -> Kind:
    width = between(0.05, 0.3, size)
    return Scratch(
        width_mm=width,
        depth_mm=width * between(0.05, 0.3, depth),
        length_mm=3.4,
        curving_strength_deg=rng.uniform(0, 25),
        curving_frequency_per_mm=rng.uniform(0.05, 0.3),
        curving_phase_deg=rng.uniform(0, 360),
        orientation_deg=rng.uniform(0, 180),
        ridge=rng.uniform(0.05, 0.3),
        pressure_variation=rng.uniform(0, 1),
        pressure_period_mm=rng.uniform(0.5, 3),
        pressure_phase_deg=rng.uniform(0, 360),
        broken=float(rng.choice([0.0, 0.35])),
    )


def gouge(size: float, depth: float, rng: np.random.Generator) -> Kind:
    width = between(0.3, 1.2, size)
    return Gouge(
        width_mm=width,
        depth_mm=width * between(0.05, 0.25, depth),
        length_mm=width * rng.uniform(1.5, 2.4),
        orientation_deg=rng.uniform(0, 360),
        entry=rng.uniform(0.4, 0.75),
        ridge=rng.uniform(0.05, 0.3),
    )


def pits(size: float, depth: float, rng: np.random.Generator) -> Kind:
    pit = rng.uniform(0.15, 0.5)
    return Pits(
        count=round(between(1, 40, size)),
        pit_mm=pit,
        spread_mm=between(0.2, 1.8, size),
        depth_mm=pit * between(0.01, 0.1, depth),
        elongation=rng.uniform(1, 2),
        orientation_deg=rng.uniform(0, 180),
        pattern=int(rng.integers(1000)),
    )


def bump(size: float, depth: float, rng: np.random.Generator) -> Kind:
    diameter = between(0.15, 1.5, size)
    return Bump(
        diameter_mm=diameter,
        height_mm=diameter * between(0.03, 0.3, depth),
        elongation=rng.uniform(1, 1.8),
        orientation_deg=rng.uniform(0, 180),
        foot=rng.uniform(0.15, 0.6),
    )


def nick(size: float, depth: float, rng: np.random.Generator) -> Kind:
    breadth = between(0.1, 0.6, size)
    return Nick(
        breadth_mm=breadth, depth_mm=breadth * between(0.1, 0.6, depth), length_mm=breadth * rng.uniform(1.2, 3)
    )


KINDS: dict[str, Callable[[float, float, np.random.Generator], Kind]] = {
    "dent": dent,
    "scratch": scratch,
    "gouge": gouge,
    "pits": pits,
    "bump": bump,
    "nick": nick,
}


def bars(outlines: list[np.ndarray]) -> Part:
    """Bars along x, each with a convex outline (n, 2) in y and z, counter-clockwise seen from +x."""
    half = SIDE * PITCH_MM / 2 + 1
    vertices, triangles, normals, surfaces = [], [], [], []

    def face(corners: np.ndarray) -> None:
        normal = np.cross(corners[1] - corners[0], corners[2] - corners[0])
        ids = [_index(vertices, corner) for corner in corners]
        fan = [(ids[0], ids[k], ids[k + 1]) for k in range(1, len(ids) - 1)]
        triangles.append(fan)
        normals.append(normal / np.linalg.norm(normal))
        surfaces.append(Surface("plane", corners[0], normals[-1]))

    for outline in outlines:
        near, far = (np.column_stack([np.full(len(outline), x), outline]) for x in (half, -half))
        face(near)
        face(far[::-1])
        for k in range(len(outline)):
            j = (k + 1) % len(outline)
            face(np.array([near[k], far[k], far[j], near[j]]))
    owner = np.repeat(np.arange(len(surfaces)), [len(fan) for fan in triangles])
    return Part(
        name="bars",
        digest="bars",
        vertices_mm=np.array(vertices),
        triangles=np.array([triangle for fan in triangles for triangle in fan], dtype=np.int32),
        normals=np.repeat(np.array(normals)[owner][:, None], 3, axis=1),
        face=owner.astype(np.int32),
        surfaces=tuple(surfaces),
        regions=(Region("all", tuple(range(len(surfaces)))),),
    )


def _index(vertices: list[np.ndarray], point: np.ndarray) -> int:
    for index, known in enumerate(vertices):
        if np.allclose(known, point):
            return index
    vertices.append(point)
    return len(vertices) - 1


def plate() -> Part:
    """A flat plate, its top at z = 0."""
    half = SIDE * PITCH_MM / 2 + 1
    return bars([np.array([[-half, -5.0], [half, -5.0], [half, 0.0], [-half, 0.0]])])


def roofs() -> Part:
    """Five bars whose ridges, at z = 0, turn by 54 degrees."""
    rise = np.tan(np.radians(27)) * PITCH_MM * 0.48
    middles = (np.arange(SIDE) - (SIDE - 1) / 2) * PITCH_MM
    return bars([np.array([[y - 0.48 * PITCH_MM, -rise], [y + 0.48 * PITCH_MM, -rise], [y, 0.0]]) for y in middles])


def placed(part: Part, kind: str, things: list[Kind]) -> list[Settled]:
    """Place the defects in rows and columns."""
    ground, found = ground_of(part, [0]), []
    corners = part.vertices_mm[part.triangles]
    for number, thing in enumerate(things):
        row, column = divmod(number, SIDE)
        x, y = (column - (SIDE - 1) / 2) * PITCH_MM, ((SIDE - 1) / 2 - row) * PITCH_MM
        asked = Asked("sheet", number + 1, kind, f"{kind} {number + 1}", significant=True, regions=("*",))
        point = np.array([x, y, 0.0])
        if isinstance(thing, OnEdge):
            ends = part.vertices_mm[ground.topology.edges[ground.sharp_edges]]
            nearest = np.argmin(np.abs(ends[:, :, 1:] - point[1:]).sum(axis=(1, 2)))
            one = settle_on_edge(ground, thing, asked, int(ground.sharp_edges[nearest]), point)
        else:
            upward = np.flatnonzero(part.normals[:, 0, 2] > 0.99)
            inside = [triangle for triangle in upward if _contains(corners[triangle, :, :2], point[:2])]
            one = settle_at(ground, thing, asked, int(inside[0]), point)
        if not isinstance(one, Settled):
            raise SystemExit(f"{kind} {number + 1} ({thing}): {one}")
        found.append(one)
    return found


def _contains(corners: np.ndarray, point: np.ndarray) -> bool:
    sides = np.roll(corners, -1, axis=0) - corners
    away = point - corners
    return bool(np.all(sides[:, 0] * away[:, 1] - sides[:, 1] * away[:, 0] >= -1e-9))


def sheet(kind: str) -> tuple[np.ndarray, np.ndarray]:
    """Give the picture of a kind, grey, and that of its labels, in colours."""
    rng = np.random.default_rng(7)
    steps = np.linspace(0, 1, SIDE)
    things = [KINDS[kind](size, depth, rng) for depth in steps for size in steps]
    part = roofs() if kind == "nick" else plate()
    specimen = imprint(part, "sheet", placed(part, kind, things), CAMERA.mm_per_px / 2)
    rendering = Rendering(samples_per_pixel=64)
    scene = build_scene(specimen, part, {"all": Brushed()}, "aluminium", LIGHT)
    view = Viewpoint("above", look_at(np.array([0, 0, 200.0]), np.zeros(3), np.array([0, 1.0, 0])))
    frame = shoot(scene, CAMERA, view, Sensor(exposure=1.4), rendering, 0)
    colours = np.random.default_rng(1).integers(60, 255, (SIDE * SIDE + 1, 3)).astype(np.uint8)
    colours[0] = 0
    print(f"{kind}: {len(specimen.triangles)} triangles")
    return frame.image, colours[frame.mask]


def main(folder: str, *kinds: str) -> None:
    out = Path(folder)
    out.mkdir(parents=True, exist_ok=True)
    for kind in kinds or KINDS:
        image, labels = sheet(kind)
        cv2.imwrite(str(out / f"{kind}.png"), image)
        cv2.imwrite(str(out / f"{kind}-labels.png"), labels)


if __name__ == "__main__":
    main(*(sys.argv[1:] or ["contact-sheets"]))
