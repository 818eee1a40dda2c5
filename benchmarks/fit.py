"""The fit of docs/ballscrew.md made again: from the values set by eye, towards photographs of correct surface.

    python benchmarks/fit.py FOLDER [--minutes 30]                        (about a quarter of an hour)

FOLDER is what ``benchmarks/scarcity.py`` has filled: the photographs, and the study of the twin as it was before it was
fitted. Only places of the spindle are looked at that no model is tested on, a third of them only to measure.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from figures import tell

from blemish.cli.fit import in_words
from blemish.dataset import open_dataset
from blemish.errors import BlemishError
from blemish.fit import fit, read_photographs
from blemish.make import plan_for, plan_path
from blemish.settings import read_toml
from blemish.study import load_part, read_study

NAME = "ballscrew-unfitted"
LIGHT = ("radiance", "crown_share", "rim_share", "rim_deg", "rim_soft_deg", "arc_deg", "axis_mm", "hole_radius_mm")
KNOBS = (
    *(f"finishes[1].{name}" for name in ("roughness_along", "roughness_across", "ra_um", "furrow_width_mm")),
    *(f"light.{name}" for name in LIGHT),
    *(f"skin.{name}" for name in ("grime", "grime_cover", "grime_width_mm")),
    "render.ambient_radiance",
)


def main() -> None:
    """Fit, print what was found and tell how far it is from the photographs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--minutes", type=float, default=30.0)
    given = parser.parse_args()
    study, data = given.folder / "studies" / f"{NAME}.toml", given.folder / "datasets/ballscrew"
    dataset = open_dataset(data)
    places = sorted({frame.specimen for name in ("train", "val") for frame in dataset.split(name)})
    file, photographs = read_study(study), read_photographs(data, groups=tuple(places))
    print(f"{len(photographs.fitted)} photographs are fitted to, {len(photographs.held_out)} held out; {places}")
    part = load_part(file)
    plan = plan_for(file.study.recipe, part, plan_path(given.folder / "runs" / NAME / "dataset"))
    done = fit(
        read_toml(study), part, plan.viewpoints, photographs, KNOBS, pictures=5, guesses=1, minutes=given.minutes
    )
    print(*in_words(done), sep="\n")
    for which in ("fitted", "held out"):
        for name, before in done.before[which].items():
            tell(f"{which}, {name}, before", before, "spreads of the photographs")
            tell(f"{which}, {name}, after", done.after[which][name], "spreads of the photographs")
    tell("photographs, fitted", len(photographs.fitted), "")
    tell("photographs, held out", len(photographs.held_out), "")
    tell("trials", done.looks, "before the time was up" if done.cut_short else "until nothing came nearer")
    tell("time", done.seconds, "s")


if __name__ == "__main__":
    try:
        main()
    except BlemishError as error:
        raise SystemExit(f"{error}") from None
