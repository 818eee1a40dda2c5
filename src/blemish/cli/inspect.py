"""``blemish inspect``."""

from __future__ import annotations

from pathlib import Path


def inspect(study: Path, *, data: Path | None = None, out: Path | None = None) -> None:
    """Measure what the trained network really finds: by size, on the part, with all views together.

    Parameters
    ----------
    study
        The study file; its [inspect] says what is asked.
    data
        Another dataset to measure on, such as photographs with poses; it needs the sets val and test.
    out
        The run folder that holds the model; without it ``runs/NAME``. Results go into the folder ``inspection`` in it.
    """
    from blemish.cli.progress import progress
    from blemish.disk import alone
    from blemish.inspect.words import in_words
    from blemish.inspected import inspect_model
    from blemish.study import read_study, run_folder

    file = read_study(study)
    folder = run_folder(file.study, out)
    with alone(folder / "inspection"), progress("inspecting") as advance:
        found = inspect_model(file, folder, data=data, advance=advance)
    print(in_words(found))
    print(f"figures, objects and maps are in {folder / 'inspection'}; `blemish report {folder}` draws them")
