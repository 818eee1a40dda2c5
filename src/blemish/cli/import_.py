"""``blemish import``."""

from __future__ import annotations

from pathlib import Path


def import_(kind: str, source: Path, dataset: Path) -> None:
    """Bring foreign or annotated photographs into a dataset.

    Parameters
    ----------
    kind
        What the source is: mtd, labelme, ...
    source
        The folder to read.
    dataset
        The folder to make.
    """
    raise SystemExit(f"{kind} {source} {dataset}")
