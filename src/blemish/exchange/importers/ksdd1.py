"""KolektorSDD: eight photographs of each of fifty commutators.

Layout: ``kos01..kos50/Part0..7.jpg`` with ``Part?_label.bmp`` beside each. Labels of defective parts are palette
bitmaps whose raw values are 0 and 1 (one holds a 2 as well): what counts is what the palette makes of them.
Photographs of one commutator stay together.
"""

from __future__ import annotations

import re

from blemish.dataset.split import SplitRule
from blemish.exchange.foreign import Folder
from blemish.exchange.importers import Importer
from blemish.exchange.sample import Annotated, Foreign, Sample, marked
from blemish.settings import settings

_FOLDER = re.compile(r"kos\d+")
_FILE = re.compile(r"Part\d+\.jpg", re.IGNORECASE)


@settings
class Options:
    """How KolektorSDD is read; there is nothing to choose."""


def find(folder: Folder, _options: Options) -> Foreign:
    """Find the photographs of each commutator."""
    samples = [
        Sample(
            file=file,
            group=commutator,
            view=file.rsplit("/", 1)[1][:-4],
            load=lambda file=file: _load(folder, file),  # type: ignore[misc]
        )
        for commutator in folder.folders()
        if _FOLDER.fullmatch(commutator)
        for file in folder.files(commutator, (".jpg",))
        if _FILE.fullmatch(file.rsplit("/", 1)[1])
    ]
    return Foreign(
        read=len(samples),
        samples=tuple(samples),
        classes=("defect",),
        split=SplitRule(shares={"train": 3.0, "val": 1.0, "test": 1.0}, why="commutators are kept together"),
    )


def _load(folder: Folder, file: str) -> Annotated:
    mask = f"{file[:-4]}_label.bmp"
    return marked(folder.grey(file), [("defect", folder.levels(mask) > 0)], mask)


IMPORTER = Importer(Options, "kos<NN>/Part<0-7>.jpg with Part<0-7>_label.bmp", find)
