"""A whole study, from the part to the report: ``python benchmarks/study.py clutch-small`` (minutes to hours).

``python benchmarks/study.py mtd FOLDER`` imports the photographs that a study of real ones learns from first.

It is run anew in ``runs/benchmark-NAME``; the time by the clock is told, the processor's time of it, and what the
evaluation says.
"""

from __future__ import annotations

import json
import resource
import shutil
import sys
import tempfile
import time
from pathlib import Path

from figures import tell
from tables import blemish

from blemish.dataset.read import open_dataset
from blemish.inspect.inspection import Inspection, read_inspection
from blemish.report.visible import EDGES, SEEN_FROM, seen_of

ROOT = Path(__file__).resolve().parents[1]
UNITS = {("any", "contrast"): "noise and texture", ("dent", "diameter_mm"): "mm", ("scratch", "width_mm"): "mm"}
"""Of the curves that are told."""


def main(name: str, photographs: str | None = None) -> None:
    """Run it and tell; its photographs are brought in first where it learns from some."""
    if photographs is not None:
        with tempfile.TemporaryDirectory() as fresh:
            begun = time.time()
            blemish("import", name, photographs, Path(fresh) / name)
            tell("import", time.time() - begun, "s")
        blemish("import", name, photographs, ROOT / "datasets" / name)
    out = ROOT / "runs" / f"benchmark-{name}"
    shutil.rmtree(out, ignore_errors=True)
    begun, before = time.time(), resource.getrusage(resource.RUSAGE_CHILDREN)
    study = ROOT / "studies" / f"{name}.toml"
    blemish("run", study, "--out", out)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    tell("from the part to the report", (time.time() - begun) / 60, "minutes")
    worked = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
    tell("processor", worked / 60, "minutes")
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
    if (out / "inspection").is_dir():
        tell_inspection(read_inspection(out / "inspection"))


def tell_inspection(found: Inspection) -> None:
    """Tell how well views do alone and fused, and from which size on defects are found."""
    for one in found.fused:
        tell(f"patches, {one.how}: F1", 100 * one.f1, "%")
        tell(f"patches, {one.how}: false calls", one.false_calls_per_part, "a part")
    for one in found.curves:
        if one.among == "all" and one.curve is not None and (one.kind, one.measure) in UNITS:
            for name, value in (("a50", one.curve.a50), ("a90", one.curve.a90), ("a90/95", one.curve.a90_95)):
                if value is not None:
                    tell(f"{one.kind}, {one.curve.model}, {name}", value, UNITS[one.kind, one.measure])
    for one in found.coverage:
        if one.region == "*":
            tell(
                f"{one.kind} of {one.size_mm:g} mm: found with {one.probability:.0%}", 100 * one.share, "% of the part"
            )


if __name__ == "__main__":
    main(*sys.argv[1:])
