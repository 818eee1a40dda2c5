"""Placement and calibration errors of a recipe: drawn once for each specimen, in the digest and beside the plan."""

from __future__ import annotations

import numpy as np
from builders import box

from blemish.frames import look_at
from blemish.plan import Camera, Plan, RingLight, Viewpoint
from blemish.plan.misplace import Misplacement
from blemish.recipe import Recipe, as_it_turned_out, frame_digest

VIEW = Viewpoint("v000", look_at(np.array([0.0, 10.0, 200.0]), np.zeros(3)))
PRECISE, LOOSE = Recipe(seed=5), Recipe(seed=5, misplacement=Misplacement(placement_mm=0.3, placement_deg=0.2))
PLAN = Plan("box", Camera(), RingLight(), (VIEW,), 1.0, 1.0, {"top": 1.0})


def test_without_errors_a_view_is_the_planned_one() -> None:
    """A recipe that states no errors renders from the plan's pose to the bit."""
    assert as_it_turned_out(PRECISE, box(), "d000", VIEW) is VIEW


def test_each_specimen_lies_in_its_own_way_and_always_in_the_same() -> None:
    """A specimen's pose is off by little, the same at every call, and another specimen's is off otherwise."""
    first, again, other = (
        as_it_turned_out(LOOSE, box(), name, VIEW).world_from_camera.matrix() for name in ("d000", "d000", "d001")
    )
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    assert 0 < np.abs(first - VIEW.world_from_camera.matrix()).max() < 5


def test_errors_are_in_the_digest_of_frames() -> None:
    """Frames of parts that lie askew are not taken for those of parts that lie well."""
    names = {"numpy": "1"}
    digests = {frame_digest(recipe, box(), PLAN, "d000", VIEW, names) for recipe in (PRECISE, LOOSE)}
    assert len(digests) == 2
