"""The layout of MVTec AD, which many other sets share: correct images to learn from, defective ones to test with.

Layout: ``<category>/train/good/NNN.png``, ``<category>/test/<defect>/NNN.png``, ``<category>/ground_truth/<defect>/
NNN_mask.png``; the folder may also be one category. Each defect folder is a class. As published, learning sees correct
images only; the default here deals all images, stratified, because segmentation needs defects to learn from.
"""

from __future__ import annotations

from pathlib import PurePosixPath

from blemish.dataset.split import SplitRule
from blemish.errors import ForeignDataError
from blemish.exchange.foreign import Folder
from blemish.exchange.grouping import group_by
from blemish.exchange.importers import Importer
from blemish.exchange.sample import Annotated, Foreign, Sample, marked
from blemish.settings import settings


@settings
class Options:
    """How a folder in the layout of MVTec AD is read."""

    categories: tuple[str, ...] = ()
    """The categories to take; empty: all."""
    groups: str = ""
    """A regular expression over file names whose named groups tell which images show one object."""


def find(folder: Folder, options: Options) -> Foreign:
    """Find the images of each category."""
    alone = folder.has_folder("train") and folder.has_folder("test")
    categories = [""] if alone else [name for name in folder.folders() if folder.has_folder(f"{name}/test")]
    if options.categories and not alone:
        categories = [name for name in categories if name in options.categories]
    group = group_by(options.groups)
    samples = []
    for category in categories:
        base = f"{category}/" if category else ""
        for part in ("train", "test"):
            for inside in folder.folders(f"{base}{part}") if folder.has_folder(f"{base}{part}") else []:
                for file in folder.files(inside):
                    with folder.attempt(file):
                        samples.append(_sample(folder, base, part, file, group(file)))
    return Foreign(
        read=len(samples),
        samples=tuple(samples),
        classes=tuple(sorted({sample.told["class"] for sample in samples} - {"good"})),
        split=SplitRule(
            shares={"train": 3.0, "val": 1.0, "test": 1.0}, why="all images, stratified; not the publisher's"
        ),
        paper_split=SplitRule(
            shares={"train": 4.0, "val": 1.0}, why="as published: correct images to learn from, test as it is"
        ),
    )


def _sample(folder: Folder, base: str, part: str, file: str, group: str) -> Sample:
    kind, name = file.split("/")[-2:]
    if part == "train" and kind != "good":
        raise ForeignDataError(f"{folder.path(file)}: the training folder holds only `good`")
    mask = None if kind == "good" else f"{base}ground_truth/{kind}/{PurePosixPath(name).stem}_mask.png"
    return Sample(
        file=file,
        group=group,
        view=f"{part}_{kind}_{PurePosixPath(name).stem}",
        load=lambda: _load(folder, file, mask, kind),
        official_set="test" if part == "test" else None,
        told={"class": kind, "category": base.rstrip("/")},
    )


def _load(folder: Folder, file: str, mask: str | None, kind: str) -> Annotated:
    image = folder.grey(file)
    return marked(image, [] if mask is None else [(kind, folder.levels(mask) > 127)], mask or file)


IMPORTER = Importer(Options, "<category>/{train,test}/<defect>/NNN.png with <category>/ground_truth/<defect>", find)
