"""``blemish tune``."""

from __future__ import annotations

from pathlib import Path


def tune(
    study: Path,
    *,
    data: Path | None = None,
    out: Path | None = None,
    rate: tuple[float, ...] = (),
    decay: tuple[float, ...] = (),
    device: tuple[str, ...] = (),
) -> None:
    """Train with every pair of learning rate and weight decay, and tell the best by F1 on the validation set.

    Run it again to go on where it stopped: finished trainings are kept.

    Parameters
    ----------
    study
        The study file; its [learn] says everything but rate and decay.
    data
        The dataset to learn from; without it the study's own, made or named by ``data`` in it.
    out
        The run folder; without it ``runs/NAME``. The trainings go into the folder ``grid`` in it.
    rate
        A learning rate to try; may be repeated. Without it the paper's: 1e-2 and 1e-4.
    decay
        A weight decay to try; may be repeated. Without it the paper's: 1e-4 and 1e-6.
    device
        cpu, cuda, cuda:0 ...; may be repeated: trainings run side by side. Without it every GPU, or the processor.
    """
    from blemish.cli.progress import progress
    from blemish.disk import alone
    from blemish.learn.devices import all_devices
    from blemish.learn.fit import Progress
    from blemish.learn.tune import FOLDER, Grid, as_text
    from blemish.learn.tune import tune as search
    from blemish.settings import read
    from blemish.study import dataset_of, read_study, run_folder

    file = read_study(study)
    run = run_folder(file.study, out)
    values = {"learning_rates": rate, "weight_decays": decay}
    grid = read(Grid, {name: some for name, some in values.items() if some}, "--rate and --decay")
    cells = len(grid.learning_rates) * len(grid.weight_decays)
    opened = dataset_of(file, run, data)
    with alone(run / FOLDER), progress("tuning") as advance:

        def tell(cell: int, at: Progress) -> None:
            done = (cell * at.max_epochs + at.epoch - 1) * at.steps_per_epoch + at.step
            total = cells * at.max_epochs * at.steps_per_epoch
            advance(done, total, f"training {cell + 1} of {cells}, epoch {at.epoch}, loss {at.loss:.4f}")

        tuned = search(file.study.learn, opened, run / FOLDER, grid, tell, devices=device or all_devices())
    print(as_text(tuned))
