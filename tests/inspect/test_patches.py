"""Patches: the same for every specimen, nobody's surface mixed with another's, and every pixel on the right one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from surfaces import BOX, ROD, finer, looked_at, marked

from blemish.dataset.ply import Geometry
from blemish.errors import DatasetError, RequestError
from blemish.inspect.surface.cells import cut
from blemish.inspect.surface.patches import Patches, lookup_of, patches_of, truth_of

PATCH_MM = 1.5


def area_of(mesh: Geometry) -> float:
    """The area of a mesh."""
    a, b, c = np.moveaxis(mesh.vertices_mm[mesh.triangles], 1, 0)
    return float(np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2)


@pytest.mark.parametrize("mesh", [BOX, ROD], ids=["plate", "rod"])
def test_they_share_the_surface_out(mesh: Geometry) -> None:
    """Their areas add up to the part's, each is about patch_mm squared, and each knows its face and region."""
    patches = patches_of(mesh, PATCH_MM)
    assert patches.area_mm2.sum() == pytest.approx(area_of(mesh))
    large = patches.area_mm2[np.isin(patches.face, [0, 1, 2])]
    assert 0.6 * PATCH_MM**2 < np.median(large) < 1.4 * PATCH_MM**2
    assert set(patches.face) == set(mesh.face)
    region_of = dict(zip(mesh.face.tolist(), mesh.region.tolist(), strict=True))
    assert [region_of[face] for face in patches.face.tolist()] == patches.region.tolist()
    np.testing.assert_allclose(np.linalg.norm(patches.normal, axis=1), 1, atol=1e-6)


@settings(max_examples=6)
@given(st.integers(0, 2**31), st.sampled_from([0.8, 1.5, 3.0]), st.sampled_from(["plate", "rod"]))
def test_every_pixel_lands_near_by_on_its_own_face(seed: int, patch_mm: float, part: str) -> None:
    """Whatever triangles a specimen has, a pixel's patch has the pixel's CAD face and lies about patch_mm away."""
    mesh = {"plate": BOX, "rod": ROD}[part]
    patches = patches_of(mesh, patch_mm)
    own = finer(mesh, seed % 3)
    maps = looked_at(own, (40, 50), seed)
    hit = maps["triangle"] != 0xFFFFFFFF
    places = np.stack([maps[f"position.{axis}"][hit] for axis in "XYZ"])
    patch = lookup_of(own, patches).at(maps["triangle"][hit].astype(np.int64), places)
    np.testing.assert_array_equal(patches.face[patch], maps["face"][hit])
    assert np.linalg.norm(places.T - patches.centre_mm[patch], axis=1).max() < 1.3 * patch_mm
    # It is the nearest of its face but for the width of a cell.
    for face in np.unique(patches.face[patch]):
        mine, there = places.T[patches.face[patch] == face], patches.centre_mm[patches.face == face]
        nearest = np.linalg.norm(mine[:, None] - there, axis=2).min(axis=1)
        distance = np.linalg.norm(mine - patches.centre_mm[patch[patches.face[patch] == face]], axis=1)
        assert (distance - nearest).max() < 0.9 * patch_mm


def test_cells_fill_their_triangles() -> None:
    """The areas of a triangle's cells add up to its own, however long and thin it is."""
    cells = cut(ROD, 0.7)
    a, b, c = np.moveaxis(ROD.vertices_mm[ROD.triangles], 1, 0)
    own = np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2
    np.testing.assert_allclose(np.bincount(cells.triangle, cells.area_mm2), own, rtol=1e-9)
    assert len(cells.area_mm2) < 20 * area_of(ROD) / 0.7**2


def test_the_same_mesh_gives_the_same_patches() -> None:
    """Seeds are drawn from a stream of their own, so two runs, or two machines, agree."""
    one, other = patches_of(ROD, PATCH_MM), patches_of(ROD, PATCH_MM)
    np.testing.assert_array_equal(one.centre_mm, other.centre_mm)
    np.testing.assert_array_equal(one.neighbours, other.neighbours)


def joined_to(patches: Patches, start: int) -> np.ndarray:
    """All patches that can be reached over neighbours."""
    reached = np.zeros(len(patches), dtype=bool)
    reached[start] = True
    while True:
        more = reached[patches.neighbours].any(axis=1)
        before = reached.sum()
        reached[patches.neighbours[more].ravel()] = True
        if reached.sum() == before:
            return reached


def test_neighbours_go_around_edges_but_not_through_walls() -> None:
    """From any patch every other is reached over its edges; no pair joins the two sides of a thin plate."""
    patches = patches_of(BOX, PATCH_MM)
    assert joined_to(patches, 0).all()
    ends = patches.face[patches.neighbours]
    assert not (np.sort(ends, axis=1) == [0, 1]).all(axis=1).any()
    inner = (np.abs(patches.centre_mm[:, :2]) < 8).all(axis=1)
    degree = np.bincount(patches.neighbours.ravel(), minlength=len(patches))
    assert 5 < degree[inner].mean() < 8


def test_the_truth_is_the_area_of_the_imprinted_triangles() -> None:
    """A defect's area on all patches is that of its triangles; insignificant ones are none."""
    mesh = marked(marked(finer(BOX, 5), (0, 0, 1), 2.0, 1), (6, 6, 1), 1.0, 2)
    lookup = lookup_of(mesh, patches_of(BOX, PATCH_MM))
    truth = truth_of(mesh, lookup, {1})
    a, b, c = np.moveaxis(mesh.vertices_mm[mesh.triangles[mesh.instance == 1]], 1, 0)
    assert truth.defect_area_mm2 == {1: pytest.approx(np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2)}
    near = np.linalg.norm(lookup.patches.centre_mm - [0, 0, 1], axis=1)
    assert truth.share[near < 0.8].min() > 0.8
    assert not truth.share[near > 2 + 1.3 * PATCH_MM].any()
    assert not truth_of(mesh, lookup, set()).share.any()


def test_what_does_not_belong_together_is_refused() -> None:
    """Another part, patches of no size, too many of them, and geometry of another mesh are told with their cure."""
    patches = patches_of(BOX, PATCH_MM)
    with pytest.raises(RequestError, match="of another part"):
        lookup_of(ROD, patches)
    with pytest.raises(RequestError, match="patch_mm"):
        patches_of(BOX, 0.0)
    with pytest.raises(RequestError, match="times as large"):
        patches_of(BOX, 1e-3)
    with pytest.raises(RequestError, match="no area"):
        patches_of(replace(BOX, vertices_mm=np.zeros_like(BOX.vertices_mm)), PATCH_MM)
    with pytest.raises(DatasetError, match="triangle 12"):
        lookup_of(BOX, patches).at(np.array([12]), np.zeros((3, 1)))
