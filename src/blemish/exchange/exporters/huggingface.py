"""A folder that the Hugging Face ``datasets`` library loads as it is: ``load_dataset("imagefolder", data_dir=...)``.

``<set>/images/<name>.png`` and ``<set>/masks/<name>.png`` (0 and 255), ``<set>/metadata.jsonl`` with one line an image,
and ``README.md``, the data card.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from blemish.dataset import png
from blemish.dataset.read import Dataset
from blemish.exchange.exporters import Exporter
from blemish.exchange.picture import Picture
from blemish.settings import settings


@settings
class Options:
    """How the folder is written."""

    licence: str = "other"
    """The licence's identifier for the data card, such as ``cc-by-4.0``."""


def write(dataset: Dataset, pictures: Iterable[Picture], folder: Path, options: Options) -> tuple[str, ...]:
    """Write images, masks, metadata and the card."""
    rows: dict[str, list[str]] = {}
    for picture in pictures:
        name = f"{picture.stem}.png"
        picture.copy_image(folder / picture.set / "images" / name)
        path = folder / picture.set / "masks" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(png.encode(np.where(picture.mask() > 0, np.uint8(255), np.uint8(0))))
        row = {
            "file_name": f"images/{name}",
            "mask_file_name": f"masks/{name}",
            "specimen": picture.frame.specimen,
            "view": picture.frame.view,
            "defective": picture.frame.defective,
            "defects": _defects(picture),
        }
        rows.setdefault(picture.set, []).append(json.dumps(row, ensure_ascii=False))
    for name, lines in rows.items():
        (folder / name / "metadata.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    card = _card(dataset, {name: len(lines) for name, lines in rows.items()}, options)
    (folder / "README.md").write_text(card, encoding="utf-8")
    return ("which pixels belong to which defect (boxes and areas are in the metadata); poses and geometry",)


def _defects(picture: Picture) -> list[dict[str, Any]]:
    kinds = {defect.id: defect.kind for defect, _ in picture.marks()}
    shown = [one for one in picture.record.defects if one.box_px is not None]
    return [{"kind": kinds[one.id], "area_px": one.area_px, "box_px": list(one.box_px or ())} for one in shown]


def _card(dataset: Dataset, counts: dict[str, int], options: Options) -> str:
    header, total = dataset.header, sum(counts.values())
    counted = header.counts
    size = next(text for bound, text in _SIZES if total < bound)
    what = "rendered from a CAD model" if header.kind == "rendered" else "photographs"
    by_object = dataset.splits is None or dataset.splits.rule.by == "group"
    split = "No specimen is on two sides of the split." if by_object else "The split deals single images."
    table = "\n".join(f"| {name} | {count} |" for name, count in counts.items())
    return f"""---
license: {json.dumps(options.licence)}
task_categories: [image-segmentation]
size_categories: ["{size}"]
pretty_name: {json.dumps(header.name)}
---
# {header.name}

Grey images of machined metal with defect masks: {what}, packed with blemish.
{counted.get("specimens", 0)} specimens, of which {counted.get("defective_specimens", 0)} are defective;
{counted.get("frames_with_defects", 0)} of {total} images show a defect.
Kinds of defects: {", ".join(header.classes) or "none"}.

| set | images |
|---|---|
{table}

{split} Each line of `metadata.jsonl` names an image, its mask (255 where there is a defect), its specimen and
view, and kind, area and box of every defect that it shows.
"""


_SIZES = ((1000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (float("inf"), "100K<n<1M"))

EXPORTER = Exporter(Options, write)
