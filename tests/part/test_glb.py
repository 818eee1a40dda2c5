"""The reader of binary glTF, against trimesh as oracle."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh
from scipy.spatial.transform import Rotation

from blemish.part.glb import read_glb, transform_of


def test_a_scene_is_read_as_trimesh_reads_it() -> None:
    """Positions, in millimetres, normals and colours of a placed body agree with what was written."""
    ball = trimesh.creation.icosphere(subdivisions=2, radius=0.01)
    ball.visual = trimesh.visual.TextureVisuals(
        material=trimesh.visual.material.PBRMaterial(baseColorFactor=[255, 0, 128, 255])
    )
    place = trimesh.transformations.rotation_matrix(0.7, (1, 2, 3), (0.1, 0.2, 0.3))
    scene = trimesh.Scene()
    scene.add_geometry(ball, transform=place)
    (read,) = read_glb(scene.export(file_type="glb", include_normals=True))
    np.testing.assert_allclose(read.vertices_mm, trimesh.transform_points(ball.vertices, place) * 1e3, atol=1e-4)
    np.testing.assert_allclose(read.normals, ball.vertex_normals @ place[:3, :3].T, atol=1e-5)
    np.testing.assert_array_equal(read.triangles, ball.faces)
    assert read.colour is not None
    assert read.colour[:2] == (1.0, 0.0)
    assert read.face is None


def test_rotations_of_nodes_are_quaternions() -> None:
    """A node's quaternion (x, y, z, w), scale and translation make the matrix that SciPy makes."""
    turn = Rotation.from_rotvec([0.3, -0.5, 0.8])
    node = {"rotation": turn.as_quat().tolist(), "scale": [1.0, 2.0, 3.0], "translation": [4.0, 5.0, 6.0]}
    matrix = transform_of(node)
    np.testing.assert_allclose(matrix[:3, :3], turn.as_matrix() @ np.diag([1.0, 2.0, 3.0]), atol=1e-12)
    np.testing.assert_allclose(matrix[:3, 3], [4, 5, 6])


@pytest.mark.parametrize("data", [b"glTF", b"", b"nope" + bytes(40), b"glTF" + (2).to_bytes(4, "little") + bytes(3)])
def test_an_incomplete_file_is_no_scene(data: bytes) -> None:
    """Bytes that are no whole GLB file are refused."""
    with pytest.raises(ValueError, match="no complete GLB"):
        read_glb(data)
