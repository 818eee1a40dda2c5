"""Any one file of a set damaged, cut, emptied, doubled or gone: one error of ours, or a dataset; never a crash."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from layouts import LAYOUTS

from blemish.dataset.verify import verify
from blemish.errors import BlemishError
from blemish.exchange import bring_in

MUTANTS = int(os.environ.get("BLEMISH_MUTANTS", "5"))
"""Of each set; more are for a long evening."""


def damage(path: Path, rng: np.random.Generator) -> str:
    """Do one thing to a file; say what."""
    data = bytearray(path.read_bytes())
    kind = ("change", "cut", "empty", "remove", "rename", "swap", "folder", "double")[int(rng.integers(8))]
    at = int(rng.integers(len(data) + 1))
    if kind == "change":
        data[at : at + 3] = rng.bytes(int(rng.integers(5)))
        path.write_bytes(data)
    elif kind in ("cut", "empty"):
        path.write_bytes(data[:at] if kind == "cut" else b"")
    elif kind == "rename":
        path.rename(path.with_name(f"ü {path.name}"))
    elif kind == "swap":
        others = sorted(other for other in path.parent.iterdir() if other.is_file())
        path.write_bytes(others[int(rng.integers(len(others)))].read_bytes())
    elif kind == "double":
        shutil.copy(path, path.with_suffix(".jpeg" if path.suffix.lower() != ".jpeg" else ".png"))
    else:
        path.unlink()
        if kind == "folder":
            path.mkdir()
    return f"{kind} {path.name}"


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", LAYOUTS)
def test_a_set_with_one_damaged_file_is_refused_or_taken(name: str, tmp_path: Path) -> None:
    """Refused, nothing is left; taken, or taken with bad files skipped, the dataset keeps its promises."""
    (tmp_path / "whole").mkdir()
    LAYOUTS[name](tmp_path / "whole")
    rng = np.random.default_rng(len(name))
    for number in range(MUTANTS):
        source, out = tmp_path / f"in{number}", tmp_path / f"out{number}"
        shutil.copytree(tmp_path / "whole", source)
        files = sorted(path for path in source.rglob("*") if path.is_file())
        what = damage(files[int(rng.integers(len(files)))], rng)
        skip_bad = bool(rng.integers(2))
        try:
            bring_in(name, source, out, skip_bad=skip_bad)
        except BlemishError:
            assert not out.exists() or not any(out.iterdir()), what
        else:
            assert verify(out).ok, what
        shutil.rmtree(source)
        shutil.rmtree(out, ignore_errors=True)
