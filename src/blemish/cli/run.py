"""``blemish run``."""

from __future__ import annotations

from pathlib import Path


def run(study: Path, *, out: Path | None = None, workers: int = 1, dask: str = "", gpu: bool = False) -> None:
    """All of it, with inspection where the study asks for it; run it again to go on where it stopped.

    Parameters
    ----------
    study
        The study file.
    out
        The run folder; without it ``runs/NAME``.
    workers
        Processes that render.
    dask
        The address of a Dask scheduler whose workers render (tcp://HOST:8786), or ``local``: --workers of them here.
    gpu
        With --dask: only workers that were started with --resources GPU=1, and those on their GPU.
    """
    from blemish.cli.evaluate import evaluate
    from blemish.cli.inspect import inspect
    from blemish.cli.make import announce, tell
    from blemish.cli.progress import progress
    from blemish.cli.train import train
    from blemish.farm import Crew, reach
    from blemish.make import plan_for, plan_path
    from blemish.report import write_report
    from blemish.study import dataset_of, load_part, make_dataset, read_study, run_folder

    file, crew = read_study(study), Crew(workers=workers, dask=dask, gpu=gpu)
    reach(crew)
    folder = run_folder(file.study, out)
    data = None
    if file.study.data is None:
        part = load_part(file)
        with progress("candidates") as advance:
            plan = plan_for(file.study.recipe, part, plan_path(folder / "dataset"), advance=advance)
        print(plan.in_words())
        with progress("frames") as advance:
            tell(make_dataset(file, folder, part=part, crew=crew, announce=announce, advance=advance))
    else:
        data = dataset_of(file, folder).root
    train(study, out=out)
    evaluate(folder, data or folder / "dataset")
    if file.study.inspect is not None:
        inspect(study, out=out)
    with progress("chapters") as advance:
        report = write_report(folder, data, advance=advance)
    print(f"report: {report}")
