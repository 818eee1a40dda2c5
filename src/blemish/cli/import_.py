"""``blemish import``."""

from __future__ import annotations

from pathlib import Path


def import_(
    kind: str,
    source: Path,
    dataset: Path,
    *,
    option: tuple[str, ...] = (),
    split: str | None = None,
    skip_bad: bool = False,
    poses: Path | None = None,
    plan: Path | None = None,
) -> None:
    """Bring foreign or annotated photographs into a dataset.

    Parameters
    ----------
    kind
        What the source is: coco, csem-misd, dagm, ksdd1, ksdd2, labelme, masks, mtd, mvtec, neu-seg, severstal, or a
        format of another package.
    source
        The folder to read.
    dataset
        The folder to make.
    option
        A setting of this kind as KEY=VALUE, where VALUE is written as in TOML or is plain text; may be repeated.
    split
        Shares of train, val and test like 4:1 or 3:1:1; ``paper`` for the published protocol's split, ``none`` for
        none. Without it no object is ever on both sides.
    skip_bad
        Leave out files that cannot be used and list them, instead of stopping at the first.
    poses
        A table in CSV with the columns photograph, view and specimen: which view of a plan shows which object.
    plan
        The plan that the table's views are of; without it, the plan.json beside the table.
    """
    from blemish.cli.options import parse_options
    from blemish.cli.progress import progress
    from blemish.exchange import bring_in

    options = parse_options(option)
    with progress("importing") as advance:
        summary = bring_in(
            kind,
            source,
            dataset,
            options=options,
            split=split,
            skip_bad=skip_bad,
            poses=poses,
            plan=plan,
            advance=advance,
        )
    print(summary)
    print(f"the dataset is {dataset}")
