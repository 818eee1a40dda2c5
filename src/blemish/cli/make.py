"""``blemish make``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from blemish.make import Made


def make(study: Path, *, out: Path | None = None, workers: int = 1) -> None:
    """Make the dataset; run it again to go on where it stopped.

    Parameters
    ----------
    study
        The study file.
    out
        The run folder; without it ``runs/NAME``. The dataset is the folder ``dataset`` in it.
    workers
        Processes that render; one already uses every core, more pay off on machines with many.
    """
    from blemish.cli.progress import progress
    from blemish.study import make_dataset, read_study, run_folder

    file = read_study(study)
    with progress("frames") as advance:
        tell(make_dataset(file, run_folder(file.study, out), workers=workers, advance=advance))


def tell(made: Made) -> None:
    """Print what a run of ``make`` did."""
    print(f"{made.root}: {made.frames} frames, {made.shot} of them made now")
    for name in made.removed:
        print(f"  removed {name}: it belongs to another recipe")
