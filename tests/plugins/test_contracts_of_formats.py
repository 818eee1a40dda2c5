"""Our own importers and exporters keep the contracts that are published for those of other packages."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from blemish.exchange.exporters import EXPORTERS, exporter
from blemish.exchange.importers import importer
from blemish.testing import ExporterContract, ImporterContract
from blemish.testing.photographs import photograph

BACK: dict[str, tuple[dict[str, Any], str, dict[str, Any]]] = {
    "coco": ({}, "", {}),
    "labelme": ({}, "", {}),
    "masks": ({}, "masks", {}),
    "mvtec": ({"category": "plates"}, "mvtec", {}),
}
"""Options of an exporter, the importer that reads what it wrote, and that one's options. COCO and labelme write a file
or a folder a set, and their importers read one of them: ``tests/exchange`` takes them there and back."""


@pytest.mark.parametrize("name", [name for name in EXPORTERS if name != "bop"], scope="class")
class TestOurExporters(ExporterContract):
    """Every format that photographs without poses can be given out in."""

    @pytest.fixture(autouse=True)
    def made(self, name: str) -> None:
        """One of the formats."""
        self.exporter = exporter(name)
        self.options, self.back, self.back_options = BACK.get(name, ({}, "", {}))


class TestMasks(ImporterContract):
    """What most people have: a folder of images and a folder of masks."""

    importer = importer("masks")

    def lay_out(self, folder: Path) -> Mapping[str, np.ndarray]:
        """Three photographs, the first of them correct and without a mask."""
        truth = {}
        for inside in ("images", "masks"):
            (folder / inside).mkdir(parents=True, exist_ok=True)
        for number in range(3):
            image, mask = photograph(number, defective=number > 0)
            cv2.imwrite(str(folder / f"images/{number}.png"), image)
            if number:
                cv2.imwrite(str(folder / f"masks/{number}.png"), np.uint8(255) * (mask > 0))
            truth[f"images/{number}.png"] = mask > 0
        return truth
