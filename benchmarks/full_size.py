"""What a frame of five megapixels costs: a few views of one specimen of ``studies/synthclutch.toml``.

    python benchmarks/full_size.py [--views 6]

The specimen is a defective one, with image, mask and visibility as the study asks; the plan is cut to its first views.
One process; the first frame, which compiles what the others use, is not counted.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from figures import tell

from blemish.make import make
from blemish.study import read_study

STUDY = Path(__file__).parents[1] / "studies/synthclutch.toml"


def main() -> None:
    """Make them and tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--views", type=int, default=6)
    given = parser.parse_args()
    study = read_study(STUDY).study
    recipe = replace(
        study.recipe,
        plan=replace(study.plan, max_views=given.views),
        specimens=replace(study.specimens, correct=0, defective=1),
    )
    spent: list[float] = []

    def watch(done: int, total: int, note: str) -> None:
        del total, note
        if done > len(spent):
            spent.append(time.process_time())

    with tempfile.TemporaryDirectory() as name:
        root = Path(name) / "dataset"
        make(recipe, root, name="full-size", base=STUDY.parent, advance=watch)
        frames = [path.parent for path in root.glob("frames/**/image.png")]
        on_disk = [sum(file.stat().st_size for file in frame.iterdir()) for frame in frames]
        specimen = sum(file.stat().st_size for file in (root / "specimens").rglob("*") if file.is_file())
    each = [after - before for before, after in pairwise(spent)]
    print(f"processor seconds of each frame after the first: {', '.join(f'{one:.1f}' for one in each)}")
    tell("a frame", sum(each) / len(each), "processor s")
    tell("memory", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, "GiB at most")
    tell("a frame on disk", sum(on_disk) / len(on_disk) / 1e6, "MB")
    tell("the specimen on disk", specimen / 1e6, "MB")


if __name__ == "__main__":
    main()
