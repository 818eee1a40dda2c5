"""From scores to marks: connected patches that a model calls a defect, each with place, size and score."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import UInt8

from blemish.arrays import Grey, Scores
from blemish.learn.exposure import levels

Colour = UInt8[np.ndarray, "h w 3"]
"""Blue, green, red, as OpenCV has it."""

_RED = np.array([40, 40, 255], np.float32)


@dataclass(frozen=True)
class Mark:
    """One patch of an image that is called a defect."""

    left_px: int
    top_px: int
    width_px: int
    height_px: int
    area_px: int
    peak_score: float
    """The highest score of its pixels."""
    mean_score: float


CSV_HEAD = "image,left_px,top_px,width_px,height_px,area_px,peak_score,mean_score"


def csv_row(image: str, mark: Mark) -> str:
    """Write a mark as a row of a table; the image's name is quoted where it has to be."""
    name = '"' + image.replace('"', '""') + '"' if set(',"\r\n') & set(image) else image
    place = f"{mark.left_px},{mark.top_px},{mark.width_px},{mark.height_px},{mark.area_px}"
    return f"{name},{place},{mark.peak_score:.4f},{mark.mean_score:.4f}"


def find_marks(scores: Scores, threshold: float, smallest_px: int = 1) -> tuple[Mark, ...]:
    """List the patches (diagonals connect) of at least ``smallest_px`` pixels, the surest first."""
    called = (scores >= np.float32(threshold)).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(called, connectivity=8)
    marks = []
    for label in range(1, count):
        left, top, width, height, area = (int(value) for value in stats[label])
        if area >= smallest_px:
            box = slice(top, top + height), slice(left, left + width)
            inside = scores[box][labels[box] == label]
            marks.append(Mark(left, top, width, height, area, float(inside.max()), float(inside.mean())))
    return tuple(sorted(marks, key=lambda mark: -mark.peak_score))


def overlay(image: Grey, scores: Scores, threshold: float, brighten_stops: float = 0.0) -> Colour:
    """Show an image in 8 bits with its marks outlined in red; the defect itself stays visible."""
    grey = np.minimum(levels(image) * 2.0**brighten_stops, 255)
    picture = np.repeat(grey[..., None], 3, axis=2)
    called = (scores >= np.float32(threshold)).astype(np.uint8)
    around = cv2.dilate(called, np.ones((5, 5), np.uint8)) - cv2.dilate(called, np.ones((3, 3), np.uint8))
    picture[around > 0] = _RED
    return picture.round().astype(np.uint8)
