"""One sitting at a plan: what is edited is undone, saved whole, and never planned over without asking."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from builders import box
from embree import Embree

from blemish.errors import PlanError
from blemish.frames import look_at
from blemish.make import keep_plan, plan_for
from blemish.part import Part
from blemish.plan import Planning, Viewpoint, read_plan
from blemish.plan.coverage import coverage_path, read_coverage
from blemish.plan.files import digest_of, is_edited, listed
from blemish.plan.make import judge_with_coverage
from blemish.plan.samples import sample_surface
from blemish.recipe import Recipe, plan_digest
from blemish.viewer import Bench, Session, open_draft
from blemish.viewer.preview import smaller

RECIPE = Recipe(plan=Planning(sample_spacing_mm=2.0), seed=3)
EYES = ((0.0, 0.0, 205.0), (203.0, 20.0, 3.0), (-203.0, 0.0, 30.0))


def session(folder: Path, part: Part | None = None, recipe: Recipe = RECIPE) -> Session:
    """Three views of a box, written and opened."""
    part = part or box()
    caster = Embree(part.vertices_mm, part.triangles)
    views = [Viewpoint(f"v{i:03d}", look_at(np.array(eye), np.zeros(3))) for i, eye in enumerate(EYES)]
    camera, light, path = recipe.camera, recipe.light, folder / "plan.json"
    plan, coverage = judge_with_coverage(part, camera, light, recipe.plan, views, seed=3, caster=caster)
    keep_plan(plan, coverage, path)
    samples = sample_surface(part, recipe.plan.sample_spacing_mm, recipe.plan.regions, 3)
    bench = Bench(part, camera, light, recipe.plan, samples, caster, coverage.visibility.furthest)
    draft = open_draft(bench, plan.viewpoints)
    finishes = {region.name: "brushed" for region in part.regions}
    return Session(recipe, path, path.read_bytes(), draft, finishes, folder / "dataset", "v000", saved=draft)


def test_what_is_saved_is_what_was_seen(tmp_path: Path) -> None:
    """The plan on disk covers what the draft showed, is marked as edited, and its coverage belongs to it."""
    sitting = session(tmp_path)
    sitting.delete("v001")
    assert sitting.selected == "v002"
    assert sitting.unsaved
    assert "edited by hand" in sitting.save()
    assert not sitting.unsaved
    plan = read_plan(sitting.path, box())
    assert [view.name for view in plan.viewpoints] == ["v000", "v002"]
    assert plan.edited
    assert plan.coverage == pytest.approx(sitting.draft.share(sitting.draft.times > 0))
    coverage = read_coverage(coverage_path(sitting.path), digest_of(listed(plan.viewpoints)))
    assert coverage is not None
    np.testing.assert_array_equal(coverage.times, sitting.draft.times)


def test_undo_goes_back_over_a_whole_drag(tmp_path: Path) -> None:
    """However many places a view is dragged over, one undo brings back what was before, and then there is none left."""
    sitting = session(tmp_path)
    before = sitting.draft
    sitting.mark()
    for x in (10.0, 20.0, 30.0):
        sitting.follow(look_at(np.array([x, 0.0, 205.0]), np.zeros(3)))
    assert sitting.draft is not before
    assert sitting.undo()
    assert sitting.draft is before
    assert not sitting.undo()


def test_a_view_that_cannot_be_used_is_not_saved(tmp_path: Path) -> None:
    """Saving names the view that stands in the part, and the file stays as it was."""
    sitting = session(tmp_path)
    sitting.move("v001", look_at(np.array([0.0, 0.0, 2.5]), np.zeros(3)))
    with pytest.raises(PlanError, match="viewpoint v001 stands inside the part"):
        sitting.save()
    assert sitting.path.read_bytes() == sitting.written


def test_a_plan_that_another_program_changed_is_not_written_over(tmp_path: Path) -> None:
    """Who saves after somebody else did is told, and nothing is written."""
    one, other = session(tmp_path), session(tmp_path)
    one.delete("v000")
    one.save()
    kept = one.path.read_bytes()
    other.delete("v001")
    with pytest.raises(PlanError, match="another program changed the plan"):
        other.save()
    assert one.path.read_bytes() == kept


def test_an_edited_plan_is_used_for_its_wishes_and_not_planned_over_for_others(tmp_path: Path) -> None:
    """Making takes an edited plan as it is; when the wishes change it refuses and names the cure."""
    sitting = session(tmp_path)
    sitting.delete("v001")
    sitting.save()
    part = box()
    assert len(plan_for(RECIPE, part, sitting.path).viewpoints) == 2
    others = Recipe(plan=Planning(sample_spacing_mm=2.5), seed=3)
    assert plan_digest(others, part) != plan_digest(RECIPE, part)
    kept = sitting.path.read_bytes()
    with pytest.raises(PlanError, match="--replan"):
        plan_for(others, part, sitting.path)
    assert sitting.path.read_bytes() == kept


def test_a_plan_changed_in_a_text_editor_counts_as_edited(tmp_path: Path) -> None:
    """A moved number, a view that is gone, a comma too many: all are somebody's work."""
    path = session(tmp_path).path
    assert not is_edited(path)
    text = path.read_text()
    values = json.loads(text)
    values["viewpoints"] = values["viewpoints"][:2]
    for changed in (text.replace('"v001"', '"v009"'), json.dumps(values), text + ","):
        path.write_text(changed)
        assert is_edited(path)
    path.write_text(json.dumps(json.loads(text), indent=7))
    assert not is_edited(path)


def test_a_damaged_or_foreign_coverage_is_none(tmp_path: Path) -> None:
    """A coverage that is cut, or that of other viewpoints, is as good as none."""
    path = coverage_path(session(tmp_path).path)
    views = digest_of(json.loads((tmp_path / "plan.json").read_text())["viewpoints"])
    assert read_coverage(path, views) is not None
    assert read_coverage(path, "0" * 64) is None
    whole = path.read_bytes()
    for end in (0, 10, len(whole) // 2, len(whole) - 30):
        path.write_bytes(whole[:end])
        assert read_coverage(path, views) is None
    path.unlink()
    assert read_coverage(path, views) is None


def test_a_preview_sees_what_the_frame_will_see() -> None:
    """A smaller camera has fewer pixels and the same field of view."""
    small = smaller(RECIPE.camera, 200)
    assert small.width_px == 200
    np.testing.assert_allclose(small.field_of_view_mm, RECIPE.camera.field_of_view_mm, rtol=0.01)
