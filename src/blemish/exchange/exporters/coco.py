"""COCO: ``annotations/<set>.json`` and ``images/<set>/<specimen>__<view>.png``; instances as run lengths.

Run lengths keep holes and several parts, so the masks come back to the bit. ``defect_id`` in each annotation is the id
that the dataset gives the defect.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from blemish.dataset.read import Dataset
from blemish.exchange import runs
from blemish.exchange.exporters import Exporter
from blemish.exchange.picture import Picture
from blemish.settings import settings


@settings
class Options:
    """How COCO is written; there is nothing to choose."""


def write(dataset: Dataset, pictures: Iterable[Picture], folder: Path, _options: Options) -> tuple[str, ...]:
    """Write images and one annotation file a set."""
    kinds = list(dataset.header.classes)
    documents: dict[str, dict[str, Any]] = {}
    for picture in pictures:
        document = documents.setdefault(picture.set, {"info": {}, "licenses": [], "images": [], "annotations": []})
        height, width = picture.size
        name = f"{picture.set}/{picture.stem}.png"
        picture.copy_image(folder / "images" / name)
        image = {"id": len(document["images"]) + 1, "file_name": name, "height": height, "width": width}
        document["images"].append(image)
        boxes = {one.id: one.box_px for one in picture.record.defects}
        for defect, mask in picture.marks():
            if defect.kind not in kinds:
                kinds.append(defect.kind)
            document["annotations"].append(
                {
                    "id": len(document["annotations"]) + 1,
                    "image_id": image["id"],
                    "category_id": kinds.index(defect.kind) + 1,
                    "segmentation": {"size": [height, width], "counts": runs.pack(runs.counts_of(mask))},
                    "area": int(mask.sum()),
                    "bbox": list(boxes[defect.id] or ()),
                    "iscrowd": 0,
                    "defect_id": defect.id,
                }
            )
    (folder / "annotations").mkdir()
    for name, document in documents.items():
        document["categories"] = [{"id": number, "name": kind} for number, kind in enumerate(kinds, start=1)]
        (folder / "annotations" / f"{name}.json").write_text(json.dumps(document), encoding="utf-8")
    return ()


EXPORTER = Exporter(Options, write)
