"""NEU-Seg: hot-rolled steel, three classes of defects as class numbers in a mask.

Layout: ``images/{training,test}/NNNNNN.jpg`` of 200 x 200 pixels, ``annotations/{training,test}/NNNNNN.png`` whose
values are 0 (background) to 3. The publisher's test stays; training is split 4:1 into train and val.
"""

from __future__ import annotations

from blemish.dataset.split import SplitRule
from blemish.exchange.foreign import Folder
from blemish.exchange.importers import Importer
from blemish.exchange.importers.masks import class_masks
from blemish.exchange.sample import Annotated, Foreign, Sample, marked
from blemish.settings import settings


@settings
class Options:
    """How NEU-Seg is read."""

    classes: tuple[str, str, str] = ("inclusion", "patches", "scratches")
    """Names of the values 1, 2 and 3."""


def find(folder: Folder, options: Options) -> Foreign:
    """Find the images of both sets."""
    samples = tuple(
        Sample(
            file=file,
            group=f"{part}_{file.rsplit('/', 1)[1][:-4]}",
            view="image",
            load=lambda file=file: _load(folder, file, options),  # type: ignore[misc]
            official_set="test" if part == "test" else None,
        )
        for part in ("training", "test")
        if folder.has_folder(f"images/{part}")
        for file in folder.files(f"images/{part}", (".jpg",))
    )
    return Foreign(
        read=len(samples),
        samples=samples,
        classes=options.classes,
        split=SplitRule(shares={"train": 4.0, "val": 1.0}, why="the publisher's test; training 4:1"),
    )


def _load(folder: Folder, file: str, options: Options) -> Annotated:
    mask = f"annotations/{file.removeprefix('images/')[:-4]}.png"
    return marked(folder.grey(file), class_masks(folder.indices(mask), options.classes, str(folder.path(mask))), mask)


IMPORTER = Importer(Options, "images/{training,test}/NNNNNN.jpg with annotations/{training,test}/NNNNNN.png", find)
