"""A whole study, from the part to the report: ``python benchmarks/study.py clutch-small`` (minutes to hours).

``python benchmarks/study.py mtd FOLDER`` imports the photographs that a study of real ones learns from first.

It is run anew in ``runs/benchmark-NAME``; the time by the clock is told, the processor's time of it, and what the
evaluation says.
"""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

from figures import tell

from blemish.dataset.read import open_dataset
from blemish.report.visible import EDGES, SEEN_FROM, seen_of

ROOT = Path(__file__).resolve().parents[1]


def main(name: str, photographs: str | None = None) -> None:
    """Run it and tell; its photographs are brought in first where it learns from some."""
    if photographs is not None:
        data = ROOT / "datasets" / name
        is_new, begun = not data.exists(), time.time()
        subprocess.run([sys.executable, "-m", "blemish", "import", name, photographs, data], cwd=ROOT, check=True)
        tell("import" if is_new else "import, once more", time.time() - begun, "s")
    out = ROOT / "runs" / f"benchmark-{name}"
    shutil.rmtree(out, ignore_errors=True)
    begun = time.time()
    study = ROOT / "studies" / f"{name}.toml"
    subprocess.run([sys.executable, "-m", "blemish", "run", study, "--out", out], cwd=ROOT, check=True)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    tell("from the part to the report", (time.time() - begun) / 60, "minutes")
    tell("processor", (used.ru_utime + used.ru_stime) / 60, "minutes")
    found = json.loads((out / "evaluation" / "evaluation.json").read_text(encoding="utf-8"))
    for key in ("f1", "precision", "recall"):
        tell(key, 100 * found[key], "%")
    objects = found["objects"]
    tell("defects found", objects["all"]["found"], f"of {objects['all']['total']}")
    tell("false calls", objects["false_calls_per_image"], "an image")
    if (out / "dataset").is_dir() and (seen := seen_of(open_dataset(out / "dataset"))) is not None:
        unseen = EDGES[1:] <= SEEN_FROM
        for what, counts in (("labelled pixels", seen.pixels), ("views of defects", seen.views)):
            share = 100 * float(counts[unseen].sum() / counts.sum())
            tell(f"{what} below noise and texture", share, f"% of {counts.sum()}")


if __name__ == "__main__":
    main(*sys.argv[1:])
