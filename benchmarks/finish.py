"""What a finish costs: a frame of the clutch with each finish everywhere, against plain rough metal, in one run.

    python benchmarks/finish.py            (about two minutes on two cores)

Prints for each finish the seconds of a frame (the least of several, taken in turn with the plain one) and the ratio to
the plain one; the goal is 1.25 at most. A last line has all regions in their own finishes and transitions between them.
"""

from __future__ import annotations

import platform
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from figures import tell

from blemish.defects.specimen import Specimen
from blemish.finish.blasted import Blasted
from blemish.finish.brushed import Brushed
from blemish.finish.cast import Cast
from blemish.finish.ground import Ground
from blemish.finish.milled import Milled
from blemish.finish.plain import Plain
from blemish.finish.polished import Polished
from blemish.finish.skin import BARE, Skin
from blemish.finish.turned import Turned
from blemish.frames import look_at
from blemish.part import Part, PartSource, load
from blemish.plan import Camera, RingLight, Viewpoint
from blemish.render import Rendering, Sensor, build_scene, shoot

CAMERA = Camera(width_px=1224, height_px=1024, pixel_pitch_um=6.9, focal_length_mm=25.0, working_distance_mm=200.0)
LIGHT = RingLight(inner_radius_mm=30.0, outer_radius_mm=110.0, offset_mm=50.0)
RENDERING = Rendering(samples_per_pixel=16)
ROUNDS = 4
AXIS: dict[str, Any] = {"axis_point_mm": (0.0, 0.0, 0.0), "axis_direction": (0.0, 0.0, 1.0)}
ALIKE: dict[str, Any] = {
    "plain": Plain(),
    "turned": Turned(pattern=1, **AXIS),
    "milled": Milled(pattern=1),
    "brushed": Brushed(pattern=1),
    "ground": Ground(pattern=1),
    "blasted": Blasted(pattern=1),
    "cast": Cast(pattern=1),
    "polished": Polished(pattern=1),
}
"""Everywhere the same."""


def main() -> None:
    """Time all finishes in turn, several times, and print ratios."""
    part = load(PartSource(), base=Path())
    names = [region.name for region in part.regions]
    frames = {kind: frame_of(part, dict.fromkeys(names, finish), BARE) for kind, finish in ALIKE.items()}
    mixed = dict(zip(names, [Turned(pattern=1, **AXIS), Brushed(pattern=1)] * len(names), strict=False))
    frames["turned and brushed, no transition"] = frame_of(part, mixed, BARE)
    frames["turned and brushed, transition 0.4 mm"] = frame_of(part, mixed, Skin(transition_mm=0.4))
    seconds: dict[str, list[float]] = {kind: [] for kind in frames}
    for shot in frames.values():
        shot()
    for _ in range(ROUNDS):
        for kind, shot in frames.items():
            begin = time.perf_counter()
            shot()
            seconds[kind].append(time.perf_counter() - begin)
    print(f"{platform.machine()}, {platform.python_version()}: {CAMERA.width_px} x {CAMERA.height_px}, 16 samples")
    plain = min(seconds["plain"])
    for kind, taken in seconds.items():
        print(f"{kind:40s} {min(taken):6.3f} s   ratio {min(taken) / plain:5.2f}")
        if kind != "plain":
            tell(kind, min(taken), "s a frame", ratio=min(taken) / plain, goal="at most 1.25")


def frame_of(part: Part, finishes: dict[str, Any], skin: Skin) -> Callable[[], Any]:
    """Build a scene and give what takes its picture."""
    scene = build_scene(Specimen.of(part), part, finishes, "aluminium", LIGHT, skin)
    eye = part.centre_mm + 200 * np.array([0.5, 0.1, 0.86])
    viewpoint = Viewpoint("view", look_at(eye, part.centre_mm, np.array([0.0, 1.0, 0.0])))
    return lambda: shoot(scene, CAMERA, viewpoint, Sensor(), RENDERING, seed=0)


if __name__ == "__main__":
    main()
