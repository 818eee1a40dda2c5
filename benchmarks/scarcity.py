"""When synthetic images pay: the whole experiment of studies/scarcity.toml, from published photographs to its table.

    python benchmarks/scarcity.py FOLDER BSDATA MTD [--table studies/scarcity.toml] [--figures docs/images]

BSDATA is the published folder of ball screws (``data/``, ``label/``), MTD that of magnetic tiles. In FOLDER it halves
and imports the photographs of one machine (split by place: 5 to learn from, 1 to choose, 4 to test), imports the tiles,
makes the twin of studies/ballscrew.toml and the two that ablations need, and fills the table, one training on each
processor core. Every step is kept: run again, it goes on where it stopped. ``--figures`` draws what docs/ballscrew.md
shows: F1 over the number of places, frames of the twin, and what the model that learned from the twin alone calls on a
specimen of the twin that it never saw.

The ablations' studies come from the twin's own file: ``unfitted`` has the values that stood there before `blemish fit`
turned them; ``spotless`` has pits and the tool's marks only, and nothing that is no defect.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
from figures import tell
from tables import STUDIES, filled, import_screws, import_tiles, make_set, tell_f1, tell_objects

from blemish.dataset.index import Frames
from blemish.dataset.read import Dataset, open_dataset
from blemish.errors import BlemishError
from blemish.evaluate.comparison import Comparison, Filled
from blemish.learn import load_model, predict
from blemish.report.scarcity import curve, lines

RED, GREEN, BLUE = (60, 60, 255), (60, 200, 60), (255, 120, 40)
SIZE = (2, 5)
"""Correct and defective specimens of each twin: what two processor cores make in a quarter of an hour."""


def main() -> None:
    """Do what is not done yet."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("bsdata", type=Path)
    parser.add_argument("mtd", type=Path)
    parser.add_argument("--table", type=Path, default=STUDIES / "scarcity.toml")
    parser.add_argument("--figures", type=Path)
    given = parser.parse_args()
    import_screws(given.folder, given.bsdata, "5:1:4")
    import_tiles(given.folder / "datasets/mtd", given.mtd)
    make_twins(given.folder)
    comparison = filled(given.folder, given.table)
    for row in comparison.rows:
        cells = comparison.at(row, "small")
        tell_f1(cells)
        if row.few == 0 and not row.fine_tuned:
            tell_objects(cells[0])
    tell_places(comparison)
    if any(one.cell.row.title == "exact" for one in comparison.cells):
        tell_margin(comparison)
        if given.figures:
            draw(comparison, given.folder, given.figures)


def make_twins(folder: Path) -> None:
    """Make the twin, and those that ablations need."""
    text = (STUDIES / "ballscrew.toml").read_text(encoding="utf-8")
    kinds: dict[str, Callable[[str], str]] = {"ballscrew": str, "unfitted": unfitted, "spotless": spotless}
    for name, change in kinds.items():
        run = "ballscrew" if name == "ballscrew" else f"ballscrew-{name}"
        make_set(folder, run, sized(change(text).replace('name = "ballscrew"', f'name = "{run}"'), *SIZE))


def tell_places(comparison: Comparison) -> None:
    """Tell in how many cells each place has most of the pixels that are falsely called, and its share of them."""
    shares: dict[str, list[float]] = {}
    for one in comparison.cells:
        wrong = {name: place.false_positive for name, place in one.evaluation.by_specimen.items()}
        worst = max(wrong, key=lambda name: wrong[name])
        shares.setdefault(worst, []).append(wrong[worst] / max(sum(wrong.values()), 1))
    for name, found in shares.items():
        tell(f"place {name} has most of what is falsely called", len(found), f"of {len(comparison.cells)} cells")
        tell(f"place {name}, where so, at least", 100 * min(found), "% of it")
        tell(f"place {name}, where so, at most", 100 * max(found), "% of it")


