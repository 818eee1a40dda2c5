"""What evaluating costs: memory from the 100th frame to the 4000th, and the share of time that is not the network's.

    python benchmarks/evaluation.py [frames]

The frames are 256 x 256; the network is ``small`` with weights as they were drawn.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import psutil
import torch
from figures import tell

from blemish.dataset.read import Dataset, open_dataset
from blemish.dataset.record import DefectRecord, FrameRecord, Header, SpecimenRecord
from blemish.dataset.split import SplitRule
from blemish.dataset.write import create, finish, write_frame, write_specimen
from blemish.evaluate import evaluate
from blemish.learn import networks, predict
from blemish.learn.checkpoint import Model
from blemish.learn.protocol import Protocol
from blemish.learn.threshold import Threshold


def frames_of_noise(root: Path, count: int) -> Dataset:
    """Write a dataset in which every frame shows two defects, twenty frames a specimen."""
    header = Header(name="noise", kind="photographs")
    create(root, header)
    rng = np.random.default_rng(0)
    image = rng.integers(0, 255, (256, 256)).astype(np.uint8)
    for number in range(count):
        name = f"d{number // 20:05d}"
        if number % 20 == 0:
            defects = tuple(DefectRecord(id=i, kind="dent") for i in (1, 2))
            write_specimen(root, SpecimenRecord(id=name, defective=True, defects=defects))
        mask = np.zeros(image.shape, np.uint16)
        mask[10:20, number % 200 : number % 200 + 30], mask[100:110, 100:110] = 1, 2
        write_frame(root, FrameRecord(specimen=name, view=f"v{number % 20}", digest=str(number)), image, mask)
    finish(root, header, split=SplitRule(shares={"test": 1.0}))
    return open_dataset(root)


def main() -> None:
    """Measure and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 4000
    torch.manual_seed(0)
    protocol = Protocol(network="small", width=8)
    model = Model(networks.build("small", 1, 8).eval(), protocol, Threshold(0.02, "f1", 1.0), "fp32", {}, {}, "")
    process = psutil.Process()
    resident = {}

    def watch(done: int, total: int) -> None:
        if done in (100, total):
            resident[done] = process.memory_info().rss

    with tempfile.TemporaryDirectory() as folder:
        dataset = frames_of_noise(Path(folder) / "data", count)
        begun = time.perf_counter()
        evaluate(model, dataset, "test", Path(folder) / "out", watch)
        whole = time.perf_counter() - begun
        image = dataset.image(dataset.frames[0])
        begun = time.perf_counter()
        for _ in range(100):
            predict(model, image)
        network = (time.perf_counter() - begun) / 100 * count
    print(
        f"{count} frames: {resident[100] / 1e6:.0f} MB after 100, {resident[count] / 1e6:.0f} MB after all "
        f"({resident[count] / resident[100] - 1:+.1%}); {whole / count * 1e3:.1f} ms a frame, "
        f"{whole / network:.2f} times the network alone"
    )
    tell("memory after 100 frames", resident[100] / 1e6, "MB")
    tell("memory after all frames", resident[count] / 1e6, "MB", ratio=resident[count] / resident[100])
    tell("a frame", whole / count * 1e3, "ms", ratio=whole / network)


if __name__ == "__main__":
    main()
