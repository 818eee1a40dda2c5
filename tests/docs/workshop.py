"""The folder that a reader of the pages stands in: a study, photographs, datasets and a trained model, all tiny."""

from __future__ import annotations

import shutil
from pathlib import Path

import cv2
from plates import plates

from blemish.learn import Protocol, train

STUDY = """
name = "my-part"

[part]
file = "builtin:clutch"
linear_tolerance_mm = 0.05

[camera]
width_px = 160
height_px = 128
pixel_pitch_um = 52.0

[plan]
sample_spacing_mm = 3.0
min_px_per_mm = 1.0
max_views = 4

[[defects]]
kind = "dent"

[[finishes]]
kind = "turned"
regions = ["turned"]

[[finishes]]
kind = "brushed"
regions = ["*"]

[learn]
network = "small"
"""
LEARNING = Protocol(network="small", batch=2, crop_px=64, max_epochs=1, steps_per_epoch=2, precision="fp32")


def furnish(folder: Path) -> Path:
    """Put into an empty folder what the pages speak of by name."""
    folder.joinpath("study.toml").write_text(STUDY, encoding="utf-8")
    dataset = plates(folder / "dataset", [(64, 96)] * 8)
    shutil.copytree(dataset.root, folder / "runs/my-part/dataset")
    for name in ("first", "my-part"):
        folder.joinpath("runs", name).mkdir(parents=True, exist_ok=True)
    train(LEARNING, dataset, folder / "runs/first/model")
    folder.joinpath("photographs").mkdir()
    for number, frame in enumerate(dataset.frames[:3], 1):
        cv2.imwrite(str(folder / f"photographs/IMG_{number:04d}.png"), dataset.image(frame))
    return folder
