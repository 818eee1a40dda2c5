"""What training costs: ours against a bare torch loop on random tensors, and bf16 against fp32.

    python benchmarks/learning.py [network ...]        (small and unet unless told otherwise)

Each step learns from 16 crops of 256 x 256. The kinds of step take turns in one run and the fastest of each counts,
so that a busy machine disturbs all alike. Ours cuts crops from 1224 x 1024 frames, varies them and waits for them.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import torch

from blemish.dataset.read import Dataset, open_dataset
from blemish.dataset.record import FrameRecord, Header, SpecimenRecord
from blemish.dataset.split import SplitRule
from blemish.dataset.write import create, finish, write_frame, write_specimen
from blemish.learn import networks
from blemish.learn.checkpoint import prepared
from blemish.learn.loader import batches
from blemish.learn.precision import Resolved, choose_device, computing_in, resolve
from blemish.learn.protocol import Protocol
from blemish.learn.samples import open_pictures, training_sample
from blemish.learn.validation import loss_of

ROUNDS = 8


def noise(root: Path) -> Dataset:
    """Write four frames of noise, half of each dark, with a defect in the middle."""
    header = Header(name="noise", kind="photographs")
    create(root, header)
    for number in range(4):
        image = np.random.default_rng(number).integers(0, 255, (1024, 1224)).astype(np.uint8)
        image[:, :600] //= 32
        mask = np.zeros(image.shape, np.uint16)
        mask[500:520, 700:720] = 1
        write_specimen(root, SpecimenRecord(id=f"d{number}", defective=True))
        write_frame(root, FrameRecord(specimen=f"d{number}", view="v", digest=str(number)), image, mask)
    finish(root, header, split=SplitRule(shares={"train": 3.0, "val": 1.0}))
    return open_dataset(root)


def stepper(name: str, precision: Resolved) -> Callable[[np.ndarray, np.ndarray], None]:
    """Give a function that takes one training step of a fresh network."""
    device = choose_device("auto")
    network = prepared(networks.build(name, 1), device).train()
    optimiser = torch.optim.AdamW(network.parameters(), lr=1e-4)

    def step(images: np.ndarray, labels: np.ndarray) -> None:
        stack = torch.from_numpy(images).to(device).contiguous(memory_format=torch.channels_last)
        with computing_in(precision, device):
            logits = network(stack)
        loss = loss_of(logits, torch.from_numpy(labels).to(device), 1.0)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        loss.item()

    return step


def random_batches(batch: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Give the same random tensors again and again."""
    rng = np.random.default_rng(0)
    images = rng.standard_normal((batch, 1, 256, 256)).astype(np.float32)
    labels = (rng.random(images.shape) < 0.01).astype(np.uint8)
    while True:
        yield images, labels


def main() -> None:
    """Measure and print."""
    device = choose_device("auto")
    print(f"torch {torch.__version__}, {device}, {torch.get_num_threads()} threads, auto is {resolve('auto', device)}")
    with tempfile.TemporaryDirectory() as folder:
        dataset = noise(Path(folder) / "data")
        for name in sys.argv[1:] or ["small", "unet"]:
            protocol = Protocol(network=name)
            make = partial(training_sample, protocol, open_pictures(dataset, "train", Path(folder) / "tiles"), 0)
            ours = ((one.images, one.labels) for one in batches(make, 10_000, protocol.batch))
            bare = random_batches(protocol.batch)
            kinds = {"bare fp32": (bare, "fp32"), "bare bf16": (bare, "bf16"), "ours bf16": (ours, "bf16")}
            fastest = dict.fromkeys(kinds, float("inf"))
            longest_wait = []
            steps = {kind: stepper(name, precision) for kind, (_, precision) in kinds.items()}
            for turn in range(ROUNDS + 1):
                for kind, (source, _) in kinds.items():
                    begun = time.perf_counter()
                    images, labels = next(source)
                    waited = time.perf_counter() - begun
                    steps[kind](images, labels)
                    seconds = time.perf_counter() - begun
                    if turn > 0:
                        fastest[kind] = min(fastest[kind], seconds)
                        longest_wait += [waited / seconds] if kind == "ours bf16" else []
            print(
                f"{name}: "
                + ", ".join(f"{kind} {seconds:.3f} s" for kind, seconds in fastest.items())
                + f"; fp32 / bf16 {fastest['bare fp32'] / fastest['bare bf16']:.2f}"
                + f"; ours / bare {fastest['ours bf16'] / fastest['bare bf16']:.2f}"
                + f"; waiting at most {max(longest_wait):.1%} of a step"
            )


if __name__ == "__main__":
    main()
