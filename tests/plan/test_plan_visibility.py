"""The visibility matrix: laws of geometry, and another ray caster's opinion."""

from __future__ import annotations

import numpy as np
import pytest
from builders import box
from embree import Embree
from hypothesis import given, settings
from hypothesis import strategies as st
from shapes import blocks, posts, turned, turned_views, well

from blemish.engine import RayCaster
from blemish.frames import look_at
from blemish.part.model import Part
from blemish.plan.camera import Camera
from blemish.plan.candidates import Candidates, Caster, looking, propose
from blemish.plan.light import RingLight
from blemish.plan.planning import Planning
from blemish.plan.samples import Samples, sample_surface
from blemish.plan.sources import Offset, Sphere
from blemish.plan.visibility import REASONS, Visibility, see

PLANNING = Planning(sample_spacing_mm=1.5, candidates=(Offset(tilts_deg=(0.0, 40.0), turns=4), Sphere(count=60)))
CAMERA, LIGHT = Camera(), RingLight()


def seen_by(part: Part, caster: Caster, planning: Planning = PLANNING) -> tuple[Samples, Candidates, Visibility]:
    """Sample, propose and see; the candidates are always proposed with Embree."""
    samples = sample_surface(part, planning.sample_spacing_mm, ("*",), 0)
    embree = Embree(part.vertices_mm, part.triangles)
    candidates = propose(part, samples, CAMERA, planning, caster=embree, seed=0)
    return samples, candidates, see(samples, candidates, CAMERA, LIGHT, planning, caster=caster)


@pytest.fixture(scope="module")
def seen() -> tuple[Samples, Candidates, Visibility]:
    """The posts as Embree sees them."""
    part = posts()
    return seen_by(part, Embree(part.vertices_mm, part.triangles))


def test_the_engine_agrees_with_embree(seen: tuple[Samples, Candidates, Visibility]) -> None:
    """Both ray casters give the same answer on 99.99 % of the rays and of the matrix, and something is hidden."""
    part = posts()
    ours, theirs = RayCaster(part.vertices_mm, part.triangles), Embree(part.vertices_mm, part.triangles)
    samples, candidates, by_embree = seen
    owner = np.tile(np.arange(len(candidates)), 500)
    points = samples.positions_mm[np.random.default_rng(0).integers(len(samples), size=len(owner))]
    targets = candidates.positions_mm[owner]
    hidden, hidden_too = ours.occluded(points, targets, 0.01), theirs.occluded(points, targets, 0.01)
    assert (hidden == hidden_too).mean() >= 0.9999
    assert 0.1 < hidden.mean() < 0.9
    by_engine = see(samples, candidates, CAMERA, LIGHT, PLANNING, caster=ours)
    assert (by_engine.dense() == by_embree.dense()).mean() >= 0.9999
    assert (by_engine.furthest < len(REASONS)).any()


@pytest.mark.parametrize("eye", [(1.0, 2.0, 3.0), (-3.0, 1.0, 0.2)])
def test_turning_the_part_and_the_views_leaves_the_matrix(
    seen: tuple[Samples, Candidates, Visibility], eye: tuple[float, float, float]
) -> None:
    """What a view inspects does not depend on how the world's axes lie."""
    rotation = look_at(np.array(eye), np.zeros(3)).rotation
    part = turned(posts(), rotation)
    _, candidates, before = seen
    after = see(
        sample_surface(part, PLANNING.sample_spacing_mm, ("*",), 0),
        turned_views(candidates, rotation),
        CAMERA,
        LIGHT,
        PLANNING,
        caster=Embree(part.vertices_mm, part.triangles),
    )
    assert (before.dense() == after.dense()).mean() >= 0.9999
    assert (before.furthest == after.furthest).mean() >= 0.999


def test_what_counts_as_seen_keeps_every_limit(seen: tuple[Samples, Candidates, Visibility]) -> None:
    """A seen sample projects into the image within its border, faces the camera, is sharp and fine enough."""
    samples, candidates, visibility = seen
    for index in range(len(candidates)):
        rows = visibility.sees(index)
        local = candidates.pose(index).inverse().apply(samples.positions_mm[rows])
        assert (local[:, 2] > 0).all()
        pixels = CAMERA.project(local)
        assert (pixels >= PLANNING.border_px - 1e-6).all()
        assert (pixels <= np.array([CAMERA.width_px, CAMERA.height_px]) - PLANNING.border_px + 1e-6).all()
        assert (CAMERA.blur_px(local[:, 2]) <= PLANNING.max_blur_px + 1e-6).all()
        to_camera = candidates.positions_mm[index] - samples.positions_mm[rows]
        cosine = (to_camera * samples.normals[rows]).sum(axis=1) / np.linalg.norm(to_camera, axis=1)
        assert (cosine >= np.cos(np.deg2rad(PLANNING.max_angle_deg)) - 1e-9).all()
        assert (CAMERA.focal_length_px / local[:, 2] * cosine >= PLANNING.min_px_per_mm - 1e-6).all()


