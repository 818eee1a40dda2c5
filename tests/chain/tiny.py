"""A study small enough to be made in seconds, and ways to run it and to compare what it made."""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

TINY = """
name = "tiny"
seed = 3

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

[specimens]
correct = 1
defective = 2

[[defects]]
kind = "dent"
per_specimen = 6
diameter_mm = { log_uniform = [1.0, 2.0] }
depth_mm = 0.1

[[defects]]
kind = "scratch"
per_specimen = 2
width_mm = 0.3
length_mm = 6.0

[[defects]]
kind = "dent"
significant = false
per_specimen = 2
diameter_mm = 0.3
depth_mm = 0.01

[[finishes]]
kind = "turned"
regions = ["turned"]

[[finishes]]
kind = "brushed"
regions = ["*"]

[render]
samples_per_pixel = 4

[split]
shares = { train = 1, val = 1, test = 1 }
stratified = false

[learn]
network = "small"
batch = 2
crop_px = 64
max_epochs = 2
steps_per_epoch = 2
"""


def command(*arguments: object) -> list[str]:
    """Spell a command line."""
    return [sys.executable, "-m", "blemish", *map(str, arguments)]


def tree(folder: Path) -> dict[str, str]:
    """Give every file under a folder with the hash of its bytes."""
    return {
        Path(parent, name).relative_to(folder).as_posix(): hashlib.sha256(Path(parent, name).read_bytes()).hexdigest()
        for parent, _, names in os.walk(folder)
        for name in names
    }
