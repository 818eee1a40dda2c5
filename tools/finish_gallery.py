"""Draws the gallery of finishes: each under three lights with three values of what matters most, as the docs show it.

    python tools/finish_gallery.py [FOLDER]        (default: docs/images/finishes; about two minutes on two cores)

Each picture shows 13 x 10 mm of a plate and is exposed for itself. Columns are lights, rows are values.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from blemish.arrays import Grey
from blemish.defects.specimen import Specimen
from blemish.finish.blasted import Blasted
from blemish.finish.brushed import Brushed
from blemish.finish.cast import Cast
from blemish.finish.ground import Ground
from blemish.finish.milled import Milled
from blemish.finish.plain import Plain
from blemish.finish.polished import Polished
from blemish.finish.turned import Turned
from blemish.frames import look_at
from blemish.part.plate import plate
from blemish.plan.camera import Camera
from blemish.plan.light import RingLight
from blemish.plan.model import Viewpoint
from blemish.render import Rendering, Sensor, build_scene, shoot

CAMERA = Camera(width_px=320, height_px=240, pixel_pitch_um=8.5, focal_length_mm=35.0, working_distance_mm=200.0)
RENDERING = Rendering(samples_per_pixel=64, ambient_radiance=0.03)


@dataclass(frozen=True)
class Lighting:
    """A ring light and how far the camera with it leans away from the plate's normal, towards +x."""

    name: str
    light: RingLight
    lean_deg: float


LIGHTINGS = (
    Lighting("ring, straight", RingLight(inner_radius_mm=30.0, outer_radius_mm=70.0, offset_mm=20.0), 0.0),
    Lighting("ring, leaning 20 deg", RingLight(inner_radius_mm=30.0, outer_radius_mm=110.0, offset_mm=50.0), 20.0),
    Lighting("dark field", RingLight(inner_radius_mm=60.0, outer_radius_mm=90.0, offset_mm=165.0), 0.0),
)

ROWS: dict[str, tuple[str, tuple[Any, Any, Any]]] = {
    "turned": (
        "feed_mm",
        tuple(  # a face, turned about a point beside the middle
            Turned(feed_mm=f, pattern=1, axis_point_mm=(-3.0, -2.0, 0.0), axis_direction=(0.0, 0.0, 1.0))
            for f in (0.06, 0.12, 0.3)
        ),
    ),
    "milled": (
        "feed_mm",
        tuple(
            Milled(feed_mm=f, cutter_diameter_mm=12.0, step_over_mm=8.0, back_cut=b, pattern=1)
            for f, b in ((0.08, 0.0), (0.16, 0.0), (0.4, 0.6))
        ),
    ),
    "brushed": ("slope", tuple(Brushed(slope=s, pattern=1) for s in (0.05, 0.12, 0.2))),
    "ground": ("ra_um", tuple(Ground(ra_um=r, pattern=1) for r in (0.2, 0.4, 1.0))),
    "blasted": ("ra_um", tuple(Blasted(ra_um=r, pattern=1) for r in (1.0, 2.5, 6.0))),
    "cast": ("ra_um", tuple(Cast(ra_um=r, pattern=1) for r in (3.0, 10.0, 20.0))),
    "polished": ("waviness_slope", tuple(Polished(waviness_slope=s, pattern=1) for s in (0.002, 0.005, 0.015))),
    "plain": ("roughness", tuple(Plain(roughness=r) for r in (0.12, 0.28, 0.45))),
}


def main(folder: Path) -> None:
    """Draw all sheets."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, (field, finishes) in ROWS.items():
        rows = [np.hstack(list(_pictures(finish, f"{field} = {getattr(finish, field)}"))) for finish in finishes]
        cv2.imwrite(str(folder / f"{name}.jpg"), np.vstack(rows), [cv2.IMWRITE_JPEG_QUALITY, 85])
        print(folder / f"{name}.jpg")


def _pictures(finish: Any, label: str) -> Iterator[Grey]:
    part = plate(width_mm=40.0, height_mm=40.0)
    for lighting in LIGHTINGS:
        scene = build_scene(Specimen.of(part), part, {"plate": finish}, "aluminium", lighting.light)
        lean = np.deg2rad(lighting.lean_deg)
        eye = 200.0 * np.array([np.sin(lean), 0.0, np.cos(lean)])
        viewpoint = Viewpoint("view", look_at(eye, np.zeros(3), np.array([0.0, 1.0, 0.0])))
        dark = shoot(scene, CAMERA, viewpoint, Sensor(), RENDERING, seed=0).radiance
        exposure = 0.8 / max(float(np.percentile(dark, 98)), 1e-6)
        frame = shoot(scene, CAMERA, viewpoint, replace(Sensor(), exposure_ms=10 * exposure), RENDERING, seed=0)
        yield _labelled(frame.image, f"{label}, {lighting.name}")


def _labelled(image: Grey, text: str) -> Grey:
    strip = np.full((24, image.shape[1]), 255, np.uint8)
    cv2.putText(strip, text, (6, 17), cv2.FONT_HERSHEY_SIMPLEX, 0.38, 0, 1, cv2.LINE_AA)
    return np.pad(np.vstack([strip, image]), 2, constant_values=255)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("docs/images/finishes"))
