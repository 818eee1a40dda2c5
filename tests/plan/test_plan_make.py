"""Plans as a whole: the same arguments give the same plan, and what cannot be planned is said."""

from __future__ import annotations

import numpy as np
import pytest
from builders import box, rod
from embree import Embree

from blemish.errors import PlanError
from blemish.part.model import Part
from blemish.plan import Camera, Plan, Planning, RingLight, make_plan
from blemish.plan.planning import Reach, Table
from blemish.plan.sources import Offset, Sphere, Turntable

QUICK = Planning(sample_spacing_mm=2.0, candidates=(Offset(tilts_deg=(0.0, 30.0), turns=3), Sphere(count=50)))


def planned(part: Part, planning: Planning = QUICK, camera: Camera | None = None, seed: int = 0) -> Plan:
    """Plan with Embree, quickly."""
    return make_plan(
        part, camera or Camera(), RingLight(), planning, seed, caster=Embree(part.vertices_mm, part.triangles)
    )


@pytest.mark.parametrize("part", [box((40.0, 30.0, 15.0)), rod()], ids=["box", "rod"])
def test_a_convex_part_is_covered(part: Part) -> None:
    """Nothing on a convex part is hidden, so the plan reaches its target and all of it is inspectable."""
    plan = planned(part)
    assert plan.inspectable == 1
    assert QUICK.target_coverage <= plan.coverage <= 1
    assert set(plan.coverage_by_region) == {region.name for region in part.regions}


def test_the_same_arguments_give_the_same_plan() -> None:
    """Planning twice gives the same poses to the bit; another seed gives others."""
    first, again, other = (planned(rod(), seed=seed) for seed in (3, 3, 4))

    def matrices(plan: Plan) -> np.ndarray:
        return np.array([view.world_from_camera.matrix() for view in plan.viewpoints])

    np.testing.assert_array_equal(matrices(first), matrices(again))
    assert not np.array_equal(matrices(first), matrices(other))


def test_the_side_on_the_table_is_not_seen() -> None:
    """On a table the bottom of a box is not inspectable, and no camera or ring reaches below the table's face."""
    part = box((40.0, 40.0, 15.0))
    plan = planned(part, Planning(sample_spacing_mm=2.0, table=Table(), improve_rounds=200))
    bottom = part.areas_mm2[part.face == 0].sum() / part.areas_mm2.sum()
    assert plan.inspectable <= 1 - bottom + 1e-9
    for view in plan.viewpoints:
        ring = view.world_from_camera.apply(60.0 * np.array([[1.0, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0]]))
        assert ring[:, 2].min() > 0


def test_views_stay_in_reach() -> None:
    """Views stay in the box that the robot reaches and within its largest tilt."""
    reach = Reach(low_mm=(-300.0, -300.0, 0.0), high_mm=(0.0, 300.0, 500.0), max_tilt_deg=50.0)
    plan = planned(box((40.0, 40.0, 15.0)), Planning(sample_spacing_mm=2.0, reach=reach, improve_rounds=200))
    for view in plan.viewpoints:
        assert view.world_from_camera.translation_mm[0] <= 0
        assert -view.world_from_camera.rotation[2, 2] >= np.cos(np.deg2rad(50.0)) - 1e-9


def test_only_the_named_regions_count() -> None:
    """Inspecting one region gives a coverage of that region alone."""
    plan = planned(box(), Planning(regions=("top",), sample_spacing_mm=2.0))
    assert list(plan.coverage_by_region) == ["top"]
    assert plan.coverage == pytest.approx(plan.coverage_by_region["top"])


def test_a_turntable_alone_covers_a_rod() -> None:
    """A camera on an arm over a turntable sees the mantle of a rod that stands on it."""
    plan = planned(rod(), Planning(regions=("mantle",), sample_spacing_mm=2.0, candidates=(Turntable(),)))
    assert plan.coverage > 0.95


@pytest.mark.parametrize(
    ("change", "camera", "words"),
    [
        ({"regions": ("topp",)}, {}, "did you mean top"),
        ({"min_px_per_mm": 500.0}, {}, "more than the camera gives"),
        ({"border_px": 600}, {}, "leaves nothing of an image"),
        ({"clearance_mm": 1000.0}, {}, "none of .* candidate viewpoints may be used: .* too near to the part"),
        ({"reach": Reach(low_mm=(900.0,) * 3, high_mm=(901.0,) * 3)}, {}, "out of reach"),
        (
            {"regions": ("top",), "reach": Reach(high_mm=(900.0, 900.0, -100.0))},
            {},
            "inspects anything; of the area, .*%",
        ),
        ({"sample_spacing_mm": 0.01}, {}, "use at least"),
    ],
)
def test_what_cannot_be_planned_is_said(change: dict, camera: dict, words: str) -> None:
    """A wish that cannot be met is one error that says which wish and why."""
    wishes = {"sample_spacing_mm": 2.0, "candidates": QUICK.candidates, **change}
    with pytest.raises(PlanError, match=words):
        planned(box((60.0, 60.0, 20.0)), Planning(**wishes), Camera(**camera))


def test_a_matrix_that_would_fill_the_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """More pairs of candidates and samples than fit are refused before any of them is looked at."""
    monkeypatch.setattr("blemish.plan.survey.MOST_PAIRS", 10_000)
    monkeypatch.setattr("blemish.plan.survey.see", lambda *_, **__: pytest.fail("it was looked at"))
    with pytest.raises(PlanError, match=r"too many to compare: raise sample_spacing_mm from 2 to at least \d"):
        planned(box())
