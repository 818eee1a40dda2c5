"""What a dataset costs: writing a frame, opening 100 000 frames, cutting crops, importing photographs.

    python benchmarks/dataset.py [--mtd FOLDER] [--frames 12] [--crops 400]

Each figure stands beside the plain way of doing the same, measured in the same run. Without ``--mtd`` (the folder of
the Magnetic Tile Defects) the import is left out.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from figures import tell
from PIL import Image

from blemish.dataset import Dataset, index, open_dataset, png, write
from blemish.dataset.near import look_of, near_duplicates
from blemish.dataset.record import DefectRecord, FrameRecord, Header, SpecimenRecord, to_json
from blemish.dataset.split import sets_of_frames
from blemish.dataset.tiles import FrameCache
from blemish.exchange import bring_in, give_out

HEADER = Header(name="benchmark", kind="rendered")


def seconds(work: Callable[[], object]) -> float:
    """Time one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def metal(height: int, width: int, rng: np.random.Generator) -> np.ndarray:
    """An image like a machined surface before velvet: smooth light, sensor noise, dark ground."""
    light = cv2.resize(rng.uniform(20, 220, (6, 8)).astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    light[:, : width // 3] = 1
    return np.clip(light + rng.normal(0, 2, light.shape), 0, 255).astype(np.uint8)


def write_set(root: Path, count: int, size: tuple[int, int]) -> list[float]:
    """Write a dataset of one specimen; give the seconds of each frame."""
    rng = np.random.default_rng(0)
    write.create(root, HEADER)
    write.write_specimen(root, SpecimenRecord(id="d0", defective=True, defects=(DefectRecord(id=1, kind="dent"),)))
    took = []
    for number in range(count):
        image, mask = metal(*size, rng), np.zeros(size, np.uint16)
        mask[40:60, 70:110] = 1
        record = FrameRecord(specimen="d0", view=f"v{number:03d}", digest=str(number))
        took.append(seconds(lambda record=record, image=image, mask=mask: write.write_frame(root, record, image, mask)))  # type: ignore[misc]
    write.finish(root, HEADER)
    return took


def writing(folder: Path) -> None:
    """Time a frame of 1224 x 512 against OpenCV writing the same two files without proof."""
    ours = float(np.median(write_set(folder / "frames", 20, (512, 1224))))
    rng = np.random.default_rng(0)
    image, mask = metal(512, 1224, rng), np.zeros((512, 1224), np.uint16)

    def plain() -> None:
        cv2.imwrite(str(folder / "image.png"), image)
        cv2.imwrite(str(folder / "mask.png"), mask)

    theirs = float(np.median([seconds(plain) for _ in range(20)]))
    print(f"a frame of 1224 x 512, proved and atomic: {ours * 1e3:.1f} ms; cv2.imwrite of both: {theirs * 1e3:.1f} ms")
    tell("a frame of 1224 x 512 written and proved", ours * 1e3, "ms", ratio=ours / theirs)


def opening(folder: Path) -> None:
    """Time the opening of 100 000 frames against 1000, and the memory that it takes."""
    took = []
    for count in (1000, 100_000):
        root = folder / f"list{count}"
        root.mkdir()
        entries = [
            index.FrameEntry(f"d{i // 100:04d}", f"v{i % 100:03d}", "0" * 64, 2448, 2050, 8, 1, 9) for i in range(count)
        ]
        (root / index.FILE).write_bytes(index.pack(entries))
        header = Header(name="x", kind="rendered", complete=True, counts={"frames": count})
        (root / "dataset.json").write_bytes(to_json(header))
        del entries
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        took.append(min(seconds(lambda root=root: open_dataset(root)) for _ in range(3)))  # type: ignore[misc]
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"opening 1000 frames: {took[0] * 1e3:.1f} ms, 100 000: {took[1] * 1e3:.1f} ms, {grown:.1f} MB more memory")
    tell("opening 1000 frames", took[0] * 1e3, "ms")
    tell("opening 100 000 frames", took[1] * 1e3, "ms", ratio=took[1] / took[0])


def crops(folder: Path, frames: int, count: int) -> None:
    """Time random 256 x 256 crops of 2448 x 2050 frames from the tile cache, and by decoding with OpenCV."""
    root = folder / "large"
    write_set(root, frames, (2050, 2448))
    dataset = open_dataset(root)
    made = seconds(lambda: FrameCache(dataset, folder / "cache"))
    cache = FrameCache(dataset, folder / "cache")
    rng = np.random.default_rng(1)
    places = [
        (int(rng.integers(frames)), int(rng.integers(2050 - 256)), int(rng.integers(2448 - 256))) for _ in range(count)
    ]

    def cached() -> None:
        for number, y, x in places:
            np.array(cache.image(number)[y : y + 256, x : x + 256])
            np.array(cache.mask(number)[y : y + 256, x : x + 256])

    def decoded() -> None:
        for number, y, x in places[: max(count // 20, 1)]:
            for name in ("image", "mask"):
                path = root / "frames" / dataset.frames[number].name / f"{name}.png"
                cv2.imread(str(path), cv2.IMREAD_UNCHANGED)[y : y + 256, x : x + 256].copy()

    ours, theirs = seconds(cached) / count, seconds(decoded) / max(count // 20, 1)
    print(
        f"a crop from the tile cache: {ours * 1e6:.0f} us; by decoding: {theirs * 1e6:.0f} us; "
        f"ratio {theirs / ours:.0f} (cache of {frames} frames made in {made:.1f} s)"
    )
    tell("a crop from the tile cache", ours * 1e6, "us")
    tell("decoding for a crop against the tile cache", theirs * 1e6, "us", ratio=theirs / ours, goal="at least 20")


def importing(folder: Path, mtd: Path) -> None:
    """Time the import of the Magnetic Tile Defects, and its export to COCO, against decoding its files once.

    Each is measured three times in turn, by the clock and by the processor's own count of work (all threads); the best
    of each counts, as others may use the machine.
    """

    def read() -> None:
        for path in sorted(mtd.glob("MT_*/Imgs/*")):
            np.asarray(Image.open(path))

    def out(number: int) -> None:
        give_out("coco", open_dataset(folder / f"mtd{number}"), folder / f"coco{number}")

    read()
    took = []
    for number in range(3):
        work = (read, lambda n=number: bring_in("mtd", mtd, folder / f"mtd{n}"), lambda n=number: out(n))
        took.append([both(one) for one in work])  # type: ignore[arg-type]
    best = np.array(took).min(axis=0)
    names = ("decoding the files of MTD once", "its import", "its export to COCO")
    for name, (wall, cpu) in zip(names, best, strict=True):
        print(f"{name}: {wall:.2f} s, {cpu:.2f} s of processor", end="")
        print(f"; ratio {wall / best[0, 0]:.2f} by the clock, {cpu / best[0, 1]:.2f} in work")
        tell(name, cpu, "processor s", ratio=cpu / best[0, 1], goal="at most 2" if name == "its import" else "")
        tell(f"{name}, by the clock", wall, "s", ratio=wall / best[0, 0])
    dataset = open_dataset(folder / "mtd0")
    pixels = [(dataset.image(frame), dataset.mask(frame)) for frame in dataset.frames]
    packing = both(lambda: [(png.encode(image), png.encode(mask)) for image, mask in pixels])[1]
    print(f"of the import, packing PNG files and proving them: {packing:.2f} s of processor")
    tell("of its import, packing PNG files and proving them", packing, "processor s")
    bring_in("mtd", mtd, folder / "as-published", split="paper")
    tell("near-duplicates across sets, tiles kept together", near_duplicates_in(dataset), "images")
    tell(
        "near-duplicates across sets, published split",
        near_duplicates_in(open_dataset(folder / "as-published")),
        "images",
    )


def near_duplicates_in(dataset: Dataset) -> int:
    """Count the images that look nearly like one in another set."""
    frames = {frame.name: frame for frame in dataset.frames}
    looks = [look_of(dataset.image(frame)) for frame in frames.values()]
    sets = sets_of_frames(dataset.splits, dataset.frames)
    return len(near_duplicates(list(frames), looks, sets, lambda name: dataset.image(frames[name])))


def both(work: Callable[[], object]) -> tuple[float, float]:
    """Time one call by the clock and by the processor."""
    start, began = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - start, time.process_time() - began


def main() -> None:
    """Measure all of it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--mtd", type=Path)
    parser.add_argument("--frames", type=int, default=12)
    parser.add_argument("--crops", type=int, default=400)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if chosen.mtd:
            importing(Path(folder), chosen.mtd)
        writing(Path(folder))
        opening(Path(folder))
        crops(Path(folder), chosen.frames, chosen.crops)


if __name__ == "__main__":
    main()
