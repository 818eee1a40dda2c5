"""A few photographs made by formulas, as a dataset: what a network learns from and an exporter writes."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from blemish.arrays import Grey, Instances
from blemish.dataset.read import Dataset, open_dataset
from blemish.dataset.record import DefectRecord, FrameRecord, Header, SpecimenRecord
from blemish.dataset.split import SplitRule
from blemish.dataset.write import create, finish, write_frame, write_specimen

SIZES = ((48, 61), (53, 40))
"""Heights and widths that no network asks for."""
KINDS = ("scratch", "spot")


def photograph(number: int, *, defective: bool) -> tuple[Grey, Instances]:
    """Give a rough plate, and its marks: a bar (1) and, apart from it, a square with a hole (2)."""
    rng = np.random.default_rng(number)
    height, width = SIZES[number % len(SIZES)]
    image = rng.normal(110, 6, (height, width))
    mask = np.zeros((height, width), np.uint16)
    if defective:
        row, column = rng.integers(4, height - 26), rng.integers(4, width - 22)
        mask[row : row + 3, column : column + 15] = 1
        mask[row + 10 : row + 19, column : column + 9] = 2
        mask[row + 13 : row + 16, column + 3 : column + 6] = 0
        image += 90.0 * (mask > 0)
    return np.clip(image, 0, 255).astype(np.uint8), mask


def photographs(root: Path, count: int = 6) -> Dataset:
    """Write a dataset in which every second photograph has two marks, each photograph a specimen of its own."""
    header = Header(name="photographs", kind="photographs", classes=KINDS)
    create(root, header)
    for number in range(count):
        defective = bool(number % 2)
        image, mask = photograph(number, defective=defective)
        marks = tuple(DefectRecord(id=i, kind=kind) for i, kind in enumerate(KINDS, 1)) if defective else ()
        name = f"{'d' if defective else 'c'}{number:03d}"
        write_specimen(root, SpecimenRecord(id=name, defective=defective, defects=marks))
        write_frame(root, FrameRecord(specimen=name, view="v000", digest=f"{number:064x}"), image, mask)
    finish(root, header, split=SplitRule(shares={"train": 1.0, "val": 1.0, "test": 1.0}))
    return open_dataset(root)
