"""labelme: photographs with one JSON file each, which holds polygons, circles, rectangles, lines or points.

Layout: image and JSON of one stem beside each other; or, where the folder has ``data`` and ``label``, images in the
first and JSON in the second (BSData's ball screws). The photograph is the file of that stem; without one, the image
that the JSON names (by its last name beside the JSON, whatever path of another machine stands there), else the one
embedded in it. Photographs without JSON are correct; with ``unannotated = "leave"`` they are left out.

Every shape is one mark; shapes of one label and one ``group_id`` are one mark together.
"""

from __future__ import annotations

import base64
import binascii
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Annotated as Constrained
from typing import Any, Literal

import numpy as np
from annotated_types import Interval

from blemish.arrays import Grey, Mask
from blemish.dataset.split import SplitRule
from blemish.errors import ForeignDataError
from blemish.exchange import decode, shapes
from blemish.exchange.foreign import Folder
from blemish.exchange.grouping import group_by
from blemish.exchange.importers import Importer
from blemish.exchange.sample import MOST_MARKS, Annotated, Foreign, Sample, marked
from blemish.settings import settings

BALL_SCREWS = r"_\d{12}_(?P<position>\d+)_(?P<angle>\d+)_|^(?:.*/)?(?P<screw>KGT\d+-[A-Z]+)-"
"""BSData: the same position and angle is photographed again and again as it wears; or one screw in the laboratory."""


@settings
class Options:
    """How labelme files are read."""

    images: str = ""
    """The folder of the photographs, from the one that is imported; empty: found."""
    annotations: str = ""
    """The folder of the JSON files; empty: found."""
    groups: str = ""
    """A regular expression over file names whose named groups tell which photographs show one object."""
    preset: Literal["", "ball-screws"] = ""
    """A known grouping: ``ball-screws`` keeps (position, angle) of BSData together; found by itself for its layout."""
    labels: tuple[str, ...] = ()
    """The labels to take; empty: all. Others are passed over and counted."""
    unannotated: Literal["correct", "leave"] = "correct"
    """Photographs without JSON show correct surfaces, or are left out."""
    line_width_px: Constrained[int, Interval(ge=1, le=1000)] = 10
    """The width that lines are drawn with, as labelme does."""
    point_radius_px: Constrained[int, Interval(ge=1, le=1000)] = 5
    """The radius that points are drawn with."""


@dataclass(frozen=True)
class _Pair:
    """A photograph and its annotation; one of both may be missing."""

    image: str | None
    annotation: str | None

    @property
    def file(self) -> str:
        return self.image or self.annotation or ""


def find(folder: Folder, options: Options) -> Foreign:
    """Pair photographs and JSON files by their stems."""
    split_layout = folder.has_folder("data") and folder.has_folder("label")
    pairs = _pairs(folder, options, split_layout=split_layout)
    ball_screws = options.preset == "ball-screws" or (split_layout and folder.has("image_data.json"))
    group = group_by(options.groups, BALL_SCREWS if ball_screws else "")
    samples, labels = [], Counter[str]()
    for pair in pairs:
        if pair.annotation is None and options.unannotated == "leave":
            continue
        with folder.attempt(pair.file):
            if pair.annotation is not None:
                labels.update(_labels(folder, pair.annotation))
            stem = str(PurePosixPath(pair.file).with_suffix(""))
            told = {} if pair.annotation is None else {"annotation": pair.annotation}
            samples.append(
                Sample(
                    file=pair.file,
                    group=group(pair.file),
                    view=stem.rsplit("/", 1)[-1],
                    load=lambda pair=pair: _load(folder, pair, options),  # type: ignore[misc]
                    told=told,
                )
            )
    annotated = sum(pair.annotation is not None for pair in pairs)
    without = len(pairs) - annotated
    taken = [label for label in sorted(labels) if not options.labels or label in options.labels]
    notes = [f"{annotated} photographs have annotations"]
    if options.unannotated == "correct" and without:
        notes.append(f"{without} photographs without annotation count as correct")
    notes += [
        f"{count} shapes of label {label!r} are passed over"
        for label, count in sorted(labels.items())
        if label not in taken
    ]
    if ball_screws:
        notes.append("photographs of one position and angle, or of one screw, are kept together")
    return Foreign(
        read=len(pairs),
        samples=tuple(samples),
        classes=tuple(taken),
        split=SplitRule(shares={"train": 3.0, "val": 1.0, "test": 1.0}, why="groups are kept together"),
        dropped={"no annotation": without} if options.unannotated == "leave" and without else {},
        notes=tuple(notes),
    )


def _pairs(folder: Folder, options: Options, *, split_layout: bool) -> list[_Pair]:
    images_in = options.images or ("data" if split_layout else "")
    annotations_in = options.annotations or ("label" if split_layout else "")
    images: dict[str, str] = {}
    for file in folder.files(images_in):
        stem = PurePosixPath(file).stem
        if stem in images:
            raise ForeignDataError(
                f"{folder.path(file)}: {images[stem]} has the same name but for its ending; remove one"
            )
        images[stem] = file
    annotations = {PurePosixPath(file).stem: file for file in folder.files(annotations_in, (".json",))}
    if not split_layout:
        annotations = {stem: file for stem, file in annotations.items() if stem in images or _is_labelme(folder, file)}
    return [_Pair(images.get(stem), annotations.get(stem)) for stem in sorted({*images, *annotations})]


