"""Meshes and poses as the browser gets them."""

from __future__ import annotations

import numpy as np

from blemish.arrays import Points, Rotation, Triangles
from blemish.frames import Pose


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
