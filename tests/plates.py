"""Small photographs made by formulas: brushed plates on black ground, some with dents and scratches."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from blemish.arrays import Grey, Instances
from blemish.dataset.read import Dataset, open_dataset
from blemish.dataset.record import DefectRecord, FrameRecord, Header, SpecimenRecord
from blemish.dataset.split import SplitRule
from blemish.dataset.write import create, finish, write_frame, write_specimen

KINDS = {1: "scratch", 2: "dent"}


def plate(
    size: tuple[int, int], rng: np.random.Generator, *, defective: bool, bits: int = 8, marks: int = 1
) -> tuple[Grey, Instances]:
    """Draw one plate: a brushed, lit ellipse; defective ones have ``marks`` scratches (odd ids) and dents (even)."""
    height, width = size
    rows, columns = np.mgrid[:height, :width]
    lit = ((rows - height / 2) / (0.45 * height)) ** 2 + ((columns - width / 2) / (0.4 * width)) ** 2 < 1
    brushed = cv2.GaussianBlur(rng.normal(0, 30, (height, width)), (31, 1), 0)
    image = np.where(lit, 110 + 40 * np.sin(columns / width * 3) + brushed, 2.0)
    mask = np.zeros(size, np.uint16)
    for mark in range(1, (2 * marks if defective else 0) + 1):
        shape = np.zeros(size, np.uint8)
        middle = rng.uniform(0.3, 0.7, 2) * (width, height)
        if mark % 2:
            end = middle + rng.uniform(-0.2, 0.2, 2) * (width, height)
            cv2.line(shape, tuple(int(x) for x in middle), tuple(int(x) for x in end), 1, int(rng.integers(2, 5)))
        else:
            cv2.circle(shape, tuple(int(x) for x in middle), int(rng.integers(3, 8)), 1, -1)
        image += cv2.GaussianBlur(shape.astype(float), (3, 3), 0) * (80 if mark % 2 else -70)
        mask[(shape > 0) & lit] = mark
    white = 255 if bits == 8 else 65535
    return (np.clip(image, 0, 255) / 255 * white).astype(np.uint8 if bits == 8 else np.uint16), mask


def plates(
    root: Path, sizes: list[tuple[int, int]], *, correct_only: bool = False, bits: int = 8, marks: int = 1
) -> Dataset:
    """Write a dataset of plates with these sizes, every second one defective, split 2:1:1; one frame a specimen."""
    header = Header(name="plates", kind="photographs", classes=("scratch", "dent"))
    create(root, header)
    for number, size in enumerate(sizes):
        rng = np.random.default_rng(number)
        defective = bool(number % 2) and not correct_only
        image, mask = plate(size, rng, defective=defective, bits=bits, marks=marks)
        ids = range(1, 2 * marks + 1) if defective else ()
        defects = tuple(DefectRecord(id=i, kind="scratch" if i % 2 else "dent") for i in ids)
        name = f"{'d' if defective else 'c'}{number:03d}"
        write_specimen(root, SpecimenRecord(id=name, defective=defective, defects=defects))
        write_frame(root, FrameRecord(specimen=name, view="v0", digest=f"{number:064x}"), image, mask)
    finish(root, header, split=SplitRule(shares={"train": 2.0, "val": 1.0, "test": 1.0}))
    return open_dataset(root)