def _is_labelme(folder: Folder, file: str) -> bool:
    """Tell a JSON file without an image of its stem from other JSON that may lie about."""
    content: Any = None
    with folder.attempt(file):
        content = folder.json(file)
    return isinstance(content, dict) and "shapes" in content


def _document(folder: Folder, file: str) -> dict[str, Any]:
    content = folder.json(file)
    if not isinstance(content, dict) or not isinstance(content.get("shapes"), list):
        raise ForeignDataError(f"{folder.path(file)}: this is no labelme file: it has no list of shapes")
    if len(content["shapes"]) > MOST_MARKS:
        raise ForeignDataError(f"{folder.path(file)}: {len(content['shapes'])} shapes, at most {MOST_MARKS} are read")
    for number, shape in enumerate(content["shapes"], start=1):
        if not isinstance(shape, dict) or not isinstance(shape.get("label"), str):
            raise ForeignDataError(f"{folder.path(file)}: shape {number} has no label")
    return content


def _labels(folder: Folder, file: str) -> list[str]:
    return [shape["label"] for shape in _document(folder, file)["shapes"]]


def _load(folder: Folder, pair: _Pair, options: Options) -> Annotated:
    if pair.annotation is None:
        return marked(folder.grey(pair.file), [], pair.file)
    document = _document(folder, pair.annotation)
    where = str(folder.path(pair.annotation))
    image = folder.grey(pair.image) if pair.image is not None else _named_or_embedded(folder, pair.annotation, document)
    size = (document.get("imageWidth"), document.get("imageHeight"))
    if None not in size and size != (image.shape[1], image.shape[0]):
        raise ForeignDataError(
            f"{where}: drawn on an image of {size[0]} x {size[1]} pixels, "
            f"this one has {image.shape[1]} x {image.shape[0]}"
        )
    return marked(image, _marks(document, image.shape, where, options), where, split=False)


def _marks(document: dict[str, Any], size: tuple[int, ...], where: str, options: Options) -> Iterator[tuple[str, Mask]]:
    """Draw mark by mask, so that one mask at a time is in memory; shapes of one label and one group are one mark."""
    together: dict[tuple[str, str | int], list[tuple[int, dict[str, Any]]]] = {}
    for number, shape in enumerate(document["shapes"], start=1):
        if not options.labels or shape["label"] in options.labels:
            group = shape.get("group_id")
            key = (shape["label"], f"group {group}" if group is not None else number)
            together.setdefault(key, []).append((number, shape))
    for (label, _), some in together.items():
        mark = np.zeros(size, dtype=bool)
        for number, shape in some:
            mask = _mask(shape, size, f"{where}: shape {number}", options)
            if not mask.any():
                raise ForeignDataError(f"{where}: shape {number} ({label}) lies wholly outside the image")
            mark |= mask
        yield label, mark


def _named_or_embedded(folder: Folder, annotation: str, document: dict[str, Any]) -> Grey:
    """Give the image that a JSON file names, by its last name beside the file, else the one that it holds."""
    named = document.get("imagePath")
    if isinstance(named, str) and named:
        beside = str(PurePosixPath(annotation).parent / PurePosixPath(named.replace("\\", "/")).name)
        if folder.has(beside):
            return folder.grey(beside)
    where = f"{folder.path(annotation)}: the embedded image"
    return decode.grey(_unpacked(document.get("imageData"), where, named), where)


def _unpacked(text: Any, where: str, named: Any = None) -> bytes:
    if not isinstance(text, str) or not text:
        raise ForeignDataError(f"{where} is missing, and there is no image {named!r} beside the file")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ForeignDataError(f"{where} is damaged: {error}") from None


def _mask(shape: dict[str, Any], size: tuple[int, ...], where: str, options: Options) -> Mask:
    """Rasterise one shape; ``mask`` shapes hold their own pixels, placed by the box that their points span."""
    kind = shape.get("shape_type") or "polygon"
    points = shapes.points_of(shape.get("points"), where)
    height, width = size
    if kind != "mask":
        try:
            return shapes.draw(kind, points, (width, height), options.line_width_px, options.point_radius_px)
        except ValueError as error:
            raise ForeignDataError(f"{where}: {error}") from None
    if not points:
        raise ForeignDataError(f"{where}: a mask without a place")
    piece = decode.levels(_unpacked(shape.get("mask"), f"{where}: its mask"), f"{where}: its mask") > 0
    left, top = (int(x) for x in points[0])
    mask = np.zeros((height, width), dtype=bool)
    cut = (
        piece[max(-top, 0) : height - top, max(-left, 0) : width - left]
        if top < height and left < width
        else piece[:0, :0]
    )
    mask[max(top, 0) : max(top, 0) + cut.shape[0], max(left, 0) : max(left, 0) + cut.shape[1]] = cut
    return mask


IMPORTER = Importer(Options, "<name>.jpg with <name>.json beside it, or data/<name>.jpg with label/<name>.json", find)
