"""Views that overlap: no object is cut where one view could show it whole."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from builders import rod
from embree import Embree
from scipy.spatial import cKDTree

from blemish.plan import Camera, Planning, RingLight
from blemish.plan.make import asked, choose
from blemish.plan.sources import Offset, Sphere
from blemish.plan.survey import Survey, survey
from blemish.plan.uncut import SAME_SURFACE


def surveyed(overlap_mm: float) -> Survey:
    """A long rod, seen from all around, in images that show a part of it."""
    part = rod(10.0, 60.0)
    planning = Planning(
        sample_spacing_mm=1.5,
        candidates=(Offset(tilts_deg=(0.0, 30.0), turns=3), Sphere(count=30)),
        target_coverage=1.0,
        overlap_mm=overlap_mm,
        improve_rounds=100,
    )
    camera = Camera(width_px=800, height_px=600)
    return survey(part, camera, RingLight(), planning, 0, caster=Embree(part.vertices_mm, part.triangles))


def test_an_object_anywhere_lies_whole_in_a_view_that_could_show_it() -> None:
    """Of all samples of an object of 4 mm wherever it lies, a view of the plan inspects all, if any candidate does."""
    found = surveyed(overlap_mm=4.0)
    wanted = asked(found)
    chosen, _ = choose(wanted, found.planning, 0)
    assert wanted.met(wanted.given(chosen))
    sees, at, normals = found.visibility.dense(), found.samples.positions_mm, found.samples.normals
    rng, tree, checked = np.random.default_rng(0), cKDTree(at), 0
    for middle in at[rng.integers(len(at), size=400)] + rng.uniform(-0.5, 0.5, (400, 3)):
        nearest = tree.query(middle)[1]
        around = np.array(tree.query_ball_point(at[nearest], 2.0 + 1.5))
        same = found.visibility.inspectable[around] & (normals[around] @ normals[nearest] >= SAME_SURFACE)
        within = [one for one in around[same] if np.linalg.norm(at[one] - middle) <= 2.0]
        if sees[:, around[same]].all(axis=1).any():
            checked += 1
            assert sees[np.ix_(chosen, within)].all(axis=1).any()
    assert checked > 200


def test_the_more_overlap_is_asked_for_the_less_a_view_counts() -> None:
    """The larger the overlap the fewer samples a view counts for, but all can still be had; without, all it sees."""
    given = [asked(surveyed(overlap_mm)) for overlap_mm in (0.0, 1.0, 6.0)]
    plain = surveyed(0.0).visibility.dense()
    np.testing.assert_array_equal(given[0].gives.toarray(), plain)
    for less, more in pairwise(given):
        assert (more.gives.toarray() <= plain).all()
        assert more.gives.sum() < less.gives.sum()
        np.testing.assert_array_equal(more.asked, less.asked)


def test_more_overlap_takes_more_views() -> None:
    """Objects of 8 mm take more views to be whole somewhere than points take to be seen."""
    few, many = (len(choose(asked(one), one.planning, 0)[0]) for one in (surveyed(0.0), surveyed(8.0)))
    assert few < many
