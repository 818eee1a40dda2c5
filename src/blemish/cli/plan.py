"""``blemish plan``."""

from __future__ import annotations

from pathlib import Path


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
    from blemish.study import load_part, read_study, run_folder

    file = read_study(study)
    part = load_part(file)
    path = plan_path(run_folder(file.study, out) / "dataset")
    print(plan_for(file.study.recipe, part, path).in_words())
    print(f"written to {path}")
