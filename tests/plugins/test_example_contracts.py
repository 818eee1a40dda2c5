"""The example package proves itself, as its author would: ten lines for each kind."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from packages import EXAMPLE

from blemish.testing import (
    DefectContract,
    ExporterContract,
    FinishContract,
    ImporterContract,
    LightContract,
    NetworkContract,
    prove,
)
from blemish.testing.photographs import photograph

sys.path.append(str(EXAMPLE / "src"))

from blemish_example import plain3, runs
from blemish_example.crater import Crater
from blemish_example.knurled import Knurled
from blemish_example.strip import StripLight


class TestCrater(DefectContract):
    """The example's defect."""

    defect = Crater(diameter_mm=1.2)


class TestKnurled(FinishContract):
    """The example's finish."""

    finish = Knurled(pitch_mm=0.8, height_mm=0.02, pattern=3)
    slope_along = np.pi * 0.02 / 0.8 * 0.5
    slope_across = np.pi * 0.02 / 0.8 * 0.75**0.5


class TestStrip(LightContract):
    """The example's light."""

    light = StripLight()


class TestPlain3(NetworkContract):
    """The example's network."""

    build = staticmethod(plain3.build)


class TestRunsOut(ExporterContract):
    """The example's exporter, and the way back."""

    exporter = runs.EXPORTER
    back = runs.IMPORTER


class TestRunsIn(ImporterContract):
    """The example's importer."""

    importer = runs.IMPORTER

    def lay_out(self, folder: Path) -> Mapping[str, np.ndarray]:
        """Two photographs, one of them with three runs."""
        import cv2

        (folder / "images").mkdir()
        image, mask = photograph(1, defective=True)[0], np.zeros((53, 40), dtype=bool)
        mask[7, 3:9] = mask[8, 3:5] = mask[20, 39] = True
        for name in ("a", "b"):
            cv2.imwrite(str(folder / f"images/{name}.png"), image)
        (folder / "runs.csv").write_text(
            "image,row,first,count\nimages/b.png,7,3,6\nimages/b.png,8,3,2\nimages/b.png,20,39,1\n"
        )
        return {"images/a.png": np.zeros_like(mask), "images/b.png": mask}


def test_a_contract_is_proved_without_pytest() -> None:
    """``prove`` runs every law of a class and raises what breaks."""

    class Wrong(Crater):
        @property
        def deepest_mm(self) -> float:
            return 5 * self.depth_mm

    class Broken(DefectContract):
        defect = Wrong()

    class Sound(DefectContract):
        defect = Crater()

    assert prove(Sound) >= 10
    with pytest.raises(AssertionError, match="stated"):
        prove(Broken)
