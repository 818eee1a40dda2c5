"""What an edit does to coverage, and what a state shows, without a browser."""

from __future__ import annotations

import numpy as np
import pytest
from builders import box
from embree import Embree

from blemish.errors import PlanError
from blemish.frames import Pose, look_at
from blemish.plan import Camera, Planning, RingLight, Viewpoint
from blemish.plan.painted import canvas
from blemish.plan.samples import sample_surface
from blemish.viewer import Bench, Draft, open_draft
from blemish.viewer.colours import MODES, paint
from blemish.viewer.draft import added, facing, in_words, moved, sight_in_words, without

FINISHES = {"top": "milled", "sides": "brushed"}


def bench() -> Bench:
    """A box on which views are tried out."""
    part, planning = box((30.0, 30.0, 10.0)), Planning(sample_spacing_mm=2.0, views_per_region={"top": 2})
    samples = sample_surface(part, planning.sample_spacing_mm, planning.regions, 0)
    caster = Embree(part.vertices_mm, part.triangles)
    return Bench(part, Camera(), RingLight(), planning, samples, caster, np.zeros(len(samples), dtype=np.uint8))


def above(x_mm: float = 0.0) -> Pose:
    """A camera over the top."""
    return look_at(np.array([x_mm, 0.0, 210.0]), np.array([0.0, 0.0, 10.0]), np.array([0.0, 1.0, 0.0]))


def beside() -> Pose:
    """A camera in front of one side."""
    return look_at(np.array([215.0, 0.0, 5.0]), np.array([15.0, 0.0, 5.0]))


def draft() -> Draft:
    """Two views: of the top and of a side."""
    return open_draft(bench(), [Viewpoint("v000", above()), Viewpoint("v001", beside())])


def test_adding_never_lowers_and_deleting_never_raises_coverage() -> None:
    """Each sample is seen at least as often with a view more, and as before once it is gone again."""
    before = draft()
    more, name = added(before, above(30.0))
    assert name == "v002"
    assert (more.times >= before.times).all()
    assert more.times.sum() > before.times.sum()
    np.testing.assert_array_equal(without(more, name).times, before.times)
    assert (without(before, "v000").times <= before.times).all()


def test_moving_there_and_back_changes_nothing() -> None:
    """Only the view that moves counts anew, and back in its place it sees what it saw."""
    before = draft()
    away = moved(before, "v001", above(-20.0))
    assert away.sights[0] is before.sights[0]
    assert away.share(away.times > 0) < before.share(before.times > 0)
    back = moved(away, "v001", beside())
    np.testing.assert_array_equal(back.times, before.times)
    assert in_words(back) == in_words(before)


def test_a_view_in_the_metal_inspects_nothing_and_says_so() -> None:
    """A view that is dragged into the part loses its coverage, keeps its name and is told."""
    inside = moved(draft(), "v000", Pose(np.eye(3), np.array([0.0, 0.0, 5.0])))
    assert not inside.sight("v000").seen.any()
    assert "Cannot be taken up" in in_words(inside)
    assert "inside the part" in sight_in_words(inside, "v000")


def test_the_last_view_stays() -> None:
    """A plan without views is none."""
    with pytest.raises(PlanError, match="last view"):
        without(without(draft(), "v000"), "v001")


def test_a_freed_name_is_given_again() -> None:
    """A view that is added takes the first name that is free."""
    _, name = added(without(draft(), "v000"), above())
    assert name == "v000"


def test_what_is_looked_at_is_in_focus_and_in_the_middle() -> None:
    """A view added from the browser's look stands at the working distance from what was in the middle of the page."""
    here = bench()
    pose = facing(here, np.array([0.0, 0.0, 900.0]), np.array([0.0, 0.0, -1.0]))
    np.testing.assert_allclose(pose.translation_mm, [0.0, 0.0, 10.0 + here.camera.working_distance_mm], atol=1e-3)
    np.testing.assert_allclose(pose.rotation[:, 2], [0.0, 0.0, -1.0], atol=1e-9)


def test_the_words_tell_views_that_a_region_asks_for() -> None:
    """A region that wants two views is not inspected often enough by one, and is by two."""
    one = draft()
    assert "| top | 100.0% | 2 | 0.0% |" in in_words(one)
    assert "| top | 100.0% | 2 | 100.0% |" in in_words(added(one, above(20.0))[0])


@pytest.mark.parametrize("mode", MODES)
def test_every_colour_that_is_shown_is_told(mode: str) -> None:
    """The legend names each colour that a class of samples has; a scale names its ends."""
    painting = paint(draft(), mode, FINISHES)
    assert painting.colours.shape == (len(draft().bench.samples), 3)
    shown, told = set(map(tuple, painting.colours.tolist())), {colour for _, colour in painting.legend}
    assert shown == told or mode == "angle"


def test_each_triangle_of_the_canvas_shows_a_sample_of_its_own_side() -> None:
    """The mesh that is coloured has the part's area, and each of its triangles the sample of the face it lies on."""
    here = bench()
    cut = canvas(here.part.vertices_mm, here.part.triangles, here.samples)
    a, b, c = cut.vertices_mm[cut.triangles].transpose(1, 0, 2)
    normals = np.cross(b - a, c - a)
    assert np.linalg.norm(normals, axis=1).sum() / 2 == pytest.approx(here.part.areas_mm2.sum())
    assert (cut.sample >= 0).all()
    assert ((normals * here.samples.normals[cut.sample]).sum(axis=1) > 0).all()
