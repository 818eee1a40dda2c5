"""Whether memory grows over a long run: thousands of small frames in one process that is never replaced.

    python benchmarks/long_run.py [--frames 2000]

Makes a dataset of the built-in clutch, 160 x 128 pixels, in this process, and prints the resident memory on the way.
The goal is less than 5 % growth from frame 100 to the last; above it, the exit code is 1. The worker processes of a
farm are replaced on top of that (after 400 tasks, or when they have grown by half): they cannot grow for long.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

import psutil
from figures import tell

from blemish.farm import crew
from blemish.make import make
from blemish.recipe import Recipe
from blemish.settings import read

VIEWS = 50  # of a specimen: frame 100 and the last one are both the last of one
GOAL = 0.05
FROM = 100


def recipe(frames: int) -> Recipe:
    """Give small frames of specimens that are alike: a larger one after small ones would look like growth.

    So all are defective, with as many defects of the same sizes.
    """
    values = {
        "camera": {"width_px": 160, "height_px": 128, "pixel_pitch_um": 52.0},
        "plan": {
            "sample_spacing_mm": 3.0,
            "min_px_per_mm": 1.0,
            "max_views": VIEWS,
            "views_per_point": 20,
            "target_coverage": 1.0,
        },
        "specimens": {"correct": 0, "defective": -(-frames // VIEWS)},
        "defects": [
            {"kind": "dent", "per_specimen": 6, "diameter_mm": 1.0, "depth_mm": 0.1},
            {"kind": "scratch", "per_specimen": 2, "width_mm": 0.2, "length_mm": 6.0, "depth_mm": 0.03},
        ],
        "finishes": [{"kind": "turned", "regions": ["turned"]}, {"kind": "brushed"}],
        "render": {"samples_per_pixel": 4},
    }
    return read(Recipe, values, "the recipe")


def main() -> int:
    """Make, watch and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", type=int, default=2000)
    given = parser.parse_args()
    memory, begin = psutil.Process().memory_info, time.perf_counter()
    seen: dict[int, float] = {}

    def watch(done: int, total: int, _note: str) -> None:
        seen[done] = memory().rss / 2**20
        if done in {1, 10, 50, FROM, total} or done % 200 == 0:
            print(f"frame {done:5}: {seen[done]:7.1f} MiB  {time.perf_counter() - begin:6.0f} s", flush=True)

    crew.SHORT = given.frames + VIEWS  # stay in this process, however many they are
    with tempfile.TemporaryDirectory() as folder:
        made = make(recipe(given.frames), Path(folder) / "dataset", advance=watch)
    last = max(seen)
    growth = seen[last] / seen[min(FROM, last)] - 1
    steady = max(seen[n] for n in seen if n >= FROM) / seen[min(FROM, last)] - 1
    print(
        f"{made.shot} frames; memory from frame {FROM} to {last}: {growth:+.1%} at the end, {steady:+.1%} at most "
        f"(goal: under {GOAL:.0%}, {'met' if growth < GOAL else 'missed'})"
    )
    tell(f"memory at frame {FROM}", seen[min(FROM, last)], "MiB")
    tell(f"most memory from frame {FROM} on", (1 + steady) * seen[min(FROM, last)], "MiB")
    tell(f"growth from frame {FROM} to {last}", 100 * growth, "%", goal=f"at most {100 * GOAL:g}")
    return int(growth >= GOAL)


if __name__ == "__main__":
    sys.exit(main())
