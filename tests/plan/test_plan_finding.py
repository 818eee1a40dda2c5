"""Plans that find: coverage counted in probability of detection."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from builders import box
from embree import Embree
from hypothesis import given
from hypothesis import strategies as st

from blemish.part.model import Part
from blemish.plan import Camera, Planning, RingLight
from blemish.plan.evidence import evidence_of, most_helpful
from blemish.plan.finding import Finding
from blemish.plan.make import asked, choose, plan_of
from blemish.plan.sources import Offset
from blemish.plan.survey import Survey, survey
from blemish.sensitivity import Sensitivity

SENSITIVITY = Sensitivity(kind="dent", intercept=-4.0, log_size=2.0, cosine=4.0, log_px_per_mm=0.3, independence=0.6)
FINDING = Finding(size_mm=0.8, probability=0.9, sensitivity=SENSITIVITY)
QUICK = Planning(sample_spacing_mm=4.0, candidates=(Offset(tilts_deg=(0.0, 30.0), turns=3),), max_views=60)


def surveyed(finding: Finding, part: Part | None = None) -> Survey:
    """Survey a box for what has to be found."""
    part = part or box((40.0, 30.0, 15.0))
    planning = replace(QUICK, finding=finding)
    caster = Embree(part.vertices_mm, part.triangles)
    return survey(part, Camera(), RingLight(), planning, 0, caster=caster)


def evidence(one: Survey, finding: Finding) -> np.ndarray:
    """Give the evidence of each candidate on each sample, dense."""
    names = [region.name for region in one.part.regions]
    return evidence_of(one.samples, names, one.candidates, one.visibility, one.camera, finding).toarray()


def test_a_look_gives_what_the_formula_says_and_nothing_where_it_does_not_see() -> None:
    """One pair is computed by hand from pose, normal and distance."""
    one = surveyed(FINDING)
    given = evidence(one, FINDING)
    view = 0
    seen = one.visibility.sees(view)
    assert not given[view, ~seen].any()
    sample = int(np.flatnonzero(seen)[0])
    pose, place = one.candidates.pose(view), one.samples.positions_mm[sample]
    away = pose.translation_mm - place
    cosine = away @ one.samples.normals[sample] / np.linalg.norm(away)
    scale = one.camera.focal_length_px / (-away @ pose.rotation[:, 2])
    p = 1 / (1 + np.exp(-(-4.0 + 2.0 * np.log(0.8) + 4.0 * cosine + 0.3 * np.log(scale))))
    assert given[view, sample] == pytest.approx(-np.log(1 - p))


def test_what_a_plan_calls_found_is_found() -> None:
    """The chosen views find as surely as was asked what any views do, on as much area as the target says."""
    one = surveyed(FINDING)
    wanted = asked(one)
    chosen, bound = choose(wanted, one.planning, 0)
    given = evidence(one, FINDING)
    found = 1 - np.exp(-SENSITIVITY.together(given[chosen].max(axis=0), given[chosen].sum(axis=0)))
    possible = np.sum([FINDING.counted(row) for row in given], axis=0) >= FINDING.needed
    area = one.samples.area_mm2
    assert area[possible & (found >= 0.9 - 1e-9)].sum() >= one.planning.target_coverage * area[possible].sum() - 1e-6
    assert 0 < bound <= len(chosen)
    plan = plan_of(one, wanted, chosen, bound)
    assert "finds dent defects of 0.8 mm with 90% probability" in plan.in_words()


@given(st.lists(st.floats(0.0, 3.0), min_size=1, max_size=8), st.floats(0.0, 1.0))
def test_what_adds_up_is_found(looks: list[float], independence: float) -> None:
    """Looks whose counts reach the demand find surely enough; for looks that are alike the reverse holds, too."""
    finding = replace(FINDING, sensitivity=replace(SENSITIVITY, independence=independence))
    for some in (np.array(looks), np.full(len(looks), looks[0])):
        has = finding.sensitivity.together(some.max(keepdims=True), some.sum(keepdims=True))[0]
        counts = finding.counted(some)
        assert (counts <= finding.needed + 1e-9).all()
        if counts.sum() >= finding.needed:
            assert has >= finding.needed * (1 - 1e-9)
    if has >= finding.needed * (1 + 1e-9):
        assert counts.sum() >= finding.needed * (1 - 1e-9)


def test_smaller_defects_and_higher_probabilities_need_more_views() -> None:
    """Asking for more never gives a smaller lower bound's worth of views, where all of it can be had."""
    counts = []
    for finding in (FINDING, replace(FINDING, probability=0.97), replace(FINDING, size_mm=0.6)):
        one = surveyed(finding)
        counts.append(len(choose(asked(one), one.planning, 0)[0]))
    assert counts[0] < counts[1]
    assert counts[0] < counts[2]


def test_the_most_helpful_view_is_the_best_of_all() -> None:
    """No other candidate lifts more area; with everything found already none is named."""
    one = surveyed(FINDING)
    names = [region.name for region in one.part.regions]
    each = evidence_of(one.samples, names, one.candidates, one.visibility, one.camera, FINDING)
    planned = each[:3]
    area = one.samples.area_mm2
    best = most_helpful(area, one.candidates, each, planned, FINDING)
    assert best is not None

    def found(looks: np.ndarray) -> float:
        return float(area[SENSITIVITY.together(looks.max(axis=0), looks.sum(axis=0)) >= FINDING.needed - 1e-9].sum())

    reached = [found(np.vstack([planned.toarray(), row])) for row in each.toarray()]
    assert best.found + best.gained == pytest.approx(max(reached) / area.sum())
    assert best.found == pytest.approx(found(planned.toarray()) / area.sum())
    none = most_helpful(area, one.candidates, each * 0, planned, FINDING)
    assert none is None


def test_counting_and_finding_are_not_asked_for_together() -> None:
    """The contradiction is told with what to leave out."""
    with pytest.raises(ValueError, match="leave out views_per_point"):
        replace(QUICK, finding=FINDING, views_per_point=2)
