"""Folders and annotation files for the tests of the page."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def contents(root: Path) -> dict[str, bytes]:
    """Every file of a folder by its path."""
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def strange_document() -> dict[str, Any]:
    """A labelme file with whatever other programs may put there."""
    polygon = {"label": "pit", "points": [[1.0, 1.0], [9.25, 2.0], [5.0, 8.0]], "group_id": 7, "flags": {"sure": True}}
    return {
        "version": "3.16.7",
        "lineColor": [0, 255, 0, 128],
        "imageData": "iVBORw0KGgo=",
        "imagePath": "C:\\somewhere\\a.png",
        "shapes": [
            {**polygon, "shape_type": "polygon", "score": 0.1234567890123456, "huge": 2**60, "none": float("nan")},
            {**polygon, "fill_color": None},
            {"label": "odd", "points": [[float("nan"), 1]], "shape_type": "polygon"},
            {"label": "new", "points": [[1, 1]], "shape_type": "cuboid"},
            "no shape at all",
            {"label": "two\nlines", "points": [[1.0, 1.0], [3.0, 3.0]], "shape_type": "rectangle"},
        ],
        "imageHeight": 40,
        "imageWidth": 60,
        "mine": {"ü": [1.0, 2]},
    }
