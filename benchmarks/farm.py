"""Processes against threads: frames a second of whole frames, written and proved, in one run.

    python benchmarks/farm.py [--frames 24] [--width 612] [--height 512] [--samples 16] [--rounds 2]

Four crews make the same frames of one specimen of the built-in clutch and take turns: one process with one thread of
the renderer, one with two, two processes with one thread each, and two with two each (as ``--workers 2``
does on two cores). The clock runs from the moment when each process has made its first frames: starting and
compiling do not count. A thread of the renderer is Dr.Jit's; labels, packing and proving have one thread anyway.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import uuid
from pathlib import Path

import numpy as np
from figures import tell

from blemish.dataset import write
from blemish.dataset.parcel import lay_sign
from blemish.dataset.record import Header
from blemish.farm.pool import spread
from blemish.make import plan_for
from blemish.part import Part, load
from blemish.plan import Plan
from blemish.recipe import Recipe
from blemish.settings import canonical, read
from blemish.work import Done, Job, Task, shoot_views, software_here

CREWS = ((1, 1), (1, 2), (2, 1), (2, 2))
"""Processes, and threads of each."""
FIRST = 3
"""Frames of each process that do not count."""


def with_one_thread(job: Job, task: Task) -> Done:
    """Make a frame, though one of its name may be there, with one thread of the renderer."""
    return _made_anew(job, task, 1)


def with_two_threads(job: Job, task: Task) -> Done:
    """Make a frame, though one of its name may be there, with two threads of the renderer."""
    return _made_anew(job, task, 2)


def _made_anew(job: Job, task: Task, threads: int) -> Done:
    import drjit as dr

    software_here("auto")
    dr.set_thread_count(threads)
    write.has_frame = lambda *_: False
    return shoot_views(job, task)


def recipe(width_px: int, height_px: int, samples: int) -> Recipe:
    """Give a specimen with a few defects and three finishes."""
    values = {
        "camera": {"width_px": width_px, "height_px": height_px, "pixel_pitch_um": 3.45 * 2448 / width_px},
        "plan": {"sample_spacing_mm": 3.0, "min_px_per_mm": 1.0, "max_views": 8},
        "specimens": {"correct": 0, "defective": 1},
        "defects": [{"kind": "dent", "per_specimen": 12}, {"kind": "scratch", "per_specimen": 8}],
        "finishes": [
            {"kind": "turned", "regions": ["turned"]},
            {"kind": "milled", "regions": ["milled"]},
            {"kind": "brushed"},
        ],
        "render": {"samples_per_pixel": samples, "noise_share": 0},
    }
    return read(Recipe, values, "the recipe")


def frames_a_second(asked: Recipe, part: Part, plan: Plan, crew: tuple[int, int], frames: int) -> float:
    """Have a crew make frames in a folder of its own, the plan's views again and again; give its speed."""
    processes, threads = crew
    with tempfile.TemporaryDirectory() as folder:
        root, sign = Path(folder) / "dataset", uuid.uuid4().hex
        write.create(root, Header(name="benchmark", kind="rendered"))
        lay_sign(root, sign)
        job = Job(canonical(asked), part, plan, root, sign, software_here("auto"))
        views = [viewpoint.name for viewpoint in plan.viewpoints]
        tasks = [Task("d000", (views[number % len(views)],)) for number in range(processes * FIRST + frames)]
        begin = 0.0
        work = with_one_thread if threads == 1 else with_two_threads
        for done, _ in enumerate(spread(work, job, tasks, processes), 1):
            if done == processes * FIRST:
                begin = time.perf_counter()
        return frames / (time.perf_counter() - begin)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("frames", 24), ("width", 612), ("height", 512), ("samples", 16), ("rounds", 2)):
        parser.add_argument(f"--{name}", type=int, default=default)
    given = parser.parse_args()
    asked = recipe(given.width, given.height, given.samples)
    part = load(asked.part)
    with tempfile.TemporaryDirectory() as folder:
        plan = plan_for(asked, part, Path(folder) / "plan.json")
    speeds: dict[tuple[int, int], list[float]] = {crew: [] for crew in CREWS}
    for _ in range(given.rounds):
        for crew, found in speeds.items():
            found.append(frames_a_second(asked, part, plan, crew, given.frames))
            print(f"{crew[0]} processes x {crew[1]} threads: {found[-1]:.2f} frames/s", flush=True)
    alone = float(np.median(speeds[1, 1]))
    for crew, found in speeds.items():
        print(f"{crew[0]} x {crew[1]}: {np.median(found):.2f} frames/s, {np.median(found) / alone:.2f} of one by one")
    processes, threads = np.median(speeds[2, 1]), np.median(speeds[1, 2])
    print(f"to two: processes {processes / alone:.2f}, threads {threads / alone:.2f}; ratio {processes / threads:.2f}")
    tell("one process", alone, "frames a second")
    tell("two processes", float(processes), "frames a second", ratio=float(processes / alone))
    tell("two threads", float(threads), "frames a second", ratio=float(threads / alone))
    return 0


if __name__ == "__main__":
    sys.exit(main())