def tell_margin(comparison: Comparison) -> None:
    """Tell how F1 on marked photographs to learn from changes when what the model of exact labels calls is grown."""
    model = load_model(cell(comparison, "exact").folder / "model")
    target = open_dataset(comparison.file.folder(comparison.file.table.target.data))
    marked = [frame for name in ("train", "val") for frame in target.split(name) if frame.defective]
    seen = [
        ((predict(model, target.image(one)) >= model.threshold.value).astype(np.uint8), target.mask(one) > 0)
        for one in marked
    ]
    for margin_px in range(5):
        disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * margin_px + 1, 2 * margin_px + 1))
        counts = np.zeros(3)
        for called, there in seen:
            grown = cv2.dilate(called, disc) > 0
            counts += np.sum(grown & there), np.sum(grown), np.sum(there)
        f1 = 2 * counts[0] / (counts[1] + counts[2])
        tell(f"exact, grown by {margin_px} px", 100 * float(f1), f"% F1 on {len(marked)} photographs to learn from")


def cell(comparison: Comparison, title: str) -> Filled:
    """Give the one cell of a row."""
    (found,) = (one for one in comparison.cells if one.cell.row.title == title)
    return found


def draw(comparison: Comparison, folder: Path, figures: Path) -> None:
    """Draw the curve of the main arms, frames of the twin beside their labels, and what the twin's model calls."""
    arms = [one for one in lines(comparison, "small") if one.name in {"target", "mtd", "twin"}]
    (figures / "scarcity.png").write_bytes(curve(arms, 5))
    twin = open_dataset(folder / "runs/ballscrew/dataset")
    rows = [np.hstack([grey, painted(grey, mask > 0, RED)]) for _, grey, mask in shown(twin, twin.frames)]
    cv2.imwrite(str(figures / "ballscrew.jpg"), np.vstack(rows), [cv2.IMWRITE_JPEG_QUALITY, 85])
    model = load_model(cell(comparison, "twin").folder / "model")
    rows = []
    for image, picture, mask in shown(twin, twin.split("test")):
        called, there = predict(model, image) >= model.threshold.value, mask > 0
        for which, colour in ((called & there, GREEN), (called & ~there, RED), (there & ~called, BLUE)):
            picture = painted(picture, which, colour)  # noqa: PLW2901  one colour after the other
        rows.append(picture)
    pairs = [np.hstack(rows[k : k + 2]) for k in range(0, len(rows) - 1, 2)]
    cv2.imwrite(str(figures / "ballscrew-called.jpg"), np.vstack(pairs), [cv2.IMWRITE_JPEG_QUALITY, 85])


def shown(twin: Dataset, frames: Frames) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Give image, colours and mask of four frames with defects."""
    defective = [frame for frame in frames if frame.defective]
    for frame in defective[:: max(1, len(defective) // 4)][:4]:
        image = twin.image(frame)
        yield image, np.repeat(image[..., None], 3, axis=2), twin.mask(frame)


def painted(picture: np.ndarray, where: np.ndarray, colour: tuple[int, int, int]) -> np.ndarray:
    """Paint some pixels, blue green red."""
    return np.where(where[..., None], np.uint8(colour), picture)


def unfitted(text: str) -> str:
    """Put back what stood in the lines that were fitted."""
    return re.sub(r"^(\w+ = ).*#\s*fitted; was (.*)$", r"\1\2", text, flags=re.MULTILINE)


def spotless(text: str) -> str:
    """Leave out everything that is on the metal and is no defect."""
    head, *blocks = blocks_of(text)
    pits = [block for block in blocks if 'kind = "pits"' in block and "significant = false" not in block]
    kept = [block for block in blocks if not block.startswith("[[defects]]") or block in pits]
    return re.sub(r"^grime = [^\n]*", "grime = 0.0", head + "".join(kept), flags=re.MULTILINE)


def blocks_of(text: str) -> list[str]:
    """Split a study where its tables begin."""
    return re.split(r"(?=^\[\[?[a-z])", text, flags=re.MULTILINE)


def sized(text: str, correct: int, defective: int) -> str:
    """Say how many specimens are made; one is to choose with, one to test."""
    for key, number in (("correct", correct), ("defective", defective)):
        text = re.sub(rf"\b{key} = \d+", f"{key} = {number}", text, count=1)
    shares = f"shares = {{ train = {correct + defective - 2}, val = 1, test = 1 }}"
    return re.sub(r"^shares = .*$", shares, text, count=1, flags=re.MULTILINE)


if __name__ == "__main__":
    try:
        main()
    except BlemishError as error:
        raise SystemExit(f"{error}") from None
