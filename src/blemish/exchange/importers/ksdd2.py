"""KolektorSDD2: surfaces of one product, train and test as published.

Layout: ``{train,test}/NNNNN.png`` in colour, ``NNNNN_GT.png`` beside each, all black where there is no defect. The
official archive holds copies called ``10301 (copy).png`` and ``10301_GT (copy).png``: only names of digits are
images. Train is split 4:1 into train and val.
"""

from __future__ import annotations

import re

from blemish.dataset.split import SplitRule
from blemish.exchange.foreign import Folder
from blemish.exchange.importers import Importer
from blemish.exchange.sample import Annotated, Foreign, Sample, marked
from blemish.settings import settings

_STEM = re.compile(r"\d+")


@settings
class Options:
    """How KolektorSDD2 is read; there is nothing to choose."""


def find(folder: Folder, _options: Options) -> Foreign:
    """Find the images of both sets."""
    samples, strays = [], []
    for part in ("train", "test"):
        for file in folder.files(part, (".png",)) if folder.has_folder(part) else []:
            stem = file.rsplit("/", 1)[1][:-4]
            if _STEM.fullmatch(stem):
                samples.append(
                    Sample(
                        file=file,
                        group=f"{part}_{stem}",
                        view="image",
                        load=lambda file=file: _load(folder, file),  # type: ignore[misc]
                        official_set="test" if part == "test" else None,
                    )
                )
            elif not _STEM.fullmatch(stem.removesuffix("_GT")):
                strays.append(file)
    return Foreign(
        read=len(samples),
        samples=tuple(samples),
        classes=("defect",),
        split=SplitRule(shares={"train": 4.0, "val": 1.0}, why="the publisher's test; train 4:1"),
        preparation={"pad_px": [256, 672], "tile_px": [256, 224]},
        notes=(f"{len(strays)} stray files are no images of the set: {', '.join(strays[:4])}",) if strays else (),
    )


def _load(folder: Folder, file: str) -> Annotated:
    mask = f"{file[:-4]}_GT.png"
    return marked(folder.grey(file), [("defect", folder.levels(mask) > 127)], mask)


IMPORTER = Importer(Options, "{train,test}/NNNNN.png with NNNNN_GT.png", find)
