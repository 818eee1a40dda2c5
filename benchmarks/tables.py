"""The transfer tables about photographs, from the published folders to their rows.

    python benchmarks/tables.py transfer FOLDER MTD BSDATA       (the U-Net)
    python benchmarks/tables.py mtd-scarcity FOLDER MTD          (the small network)

MTD is the published folder of magnetic tiles (``MT_Blowhole/Imgs/`` and so on), BSDATA that of ball screws (``data/``,
``label/``). In FOLDER the photographs are brought in, the synthetic set of the table is made, and the table is filled,
one training on each processor core. Every step is kept: run again, it goes on where it stopped.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from figures import tell
from halve_labelme import halve

from blemish.errors import BlemishError
from blemish.evaluate.comparison import Comparison, Filled, read_comparison
from blemish.evaluate.transfer import read_table

STUDIES = Path(__file__).parents[1] / "studies"


def main() -> None:
    """Do what is not done yet, and tell every row."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=("transfer", "mtd-scarcity"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("mtd", type=Path)
    parser.add_argument("bsdata", type=Path, nargs="?")
    given = parser.parse_args()
    root = given.folder
    if given.name == "transfer":
        if given.bsdata is None:
            parser.error("the table `transfer` needs BSDATA, whose ball screws are its target")
        import_screws(root, given.bsdata, "2:1:2")
        import_tiles(root / "datasets/mtd", given.mtd)
        make_set(root, "pitting-small")
    else:
        import_tiles(root / "datasets/tiles", with_classes(root / "tiles", given.mtd, "Blowhole", "Crack", "Free"))
        make_set(root, "mtd-twin")
    comparison = filled(root, STUDIES / f"{given.name}.toml")
    for row in comparison.rows:
        for network in comparison.file.table.networks:
            for one in comparison.at(row, network):
                tell_cell(one)


def blemish(*words: str | Path) -> None:
    """Run one command line; what it says when it fails is all that there is to say."""
    done = subprocess.run([sys.executable, "-m", "blemish", *words], check=False)
    if done.returncode:
        raise SystemExit(done.returncode)


def import_screws(root: Path, bsdata: Path, shares: str) -> None:
    """Halve the photographs of one machine and import them, split by place."""
    data = root / "datasets/ballscrew"
    if not (data / "dataset.json").is_file():
        halve(bsdata, root / "halved", "01_*")
        blemish("import", "labelme", root / "halved", data, "--option", "preset=ball-screws", "--split", shares)


def import_tiles(data: Path, mtd: Path) -> None:
    """Import magnetic tiles."""
    if not (data / "dataset.json").is_file():
        blemish("import", "mtd", mtd, data)


def with_classes(folder: Path, mtd: Path, *classes: str) -> Path:
    """Copy some classes of the published tiles."""
    for name in classes:
        shutil.copytree(mtd / f"MT_{name}", folder / f"MT_{name}", dirs_exist_ok=True)
    return folder


def make_set(root: Path, name: str, text: str | None = None) -> None:
    """Make the frames of a study, as published or changed to ``text``."""
    study = root / "studies" / f"{name}.toml"
    study.parent.mkdir(parents=True, exist_ok=True)
    study.write_text(text or (STUDIES / f"{name}.toml").read_text(encoding="utf-8"), encoding="utf-8")
    blemish("make", study, "--out", root / "runs" / name)


def filled(root: Path, table: Path) -> Comparison:
    """Fill a table in its own folder, one training on each core."""
    copy = Path(shutil.copy(table, root / "studies" / table.name))
    run = root / "runs" / table.stem
    cores = [word for _ in range(os.cpu_count() or 1) for word in ("--device", "cpu")]
    blemish("compare", copy, "--out", run, *cores)
    return read_comparison(read_table(copy), run)


def tell_f1(cells: Sequence[Filled]) -> None:
    """Tell the mean F1 of a row, and its standard deviation over draws where there are several."""
    found, title = [100 * one.evaluation.f1 for one in cells], cells[0].cell.row.title
    tell(title, float(np.mean(found)), "% F1")
    if len(found) > 1:
        tell(f"{title}, deviation over {len(found)} draws", float(np.std(found, ddof=1)), "points")


def tell_objects(one: Filled) -> None:
    """Tell how many marks and how many of their pixels a model finds, and what it calls by mistake."""
    objects, title = one.evaluation.objects, one.cell.row.title
    tell(f"{title}, recall", 100 * one.evaluation.recall, "%")
    tell(f"{title}, marks found", objects.all.found, f"of {objects.all.total}")
    tell(f"{title}, false calls", objects.false_calls_per_image, "an image")


def tell_cell(one: Filled) -> None:
    """Tell all that a table says of a model."""
    worth, title = one.evaluation, one.cell.row.title
    tell_f1([one])
    interval = worth.f1_interval
    if interval is not None:
        for bound, value in (("lower", interval.low), ("upper", interval.high)):
            tell(f"{title}, {bound} bound", 100 * value, "% F1")
    for what, value in (("precision", worth.precision), ("AP", worth.average_precision)):
        tell(f"{title}, {what}", 100 * value, "%")
    tell_objects(one)


if __name__ == "__main__":
    try:
        main()
    except BlemishError as error:
        raise SystemExit(f"{error}") from None
