"""labelme: ``<set>/<specimen>__<view>.png`` with a JSON file beside each image that shows a defect.

As ``mask`` shapes (labelme 5) the pixels come back to the bit. As polygons, which every version edits, holes are lost,
and a defect in several pieces becomes several shapes that share a ``group_id``.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

import numpy as np

from blemish.arrays import Mask
from blemish.dataset import png
from blemish.dataset.read import Dataset
from blemish.dataset.record import DefectRecord
from blemish.exchange.exporters import Exporter
from blemish.exchange.outline import outlines, overlap
from blemish.exchange.picture import Picture
from blemish.exchange.shapes import draw
from blemish.settings import settings


@settings
class Options:
    """How labelme files are written."""

    shapes: Literal["mask", "polygon"] = "mask"
    """``mask`` keeps every pixel; ``polygon`` can be edited in every version."""


def write(_dataset: Dataset, pictures: Iterable[Picture], folder: Path, options: Options) -> tuple[str, ...]:
    """Write image and JSON of each frame."""
    overlaps = []
    for picture in pictures:
        picture.copy_image(folder / picture.set / f"{picture.stem}.png")
        shapes = []
        for defect, mask in picture.marks():
            if options.shapes == "mask":
                shapes.append(_mask(defect, mask))
            else:
                made = _polygons(defect, mask)
                shapes += made
                overlaps.append(overlap(mask, _drawn(made, mask)))
        if shapes:
            height, width = picture.size
            document: dict[str, Any] = {
                "version": "5.4.1",
                "flags": {},
                "shapes": shapes,
                "imagePath": f"{picture.stem}.png",
                "imageData": None,
                "imageHeight": height,
                "imageWidth": width,
            }
            text = json.dumps(document, indent=1, ensure_ascii=False)
            (folder / picture.set / f"{picture.stem}.json").write_text(text, encoding="utf-8")
    lost = ["specimens and everything that is known of a frame beyond its marks"]
    inexact = [one for one in overlaps if one < 1]
    if inexact:
        lost.append(
            f"{len(inexact)} of {len(overlaps)} defects are not exact as polygons (holes, thin pieces): "
            f"intersection over union {np.mean(overlaps):.4f} on average, {min(overlaps):.3f} at worst"
        )
    return tuple(lost)


def _mask(defect: DefectRecord, mask: Mask) -> dict[str, Any]:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    top, bottom, left, right = (int(x) for x in (rows[0], rows[-1], columns[0], columns[-1]))
    piece = np.where(mask[top : bottom + 1, left : right + 1], np.uint8(255), np.uint8(0))
    held = base64.b64encode(png.encode(piece)).decode()
    return {**_shape(defect, "mask", [[float(left), float(top)], [float(right), float(bottom)]]), "mask": held}


def _polygons(defect: DefectRecord, mask: Mask) -> list[dict[str, Any]]:
    shapes = []
    for outline in outlines(mask):
        points = outline.astype(float).tolist()
        # A polygon has three corners; a piece of one or two pixels says some of them twice.
        shapes.append(_shape(defect, "polygon", points if len(points) > 2 else (points * 3)[:3]))
    return shapes


def _shape(defect: DefectRecord, kind: str, points: list[list[float]]) -> dict[str, Any]:
    return {"label": defect.kind, "points": points, "group_id": defect.id, "shape_type": kind, "flags": {}}


def _drawn(shapes: list[dict[str, Any]], mask: Mask) -> Mask:
    """Draw polygons as labelme does."""
    drawn = np.zeros_like(mask)
    for shape in shapes:
        drawn |= draw("polygon", [tuple(point) for point in shape["points"]], mask.shape[::-1])
    return drawn


EXPORTER = Exporter(Options, write)
