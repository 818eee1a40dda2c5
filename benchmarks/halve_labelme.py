"""Halve annotated photographs: images by area averaging, the points of their shapes with them.

    python benchmarks/halve_labelme.py FOLDER HALVED ['01_*']

``FOLDER`` holds ``data/*.jpg`` and ``label/*.json`` (labelme); the last argument chooses photographs by their name. The
source paper halves its photographs too; here it makes four times as many of them affordable on a processor.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import cv2


def halve(source: Path, target: Path, pattern: str) -> int:
    """Halve every photograph that fits, with its annotation if it has one; give how many there were."""
    for name in ("data", "label"):
        (target / name).mkdir(parents=True, exist_ok=True)
    paths = sorted((source / "data").glob(f"{pattern}.jpg"))
    for path in paths:
        image = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
        height, width = image.shape[0] // 2, image.shape[1] // 2
        small = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
        cv2.imwrite(str(target / "data" / f"{path.stem}.png"), small)
        annotation = source / "label" / f"{path.stem}.json"
        if annotation.is_file():
            shapes = json.loads(annotation.read_text(encoding="utf-8"))["shapes"]
            for shape in shapes:
                across, down = width / image.shape[1], height / image.shape[0]
                shape["points"] = [[x * across, y * down] for x, y in shape["points"]]
            told = {"shapes": shapes, "imageWidth": width, "imageHeight": height, "imagePath": f"{path.stem}.png"}
            (target / "label" / annotation.name).write_text(json.dumps(told), encoding="utf-8")
    return len(paths)


if __name__ == "__main__":
    found = halve(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else "*")
    print(f"{found} photographs halved")
