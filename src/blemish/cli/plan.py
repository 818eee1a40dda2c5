"""``blemish plan``."""

from __future__ import annotations

from pathlib import Path

from blemish.plan import Plan


def plan(study: Path, *, out: Path | None = None) -> None:
    """Find the viewpoints that cover the part, and print the coverage.

    Parameters
    ----------
    study
        The study file.
    out
        The run folder; without it ``runs/NAME``.
    """
    from blemish.make import plan_for, plan_path
    from blemish.part import load
    from blemish.study import read_study, run_folder

    file = read_study(study)
    part = load(file.study.part, base=file.base)
    path = plan_path(run_folder(file.study, out) / "dataset")
    tell(plan_for(file.study.recipe, part, path))
    print(f"written to {path}")


def tell(plan: Plan) -> None:
    """Print what a plan covers, how good it is, and what no view can see."""
    print(plan.in_words())
    width = max(map(len, plan.coverage_by_region), default=0)
    for region, coverage in plan.coverage_by_region.items():
        print(f"  {region:<{width}}  {coverage:6.1%}")
