"""A folder of images and a folder of masks: what most people have.

Layout: ``images/<name>.<ending>`` and ``masks/<name>.<ending>`` of one stem (a suffix such as ``_mask`` may follow it);
both may be one folder. An image without a mask is correct. Each connected piece of a mask is one mark; where the mask's
values are class numbers, give ``classes`` and each number is a class.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Annotated as Constrained
from typing import Literal

import numpy as np
from annotated_types import Interval

from blemish.arrays import Mask
from blemish.dataset.split import SplitRule
from blemish.errors import ForeignDataError, RequestError
from blemish.exchange.foreign import Folder
from blemish.exchange.grouping import group_by
from blemish.exchange.importers import Importer
from blemish.exchange.sample import Annotated, Foreign, Sample, marked
from blemish.settings import settings


@settings
class Options:
    """How a folder of images and masks is read."""

    images: str = "images"
    """The folder of the images."""
    masks: str = "masks"
    """The folder of the masks."""
    mask_suffix: str = ""
    """What follows the image's stem in the name of its mask, such as ``_mask``; needed where both share a folder."""
    groups: str = ""
    """A regular expression over image names whose named groups tell which images show one object."""
    threshold: Constrained[int, Interval(ge=0, le=65534)] = 0
    """Mask values above it are defective; use 127 for masks that were smoothed or saved as JPEG."""
    classes: tuple[str, ...] = ()
    """Names of the mask's values 1, 2, ...; empty: every value above the threshold is one class, ``defect``."""
    without_mask: Literal["correct", "leave", "refuse"] = "correct"
    """What an image without a mask is."""


def find(folder: Folder, options: Options) -> Foreign:
    """Pair images and masks by their stems."""
    if options.images == options.masks and not options.mask_suffix:
        raise RequestError(f"images and masks share the folder {options.images!r}: tell them apart with mask_suffix")
    for name in (options.images, options.masks):
        if not folder.has_folder(name):
            raise ForeignDataError(f"{folder.root / name}: no such folder; name it in the options `images` and `masks`")
    masks = _by_stem(folder, options.masks, options.mask_suffix)
    images = {stem: file for stem, file in _by_stem(folder, options.images, "").items() if file not in masks.values()}
    orphans = sorted(set(masks) - set(images))
    group = group_by(options.groups)
    samples, without = [], 0
    for stem, file in images.items():
        mask = masks.get(stem)
        without += mask is None
        with folder.attempt(file):
            if mask is None and options.without_mask == "refuse":
                raise ForeignDataError(
                    f"{folder.path(file)}: it has no mask {stem}{options.mask_suffix} in {options.masks}"
                )
            if mask is None and options.without_mask == "leave":
                continue
            samples.append(
                Sample(
                    file=file,
                    group=group(file),
                    view=stem,
                    load=lambda file=file, mask=mask: _load(folder, file, mask, options),  # type: ignore[misc]
                    told={} if mask is None else {"mask": mask},
                )
            )
    for stem in orphans:
        with folder.attempt(masks[stem]):
            raise ForeignDataError(f"{folder.path(masks[stem])}: no image in {options.images!r} belongs to this mask")
    notes = (
        [f"{without} images without a mask count as correct"] if without and options.without_mask == "correct" else []
    )
    return Foreign(
        read=len(images),
        samples=tuple(samples),
        classes=options.classes or ("defect",),
        split=SplitRule(
            shares={"train": 3.0, "val": 1.0, "test": 1.0},
            why="groups are kept together"
            if options.groups
            else "no groups were stated: every image stands for itself",
        ),
        dropped={"no mask": without} if without and options.without_mask == "leave" else {},
        notes=tuple(notes),
    )


def _by_stem(folder: Folder, inside: str, suffix: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for file in folder.files(inside):
        stem = PurePosixPath(file).stem
        if not stem.endswith(suffix):
            continue
        stem = stem.removesuffix(suffix)
        if stem in found:
            raise ForeignDataError(
                f"{folder.path(file)}: {found[stem]} has the same name but for its ending; remove one"
            )
        found[stem] = file
    return found


def _load(folder: Folder, file: str, mask: str | None, options: Options) -> Annotated:
    image = folder.grey(file)
    if mask is None:
        return marked(image, [], file)
    if not options.classes:
        return marked(image, [("defect", folder.levels(mask) > options.threshold)], mask)
    values = folder.indices(mask)
    return marked(image, class_masks(values, options.classes, str(folder.path(mask))), mask)


def class_masks(values: np.ndarray, classes: tuple[str, ...], where: str) -> list[tuple[str, Mask]]:
    """Take a mask of class numbers apart; a number without a class is refused."""
    present = [int(value) for value in np.unique(values) if value > 0]
    if present and present[-1] > len(classes):
        raise ForeignDataError(
            f"{where}: value {present[-1]} has no class; {len(classes)} are named: {', '.join(classes)}"
        )
    return [(classes[value - 1], values == value) for value in present]


IMPORTER = Importer(Options, "images/<name> and masks/<name>", find)
