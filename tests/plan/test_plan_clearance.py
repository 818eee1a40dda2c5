"""Where a camera can stand: never in the metal, with free space around the ring."""

from __future__ import annotations

import numpy as np
import pytest
from builders import rod
from embree import Embree
from hypothesis import given, settings
from hypothesis import strategies as st
from shapes import blocks, posts

from blemish.plan.camera import Camera
from blemish.plan.candidates import looking, propose
from blemish.plan.clearance import colliding, inside_part, why_not, winding_number
from blemish.plan.light import RingLight
from blemish.plan.planning import Planning
from blemish.plan.samples import sample_surface
from blemish.plan.sources import Offset, Sphere


@settings(max_examples=40, deadline=None)
@given(st.tuples(*[st.floats(-12, 12)] * 2, st.floats(-5, 25)))
def test_the_winding_number_tells_inside_from_outside(point: tuple[float, float, float]) -> None:
    """Around a point in the rod the surface goes once, around one outside not at all."""
    part, (x, y, z) = rod(segments=16), point
    inner = 10 * np.cos(np.pi / 16)
    place = np.array([point])
    if np.hypot(x, y) < inner - 1e-3 and 1e-3 < z < 20 - 1e-3:
        assert winding_number(part, place)[0] == pytest.approx(1)
        assert inside_part(part, place)[0]
    elif np.hypot(x, y) > 10 + 1e-3 or z < -1e-3 or z > 20 + 1e-3:
        assert winding_number(part, place)[0] == pytest.approx(0, abs=1e-9)
        assert not inside_part(part, place)[0]


@settings(max_examples=40, deadline=None)
@given(st.floats(0, 400), st.floats(0, 30))
def test_a_ring_collides_when_it_is_nearer_than_the_clearance(height_mm: float, clearance_mm: float) -> None:
    """Over a wide plate a camera that looks straight down collides up to the clearance, and beyond it not."""
    plate = blocks(((-150.0, -150.0, -10.0), (150.0, 150.0, 0.0)))
    light = RingLight(offset_mm=20.0, inner_radius_mm=40.0)
    eye = looking(np.array([[0.0, 0.0, 20.0 + height_mm]]), np.array([[0.0, 0.0, -100.0]]))
    hit = colliding(plate, eye, light, Planning(clearance_mm=clearance_mm))[0]
    slack = 4.0  # the spacing of the obstacles, which counts as clearance
    if height_mm < clearance_mm - 1e-9:
        assert hit
    if height_mm > clearance_mm + slack:
        assert not hit


def test_admitted_views_keep_clear_of_the_part() -> None:
    """No vertex of the part lies in the cylinder of camera, ring and clearance, and no camera in the metal."""
    part, camera = posts(), Camera(focal_length_mm=12.0, working_distance_mm=40.0)
    light, planning = RingLight(), Planning(candidates=(Offset(spacing_mm=8.0), Sphere(count=50)))
    samples = sample_surface(part, 3.0, ("*",), 0)
    caster = Embree(part.vertices_mm, part.triangles)
    proposed = propose(part, samples, camera, planning, caster=caster, seed=0)
    reasons = why_not(part, proposed, light, planning)
    assert set(reasons) == {"", "too near to the part"}
    kept = proposed.take(reasons == "")
    assert not inside_part(part, kept.positions_mm).any()
    for index in range(len(kept)):
        x, y, z = kept.pose(index).inverse().apply(part.vertices_mm).T
        beside = np.hypot(x, y) > light.outer_radius_mm + planning.clearance_mm
        assert (beside | (z > planning.clearance_mm) | (z < -planning.rig_length_mm)).all()


def test_proposals_are_at_the_working_distance_and_not_alike() -> None:
    """Every proposal has a surface point or the part's centre in focus, and no two are nearly the same."""
    part, camera = posts(), Camera()
    samples = sample_surface(part, 3.0, ("*",), 0)
    caster = Embree(part.vertices_mm, part.triangles)
    proposed = propose(part, samples, camera, Planning(), caster=caster, seed=0)
    for rotation in proposed.rotations:
        np.testing.assert_allclose(rotation @ rotation.T, np.eye(3), atol=1e-12)
        assert np.linalg.det(rotation) > 0
    reach = np.linalg.norm(part.size_mm)
    focus = proposed.positions_mm + camera.working_distance_mm * proposed.forward
    assert (np.linalg.norm(focus - part.centre_mm, axis=1) <= reach).all()
    key = np.round(np.concatenate([proposed.positions_mm, proposed.forward * 100], axis=1), 1)
    assert len(np.unique(key, axis=0)) == len(proposed)
