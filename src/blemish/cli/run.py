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
    from blemish.cli.make import make
    from blemish.cli.plan import plan
    from blemish.cli.train import train
    from blemish.dataset.atomic import replace_file
    from blemish.report import write_report
    from blemish.study import dataset_of, read_study, run_folder

    file = read_study(study)
    folder = run_folder(file.study, out)
    data = None
    if file.study.data is None:
        plan(study, out=out)
        make(study, out=out, workers=workers)
    else:
        data = dataset_of(file, folder).root
    replace_file(folder, folder / "study.toml", file.text.encode())
    train(study, out=out)
    evaluate(folder, data or folder / "dataset")
    print(f"report: {write_report(folder, data)}")
