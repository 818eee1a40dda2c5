"""A folder as a person has one: a dataset, a model that was never trained, photographs, a study."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from plates import plates

# The tiny study and the small dataset lie in their rooms' tests.
for room in ("chain", "dataset", "part"):
    sys.path.append(str(Path(__file__).parents[1] / room))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, untrained: Path) -> Path:
    """Stand in a folder with dataset ``ds``, run ``run``, photographs ``pics`` and study ``tiny.toml``."""
    from tiny import TINY

    monkeypatch.chdir(tmp_path)
    plates(tmp_path / "ds", [(64, 64)] * 8)
    (tmp_path / "run/model").mkdir(parents=True)
    for path in (untrained / "model").glob("model.*"):
        (tmp_path / "run/model" / path.name).write_bytes(path.read_bytes())
    (tmp_path / "pics").mkdir()
    rng = np.random.default_rng(0)
    for name in "abcd":
        Image.fromarray(rng.integers(0, 255, (40, 50)).astype(np.uint8)).save(tmp_path / f"pics/{name}.png")
    (tmp_path / "tiny.toml").write_text(TINY)
    return tmp_path
