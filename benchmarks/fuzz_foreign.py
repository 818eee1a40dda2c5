"""Mutated photographs and annotations by the thousand: each is read, or refused with an error that names the file.

    python benchmarks/fuzz_foreign.py [--files 100000] [--seed 0]

Anything else (another exception, a hang) is a bug: the mutant is written to the working folder and the script leaves
with 1.
"""

from __future__ import annotations

import argparse
import io
import json
import sys
import tempfile
import time
import warnings
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from figures import tell
from PIL import Image

from blemish.annotate import Photographs
from blemish.errors import ForeignDataError, RequestError
from blemish.exchange import posed
from blemish.exchange.decode import grey, levels
from blemish.exchange.foreign import Folder
from blemish.exchange.importers import coco, labelme, severstal
from blemish.exchange.sample import Sample


def images() -> list[bytes]:
    """Small images in every format and mode that is read."""
    pixels = Image.fromarray(np.random.default_rng(0).integers(0, 255, (21, 17), dtype=np.uint8))
    made = []
    for kind in ("PNG", "JPEG", "BMP", "TIFF", "WEBP", "PPM"):
        for mode in ("L", "RGB", "P", "LA", "1", "I;16"):
            buffer = io.BytesIO()
            try:
                pixels.convert(mode).save(buffer, kind)
            except (OSError, ValueError):
                continue  # this format has no such mode
            made.append(buffer.getvalue())
    return made


def annotations() -> dict[str, bytes]:
    """One annotation of each kind."""
    shape = {"label": "pit", "points": [[1, 1], [9, 2], [5, 9.5]], "shape_type": "polygon", "group_id": None}
    box = {"label": "pit", "points": [[1, 1], [9, 2]], "shape_type": "circle"}
    runs = {"size": [20, 30], "counts": [5, 10, 585]}
    note = {"id": 1, "image_id": 1, "category_id": 1, "segmentation": [[1, 1, 9, 1, 9, 9]]}
    return {
        "labelme": json.dumps(
            {"shapes": [shape, box], "imagePath": "a.png", "imageWidth": 30, "imageHeight": 20}
        ).encode(),
        "coco": json.dumps(
            {
                "images": [{"id": 1, "file_name": "a.png", "width": 30, "height": 20}],
                "annotations": [note, {**note, "id": 2, "segmentation": runs}],
                "categories": [{"id": 1, "name": "pit"}],
            }
        ).encode(),
        "table": b"photograph,view,specimen\na.png,v000,part A\n",
        "plan": json.dumps(
            {
                "camera": {"width_px": 30, "height_px": 20},
                "light": {},
                "viewpoints": [{"name": "v000", "world_from_camera": np.eye(4).tolist()}],
            }
        ).encode(),
        "page": json.dumps([{**shape, "held": json.dumps(box)}, {"held": "[1, 2]"}]).encode(),
        "severstal": b"ImageId,ClassId,EncodedPixels\na.jpg,1,1 3 30 5\na.jpg,2,100 2\n",
    }


TOKENS = [
    b"NaN",
    b"-1e999",
    b"null",
    b"[]",
    b"{}",
    b'"../../etc/passwd"',
    b"1e5",
    b"-3",
    b"\xff",
    b"99999999999",
    b"true",
    b'""',
]


def mutate(data: bytes, rng: np.random.Generator) -> bytes:
    """Change, cut, repeat or replace a few places."""
    mutant = bytearray(data)
    for _ in range(int(rng.integers(1, 3))):
        at, length = int(rng.integers(0, len(mutant) + 1)), int(rng.integers(0, 6))
        choice = int(rng.integers(0, 5))
        if choice == 0:
            mutant[at : at + length] = rng.bytes(length)
        elif choice == 1:
            mutant[at : at + length] = TOKENS[int(rng.integers(len(TOKENS)))]
        elif choice == 2:
            del mutant[at:]
        elif choice == 3:
            mutant[at:at] = mutant[at : at + 40]
        else:
            mutant[at : at + 1] = bytes([int(rng.choice([0, 255, 48, 57, 45]))])
    return bytes(mutant)


VALUES = [
    None,
    True,
    -1,
    0,
    7,
    1e9,
    float("nan"),
    float("inf"),
    "",
    "pit",
    "../a.png",
    "/a.png",
    [],
    {},
    [[1, 2]],
    [1, 2],
]


