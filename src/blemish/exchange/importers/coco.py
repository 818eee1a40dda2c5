"""COCO: one JSON file with images, categories and annotations as polygons or run lengths.

Layout: an annotation file (found by itself where there is one) and the images that it names, looked for in ``images``
by their path, else by their last name; never outside the folder. Every annotation is one mark; run lengths keep holes
and several parts, polygons of one annotation are united. Images without annotations are correct. Boxes without a
segmentation, and crowd regions, are passed over and counted.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import numpy as np

from blemish.arrays import Mask
from blemish.dataset.split import SplitRule
from blemish.errors import ForeignDataError
from blemish.exchange import runs, shapes
from blemish.exchange.foreign import Folder
from blemish.exchange.grouping import group_by
from blemish.exchange.importers import Importer
from blemish.exchange.sample import Annotated, Foreign, Sample, marked
from blemish.settings import settings


@settings
class Options:
    """How COCO is read."""

    annotations: str = ""
    """The annotation file; empty: the only JSON file in the folder or in its folder ``annotations``."""
    images: str = ""
    """The folder of the images; empty: the folder itself, or its folder ``images``."""
    groups: str = ""
    """A regular expression over image names whose named groups tell which images show one object."""


@dataclass(frozen=True)
class _Mark:
    label: str
    segmentation: Any
    number: int


def find(folder: Folder, options: Options) -> Foreign:
    """Read the annotation file and find the images that it names."""
    name = options.annotations or _only_json(folder)
    where = str(folder.path(name))
    document = folder.json(name)
    images = {row["id"]: row for row in _rows(document, "images", ("id", "file_name", "width", "height"), where)}
    labels = {row["id"]: row["name"] for row in _rows(document, "categories", ("id", "name"), where)}
    marks, passed = _marks(folder, document, images, labels, where)
    group = group_by(options.groups)
    samples = []
    for number, row in sorted(images.items(), key=lambda item: str(item[1]["file_name"])):
        with folder.attempt(str(row["file_name"])):
            file = _file(folder, options, row["file_name"], where)
            samples.append(
                Sample(
                    file=file,
                    group=group(file),
                    view=str(PurePosixPath(file).with_suffix("")),
                    load=lambda file=file, row=row, some=tuple(marks[number]): _load(folder, file, row, some, where),  # type: ignore[misc]
                )
            )
    return Foreign(
        read=len(images),
        samples=tuple(samples),
        classes=tuple(sorted(set(labels.values()))),
        split=SplitRule(shares={"train": 3.0, "val": 1.0, "test": 1.0}, why="groups are kept together"),
        notes=tuple(f"{count} annotations are passed over: {why}" for why, count in sorted(passed.items())),
    )


def _only_json(folder: Folder) -> str:
    inside = folder.files("annotations", (".json",)) if folder.has_folder("annotations") else []
    found = folder.files("", (".json",)) + inside
    if len(found) != 1:
        raise ForeignDataError(
            f"{folder.root}: {len(found)} JSON files; name the annotation file in the option `annotations`"
        )
    return found[0]


def _rows(document: Any, key: str, needed: tuple[str, ...], where: str) -> list[dict[str, Any]]:
    rows = document.get(key) if isinstance(document, dict) else None
    if not isinstance(rows, list):
        raise ForeignDataError(f"{where}: this is no COCO file: it has no list of {key}")
    seen: set[Any] = set()
    for number, row in enumerate(rows, start=1):
        good = isinstance(row, dict) and all(isinstance(row.get(name), _KINDS[name]) for name in needed)
        if not good or row["id"] in seen:
            raise ForeignDataError(
                f"{where}: entry {number} of {key} lacks {', '.join(needed)}, or its id is there twice"
            )
        seen.add(row["id"])
    return rows


_KINDS: dict[str, Any] = {
    "id": int,
    "file_name": str,
    "width": int,
    "height": int,
    "name": str,
    "image_id": int,
    "category_id": int,
}


def _marks(
    folder: Folder, document: Any, images: dict[int, Any], labels: dict[int, str], where: str
) -> tuple[dict[int, list[_Mark]], Counter[str]]:
    marks: dict[int, list[_Mark]] = defaultdict(list)
    passed: Counter[str] = Counter()
    for row in _rows(document, "annotations", ("id", "image_id", "category_id"), where):
        with folder.attempt(f"annotation {row['id']}"):
            if row["image_id"] not in images or row["category_id"] not in labels:
                raise ForeignDataError(
                    f"{where}: annotation {row['id']} is of an image or a category that is not there"
                )
            if row.get("iscrowd") and not isinstance(row.get("segmentation"), dict):
                passed["a crowd region without a mask"] += 1
            elif not row.get("segmentation"):
                passed["a box without a segmentation"] += 1
            else:
                marks[row["image_id"]].append(_Mark(labels[row["category_id"]], row["segmentation"], row["id"]))
    return marks, passed


def _file(folder: Folder, options: Options, named: str, where: str) -> str:
    """Find an image by the path that the file gives, else by its last name."""
    inside = options.images or ("images" if folder.has_folder("images") else "")
    path = PurePosixPath(named.replace("\\", "/"))
    for candidate in (str(path), path.name):
        tried = f"{inside}/{candidate}" if inside else candidate
        if not path.is_absolute() and ".." not in path.parts and folder.has(tried):
            return tried
    raise ForeignDataError(f"{where}: there is no image {named[:200]!r} in {folder.root / inside}")


def _load(folder: Folder, file: str, row: dict[str, Any], marks: tuple[_Mark, ...], where: str) -> Annotated:
    image = folder.grey(file)
    if (row["height"], row["width"]) != image.shape:
        raise ForeignDataError(
            f"{folder.path(file)}: {where} says {row['width']} x {row['height']} pixels, "
            f"it has {image.shape[1]} x {image.shape[0]}"
        )
    masks = (  # one in memory at a time
        (mark.label, _mask(mark.segmentation, image.shape, f"{where}: annotation {mark.number}")) for mark in marks
    )
    return marked(image, masks, file, split=False)


def _mask(segmentation: Any, size: tuple[int, ...], where: str) -> Mask:
    height, width = size
    if isinstance(segmentation, dict):
        if segmentation.get("size") != [height, width]:
            raise ForeignDataError(
                f"{where}: its run lengths are for {segmentation.get('size')}, the image is {[height, width]}"
            )
        return runs.draw(segmentation.get("counts"), height, width, where)
    mask = np.zeros((height, width), dtype=bool)
    for flat in segmentation if isinstance(segmentation, list) else [None]:
        if not isinstance(flat, list) or len(flat) < 6 or len(flat) % 2:
            raise ForeignDataError(f"{where}: a polygon is a list of x, y, x, y ... of three points or more")
        points = shapes.points_of([list(pair) for pair in zip(flat[::2], flat[1::2], strict=True)], where)
        mask |= shapes.draw("polygon", points, (width, height))
    return mask


IMPORTER = Importer(Options, "an annotation file in JSON and the images that it names", find)
