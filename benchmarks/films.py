"""What films cost in a frame: the clutch with five dents, and with every kind of film besides, by turns in one run.

Command: ``python benchmarks/films.py`` (needs the ``make`` extra; half a minute). Processor seconds of a frame of 1224
x 512 pixels at 16 samples; the ratio of the fastest frames. A specimen without films runs a program without them, so
it pays nothing.
"""

from __future__ import annotations

import time

import numpy as np
from figures import tell
from pydantic import TypeAdapter

from blemish.defects import DefectPopulation, make_specimen
from blemish.finish import FinishPopulation, draw_finishes
from blemish.frames import look_at
from blemish.part import PartSource, load
from blemish.plan import Camera, RingLight, Viewpoint
from blemish.render import Rendering, Sensor, build_scene, shoot

ROUNDS = 5
FINISHES = [{"kind": "turned", "regions": ["turned", "thread", "drilled"]}, {"kind": "brushed"}]
DENTS = [{"kind": "dent", "per_specimen": 5}]
FILMS = [
    {"kind": "dust", "per_specimen": 2, "patch_mm": 3.0},
    {"kind": "fibre", "per_specimen": 2},
    {"kind": "stain", "per_specimen": 2, "diameter_mm": 4.0},
    {"kind": "fingerprint", "per_specimen": 1, "length_mm": 7.0, "breadth_mm": 5.0},
    {"kind": "rub", "per_specimen": 1, "length_mm": 5.0, "breadth_mm": 2.0},
]


def main() -> None:
    part = load(PartSource())
    finishes = draw_finishes(part, TypeAdapter(tuple[FinishPopulation, ...]).validate_python(FINISHES), 0, "d000")
    read = TypeAdapter(tuple[DefectPopulation, ...]).validate_python
    camera = Camera(width_px=1224, height_px=512)
    above = look_at(part.centre_mm + np.array([0, 0, camera.working_distance_mm]), part.centre_mm)
    scenes, seconds = {}, {}
    for name, tables in (("without", DENTS), ("with", DENTS + FILMS)):
        specimen = make_specimen(part, "d000", True, read(tables), 0, camera.mm_per_px / 2)  # noqa: FBT003
        scenes[name] = build_scene(specimen, part, finishes, "aluminium", RingLight())
        seconds[name] = []
    for number in range(ROUNDS):
        for name, scene in scenes.items():
            start = time.process_time()
            shoot(scene, camera, Viewpoint("above", above), Sensor(), Rendering(samples_per_pixel=16), number)
            seconds[name].append(time.process_time() - start)
    # The first frame also compiles.
    least = {name: min(times[1:]) for name, times in seconds.items()}
    print(f"without films {least['without']:.2f} s, with {least['with']:.2f} s: {least['with'] / least['without']:.2f}")
    tell("a frame with films", least["with"], "processor s", ratio=least["with"] / least["without"])


if __name__ == "__main__":
    main()
