"""What the examples share: a camera straight above a plate, the small clutch, and pictures side by side.

Each example is ``python examples/NN_name.py [FOLDER]`` and writes one picture into FOLDER, ``runs/examples`` without
it. ``BLEMISH_EXAMPLES=0.5`` in the environment makes the images half as wide, for tests and slow machines.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from blemish.frames import look_at
from blemish.part import Part
from blemish.plan import Camera, Viewpoint
from blemish.study import Study, load_part, read_study

SCALE = float(os.environ.get("BLEMISH_EXAMPLES", "1"))
RED, BLUE = (60, 60, 255), (255, 140, 40)


def folder() -> Path:
    """Give the folder that this example writes into; it is there afterwards."""
    path = Path(sys.argv[1] if len(sys.argv) > 1 else "runs/examples")
    path.mkdir(parents=True, exist_ok=True)
    return path


def above(width_mm: float, height_mm: float, px_per_mm: float = 20.0) -> tuple[Camera, Viewpoint]:
    """Give a camera that sees just this much of the plate from 200 mm above it."""
    px = px_per_mm * SCALE
    coarse = Camera(pixel_pitch_um=1.0).mm_per_px
    camera = Camera(width_px=round(width_mm * px), height_px=round(height_mm * px), pixel_pitch_um=1 / px / coarse)
    eye = np.array([0.0, 0.0, camera.working_distance_mm])
    return camera, Viewpoint("above", look_at(eye, np.zeros(3), np.array([0.0, 1.0, 0.0])))


def small_clutch(**changes: object) -> tuple[Study, Part]:
    """Read the study of the built-in clutch that is made for laptops, its recipe changed, and its part."""
    file = read_study(Path(__file__).parent.parent / "studies" / "clutch-small.toml")
    camera = file.study.camera
    smaller = replace(
        camera,
        width_px=round(camera.width_px * SCALE),
        height_px=round(camera.height_px * SCALE),
        pixel_pitch_um=camera.pixel_pitch_um / SCALE,
    )
    return replace(file.study, camera=smaller, **changes), load_part(file)


def orbit(part: Part, camera: Camera, azimuth_deg: float, elevation_deg: float, name: str = "view") -> Viewpoint:
    """Look at the middle of a part's front from around it, at the working distance."""
    turn, up = np.radians([azimuth_deg, elevation_deg])
    towards = np.array([np.cos(turn) * np.cos(up), np.sin(turn) * np.cos(up), np.sin(up)])
    front = part.centre_mm + 0.3 * np.linalg.norm(part.size_mm) * towards
    return Viewpoint(name, look_at(front + camera.working_distance_mm * towards, front))


def outlined(image: np.ndarray, mask: np.ndarray, colour: tuple[int, int, int] = RED) -> np.ndarray:
    """Draw a line around what is marked, just outside of it; the picture is grey or in colour."""
    picture = cv2.cvtColor(image, cv2.COLOR_GRAY2BGR) if image.ndim == 2 else image.copy()
    marked = (mask > 0).astype(np.uint8)
    picture[cv2.dilate(marked, np.ones((5, 5), np.uint8)) > marked] = colour
    return picture


def captioned(image: np.ndarray, text: str) -> np.ndarray:
    """Put a white strip with a line of text over a picture."""
    picture = cv2.cvtColor(image, cv2.COLOR_GRAY2BGR) if image.ndim == 2 else image
    strip = np.full((26, picture.shape[1], 3), 255, np.uint8)
    cv2.putText(strip, text, (4, 18), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (0, 0, 0), 1, cv2.LINE_AA)
    return np.vstack([strip, picture])


def save(path: Path, rows: Sequence[Sequence[np.ndarray]]) -> None:
    """Write pictures in rows, white between them; those of a row have one height, and all rows get one width."""
    joined = [np.hstack([np.pad(one, ((0, 4), (0, 4), (0, 0)), constant_values=255) for one in row]) for row in rows]
    width = max(row.shape[1] for row in joined)
    picture = np.vstack(
        [np.pad(row, ((0, 0), (0, width - row.shape[1]), (0, 0)), constant_values=255) for row in joined]
    )
    cv2.imwrite(str(path), picture[:-4, :-4])
    print(f"the picture is {path}")
