"""Contact sheets: each kind of defect, 5 x 5 samples across its typical range, on aluminium under the ring light.

Command: ``python tools/contact_sheets.py FOLDER [KIND ...]`` (needs the ``make`` extra; 5 s a sheet on two cores). From
left to right the defects get larger, from top to bottom deeper; what else they have is drawn. Beside each picture
stand the labels, in one colour a defect. ``blemish make STUDY --sheets`` does the same for a study's own populations.
"""

from __future__ import annotations

import sys
from pathlib import Path

from blemish.recipe import Recipe
from blemish.settings import read
from blemish.sheets import write_sheets

TURNED = {"uniform": [0.0, 360.0]}
KINDS: dict[str, dict[str, object]] = {
    "dent": {
        "diameter_mm": {"log_uniform": [0.2, 2.0]},
        "depth_mm": {"log_uniform": [0.005, 0.15]},
        "elongation": {"uniform": [1.0, 1.8]},
        "orientation_deg": TURNED,
        "shoulder": {"uniform": [0.15, 0.6]},
        "rim": {"uniform": [0.0, 0.15]},
    },
    "scratch": {
        "width_mm": {"log_uniform": [0.05, 0.3]},
        "depth_mm": {"log_uniform": [0.003, 0.04]},
        "length_mm": {"log_uniform": [2.0, 5.0]},
        "curving_strength_deg": {"uniform": [0.0, 25.0]},
        "curving_frequency_per_mm": {"uniform": [0.02, 0.3]},
        "curving_phase_deg": TURNED,
        "orientation_deg": TURNED,
        "ridge": {"uniform": [0.05, 0.3]},
        "pressure_variation": {"uniform": [0.0, 1.0]},
        "pressure_period_mm": {"uniform": [0.5, 3.0]},
        "pressure_phase_deg": TURNED,
        "broken": {"choice": [0.0, 0.0, 0.35]},
    },
    "gouge": {
        "width_mm": {"log_uniform": [0.3, 1.0]},
        "depth_mm": {"log_uniform": [0.02, 0.2]},
        "length_mm": {"log_uniform": [1.0, 4.0]},
        "orientation_deg": TURNED,
        "entry": {"uniform": [0.4, 0.75]},
        "ridge": {"uniform": [0.05, 0.3]},
    },
    "pits": {
        "count": {"integers": [1, 40]},
        "pit_mm": {"uniform": [0.15, 0.5]},
        "spread_mm": {"log_uniform": [0.3, 2.0]},
        "depth_mm": {"log_uniform": [0.005, 0.04]},
        "elongation": {"uniform": [1.0, 2.0]},
        "orientation_deg": TURNED,
    },
    "blowhole": {
        "diameter_mm": {"log_uniform": [0.3, 1.8]},
        "depth_mm": {"uniform": [0.02, 0.035]},
        "elongation": {"uniform": [1.0, 2.6]},
        "orientation_deg": TURNED,
        "exponent": {"uniform": [2.0, 4.0]},
        "edge": {"uniform": [0.3, 0.8]},
        "ragged": {"uniform": [0.0, 0.25]},
    },
    "crack": {
        "length_mm": {"log_uniform": [2.0, 6.0]},
        "width_mm": {"uniform": [0.06, 0.2]},
        "depth_mm": 0.03,
        "wander": {"log_uniform": [0.005, 0.06]},
        "uneven": {"uniform": [0.2, 0.8]},
        "branches": {"integers": [0, 3]},
        "orientation_deg": TURNED,
    },
    "bump": {
        "diameter_mm": {"log_uniform": [0.15, 1.5]},
        "height_mm": {"log_uniform": [0.01, 0.2]},
        "elongation": {"uniform": [1.0, 1.8]},
        "orientation_deg": TURNED,
        "foot": {"uniform": [0.15, 0.6]},
    },
    "nick": {
        "length_mm": {"log_uniform": [0.3, 2.0]},
        "depth_mm": {"log_uniform": [0.02, 0.2]},
        "breadth_mm": {"log_uniform": [0.1, 0.6]},
    },
    "dust": {
        "patch_mm": {"uniform": [2.0, 6.0]},
        "speck_mm": {"log_uniform": [0.03, 0.15]},
        "cell_mm": {"uniform": [0.3, 0.8]},
        "albedo": {"uniform": [0.1, 0.8]},
        "orientation_deg": TURNED,
    },
    "fibre": {
        "length_mm": {"log_uniform": [0.5, 4.0]},
        "width_mm": {"uniform": [0.01, 0.05]},
        "sway_mm": {"uniform": [0.05, 0.6]},
        "waves": {"uniform": [0.5, 3.0]},
        "orientation_deg": TURNED,
    },
    "stain": {
        "diameter_mm": {"log_uniform": [1.0, 6.0]},
        "strength": {"uniform": [0.1, 0.9]},
        "elongation": {"uniform": [1.0, 2.5]},
        "orientation_deg": TURNED,
        "rim": {"uniform": [0.2, 0.9]},
        "haze": {"uniform": [0.0, 0.4]},
        "albedo": {"uniform": [0.0, 0.3]},
    },
    "fingerprint": {
        "length_mm": {"uniform": [8.0, 18.0]},
        "breadth_mm": {"uniform": [6.0, 14.0]},
        "strength": {"uniform": [0.1, 0.5]},
        "smear": {"uniform": [0.0, 1.0]},
        "orientation_deg": TURNED,
    },
    "rub": {
        "length_mm": {"log_uniform": [3.0, 12.0]},
        "breadth_mm": {"log_uniform": [1.0, 4.0]},
        "streak_mm": {"uniform": [0.03, 0.15]},
        "cover": {"uniform": [0.2, 0.8]},
        "haze": {"uniform": [0.1, 0.4]},
        "orientation_deg": TURNED,
    },
}
REST = {
    "camera": {"pixel_pitch_um": 6.9, "working_distance_mm": 200.0},
    "light": {"inner_radius_mm": 30.0, "outer_radius_mm": 110.0, "offset_mm": 50.0},
    "sensor": {"exposure_ms": 14.0},
    "render": {"samples_per_pixel": 32},
}


def main(folder: str, *kinds: str) -> None:
    tables = [{"kind": kind, **KINDS[kind]} for kind in kinds or KINDS]
    for path in write_sheets(read(Recipe, {**REST, "defects": tables}, "the sheets"), Path(folder)):
        print(path)


if __name__ == "__main__":
    main(*(sys.argv[1:] or ["contact-sheets"]))
