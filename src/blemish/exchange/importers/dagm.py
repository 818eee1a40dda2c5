"""DAGM 2007: ten artificial textures, each defect under a filled ellipse.

Layout: ``Class{1..10}/{Train,Test}/NNNN.PNG``, and ``Label/NNNN_label.PNG`` in each of the two for defective images
only. Archives may nest twice (``Class1/Class1/Train``). ``Label/Labels.txt`` lists the defective images and is
checked against the label images. The publisher's Train and Test are kept; Train is split 4:1 into train and val.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from blemish.dataset.split import SplitRule
from blemish.errors import ForeignDataError
from blemish.exchange.foreign import Folder
from blemish.exchange.importers import Importer
from blemish.exchange.sample import Annotated, Foreign, Sample, marked
from blemish.settings import settings

_STEM = re.compile(r"\d{4}")


@settings
class Options:
    """How DAGM 2007 is read."""

    textures: tuple[int, ...] = ()
    """The textures to take, 1 to 10; empty: all that are there."""


def find(folder: Folder, options: Options) -> Foreign:
    """Find the images of each texture's two sets."""
    samples = []
    for texture, base in _textures(folder):
        if options.textures and texture not in options.textures:
            continue
        for part in ("Train", "Test"):
            if folder.has_folder(f"{base}/{part}"):
                samples += _set(folder, texture, f"{base}/{part}")
    return Foreign(
        read=len(samples),
        samples=tuple(samples),
        classes=tuple(sorted({f"texture {sample.told['texture']}" for sample in samples})),
        split=SplitRule(shares={"train": 4.0, "val": 1.0}, why="the publisher's Test; Train 4:1"),
        preparation={"pad_px": [512, 512], "tile_px": [256, 256]},
        notes=("labels are ellipses around the defects, not their outlines",),
    )


def _textures(folder: Folder) -> Iterator[tuple[int, str]]:
    for texture in range(1, 11):
        for base in (f"Class{texture}", f"Class{texture}/Class{texture}"):
            if folder.has_folder(f"{base}/Train") or folder.has_folder(f"{base}/Test"):
                yield texture, base


def _set(folder: Folder, texture: int, inside: str) -> list[Sample]:
    labels = set(folder.files(f"{inside}/Label", (".png",))) if folder.has_folder(f"{inside}/Label") else set()
    samples = []
    for file in folder.files(inside, (".png",)):
        stem = file.rsplit("/", 1)[1][:-4]
        with folder.attempt(file):
            if not _STEM.fullmatch(stem):
                raise ForeignDataError(f"{folder.path(file)}: images here are called NNNN.PNG")
            label = next((one for one in labels if one.rsplit("/", 1)[1].lower() == f"{stem}_label.png"), None)
            samples.append(
                Sample(
                    file=file,
                    group=f"class{texture:02d}_{inside.rsplit('/', 1)[1].lower()}_{stem}",
                    view="image",
                    load=lambda file=file, label=label: _load(folder, file, label, texture),  # type: ignore[misc]
                    official_set="test" if inside.endswith("Test") else None,
                    told={"texture": texture},
                )
            )
    _check_list(folder, inside, {one.rsplit("/", 1)[1][:4] for one in labels})
    return samples


def _check_list(folder: Folder, inside: str, labelled: set[str]) -> None:
    """Compare the published list of defective images with the label images that are there."""
    name = f"{inside}/Label/Labels.txt"
    if not folder.has(name):
        return
    with folder.attempt(name):
        rows = [line.split("\t") for line in folder.text(name).splitlines()[1:] if line.strip()]
        listed = {row[2].strip()[:4] for row in rows if len(row) >= 5 and row[1].strip() == "1"}
        if listed != labelled:
            odd = ", ".join(sorted(listed ^ labelled)[:5])
            raise ForeignDataError(
                f"{folder.path(name)}: it and the label images disagree on {odd}; is a file missing?"
            )


def _load(folder: Folder, file: str, label: str | None, texture: int) -> Annotated:
    image = folder.grey(file)
    masks = [] if label is None else [(f"texture {texture}", folder.levels(label) > 127)]
    return marked(image, masks, label or file)


IMPORTER = Importer(Options, "Class<1-10>/{Train,Test}/NNNN.PNG with Label/NNNN_label.PNG", find)
