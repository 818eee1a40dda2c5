"""Casting rays, against formulas and against another ray caster."""

from __future__ import annotations

import numpy as np
import pytest
from builders import box, rod

from blemish.engine import RayCaster


def inward_rays(count: int, radius_mm: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Rays from a sphere around the part towards places in and around it."""
    rng = np.random.default_rng(seed)
    origins = rng.normal(size=(count, 3))
    origins *= radius_mm / np.linalg.norm(origins, axis=1, keepdims=True)
    return origins, rng.uniform(-12, 12, (count, 3)) - origins


def test_a_box_is_hit_where_the_slab_formula_says() -> None:
    """Distances to a box are those of the intersection of three slabs, and the hit lies on the triangle named."""
    part = box((20.0, 16.0, 8.0))
    low, high = part.vertices_mm.min(axis=0), part.vertices_mm.max(axis=0)
    origins, directions = inward_rays(20000, 60.0, seed=1)
    unit = directions / np.linalg.norm(directions, axis=1, keepdims=True)
    near, far = (low - origins) / unit, (high - origins) / unit
    enter, leave = np.minimum(near, far).max(axis=1), np.maximum(near, far).min(axis=1)
    clear = np.abs(leave - enter) > 1e-3  # rays that graze an edge may go either way
    triangle, distance = RayCaster(part.vertices_mm, part.triangles).first_hit(origins, directions)
    is_hit = triangle >= 0
    assert np.array_equal(is_hit[clear], (leave > enter)[clear])
    assert 0.2 < is_hit.mean() < 0.9
    both = is_hit & clear
    np.testing.assert_allclose(distance[both], enter[both], atol=1e-3)
    assert np.isinf(distance[~is_hit]).all()
    axis = np.abs(part.normals[triangle[both], 0]).argmax(axis=1)
    assert np.array_equal(axis, np.minimum(near, far)[both].argmax(axis=1))


def test_it_agrees_with_another_ray_caster() -> None:
    """Triangles and distances are those of Embree called directly through another binding."""
    embreex = pytest.importorskip("embreex.mesh_construction")
    from embreex.rtcore_scene import EmbreeScene

    part = rod()
    origins, directions = inward_rays(5000, 50.0, seed=2)
    unit = directions / np.linalg.norm(directions, axis=1, keepdims=True)
    scene = EmbreeScene()
    embreex.TriangleMesh(scene, part.vertices_mm[part.triangles].astype(np.float32))
    theirs = scene.run(origins.astype(np.float32), unit.astype(np.float32), output=True)
    triangle, distance = RayCaster(part.vertices_mm, part.triangles).first_hit(origins, directions)
    same = triangle == theirs["primID"]
    assert same.mean() > 0.999  # an edge belongs to either of its triangles
    is_hit = triangle >= 0
    np.testing.assert_allclose(distance[is_hit & same], theirs["tfar"][is_hit & same], rtol=1e-5)


def test_what_the_part_itself_hides_is_occluded() -> None:
    """From a point on the top of a box, a light above is seen and a light below is not."""
    part = box((20.0, 20.0, 5.0))
    caster = RayCaster(part.vertices_mm, part.triangles)
    top = np.column_stack([np.linspace(-9, 9, 50), np.zeros(50), np.full(50, 5.0)])
    assert not caster.occluded(top, np.array([[0.0, 0.0, 100.0]]), 1e-3).any()
    assert caster.occluded(top, np.array([[0.0, 0.0, -100.0]]), 1e-3).all()


def test_the_segment_ends_at_its_target() -> None:
    """What lies behind the target hides nothing, and a segment shorter than its margins is free."""
    part = box((20.0, 20.0, 5.0))
    caster = RayCaster(part.vertices_mm, part.triangles)
    above = np.array([[0.0, 0.0, 50.0]])
    assert not caster.occluded(above, np.array([[0.0, 0.0, 5.0]]), 1e-3).any()
    assert caster.occluded(above, np.array([[0.0, 0.0, 4.9]]), 1e-3).all()
    assert not caster.occluded(above, above, 1e-3).any()


def test_more_rays_than_a_batch_come_back_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches are an inner matter: the answer is the same whatever their size."""
    part = rod()
    caster = RayCaster(part.vertices_mm, part.triangles)
    rays = inward_rays(1000, 50.0, seed=3)
    whole = caster.first_hit(*rays)
    monkeypatch.setattr("blemish.engine.rays.BATCH", 64)
    pieces = caster.first_hit(*rays)
    np.testing.assert_array_equal(whole[0], pieces[0])
    np.testing.assert_array_equal(whole[1], pieces[1])


def test_no_rays_no_hits() -> None:
    """An empty question has an empty answer."""
    part = box()
    caster = RayCaster(part.vertices_mm, part.triangles)
    triangle, distance = caster.first_hit(np.zeros((0, 3)), np.zeros((0, 3)))
    assert len(triangle) == len(distance) == 0


def test_no_ray_slips_between_two_triangles() -> None:
    """Of two million rays at a finely divided mantle, each is stopped by its front."""
    part = rod(segments=2000)
    caster = RayCaster(part.vertices_mm, part.triangles)
    rng = np.random.default_rng(4)
    targets = np.column_stack([np.zeros(2_000_000), rng.uniform(-8, 8, 2_000_000), rng.uniform(2, 18, 2_000_000)])
    eye = np.array([[200.0, 3.0, 10.0]])
    _, distance = caster.first_hit(np.broadcast_to(eye, targets.shape), targets - eye)
    assert distance.max() < 200
