"""``blemish train``."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path


def train(
    study: Path,
    *,
    data: Path | None = None,
    init: Path | None = None,
    out: Path | None = None,
    tensorboard: bool = False,
) -> None:
    """Train or fine-tune a network on a dataset, and choose its threshold.

    Parameters
    ----------
    study
        The study file; its [learn] says how.
    data
        The dataset to learn from; without it the study's own, made or named by ``data`` in it.
    init
        A run folder whose model training goes on from (fine-tuning).
    out
        The run folder; without it ``runs/NAME``. The model goes into the folder ``model`` in it.
    tensorboard
        Write the curves for TensorBoard as well, into the folder ``tensorboard`` in the run folder.
    """
    from blemish.cli.progress import progress
    from blemish.learn.curves import waiting_share
    from blemish.learn.team import leads
    from blemish.study import read_study, run_folder, train_model

    file = read_study(study)
    with progress("training") if leads() else nullcontext(lambda _done, _total, _note: None) as advance:
        done = train_model(
            file, run_folder(file.study, out), data=data, init=init, tensorboard=tensorboard, advance=advance
        )
    if not leads():
        return
    for warning in done.warnings:
        print(f"warning: {warning}")
    threshold = done.model.threshold
    f1 = done.model.training.get("validation_f1")
    worth = "" if f1 is None else f"; F1 {f1:.3f} on the validation set"
    print(f"{done.folder}: {done.epochs} epochs, the best is {done.best_epoch}{worth}; threshold {threshold.value:.4g}")
    waited = waiting_share(done.folder)
    if waited is not None:
        print(f"training waited {waited:.1%} of its time for crops")
