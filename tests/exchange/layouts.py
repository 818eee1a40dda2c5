"""Tiny folders in the exact layout of each foreign set, traps included, with the truth about every photograph."""

from __future__ import annotations

import base64
import csv
import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image


@dataclass
class Truth:
    """What an import must find: by file, the defective pixels; by file, what it shows; what it must not take."""

    masks: dict[str, np.ndarray] = field(default_factory=dict)
    together: dict[str, str] = field(default_factory=dict)
    sets: dict[str, str] = field(default_factory=dict)
    marks: dict[str, int] = field(default_factory=dict)
    read: int | None = None

    def add(self, file: str, mask: np.ndarray, together: str | None = None, to: str | None = None) -> None:
        """Note one photograph."""
        self.masks[file] = mask
        self.together[file] = together or file
        if to:
            self.sets[file] = to


def photograph(path: Path, shape: tuple[int, int], grey: int = 100, mode: str = "L", **options: Any) -> None:
    """Save an even photograph with a brighter left half."""
    pixels = np.full(shape, grey, np.uint8)
    pixels[:, : shape[1] // 2] += 50
    save(path, Image.fromarray(pixels).convert(mode), **options)


def save(path: Path, image: Image.Image, **options: Any) -> None:
    """Save an image, making its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path, **options)


def blob(shape: tuple[int, int], *boxes: tuple[int, int, int, int]) -> np.ndarray:
    """A mask of rectangles: top, left, height, width."""
    mask = np.zeros(shape, dtype=bool)
    for top, left, height, width in boxes:
        mask[top : top + height, left : left + width] = True
    return mask


def as_mask(path: Path, mask: np.ndarray, mode: str = "L", high: int = 255) -> None:
    """Save a mask as 0 and ``high``."""
    save(path, Image.fromarray((mask * high).astype(np.uint8)).convert(mode))


def mtd(root: Path) -> Truth:
    """Two tiles at six exposures, interleaved; one frayed; smoothed masks; pictures at the root."""
    truth, shape, other = Truth(read=14), (40, 60), (30, 25)
    save(root / "dataset.jpg", Image.new("RGB", (9, 9)))
    for exposure in range(1, 7):
        for tile, size, number in (("a", shape, 1000), ("b", other, 1007)):
            kind = {"a": "Crack", "b": "Uneven"}[tile] if exposure != 3 else "Free"
            stem = f"MT_{kind}/Imgs/exp{exposure}_num_{number + 20 * exposure}"
            photograph(root / f"{stem}.jpg", size, quality=95)
            mask = blob(size, (5, 5, 9, 3), (20, 12, 4, 4)) & (kind != "Free")
            smooth = np.where(mask, 255, 0).astype(np.uint8)
            smooth[4, 5:8] = 100 * (kind != "Free")  # anti-aliasing: over 0, not over 127
            save(root / f"{stem}.png", Image.fromarray(smooth))
            truth.add(f"{stem}.jpg", mask & (kind == "Crack"), tile)
    for number in (5000, 5020):
        photograph(root / f"MT_Fray/Imgs/exp1_num_{number}.jpg", shape)
        as_mask(root / f"MT_Fray/Imgs/exp1_num_{number}.png", blob(shape, (1, 1, 9, 9)))
    truth.marks = {"Crack": 10}
    return truth


def dagm(root: Path) -> Truth:
    """One texture plain, one nested; labels for defective images only; a list with CRLF; Thumbs.db."""
    truth, shape = Truth(), (64, 64)
    for texture, base in ((1, "Class1"), (7, "Class7/Class7")):
        for part, stems in (("Train", ("0003", "0004")), ("Test", ("0001", "0002"))):
            for number, stem in enumerate(stems):
                file = f"{base}/{part}/{stem}.PNG"
                photograph(root / file, shape)
                mask = blob(shape, (10, 10, 8, 12)) & (number == 1)
                if number == 1:
                    as_mask(root / f"{base}/{part}/Label/{stem}_label.PNG", mask)
                truth.add(file, mask, to="test" if part == "Test" else None)
            rows = [
                f"{i}\t{i}\t{s}.PNG\t0\t{s}_label.PNG" if i else f"{i}\t0\t{s}.PNG\t0\t0" for i, s in enumerate(stems)
            ]
            (root / base / part / "Label" / "Labels.txt").write_bytes("\r\n".join(["1", *rows, ""]).encode())
            (root / base / part / "Thumbs.db").write_bytes(b"x")
        truth.marks[f"texture {texture}"] = 2
    return truth


def ksdd2(root: Path) -> Truth:
    """Colour images with masks for all, and the archive's stray copies."""
    truth, shape = Truth(), (65, 24)
    for part, stems in (("train", ("10000", "10301", "10302")), ("test", ("20000", "20001"))):
        for stem in stems:
            photograph(root / f"{part}/{stem}.png", shape, mode="RGB")
            mask = blob(shape, (3, 3, 10, 2)) & (stem in ("10301", "20001"))
            as_mask(root / f"{part}/{stem}_GT.png", mask)
            truth.add(f"{part}/{stem}.png", mask, to="test" if part == "test" else None)
    for stray in ("10301 (copy)", "10301_GT (copy)"):
        as_mask(root / f"train/{stray}.png", blob(shape, (3, 3, 10, 2)))
    truth.marks = {"defect": 2}
    return truth


def ksdd1(root: Path) -> Truth:
    """Palette bitmaps whose raw values are 0, 1 and 2, the palette making white of both."""
    truth, shape = Truth(), (50, 20)
    for commutator in ("kos01", "kos02", "kos03"):
        for part in range(2):
            file = f"{commutator}/Part{part}.jpg"
            photograph(root / file, shape, quality=95)
            mask = blob(shape, (10, 4, 3, 12)) & (part == 1)
            raw = mask.astype(np.uint8)
            raw[11, 5:8] *= 2
            label = Image.fromarray(raw, "P")
            label.putpalette([0, 0, 0, 255, 255, 255, 255, 255, 255] + [0] * 759)
            save(root / f"{commutator}/Part{part}_label.bmp", label)
            truth.add(file, mask, commutator)
    truth.marks = {"defect": 3}
    return truth


def runs_of(mask: np.ndarray) -> str:
    """Run lengths from 1, down the columns, told pixel by pixel."""
    runs, start = [], None
    flat = [*mask.T.flat, False]
    for index, value in enumerate(flat):
        if value and start is None:
            start = index
        elif not value and start is not None:
            runs += [start + 1, index - start]
            start = None
    return " ".join(map(str, runs))


def severstal(root: Path, form: str = "long") -> Truth:
    """Two classes on one strip, an empty row, a strip that is not in the table."""
    truth, shape = Truth(), (16, 100)
    strips = {
        "0002cc93b": (blob(shape, (2, 3, 4, 5)), blob(shape, (9, 40, 3, 6))),
        "0007a71bf": (None, None),
        "000a4bcdd": (),
    }
    rows = []
    for name, masks in strips.items():
        photograph(root / f"train_images/{name}.jpg", shape, mode="RGB", quality=95)
        whole = np.zeros(shape, dtype=bool)
        for kind, mask in zip((1, 3), masks, strict=False):
            whole |= mask if mask is not None else False
            runs = runs_of(mask) if mask is not None else ""
            if form == "joint":
                rows.append({"ImageId_ClassId": f"{name}.jpg_{kind}", "EncodedPixels": runs})
            elif runs:
                rows.append({"ImageId": f"{name}.jpg", "ClassId": kind, "EncodedPixels": runs})
        truth.add(f"train_images/{name}.jpg", whole)
    with (root / "train.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    truth.marks = {"class 1": 1, "class 3": 1}
    return truth


def csem_misd(root: Path) -> Truth:
    """Two samples under lights high and low; one mask for all lights; grey with transparency."""
    truth, shape = Truth(), (32, 32)
    for part, sample, mask in (("Train", "07", blob(shape, (4, 4, 6, 6))), ("Test", "11", None), ("Train", "08", None)):
        base = f"Gear/{part}/{sample}/G_{sample}"
        as_mask(root / f"{base}_segmentation.png", blob(shape, (1, 1, 30, 30)))
        if mask is not None:
            as_mask(root / f"{base}_mask.png", mask)
        for light in (101, 212, 301, 912):
            photograph(root / f"{base}_{light}.png", shape, mode="LA")
            if light < 300:
                truth.add(
                    f"{base}_{light}.png",
                    mask if mask is not None else np.zeros(shape, dtype=bool),
                    sample,
                    "test" if part == "Test" else None,
                )
    truth.marks, truth.read = {"defect": 2}, 12
    return truth


def neu_seg(root: Path) -> Truth:
    """Class numbers as raw values."""
    truth, shape = Truth(), (20, 20)
    for part, stems in (("training", ("000001", "000002", "000003")), ("test", ("000001",))):
        for number, stem in enumerate(stems):
            photograph(root / f"images/{part}/{stem}.jpg", shape, quality=95)
            mask = blob(shape, (2, 2, 5, 5))
            save(root / f"annotations/{part}/{stem}.png", Image.fromarray((mask * (number + 1)).astype(np.uint8)))
            truth.add(f"images/{part}/{stem}.jpg", mask, f"{part}{stem}", "test" if part == "test" else None)
    truth.marks = {"inclusion": 2, "patches": 1, "scratches": 1}
    return truth


def mvtec(root: Path) -> Truth:
    """Two categories, correct and defective images."""
    truth, shape = Truth(), (24, 24)
    for category in ("bolt", "nut"):
        for number in range(3):
            file = f"{category}/train/good/{number:03d}.png"
            photograph(root / file, shape, mode="RGB")
            truth.add(file, np.zeros(shape, dtype=bool))
        for kind in ("good", "scratch"):
            file = f"{category}/test/{kind}/000.png"
            photograph(root / file, shape)
            mask = blob(shape, (5, 5, 2, 9)) & (kind == "scratch")
            if kind == "scratch":
                as_mask(root / f"{category}/ground_truth/scratch/000_mask.png", mask)
            truth.add(file, mask)
    truth.marks = {"scratch": 2}
    return truth


def masks(root: Path) -> Truth:
    """Masks with and without, of two connected pieces; unlike endings; a name that is not ASCII."""
    truth, shape = Truth(), (20, 30)
    for stem, mask in (
        ("a", blob(shape, (1, 1, 4, 4), (10, 10, 3, 3))),
        ("tür", blob(shape, (2, 2, 2, 2))),
        ("c", None),
    ):
        photograph(root / f"images/{stem}.bmp", shape)
        if mask is not None:
            as_mask(root / f"masks/{stem}.png", mask, mode="RGB")
        truth.add(f"images/{stem}.bmp", mask if mask is not None else np.zeros(shape, dtype=bool))
    truth.marks = {"defect": 3}
    return truth


def shape_of(kind: str, points: list[list[float]], label: str = "pit", **more: Any) -> dict[str, Any]:
    """A shape as labelme writes it."""
    return {"label": label, "points": points, "group_id": None, "shape_type": kind, "flags": {}, **more}


def document(shapes: list[dict[str, Any]], size: tuple[int, int], path: str = "x.png", data: str | None = None) -> str:
    """A labelme file."""
    return json.dumps(
        {
            "version": "5.4.1",
            "flags": {},
            "shapes": shapes,
            "imagePath": path,
            "imageData": data,
            "imageHeight": size[0],
            "imageWidth": size[1],
        }
    )


def labelme(root: Path) -> Truth:
    """Every kind of shape; images beside, named with a Windows path, and embedded; one without annotation."""
    truth, shape = Truth(), (40, 50)
    buffer = io.BytesIO()
    pixels = Image.new("L", shape[::-1], 90)
    pixels.save(buffer, "PNG")
    embedded = base64.b64encode(buffer.getvalue()).decode()
    box = shape_of("rectangle", [[20, 10], [10, 20]])
    inside = blob(shape, (10, 10, 11, 11))
    photograph(root / "beside.png", shape)
    (root / "beside.json").write_text(document([box], shape))
    photograph(root / "Other Name.png", shape)
    (root / "named.json").write_text(document([box], shape, "C:\\Users\\me\\Other Name.png"))
    (root / "held.json").write_text(document([box], shape, "/home/me/lost.png", embedded))
    photograph(root / "plain.png", shape)
    (root / "settings.json").write_text('{"not": "labelme"}')
    for file in ("beside.png", "named.json", "held.json"):
        truth.add(file, inside)
    truth.add("plain.png", np.zeros(shape, dtype=bool))
    truth.add("Other Name.png", np.zeros(shape, dtype=bool))
    truth.marks = {"pit": 3}
    return truth


def coco(root: Path) -> Truth:
    """A polygon, run lengths with a hole, a box alone, a crowd; a path with a folder of another machine."""
    truth, shape = Truth(), (20, 30)
    ring = blob(shape, (3, 3, 9, 9)) & ~blob(shape, (6, 6, 3, 3))
    flat, counts, last = ring.T.ravel(), [], False
    run = 0
    for value in flat:
        if value != last:
            counts.append(run)
            run, last = 0, value
        run += 1
    counts.append(run)
    for name in ("one.png", "two.png", "three.png"):
        photograph(root / f"images/{name}", shape)
    square = {"segmentation": [[5, 5, 12, 5, 12, 9, 5, 9]]}
    notes = [
        {"id": 1, "image_id": 1, "category_id": 1, **square},
        {
            "id": 2,
            "image_id": 2,
            "category_id": 2,
            "segmentation": {"size": list(shape), "counts": counts},
            "iscrowd": 1,
        },
        {"id": 3, "image_id": 2, "category_id": 1, "segmentation": [], "bbox": [1, 1, 2, 2]},
        {"id": 4, "image_id": 1, "category_id": 1, "iscrowd": 1, **square},
    ]
    images = [
        {"id": n, "file_name": name, "height": shape[0], "width": shape[1]}
        for n, name in ((1, "one.png"), (2, "old\\folder\\two.png"), (3, "three.png"))
    ]
    categories = [{"id": 1, "name": "pit"}, {"id": 2, "name": "ring"}]
    (root / "annotations").mkdir()
    (root / "annotations/all.json").write_text(
        json.dumps({"images": images, "annotations": notes, "categories": categories})
    )
    truth.add("images/one.png", blob(shape, (5, 5, 5, 8)))
    truth.add("images/two.png", ring)
    truth.add("images/three.png", np.zeros(shape, dtype=bool))
    truth.marks = {"pit": 1, "ring": 1}
    return truth


LAYOUTS: dict[str, Callable[[Path], Truth]] = {
    "coco": coco,
    "csem-misd": csem_misd,
    "dagm": dagm,
    "ksdd1": ksdd1,
    "ksdd2": ksdd2,
    "labelme": labelme,
    "masks": masks,
    "mtd": mtd,
    "mvtec": mvtec,
    "neu-seg": neu_seg,
    "severstal": severstal,
}
