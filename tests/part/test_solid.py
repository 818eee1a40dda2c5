"""Welding and closing, on meshes of formulas."""

from __future__ import annotations

import builders
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blemish.errors import PartError
from blemish.part.solid import faulty_edges, shells, solid_of, weld


def exploded(points: np.ndarray, triangles: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give every triangle vertices of its own."""
    return points[triangles].reshape(-1, 3), np.arange(3 * len(triangles)).reshape(-1, 3)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32 - 1), st.floats(0, 1))
def test_welding_undoes_tearing_apart(seed: int, shake: float) -> None:
    """Triangles torn apart and shaken by less than the weld distance come together as the mesh that they were."""
    rod = builders.rod(segments=12)
    points, triangles = exploded(rod.vertices_mm, rod.triangles)
    rng = np.random.default_rng(seed)
    points = points + shake * 1e-4 * rng.uniform(-1, 1, points.shape)
    solid = solid_of(points, rng.permutation(triangles), "rod", "")
    assert len(solid.vertices_mm) == len(rod.vertices_mm)
    assert len(solid.triangles) == len(rod.triangles)
    assert not len(faulty_edges(solid.triangles)[0])


def test_welding_keeps_the_order_of_the_file() -> None:
    """The first of welded points stays where it is, and kept points stay in order."""
    points = np.array([[5.0, 0, 0], [1.0, 0, 0], [5.0001, 0, 0], [0.0, 0, 0]])
    kept, new = weld(points, 1e-3)
    np.testing.assert_array_equal(kept, points[[0, 1, 3]])
    np.testing.assert_array_equal(new, [0, 1, 0, 2])


def test_a_missing_triangle_leaves_three_open_edges() -> None:
    """What is missing is told by its edges."""
    box = builders.box()
    edges, meeting = faulty_edges(box.triangles[1:])
    assert {frozenset(edge) for edge in edges.tolist()} == {frozenset(pair) for pair in ((0, 2), (2, 3), (0, 3))}
    np.testing.assert_array_equal(meeting, 1)


def test_solids_that_share_an_edge_are_refused() -> None:
    """Two boxes joined along one edge only meet there with four triangles."""
    box = builders.box((2.0, 2.0, 2.0))
    points = np.concatenate([box.vertices_mm, box.vertices_mm + np.array([2, 2, 0])])
    with pytest.raises(PartError, match="1 where more than two triangles meet"):
        solid_of(points, np.concatenate([box.triangles, box.triangles + 8]), "pair", "")


def test_an_outer_shell_turned_inwards_is_no_hollow() -> None:
    """A second body is refused however its triangles are turned; a shell inside that is turned inwards is a hollow."""
    outer, inner = builders.box((9.0, 9.0, 9.0)), builders.box((2.0, 2.0, 2.0))
    triangles = np.concatenate([outer.triangles, inner.triangles[:, ::-1] + 8])
    beside = np.concatenate([outer.vertices_mm, inner.vertices_mm + np.array([20, 0, 0])])
    inside = np.concatenate([outer.vertices_mm, inner.vertices_mm + np.array([0, 0, 3])])
    with pytest.raises(PartError, match="2 separate solids"):
        solid_of(beside, triangles, "pair", "")
    assert shells(solid_of(inside, triangles, "hollow", "").triangles).max() == 1


def test_a_mesh_without_area_is_refused() -> None:
    """Triangles that all fall to a line or a point leave nothing."""
    with pytest.raises(PartError, match="no triangle in it has an area"):
        solid_of(np.array([[0.0, 0, 0], [1.0, 0, 0]]), np.array([[0, 1, 1], [1, 0, 0]]), "line", "")
