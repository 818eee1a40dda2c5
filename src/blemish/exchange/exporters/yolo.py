"""YOLO: ``images/<set>/<name>.png``, ``labels/<set>/<name>.txt`` and ``data.yaml``.

A line is a class number and a polygon, or a box (centre, width, height), in fractions of the image. A polygon has no
holes, and a defect in several pieces becomes several lines; the exporter measures what that costs.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import numpy as np

from blemish.dataset.read import Dataset
from blemish.exchange.exporters import Exporter
from blemish.exchange.outline import filled, outlines, overlap
from blemish.exchange.picture import Picture
from blemish.settings import settings


@settings
class Options:
    """How YOLO labels are written."""

    shapes: Literal["polygon", "box"] = "polygon"
    """Polygons for segmentation, boxes for detection."""


def write(dataset: Dataset, pictures: Iterable[Picture], folder: Path, options: Options) -> tuple[str, ...]:
    """Write images, labels and the file that names the classes."""
    kinds = list(dataset.header.classes)
    overlaps, pieces, sets = [], 0, set()
    for picture in pictures:
        picture.copy_image(folder / "images" / picture.set / f"{picture.stem}.png")
        sets.add(picture.set)
        lines = []
        for defect, mask in picture.marks():
            if defect.kind not in kinds:
                kinds.append(defect.kind)
            polygons = outlines(mask)
            overlaps.append(overlap(mask, filled(polygons, mask.shape)))
            pieces += len(polygons)
            shapes = [_box(mask)] if options.shapes == "box" else [_fractions(one, mask.shape) for one in polygons]
            lines += [" ".join([str(kinds.index(defect.kind)), *(f"{x:.6f}" for x in shape)]) for shape in shapes]
        path = folder / "labels" / picture.set / f"{picture.stem}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    rows = [f"{name}: images/{name}" for name in sorted(sets)] + ["names:"]
    rows += [f"  {number}: {json.dumps(kind, ensure_ascii=False)}" for number, kind in enumerate(kinds)]
    (folder / "data.yaml").write_text("\n".join(rows) + "\n", encoding="utf-8")
    if options.shapes == "box":
        return ("the shape of every defect: boxes only",)
    return _loss(overlaps, pieces)


def _fractions(outline: np.ndarray, size: tuple[int, ...]) -> list[float]:
    """Give pixel centres as fractions; at three corners or more, as readers expect."""
    corners = outline if len(outline) > 2 else np.concatenate([outline] * 3)[:3]
    return ((corners + 0.5) / (size[1], size[0])).ravel().tolist()


def _box(mask: np.ndarray) -> list[float]:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    height, width = mask.shape
    return [(left + right) / 2 / width, (top + bottom) / 2 / height, (right - left) / width, (bottom - top) / height]


def _loss(overlaps: list[float], pieces: int) -> tuple[str, ...]:
    lost = ["specimens, defect ids, and everything that is known of a frame beyond its marks"]
    if pieces > len(overlaps):
        lost.append(
            f"{len(overlaps)} defects are {pieces} polygons: pieces of one defect cannot be told to belong together"
        )
    holes = sum(one < 1 for one in overlaps)
    if holes:
        lost.append(
            f"the holes of {holes} defects: intersection over union {np.mean(overlaps):.4f} on average, "
            f"{min(overlaps):.3f} at worst"
        )
    return tuple(lost)


EXPORTER = Exporter(Options, write)