def test_pixels_per_millimetre_are_a_lower_bound_of_what_projection_gives() -> None:
    """Moving a little over a slanted surface moves the image by at least the stated pixels, off the axis too."""
    rng = np.random.default_rng(3)
    points = np.stack([rng.uniform(-20, 20, 200), rng.uniform(-16, 16, 200), rng.uniform(190, 210, 200)], axis=1)
    normals = rng.normal(size=(200, 3)) * 0.4 + [0, 0, -1.0]
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    view = -points / np.linalg.norm(points, axis=1, keepdims=True)
    stated = CAMERA.focal_length_px / points[:, 2] * (view * normals).sum(axis=1)
    across = np.cross(normals, [1.0, 0.0, 0.0])
    across /= np.linalg.norm(across, axis=1, keepdims=True)
    along = np.cross(normals, across)
    for angle in np.linspace(0, np.pi, 30):
        step = 1e-4 * (np.cos(angle) * across + np.sin(angle) * along)
        moved = np.linalg.norm(CAMERA.project(points + step) - CAMERA.project(points), axis=1) / 1e-4
        assert (moved >= stated * (1 - 1e-3)).all()


def test_the_faces_of_the_matrix_agree(seen: tuple[Samples, Candidates, Visibility]) -> None:
    """Rows, dense matrix, sparse matrix, counts and what is inspectable tell the same."""
    _, candidates, visibility = seen
    dense = visibility.dense()
    assert dense.shape == (len(candidates), visibility.num_samples)
    np.testing.assert_array_equal(visibility.sees(3), dense[3])
    np.testing.assert_array_equal(visibility.sparse([5, 2]).toarray(), dense[[5, 2]])
    np.testing.assert_array_equal(visibility.times_seen(), dense.sum(axis=0))
    np.testing.assert_array_equal(visibility.times_seen([1, 4]), dense[[1, 4]].sum(axis=0))
    np.testing.assert_array_equal(visibility.inspectable, dense.any(axis=0))


def test_a_plate_in_front_hides_what_is_behind_it() -> None:
    """Of a box under a plate nothing is seen from above, and the reason is that it is occluded."""
    part = blocks(((-5.0, -5.0, 0.0), (5.0, 5.0, 2.0)), ((-30.0, -30.0, 4.0), (30.0, 30.0, 5.0)))
    samples = sample_surface(part, 1.0, ("b0",), 0)
    top = np.flatnonzero(samples.normals[:, 2] > 0.5)
    above = looking(np.array([[0.0, 0.0, 202.0]]), np.array([[0.0, 0.0, 2.0]]))
    caster = Embree(part.vertices_mm, part.triangles)
    visibility = see(samples, above, CAMERA, LIGHT, PLANNING, caster=caster)
    assert not visibility.sees(0).any()
    assert {REASONS[passed] for passed in visibility.furthest[top]} == {"occluded"}


def test_the_floor_of_a_narrow_well_is_seen_but_not_lit() -> None:
    """Down a narrow well the camera sees the floor and the ring does not reach it; a ring that narrow does."""
    part = well()
    samples = sample_surface(part, 0.5, ("b0",), 0)
    floor = samples.normals[:, 2] > 0.5
    above = looking(np.array([[0.0, 0.0, 200.0]]), np.zeros((1, 3)))
    caster = Embree(part.vertices_mm, part.triangles)
    wide = see(samples, above, CAMERA, LIGHT, PLANNING, caster=caster)
    assert {REASONS[passed] for passed in wide.furthest[floor]} == {"unlit"}
    narrow = RingLight(inner_radius_mm=1.6, outer_radius_mm=2.2)
    assert see(samples, above, CAMERA, narrow, PLANNING, caster=caster).sees(0)[floor].any()


@settings(max_examples=50, deadline=None)
@given(st.floats(0, 30), st.floats(0, 360))
def test_a_tilted_mirror_shows_the_ring_where_the_law_of_reflection_says(tilt_deg: float, azimuth_deg: float) -> None:
    """On the axis, a mirror tilted by t throws the line of sight to d tan 2t in the ring's plane."""
    d, tilt, azimuth = 200.0, np.deg2rad(tilt_deg), np.deg2rad(azimuth_deg)
    normal = np.array([np.sin(tilt) * np.cos(azimuth), np.sin(tilt) * np.sin(azimuth), -np.cos(tilt)])
    _, angle = LIGHT.mirrored(np.array([[0.0, 0.0, d]]), normal[None])
    low, high = np.arctan2(LIGHT.inner_radius_mm, d), np.arctan2(LIGHT.outer_radius_mm, d)
    assert angle[0] == pytest.approx(max(0.0, low - 2 * tilt, 2 * tilt - high), abs=1e-6)


def test_bright_and_dark_field_share_what_is_seen() -> None:
    """What any light shows is what the bright field shows and what the dark field shows, and both show something."""
    part = box((60.0, 40.0, 15.0))
    caster = Embree(part.vertices_mm, part.triangles)
    wanted = {"sample_spacing_mm": 2.0, "candidates": PLANNING.candidates}
    every, bright, dark = (
        seen_by(part, caster, Planning(lighting=light, **wanted))[2].dense() for light in ("any", "bright", "dark")
    )
    np.testing.assert_array_equal(every, bright | dark)
    assert not (bright & dark).any()
    assert bright.any()
    assert dark.any()


def test_the_ring_is_sampled_on_its_luminous_area() -> None:
    """The points that stand for the ring lie in its plane, between its radii, evenly around the axis."""
    points = RingLight(offset_mm=7.0).points()
    radius = np.hypot(points[:, 0], points[:, 1])
    assert ((radius >= 25) & (radius <= 60)).all()
    assert (points[:, 2] == 7).all()
    np.testing.assert_allclose(points[:, :2].mean(axis=0), 0, atol=1e-9)
