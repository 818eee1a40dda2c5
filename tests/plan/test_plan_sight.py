"""A part much larger than an image: what is passed over changes nothing, and the work is told beforehand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from builders import box
from embree import Embree
from hypothesis import given, settings
from hypothesis import strategies as st

from blemish.plan import make_plan
from blemish.plan.camera import Camera
from blemish.plan.candidates import Candidates, propose
from blemish.plan.light import RingLight
from blemish.plan.planning import Planning
from blemish.plan.samples import Blocks, sample_surface
from blemish.plan.sight import Sight
from blemish.plan.sources import Offset
from blemish.plan.survey import fewest_views, survey

PART = box((240.0, 180.0, 20.0))
PLANNING = Planning(sample_spacing_mm=4.0, candidates=(Offset(tilts_deg=(0.0, 40.0), turns=2),))
CAMERA = Camera(width_px=800, height_px=600, pixel_pitch_um=5.0, focal_length_mm=16.0, working_distance_mm=200.0)
SAMPLES = sample_surface(PART, PLANNING.sample_spacing_mm, ("*",), 0)


def candidates_of(camera: Camera) -> Candidates:
    """Propose views of the plate."""
    caster = Embree(PART.vertices_mm, PART.triangles)
    return propose(PART, SAMPLES, camera, PLANNING, caster=caster, seed=0)


def in_sight(camera: Camera, candidates: Candidates) -> tuple[list[np.ndarray], np.ndarray]:
    """Give what each candidate has in sight, in order, and how far each sample came."""
    sight = Sight(SAMPLES, camera, PLANNING)
    rows = [np.unique(sight.of(candidates.pose(index))) for index in range(len(candidates))]
    sight.note_blurred(candidates)
    return rows, sight.furthest


@settings(max_examples=8)
@given(st.floats(1.0, 16.0), st.floats(60.0, 300.0))
def test_what_is_passed_over_is_not_in_sight(f_number: float, focus_mm: float) -> None:
    """Looking at every sample finds the same samples in sight, and the same reasons for those that never are."""
    camera = replace(CAMERA, f_number=f_number, working_distance_mm=focus_mm)
    candidates = candidates_of(CAMERA)  # some too near or too far for this focus
    rows, furthest = in_sight(camera, candidates)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Blocks, "near", lambda *_: (np.arange(len(SAMPLES)), SAMPLES.positions_mm))
        all_rows, all_furthest = in_sight(camera, candidates)
    assert all(np.array_equal(one, other) for one, other in zip(rows, all_rows, strict=True))
    assert np.array_equal(furthest, all_furthest)


def test_most_of_a_large_part_is_passed_over() -> None:
    """A view of a small piece of the plate looks at less than half of the samples."""
    sight = Sight(SAMPLES, CAMERA, PLANNING)
    candidates = candidates_of(CAMERA)
    looked_at = [
        len(sight.blocks.near(*sight._sharp_ball(candidates.pose(index)))[0]) for index in range(len(candidates))
    ]
    assert np.mean(looked_at) < len(SAMPLES) / 2


def test_no_plan_has_fewer_views_than_were_told() -> None:
    """The number told beforehand is below that of the plan, and not far below it on a plate."""
    caster, light = Embree(PART.vertices_mm, PART.triangles), RingLight()
    planning = replace(PLANNING, bound_rounds=0, improve_rounds=0, max_views=2000)
    plan = make_plan(PART, CAMERA, light, planning, 0, caster=caster)
    fewest = fewest_views(PART, CAMERA, planning)
    assert plan.asked_coverage >= planning.target_coverage
    assert len(plan.viewpoints) / 6 < fewest <= len(plan.viewpoints)
    twice = replace(planning, views_per_point=2)
    assert fewest_views(PART, CAMERA, twice) in {2 * fewest - 1, 2 * fewest}


def test_the_work_is_told_before_the_rays() -> None:
    """Whoever watches is told how many samples there are, how many views it takes, and that fewer were allowed."""
    notes: list[str] = []
    caster = Embree(PART.vertices_mm, PART.triangles)
    planning = replace(PLANNING, max_views=3)
    survey(PART, CAMERA, RingLight(), planning, 0, caster=caster, advance=lambda _done, _all, note: notes.append(note))
    assert f"{len(SAMPLES)} samples" in notes[0]
    assert "more than max_views = 3" in notes[0]
