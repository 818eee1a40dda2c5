"""A frame as exporters see it: its pixels, its marks with their kinds, and a name that is a file's."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Literal

from blemish.arrays import Grey, Instances, Mask
from blemish.dataset.index import FrameEntry
from blemish.dataset.read import Dataset
from blemish.dataset.record import DefectRecord, FrameRecord


@dataclass(frozen=True, eq=False)
class Picture:
    """One frame of a dataset in one of its sets."""

    dataset: Dataset
    frame: FrameEntry
    set: str
    """``train``, ``val``, ``test``; ``all`` where the dataset is not split."""

    @property
    def stem(self) -> str:
        """Specimen and view as one file name, without dots, which some formats split at."""
        return f"{self.frame.specimen}__{self.frame.view}".replace(".", "_")

    @property
    def size(self) -> tuple[int, int]:
        """Height and width."""
        return self.frame.height_px, self.frame.width_px

    def image(self) -> Grey:
        """Read the image."""
        return self.dataset.image(self.frame)

    def mask(self) -> Instances:
        """Read the instance ids."""
        return self.dataset.mask(self.frame)

    @cached_property
    def record(self) -> FrameRecord:
        """All that is known of the frame."""
        return self.dataset.record(self.frame)

    def marks(self) -> list[tuple[DefectRecord, Mask]]:
        """Take the mask apart, one defect after the other."""
        if not self.frame.defective:
            return []
        ids, known = self.mask(), _defects(self.dataset.root, self.dataset, self.frame.specimen)
        shown = [one for one in self.record.defects if one.box_px is not None]
        return [(known[one.id], ids == one.id) for one in shown]

    def packed(self, name: Literal["image.png", "mask.png"]) -> bytes:
        """Read a file as it is; a damaged one is a :class:`DatasetError`."""
        return self.dataset.packed(self.frame, name, self.record)

    def copy_image(self, path: Path) -> None:
        """Lay the image file, byte for byte, at a place; a damaged one is a :class:`DatasetError`."""
        data = self.packed("image.png")
        try:
            path.write_bytes(data)
        except FileNotFoundError:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)


@lru_cache(maxsize=64)
def _defects(_root: Path, dataset: Dataset, specimen: str) -> dict[int, DefectRecord]:
    return {defect.id: defect for defect in dataset.specimen(specimen).defects}
