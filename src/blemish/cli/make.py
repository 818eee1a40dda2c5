"""``blemish make``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from blemish.cost import Cost
    from blemish.make import Made


def make(
    study: Path,
    *,
    out: Path | None = None,
    workers: int = 1,
    dask: str = "",
    gpu: bool = False,
    meshes: bool = False,
    sheets: bool = False,
) -> None:
    """Make the dataset; run it again to go on where it stopped.

    Parameters
    ----------
    study
        The study file.
    out
        The run folder; without it ``runs/NAME``. The dataset is the folder ``dataset`` in it.
    workers
        Processes that render; one already uses every core, more pay off on machines with many.
    dask
        The address of a Dask scheduler whose workers render (tcp://HOST:8786), or ``local``: --workers of them here.
    gpu
        With --dask: only workers that were started with --resources GPU=1, and those on their GPU.
    meshes
        Also write each specimen as ``meshes/SPECIMEN.ply``, in one colour a defect, for any mesh viewer.
    sheets
        Only draw ``sheets/``: 25 samples of each population under the ring light, to look at before the work.
    """
    from blemish.cli.progress import progress
    from blemish.farm import Crew, reach
    from blemish.study import load_part, make_dataset, read_study, run_folder

    file, crew = read_study(study), Crew(workers=workers, dask=dask, gpu=gpu)
    reach(crew)
    folder = run_folder(file.study, out)
    if sheets:
        from blemish.sheets import write_sheets

        load_part(file)  # tells every mistake in the study
        for path in write_sheets(file.study.recipe, folder / "sheets"):
            print(path)
        return
    with progress("frames") as advance:
        tell(make_dataset(file, folder, crew=crew, announce=announce, advance=advance))
    if meshes:
        from blemish.dataset.meshes import write_meshes

        print(f"{write_meshes(folder / 'dataset', folder / 'meshes')} specimens in {folder / 'meshes'}")


def announce(cost: Cost) -> None:
    """Print what is still to be made and what it costs, before it begins."""
    if cost.frames:
        print(f"{cost.frames} frames to make: {cost.in_words()}", flush=True)


def tell(made: Made) -> None:
    """Print what a run of ``make`` did."""
    print(f"{made.root}: {made.frames} frames, {made.shot} of them made now")
    samples = _samples_of(made)
    if made.shot and samples:
        print(f"  {samples / 1e6:.1f} million samples a frame")
    for line in made.notes:
        print(f"  note: {line}")
    for name in made.removed:
        print(f"  removed {name}: it belongs to another recipe")


def _samples_of(made: Made) -> float:
    """Give how many samples a frame took, in the mean of at most fifty frames."""
    from blemish.dataset import open_dataset

    dataset = open_dataset(made.root)
    chosen = dataset.frames[:: max(1, len(dataset.frames) // 50)]
    counts = [(dataset.record(frame).rendering or {}).get("samples", 0) for frame in chosen]
    return sum(counts) / max(len(counts), 1)
