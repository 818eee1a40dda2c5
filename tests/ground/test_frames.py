"""Poses form a group, and cameras follow the one convention."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from blemish.frames import Pose, look_at, orthonormal

numbers = st.floats(-500, 500, allow_nan=False, width=32)
vectors = st.tuples(numbers, numbers, numbers).map(np.array)
seeds = st.integers(0, 2**32 - 1)


def pose(seed: int) -> Pose:
    """Give a random pose."""
    rng = np.random.default_rng(seed)
    return Pose(Rotation.random(random_state=rng).as_matrix(), rng.normal(scale=100, size=3))


@given(seeds, seeds, seeds)
def test_poses_form_a_group(a: int, b: int, c: int) -> None:
    """Doing motions one after the other is associative, and each has an inverse."""
    one, two, three = pose(a), pose(b), pose(c)
    left, right = one.then(two).then(three), one.then(two.then(three))
    assert np.allclose(left.matrix(), right.matrix(), atol=1e-9)
    assert np.allclose(one.then(one.inverse()).matrix(), np.eye(4), atol=1e-9)


@given(seeds, seeds)
def test_applying_is_multiplying_matrices(a: int, b: int) -> None:
    """Moving points by two motions is moving them by the product of their matrices; matrices read back."""
    points = np.random.default_rng(a + b).normal(scale=50, size=(5, 3))
    both = pose(a).then(pose(b))
    homogeneous = np.column_stack([points, np.ones(5)])
    assert np.allclose(both.apply(points), (homogeneous @ both.matrix().T)[:, :3], atol=1e-9)
    assert np.allclose(both.apply(points), pose(b).apply(pose(a).apply(points)), atol=1e-9)
    assert np.allclose(Pose.from_matrix(both.matrix()).matrix(), both.matrix(), atol=1e-9)


@given(vectors, vectors)
def test_a_camera_sees_its_target_in_front_and_up_is_up(eye: np.ndarray, target: np.ndarray) -> None:
    """The target lies on +z; a point above it (world z) has a smaller y in the image, because y points down."""
    if np.linalg.norm(target - eye) < 1e-3:
        return
    camera = look_at(eye, target).inverse()
    seen = camera.apply(target[None])[0]
    assert np.allclose(seen[:2], 0, atol=1e-6 * max(1, np.abs(eye).max()))
    assert seen[2] > 0
    if np.linalg.norm((target - eye)[:2]) > 1:
        above = camera.turn(np.array([[0.0, 0.0, 1.0]]))[0]
        assert above[1] < 0
        assert abs(above[0]) < 1e-9


def test_a_mirrored_or_stretched_matrix_is_no_pose() -> None:
    """Reflections and scalings are refused; they would silently flip or resize the part."""
    for fault in (np.diag([1, 1, -1, 1.0]), np.diag([2, 2, 2, 1.0])):
        with pytest.raises(ValueError, match="no rotation"):
            Pose.from_matrix(fault)


@given(vectors, vectors)
def test_orthonormal_frames_are_right_handed(normal: np.ndarray, hint: np.ndarray) -> None:
    """The third column is the normal; the frame is a rotation whatever the hint is."""
    if np.linalg.norm(normal) < 1e-3 or np.linalg.norm(hint) < 1e-3:
        return
    frame = orthonormal(normal, hint)
    assert np.allclose(frame.T @ frame, np.eye(3), atol=1e-9)
    assert np.linalg.det(frame) > 0
    assert np.allclose(frame[:, 2], normal / np.linalg.norm(normal))
