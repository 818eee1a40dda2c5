"""Refinement: finer where it is wanted, closed everywhere, on the exact surface."""

from __future__ import annotations

import numpy as np
import pytest
from builders import box, rod
from pressed import area_vectors, is_closed, volume_mm3

from blemish.defects.mesh import Mesh
from blemish.defects.refine import Splits, refine
from blemish.part.model import Part


class Ball:
    """Wants edges of at most ``edge`` in triangles that come near a point."""

    def __init__(self, point: tuple[float, float, float], radius: float, edge: float) -> None:
        self.point, self.radius, self.edge = np.array(point), radius, edge

    def follow(self, mesh: Mesh, splits: Splits | None) -> tuple[np.ndarray, np.ndarray]:
        new = np.arange(mesh.triangles.count) if splits is None else splits.children
        return new, np.zeros(mesh.triangles.count, dtype=np.int64)

    def look(self, mesh: Mesh, flipped: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        rows = self.near(mesh)
        return rows, np.full(len(rows), self.edge)

    def near(self, mesh: Mesh) -> np.ndarray:
        corners = mesh.vertices.data[mesh.triangles.data]
        centroid = corners.mean(axis=1)
        size = np.linalg.norm(corners - centroid[:, None], axis=2).max(axis=1)
        return np.flatnonzero(np.linalg.norm(centroid - self.point, axis=1) <= self.radius + size)


def refined(part: Part, ball: Ball) -> Mesh:
    """Refine a part near a point."""
    mesh = Mesh(part)
    refine(mesh, part.surfaces, ball)
    return mesh


BOX_BALL = Ball((7, 6, 5), 1.0, 0.1)
ROD_BALL = Ball((10, 0, 10), 1.0, 0.1)


@pytest.mark.parametrize(("part", "ball"), [(box(), BOX_BALL), (rod(), ROD_BALL)], ids=["box", "rod"])
def test_refinement_leaves_no_crack(part: Part, ball: Ball) -> None:
    """Every edge still has two triangles that run along it in opposite directions."""
    assert is_closed(refined(part, ball).triangles.data)


@pytest.mark.parametrize(("part", "ball"), [(box(), BOX_BALL), (rod(), ROD_BALL)], ids=["box", "rod"])
def test_edges_are_as_short_as_wanted(part: Part, ball: Ball) -> None:
    """No triangle near the point has an edge longer than was asked for."""
    mesh = refined(part, ball)
    assert mesh.length.data[mesh.edges.data[ball.near(mesh)]].max() <= ball.edge


def test_refinement_is_local() -> None:
    """Triangles stay large far away: their number hardly depends on the size of the part."""
    small = refined(box((20, 20, 5)), BOX_BALL).triangles.count
    large = refined(box((200, 200, 5)), BOX_BALL).triangles.count
    assert large < 1.5 * small


def test_splitting_planes_changes_no_shape() -> None:
    """A refined box encloses the volume of the box, and its triangles face as their faces do."""
    part = box()
    mesh = refined(part, BOX_BALL)
    assert volume_mm3(mesh.vertices.data, mesh.triangles.data) == pytest.approx(2000)
    facing = area_vectors(mesh.vertices.data, mesh.triangles.data)
    facing /= np.linalg.norm(facing, axis=1, keepdims=True)
    assert facing == pytest.approx(part.normals[mesh.root.data, 0], abs=1e-9)


def test_new_vertices_lie_on_the_cylinder() -> None:
    """Every new vertex of a rod's mantle is at its radius, also on the rim that it shares with the end."""
    part = rod(10.0, 20.0, 12)
    mesh = refined(part, Ball((10, 0, 20), 2.0, 0.2))
    new = mesh.vertices.data[len(part.vertices_mm) :]
    mantle = np.unique(mesh.triangles.data[part.face[mesh.root.data] == 0])
    radius = np.hypot(*mesh.vertices.data[mantle, :2].T)
    assert radius == pytest.approx(10)
    rim = mesh.vertices.data[np.intersect1d(mantle, np.unique(mesh.triangles.data[part.face[mesh.root.data] == 2]))]
    assert len(rim) > 12
    assert rim[:, 2] == pytest.approx(20)
    assert len(new) > 100


def test_the_part_keeps_its_vertices() -> None:
    """The part's own vertices come first and do not move by a bit."""
    part = rod()
    mesh = refined(part, ROD_BALL)
    assert np.array_equal(mesh.vertices.data[: len(part.vertices_mm)], part.vertices_mm)


def test_corner_normals_are_those_of_the_surface() -> None:
    """New corners on the mantle have the cylinder's normal, those on the end the plane's, also on their common rim."""
    part = rod(10.0, 20.0, 12)
    mesh = refined(part, Ball((10, 0, 20), 2.0, 0.2))
    normals, face = mesh.corner_normals(), part.face[mesh.root.data]
    outward = mesh.vertices.data[mesh.triangles.data[face == 0]] * [1, 1, 0] / 10
    assert normals[face == 0] == pytest.approx(outward, abs=1e-9)
    assert np.all(normals[face == 2] == [0, 0, 1])


def test_flips_leave_no_needles() -> None:
    """Out of needles twenty millimetres long come triangles of decent shape, nearly all above fifteen degrees."""
    part = rod(2.0, 20.0, 24)
    ball = Ball((2, 0, 10), 0.5, 0.05)
    mesh = refined(part, ball)
    corners = mesh.vertices.data[mesh.triangles.data]
    inside = np.linalg.norm(corners.mean(axis=1) - ball.point, axis=1) < ball.radius
    a, b, c = corners[inside].transpose(1, 0, 2)
    angles = []
    for one, two, three in ((a, b, c), (b, c, a), (c, a, b)):
        p, q = two - one, three - one
        cosine = np.sum(p * q, axis=1) / np.linalg.norm(p, axis=1) / np.linalg.norm(q, axis=1)
        angles.append(np.degrees(np.arccos(np.clip(cosine, -1, 1))))
    assert np.quantile(np.min(angles, axis=0), 0.02) > 15
