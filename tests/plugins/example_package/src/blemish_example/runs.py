"""A table of runs: ``images/<name>.png``, and ``runs.csv`` with one line for each run of defective pixels in a row."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from blemish.dataset.read import Dataset
from blemish.dataset.split import SplitRule
from blemish.errors import ForeignDataError
from blemish.exchange.exporters import Exporter
from blemish.exchange.foreign import Folder
from blemish.exchange.importers import Importer
from blemish.exchange.picture import Picture
from blemish.exchange.sample import Annotated, Foreign, Sample, marked
from blemish.settings import settings

FIELDS = ("image", "row", "first", "count")


@settings
class Options:
    """How the table is written and read."""

    separator: str = ","
    """What stands between the columns."""


def write(_dataset: Dataset, pictures: Iterable[Picture], folder: Path, options: Options) -> tuple[str, ...]:
    """Write images and the table."""
    table = io.StringIO(newline="")
    lines = csv.writer(table, delimiter=options.separator, lineterminator="\n")
    lines.writerow(FIELDS)
    for picture in pictures:
        name = f"images/{picture.stem}.png"
        picture.copy_image(folder / name)
        for row, pixels in enumerate(picture.mask() > 0):
            ends = np.flatnonzero(np.diff(pixels.astype(np.int8), prepend=0, append=0))
            lines.writerows((name, row, first, last - first) for first, last in ends.reshape(-1, 2).tolist())
    (folder / "runs.csv").write_text(table.getvalue(), encoding="utf-8")
    return ("kinds of defects, specimens and sets",)


def find(folder: Folder, options: Options) -> Foreign:
    """Read the table; images are read later, one by one."""
    runs: dict[str, list[tuple[int, int, int]]] = {name: [] for name in folder.files("images")}
    rows = csv.DictReader(io.StringIO(folder.text("runs.csv")), delimiter=options.separator) if runs else ()
    try:
        for line in rows:
            runs[line["image"]].append((int(line["row"]), int(line["first"]), int(line["count"])))
    except (KeyError, TypeError, ValueError, csv.Error) as error:
        raise ForeignDataError(f"{folder.path('runs.csv')}: not the table of these images: {error}") from None
    samples = tuple(
        Sample(file=file, group=file, view="v000", load=lambda file=file: _load(folder, file, runs[file]))
        for file in runs
    )
    split = SplitRule(shares={"train": 2.0, "val": 1.0, "test": 1.0})
    return Foreign(read=len(samples), samples=samples, classes=("defect",), split=split)


def _load(folder: Folder, file: str, runs: list[tuple[int, int, int]]) -> Annotated:
    image = folder.grey(file)
    mask = np.zeros(image.shape, dtype=bool)
    for row, first, count in runs:
        if not (0 <= row < mask.shape[0] and 0 <= first < first + count <= mask.shape[1]):
            raise ForeignDataError(f"{folder.path(file)}: a run of row {row} in runs.csv lies outside the image")
        mask[row, first : first + count] = True
    return marked(image, [("defect", mask)], file)


IMPORTER = Importer(Options, "images/<name>.png and runs.csv", find)
EXPORTER = Exporter(Options, write)
