"""A whole study, from the part to the report: ``python benchmarks/study.py clutch-small`` (minutes to hours).

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

ROOT = Path(__file__).resolve().parents[1]


def main(name: str) -> None:
    """Run it and tell."""
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


if __name__ == "__main__":
    main(sys.argv[1])
