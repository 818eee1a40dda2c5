"""What ``make`` writes to be looked at: contact sheets, coloured meshes, and dust that no mask knows."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import trimesh

Command = Callable[..., subprocess.CompletedProcess[str]]

FILMS = """
[[defects]]
kind = "stain"
per_specimen = 2
diameter_mm = 4.0

[[defects]]
kind = "dust"
per_specimen = 2

[[finishes]]
kind = "turned"
"""


def with_films(study: Path) -> Path:
    """Add films to a study, and take all but one view away."""
    text = study.read_text().replace('[[finishes]]\nkind = "turned"', FILMS.strip(), 1)
    study.write_text(text.replace("max_views = 4", "max_views = 1"))
    return study


def test_films_go_through_the_chain(tiny: Path, blemish: Command) -> None:
    """Films are in the specimens' records and in no mask; ``--meshes`` writes specimens that other programs open."""
    told = blemish("make", with_films(tiny), "--meshes")
    assert told.returncode == 0, told.stdout + told.stderr
    run = tiny.parent / "runs/tiny"
    verified = blemish("verify", run / "dataset")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    for name in ("c000", "d000"):
        record = json.loads((run / "dataset/specimens" / name / "specimen.json").read_text())
        films = {one["id"] for one in record["defects"] if one["kind"] in {"stain", "dust"}}
        assert len(films) == 4
        assert not any(one["significant"] for one in record["defects"] if one["id"] in films)
        for mask in (run / "dataset/frames" / name).glob("*/mask.png"):
            assert not films & set(np.unique(cv2.imread(str(mask), cv2.IMREAD_UNCHANGED)).tolist())
        mesh = trimesh.load(run / "meshes" / f"{name}.ply", process=False)
        assert len(np.unique(mesh.visual.vertex_colors, axis=0)) > 4


def test_sheets_are_drawn_without_making_anything(tiny: Path, blemish: Command) -> None:
    """``make --sheets`` gives a picture and its labels for each population, and no dataset."""
    told = blemish("make", with_films(tiny), "--sheets")
    assert told.returncode == 0, told.stdout + told.stderr
    folder = tiny.parent / "runs/tiny/sheets"
    names = ["01-dent", "02-scratch", "03-dent", "04-stain", "05-dust"]
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        f"{name}{suffix}.png" for name in names for suffix in ("", "-labels")
    )
    labels = cv2.imread(str(folder / "01-dent-labels.png"))
    assert len(np.unique(labels.reshape(-1, 3), axis=0)) == 26
    assert cv2.imread(str(folder / "01-dent.png"), 0).std() > 1
    assert not (tiny.parent / "runs/tiny/dataset").exists()