def mutate_json(data: bytes, rng: np.random.Generator) -> bytes:
    """Replace, double or drop one value somewhere in a JSON document, which stays JSON."""
    document = json.loads(data)
    node: Any = document
    while True:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        if not keys:
            break
        key = keys[int(rng.integers(len(keys)))]
        if isinstance(node[key], dict | list) and rng.integers(4):
            node = node[key]
            continue
        choice = int(rng.integers(6))
        if choice == 0:
            del node[key]
        elif choice == 1 and isinstance(node, list):
            node.append(node[key])
        else:
            node[key] = VALUES[int(rng.integers(len(VALUES)))]
        break
    return json.dumps(document).encode()


def read_annotation(kind: str, folder: Folder, data: bytes) -> None:
    """Take in a folder of one photograph with this annotation."""
    if kind in ("table", "plan", "page"):
        read_beside(kind, folder, data)
        return
    if kind == "labelme":
        (folder.root / "a.json").write_bytes(data)
        found = labelme.find(folder, labelme.Options())
    elif kind == "coco":
        (folder.root / "a.json").write_bytes(data)
        found = coco.find(folder, coco.Options())
    else:
        (folder.root / "train.csv").write_bytes(data)
        (folder.root / "a.json").unlink(missing_ok=True)
        found = severstal.find(folder, severstal.Options(images="strips"))
    for sample in found.samples:
        sample.load()


def read_beside(kind: str, folder: Folder, data: bytes) -> None:
    """Take in a table of poses, a plan, or what the annotation page sends."""
    path = folder.root.parent / "given"
    path.write_bytes(data)
    if kind == "plan":
        posed.read_cell(path)
    elif kind == "table":
        sample = Sample(file="a.png", group="a", view="a", load=lambda: None)  # type: ignore[arg-type, return-value]
        posed.place([sample], path, posed.Cell({}, {}, "", {"v000": ()}, b""), folder)  # type: ignore[dict-item]
    else:
        (folder.root / "a.json").unlink(missing_ok=True)
        try:
            Photographs(folder.root).save("a.png", "", json.loads(data))
        except ValueError as error:
            raise ForeignDataError(str(error)) from None  # the server answers so


def main() -> None:
    """Run the mutants and count what became of them."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    warnings.simplefilter("ignore")  # Pillow remarks on damaged files that it can read all the same
    rng = np.random.default_rng(chosen.seed)
    pictures, notes = images(), annotations()
    ends: Counter[str] = Counter()
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as name:
        root = Path(name) / "in"
        (root / "strips").mkdir(parents=True)
        Image.new("L", (30, 20), 90).save(root / "a.png")
        Image.new("L", (30, 20), 90).save(root / "strips/a.jpg")
        folder = Folder(root)
        for number in range(chosen.files):
            kind = ["image", "image", *notes][int(rng.integers(2 + len(notes)))]
            data = pictures[int(rng.integers(len(pictures)))] if kind == "image" else notes[kind]
            data = (
                mutate_json(data, rng)
                if kind in ("labelme", "coco", "plan", "page") and rng.integers(4)
                else mutate(data, rng)
            )
            began = time.perf_counter()
            try:
                if kind == "image":
                    (grey if rng.integers(2) else levels)(data, "mutant")
                else:
                    read_annotation(kind, folder, data)
                ends[f"{kind} read"] += 1
            except (ForeignDataError, RequestError):
                ends[f"{kind} refused"] += 1
            except Exception:
                Path(f"mutant-{number}.{kind}").write_bytes(data)
                print(
                    f"mutant {number} of kind {kind} broke out; it is kept as mutant-{number}.{kind}", file=sys.stderr
                )
                raise
            if time.perf_counter() - began > 60:
                sys.exit(f"mutant {number} of kind {kind} took {time.perf_counter() - began:.0f} s")
    print(f"{chosen.files} mutants in {time.perf_counter() - start:.0f} s: {dict(sorted(ends.items()))}")
    for end in ("read", "refused"):
        tell(f"mutants {end}", sum(count for what, count in ends.items() if what.endswith(end)), f"of {chosen.files}")


if __name__ == "__main__":
    main()
