"""MVTec AD: ``<category>/train/good``, ``test/good``, ``test/<kind>`` and ``ground_truth/<kind>/<name>_mask.png``.

Learning sees correct images only, so every image with a defect goes into test, whatever set it was in. An image with
defects of several kinds is of kind ``combined``.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from blemish.dataset import png
from blemish.dataset.read import Dataset
from blemish.exchange.exporters import Exporter
from blemish.exchange.naming import folder_names
from blemish.exchange.picture import Picture
from blemish.settings import settings


@settings
class Options:
    """How the layout is written."""

    category: str = ""
    """The name of the category's folder; empty: the dataset's."""


def write(dataset: Dataset, pictures: Iterable[Picture], folder: Path, options: Options) -> tuple[str, ...]:
    """Write one category."""
    category = options.category or dataset.header.name
    base = folder / folder_names([category])[category]
    moved = 0
    for picture in pictures:
        kinds = {defect.kind for defect, _ in picture.marks()}
        if not kinds:
            picture.copy_image(base / ("test" if picture.set == "test" else "train") / "good" / f"{picture.stem}.png")
            continue
        moved += picture.set != "test"
        kind = folder_names(kinds)[kinds.pop()] if len(kinds) == 1 else "combined"
        picture.copy_image(base / "test" / kind / f"{picture.stem}.png")
        path = base / "ground_truth" / kind / f"{picture.stem}_mask.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(png.encode(np.where(picture.mask() > 0, np.uint8(255), np.uint8(0))))
    lost = ["which pixels belong to which defect; val and train are one"]
    if moved:
        lost.append(f"{moved} images with defects are in test and were not: this layout learns from correct images")
    return tuple(lost)


EXPORTER = Exporter(Options, write)
