"""``blemish plan``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from blemish.part import Part
    from blemish.plan import Plan
    from blemish.recipe import Recipe


def plan(
    study: Path,
    *,
    out: Path | None = None,
    poses: Path | None = None,
    hand_eye: Path | None = None,
    export: tuple[Path, ...] = (),
    replan: bool = False,
) -> None:
    """Find the viewpoints that cover the part, and print the coverage.

    Parameters
    ----------
    study
        The study file.
    out
        The run folder; without it ``runs/NAME``.
    poses
        Take the viewpoints from this file (.csv, .json, BOP's scene_camera.json) instead, and say what they cover.
    hand_eye
        The poses are those of a robot's flange in its base; this JSON file has the matrices flange_from_camera and
        base_from_part (4 x 4, mm) that make viewpoints of them.
    export
        Also write the viewpoints to this file (.csv, .json, BOP's scene_camera.json); may be repeated.
    replan
        Drop a plan that was edited by hand or brought from elsewhere.
    """
    from blemish.cli.progress import progress
    from blemish.errors import RequestError
    from blemish.make import plan_for, plan_path
    from blemish.plan.files import is_edited
    from blemish.plan.poses import write_poses
    from blemish.study import load_part, read_study, run_folder

    if hand_eye is not None and poses is None:
        raise RequestError("--hand-eye: it says how to read the poses of a robot; name their file with --poses")
    file = read_study(study)
    part = load_part(file)
    path = plan_path(run_folder(file.study, out) / "dataset")
    if poses is not None:
        made = _bring(file.study.recipe, part, path, poses, hand_eye, replan=replan)
    else:
        if replan and is_edited(path):
            path.rename(path.with_suffix(".json.before"))
            print(f"the edited plan is kept as {path.with_suffix('.json.before')}")
        with progress("candidates") as advance:
            made = plan_for(file.study.recipe, part, path, advance=advance)
    print(made.in_words())
    print(f"written to {path}")
    for place in export:
        write_poses(made.viewpoints, made.camera, place)
        print(f"poses written to {place}")


def _bring(recipe: Recipe, part: Part, path: Path, poses: Path, hand_eye: Path | None, *, replan: bool) -> Plan:
    """Make a plan of the viewpoints in a file, and write it."""
    from dataclasses import replace

    from blemish.make import keep_plan
    from blemish.plan.files import refuse_edited
    from blemish.plan.make import judge_with_coverage
    from blemish.plan.poses import read_flange_poses, read_poses
    from blemish.recipe import plan_digest

    refuse_edited(path, replan=replan)
    views = read_poses(poses) if hand_eye is None else read_flange_poses(poses, hand_eye)
    made, coverage = judge_with_coverage(part, recipe.camera, recipe.light, recipe.plan, views, seed=recipe.seed)
    made = replace(made, wishes=plan_digest(recipe, part), edited=True)
    keep_plan(made, coverage, path)
    return made
