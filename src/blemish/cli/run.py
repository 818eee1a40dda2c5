"""``blemish run``."""

from __future__ import annotations

from pathlib import Path


def run(study: Path, *, out: Path | None = None, workers: int = 1) -> None:
    """All of it: plan, make, train, evaluate, report; run it again to go on where it stopped.

    Parameters
    ----------
    study
        The study file.
    out
        The run folder; without it ``runs/NAME``.
    workers
        Processes that render.
    """
    from blemish.cli.evaluate import evaluate
    from blemish.cli.make import tell
    from blemish.cli.progress import progress
    from blemish.cli.train import train
    from blemish.make import plan_for, plan_path
    from blemish.report import write_report
    from blemish.study import dataset_of, load_part, make_dataset, read_study, run_folder

    file = read_study(study)
    folder = run_folder(file.study, out)
    data = None
    if file.study.data is None:
        part = load_part(file)
        print(plan_for(file.study.recipe, part, plan_path(folder / "dataset")).in_words())
        with progress("frames") as advance:
            tell(make_dataset(file, folder, part=part, workers=workers, advance=advance))
    else:
        data = dataset_of(file, folder).root
    train(study, out=out)
    evaluate(folder, data or folder / "dataset")
    print(f"report: {write_report(folder, data)}")
