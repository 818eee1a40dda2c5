"""``blemish report``."""

from __future__ import annotations

from pathlib import Path


def report(run: Path, *, data: Path | None = None) -> None:
    """Write one HTML file about a run.

    Parameters
    ----------
    run
        The run folder.
    data
        The dataset, where it is not the run's own.
    """
    from blemish.cli.progress import progress
    from blemish.report import write_report

    with progress("chapters") as advance:
        path = write_report(run, data, advance=advance)
    print(path)
