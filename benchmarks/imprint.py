"""Defects imprinted in the clutch: seconds and memory, and how they grow with the number of defects.

Command: ``python benchmarks/imprint.py`` (needs the ``make`` extra). Half of the defects are dents, half scratches, of
the paper's sizes; label borders are as fine as half a pixel of the default camera. Each number of defects is a fresh
process on one core: processor seconds of a second specimen (the first one also works out the part's edges), peak
memory of the process, and how much of it the part alone needs. The target is 5 s and 1.5 GB for 40 defects.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time

from figures import tell
from pydantic import TypeAdapter

from blemish.defects import DefectPopulation, make_specimen
from blemish.part import PartSource, load
from blemish.plan import Camera

COUNTS = (0, 10, 20, 40, 80)
POPULATIONS = TypeAdapter(tuple[DefectPopulation, ...])


def tables(count: int) -> list[dict[str, object]]:
    """Give populations with the size ranges of the paper that introduced SynthClutch (CVPR workshops, 2023)."""
    turned = {"uniform": [0.0, 180.0]}
    return [
        {
            "kind": "dent",
            "per_specimen": count // 2,
            "diameter_mm": {"log_uniform": [0.2, 2.0]},
            "depth_mm": {"log_uniform": [0.01, 0.15]},
            "elongation": {"uniform": [1.0, 2.0]},
            "orientation_deg": turned,
        },
        {
            "kind": "scratch",
            "per_specimen": count - count // 2,
            "width_mm": {"log_uniform": [0.05, 0.3]},
            "depth_mm": {"log_uniform": [0.005, 0.04]},
            "length_mm": {"log_uniform": [1.0, 12.0]},
            "curving_strength_deg": {"uniform": [0.0, 25.0]},
            "curving_frequency_per_mm": {"uniform": [0.02, 0.2]},
            "orientation_deg": turned,
        },
    ]


def measure(count: int) -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    part = load(PartSource())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    wanted = POPULATIONS.validate_python(tables(count))
    edge = 0.5 * Camera().mm_per_px
    seconds, triangles = [], []
    for number in range(4):
        start = time.process_time()
        specimen = make_specimen(part, f"d{number:03d}", True, wanted, 0, edge)  # noqa: FBT003
        seconds.append(time.process_time() - start)
        triangles.append(len(specimen.triangles))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    mean = sum(seconds[1:]) / 3
    print(
        json.dumps(
            {"first": seconds[0], "next": mean, "triangles": sum(triangles[1:]) / 3, "part": before, "peak": peak}
        )
    )


def main() -> None:
    print("defects   first s    next s   triangles   us/triangle   peak GB   (part alone)")
    for count in COUNTS:
        done = subprocess.run(
            [sys.executable, __file__, str(count)], check=True, capture_output=True, text=True, timeout=600
        )
        row = json.loads(done.stdout)
        each = row["next"] / row["triangles"] * 1e6
        print(
            f"{count:7d} {row['first']:9.2f} {row['next']:9.2f} {row['triangles']:11.0f} {each:13.2f} "
            f"{row['peak'] / 2**20:9.2f} {row['part'] / 2**20:9.2f}"
        )
        tell(f"{count} defects", row["next"], "processor s", goal="at most 5" if count == 40 else "")
        tell(f"{count} defects, memory", row["peak"] / 2**20, "GiB", goal="at most 1.5" if count == 40 else "")
        tell(f"{count} defects, triangles", row["triangles"], "")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        measure(int(sys.argv[1]))
    else:
        main()
