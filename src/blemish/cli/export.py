"""``blemish export``."""

from __future__ import annotations

from pathlib import Path


def export(kind: str, dataset: Path, folder: Path, *, option: tuple[str, ...] = ()) -> None:
    """Give a dataset out in a foreign format, and say what that format cannot hold.

    Parameters
    ----------
    kind
        The format: bop, coco, huggingface, labelme, masks, mvtec, webdataset, yolo, or one of another package.
    dataset
        The dataset to read.
    folder
        The folder to make.
    option
        A setting of this format as KEY=VALUE; may be repeated.
    """
    from blemish.cli.options import parse_options
    from blemish.cli.progress import progress
    from blemish.dataset import open_dataset
    from blemish.exchange import give_out

    options = parse_options(option)
    with progress("exporting") as advance:
        print(give_out(kind, open_dataset(dataset), folder, options=options, advance=advance))
    print(f"written to {folder}")
