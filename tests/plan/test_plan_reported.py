"""What the report says of a plan: the areas add up, and a plan without its coverage is told as far as it goes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from builders import box
from embree import Embree

from blemish.dataset.ply import Geometry
from blemish.frames import look_at
from blemish.make import keep_plan
from blemish.plan import Camera, Planning, RingLight, Viewpoint
from blemish.plan.coverage import coverage_path
from blemish.plan.make import judge_with_coverage
from blemish.report.planned import coverage_pictures, planned_of


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """Two views of a box, as a plan with its coverage in a run folder."""
    part, eyes = box(), [(0.0, 0.0, 210.0), (215.0, 0.0, 5.0)]
    views = [Viewpoint(f"v{i:03d}", look_at(np.array(eye), np.zeros(3))) for i, eye in enumerate(eyes)]
    caster = Embree(part.vertices_mm, part.triangles)
    planning = Planning(sample_spacing_mm=1.0)
    plan, coverage = judge_with_coverage(part, Camera(), RingLight(), planning, views, seed=0, caster=caster)
    keep_plan(replace(plan, lower_bound=1), coverage, tmp_path / "plan.json")
    return tmp_path


def values(run: Path) -> dict:
    """The plan file, as the report reads it."""
    return json.loads((run / "plan.json").read_text())


def test_what_is_inspected_and_what_is_not_add_up(run: Path) -> None:
    """The area that some view inspects and the areas that none does, by reason, are the whole."""
    told, plan = planned_of(run, values(run)), values(run)
    unseen = sum(float(share.rstrip("%")) / 100 for _, _, share in told.unseen)
    assert unseen + plan["coverage"] == pytest.approx(1.0, abs=1e-3)
    assert [row[0] for row in told.views] == ["v000", "v001"]
    assert float(told.views[0][3]) == pytest.approx(400.0, rel=0.02), "the top, from above"


def test_pictures_are_drawn_of_the_coverage_that_belongs_to_the_plan(run: Path) -> None:
    """With its coverage there is a picture of counts and one of reasons; without it none, and the text says so."""
    part = box()
    nothing = np.zeros(len(part.triangles), dtype=np.int32)
    geometry = Geometry(part.vertices_mm, part.triangles, part.face, part.region_of_triangle, nothing, ("top", "sides"))
    assert len(coverage_pictures(run, values(run), geometry)) == 2
    coverage_path(run / "plan.json").unlink()
    assert coverage_pictures(run, values(run), geometry) == []
    told = planned_of(run, values(run))
    assert told.views == ()
    assert "plan again to have it" in " ".join(told.lines)
    assert told.regions
