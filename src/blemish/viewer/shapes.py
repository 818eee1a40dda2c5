"""Meshes and lines as the browser gets them."""

from __future__ import annotations

import numpy as np

from blemish.arrays import Points, Rotation, Triangles
from blemish.frames import Pose
from blemish.plan import RingLight
from blemish.plan.light import Light

ROUND = 48
"""Points on a rim."""


def coloured_glb(vertices_mm: Points, triangles: Triangles, colours: np.ndarray) -> bytes:
    """Write a mesh as binary glTF with one sRGB colour, uint8, for each triangle; nothing is shared, nothing smooth."""
    import lagrange  # noqa: F401  before trimesh, which may load an older TBB than it needs
    import trimesh

    linear = np.round(255 * (colours / 255.0) ** 2.2).astype(np.uint8)
    alpha = np.full((3 * len(triangles), 1), 255, dtype=np.uint8)
    mesh = trimesh.Trimesh(
        vertices=vertices_mm[triangles].reshape(-1, 3),
        faces=np.arange(3 * len(triangles)).reshape(-1, 3),
        vertex_colors=np.hstack([np.repeat(linear, 3, axis=0), alpha]),
        process=False,
    )
    # Without a material glTF says metal, which is black where nothing is mirrored.
    mesh.visual = trimesh.visual.ColorVisuals(mesh, vertex_colors=mesh.visual.vertex_colors)
    tree = trimesh.exchange.gltf.export_glb(mesh, include_normals=True, tree_postprocessor=_matt)
    return bytes(tree)


def _matt(tree: dict) -> None:
    """Give every mesh of a glTF tree a matt material."""
    tree["materials"] = [{"pbrMetallicRoughness": {"metallicFactor": 0.0, "roughnessFactor": 0.9}}]
    for mesh in tree["meshes"]:
        for primitive in mesh["primitives"]:
            primitive["material"] = 0


def light_mesh(light: Light) -> tuple[Points, Triangles]:
    """Give what shines in the camera's frame: a ring's lit sectors, or discs at the places that planning counts."""
    rims = _rims(light)
    vertices: list[Points] = []
    triangles: list[np.ndarray] = []
    for inner, outer in rims:
        start, count = 2 * ROUND * len(vertices), len(inner)
        here, after = np.arange(count - 1), np.arange(1, count)
        vertices.append(np.concatenate([inner, outer]))
        triangles.append(start + np.stack([here, after, count + after], axis=1))
        triangles.append(start + np.stack([here, count + after, count + here], axis=1))
    return np.concatenate(vertices), np.concatenate(triangles).astype(np.int32)


def light_lines(light: Light, poses: list[Pose]) -> np.ndarray:
    """Give the outlines of the lights of several cameras as line segments, (n, 2, 3), world millimetres."""
    outlines = [rim for pair in _rims(light) for rim in pair]
    segments = [
        np.stack([placed[:-1], placed[1:]], axis=1)
        for pose in poses
        for rim in outlines
        for placed in [pose.apply(rim)]
    ]
    return np.concatenate(segments) if segments else np.zeros((0, 2, 3))


def _rims(light: Light) -> list[tuple[Points, Points]]:
    """Give the inner and outer rims of all that shines, each of :data:`ROUND` points in the camera's frame."""
    if not isinstance(light, RingLight):
        turn = _arc(0.0, 2 * np.pi)
        return [
            (np.repeat(place[None], ROUND, axis=0), place + light.outer_radius_mm / 15 * turn)
            for place in light.points()
        ]
    if len(light.shining) == light.segments:
        arcs = [_arc(0.0, 2 * np.pi)]
    else:
        sector = 2 * np.pi / light.segments
        arcs = [_arc(number * sector, (number + 1) * sector) for number in light.shining]
    ahead = np.array([0.0, 0.0, light.offset_mm])
    return [(ahead + light.inner_radius_mm * arc, ahead + light.outer_radius_mm * arc) for arc in arcs]


def _arc(begin: float, end: float) -> Points:
    angle = np.linspace(begin, end, ROUND)
    return np.stack([np.cos(angle), np.sin(angle), np.zeros(ROUND)], axis=1)


def quaternion(rotation: Rotation) -> tuple[float, float, float, float]:
    """Give the unit quaternion (w, x, y, z) of a rotation."""
    from scipy.spatial.transform import Rotation as Turn

    x, y, z, w = (float(value) for value in Turn.from_matrix(rotation).as_quat())
    return w, x, y, z


def pose_of(wxyz: np.ndarray, position: np.ndarray) -> Pose:
    """Give the pose that a quaternion (w, x, y, z) and a place stand for."""
    from scipy.spatial.transform import Rotation as Turn

    w, x, y, z = (float(value) for value in wxyz)
    return Pose(Turn.from_quat([x, y, z, w]).as_matrix(), np.array(position, dtype=np.float64))
