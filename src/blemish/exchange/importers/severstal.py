"""Severstal steel defects: strips of rolled steel, four classes of defects as run lengths in a table.

Layout: ``train_images/<9 hex>.jpg`` (three equal channels) and ``train.csv``, which comes in two forms: columns
``ImageId_ClassId,EncodedPixels``, four rows an image, empty where the class is absent; or
``ImageId,ClassId,EncodedPixels`` with a row for each class that is there, so that an image absent from the table is
correct. Run lengths are ``start length start length ...``, from 1, down the columns. An image may carry several
classes.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict

import numpy as np

from blemish.arrays import Mask
from blemish.dataset.split import SplitRule
from blemish.errors import ForeignDataError
from blemish.exchange.foreign import Folder
from blemish.exchange.importers import Importer
from blemish.exchange.sample import Annotated, Foreign, Sample, marked
from blemish.settings import settings

CLASSES = ("class 1", "class 2", "class 3", "class 4")


@settings
class Options:
    """How Severstal is read."""

    images: str = "train_images"
    """The folder of the images."""
    table: str = "train.csv"
    """The table of run lengths."""


def find(folder: Folder, options: Options) -> Foreign:
    """List the images, and lay the table's rows beside them."""
    runs = _table(folder, options.table)
    files = folder.files(options.images, (".jpg",)) if folder.has_folder(options.images) else []
    names = {_name(file) for file in files}
    for name in sorted(set(runs) - names):
        with folder.attempt(name):
            raise ForeignDataError(f"{folder.path(options.table)}: image {name!r} is not in {options.images}")
    samples = tuple(
        Sample(
            file=file,
            group=_name(file)[:-4],
            view="image",
            load=lambda file=file: _load(folder, file, runs.get(_name(file), {}), options.table),  # type: ignore[misc]
        )
        for file in files
    )
    return Foreign(
        read=len(samples),
        samples=samples,
        classes=CLASSES,
        split=SplitRule(shares={"train": 4.0, "val": 1.0}, why="4:1 as published; every strip stands for itself"),
        preparation={"pad_px": [1792, 256], "tile_px": [224, 256]},
        notes=(f"{len(names - set(runs))} images without a row that holds pixels count as correct",),
    )


def _name(file: str) -> str:
    return file.rsplit("/", 1)[-1]


def _table(folder: Folder, name: str) -> dict[str, dict[int, str]]:
    """Read either form of the table: image to class to run lengths, without the empty ones."""
    try:
        reader = csv.DictReader(io.StringIO(folder.text(name), newline=""))
        columns, rows = set(reader.fieldnames or ()), list(reader)
    except csv.Error as error:
        raise ForeignDataError(f"{folder.path(name)}: this is no table of comma-separated values: {error}") from None
    runs: dict[str, dict[int, str]] = defaultdict(dict)
    if not ({"ImageId_ClassId", "EncodedPixels"} <= columns or {"ImageId", "ClassId", "EncodedPixels"} <= columns):
        raise ForeignDataError(
            f"{folder.path(name)}: columns {sorted(columns)[:6]}; ImageId, ClassId, EncodedPixels belong here"
        )
    for number, row in enumerate(rows, start=2):
        if "ImageId_ClassId" in columns:
            image, _, kind = (row["ImageId_ClassId"] or "").rpartition("_")
        else:
            image, kind = row["ImageId"] or "", row["ClassId"] or ""
        with folder.attempt(f"{name}, line {number}"):
            if kind not in ("1", "2", "3", "4") or int(kind) in runs.get(image, {}):
                raise ForeignDataError(
                    f"{folder.path(name)}, line {number}: class {kind!r} of {image!r} is no class, or is there twice"
                )
            if (row["EncodedPixels"] or "").strip():
                runs[image][int(kind)] = row["EncodedPixels"]
    return dict(runs)


def unpack(runs: str, height: int, width: int, where: str) -> Mask:
    """Draw run lengths that count from 1 down the columns."""
    try:
        numbers = np.array(runs.split(), dtype=np.int64)
    except (ValueError, OverflowError):
        raise ForeignDataError(f"{where}: run lengths are whole numbers, not {runs[:60]!r}") from None
    starts, lengths = numbers[::2] - 1, numbers[1::2]
    if len(starts) != len(lengths) or (starts < 0).any() or (lengths < 1).any():
        raise ForeignDataError(f"{where}: run lengths are pairs of start and length from 1 on, not {runs[:60]!r}")
    if len(starts) and ((starts + lengths).max() > height * width or (starts[1:] < (starts + lengths)[:-1]).any()):
        raise ForeignDataError(f"{where}: run lengths overlap or go beyond the image of {width} x {height} pixels")
    column = np.zeros(height * width + 1, np.int8)
    np.add.at(column, starts, 1)
    np.add.at(column, starts + lengths, -1)
    return np.cumsum(column[:-1], dtype=np.int8).astype(bool).reshape(width, height).T


def _load(folder: Folder, file: str, runs: dict[int, str], table: str) -> Annotated:
    image = folder.grey(file)
    height, width = image.shape
    masks = [
        (CLASSES[kind - 1], unpack(text, height, width, f"{folder.path(table)}: {file}, class {kind}"))
        for kind, text in sorted(runs.items())
    ]
    return marked(image, masks, file)


IMPORTER = Importer(Options, "train_images/<9 hex>.jpg and train.csv", find)
