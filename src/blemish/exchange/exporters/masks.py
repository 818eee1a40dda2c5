"""A folder of images and a folder of masks: ``images/<specimen>__<view>.png`` and ``masks/`` of the same names."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import numpy as np

from blemish.dataset import png
from blemish.dataset.read import Dataset
from blemish.exchange.exporters import Exporter
from blemish.exchange.picture import Picture
from blemish.settings import settings


@settings
class Options:
    """How the masks are written."""

    values: Literal["binary", "ids"] = "binary"
    """``binary``: 0 and 255, 8 bits; ``ids``: instance ids, 16 bits."""


def write(_dataset: Dataset, pictures: Iterable[Picture], folder: Path, options: Options) -> tuple[str, ...]:
    """Write one image and one mask a frame."""
    (folder / "masks").mkdir()
    for picture in pictures:
        picture.copy_image(folder / "images" / f"{picture.stem}.png")
        mask = picture.mask()
        if options.values == "binary":
            mask = np.where(mask > 0, np.uint8(255), np.uint8(0))
        (folder / "masks" / f"{picture.stem}.png").write_bytes(png.encode(mask))
    lost = ["specimens, splits, and everything that is known of a frame beyond its pixels"]
    if options.values == "binary":
        lost.append("which pixels belong to which defect, and the defects' kinds")
    return tuple(lost)


EXPORTER = Exporter(Options, write)
