"""``blemish verify``."""

from __future__ import annotations

import sys
from pathlib import Path


def verify(dataset: Path) -> None:
    """Prove that a dataset on disk is what its format promises; leaves with 1 if it is not.

    Parameters
    ----------
    dataset
        The dataset folder: the one that holds dataset.json.
    """
    from blemish.cli.progress import progress
    from blemish.dataset.verify import verify as prove

    with progress("frames") as advance:
        verdict = prove(dataset, advance=advance)
    for fault in verdict.faults:
        print(fault)
    for warning in verdict.warnings:
        print(f"warning: {warning}")
    print(f"{dataset}: {verdict.frames} frames, {len(verdict.faults)} faults")
    if verdict.faults:
        sys.exit(1)
