"""What training costs: ours against a bare torch loop on random tensors, and bf16 against fp32.

    python benchmarks/learning.py [network ...]        (small and unet unless told otherwise)

Each step learns from 16 crops of 256 x 256. The kinds of step take turns in one run, a few steps each, and the fastest
turn of each counts, so that a busy machine disturbs all alike; processor seconds are compared too. Ours is the very
function that training calls: it cuts crops from 1224 x 1024 frames, varies them and waits for them; the bare loop has
its tensors at hand.
"""

from __future__ import annotations

import dataclasses
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from figures import tell

from blemish.dataset.read import Dataset, open_dataset
from blemish.dataset.record import FrameRecord, Header, SpecimenRecord
from blemish.dataset.split import SplitRule
from blemish.dataset.write import create, finish, write_frame, write_specimen
from blemish.learn import networks
from blemish.learn.checkpoint import prepared
from blemish.learn.epoch import Bench, learn
from blemish.learn.precision import Resolved, choose_device, computing_in, resolve
from blemish.learn.protocol import Protocol
from blemish.learn.samples import open_pictures
from blemish.learn.state import Standing
from blemish.learn.team import Team
from blemish.learn.validation import loss_of

ROUNDS = 3
STEPS = {"small": 6}
"""Steps in a turn; 2 of the larger networks."""


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


def bare(name: str, precision: Resolved, batch: int, steps: int) -> Callable[[], float]:
    """Give a function that takes some steps on the same random tensors, and says how long one took."""
    device = choose_device("auto")
    network = prepared(networks.build(name, 1), device).train()
    optimiser = torch.optim.AdamW(network.parameters(), lr=1e-4)
    generator = torch.Generator().manual_seed(0)
    images = torch.randn(batch, 1, 256, 256, generator=generator).contiguous(memory_format=torch.channels_last)
    labels = (torch.rand(images.shape, generator=generator) < 0.01).to(torch.uint8)
    images, labels = images.to(device), labels.to(device)

    def turn() -> float:
        begun = time.perf_counter()
        for _ in range(steps):
            with computing_in(precision, device):
                logits = network(images)
            loss = loss_of(logits, labels, 1.0)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()
            loss.item()
        return (time.perf_counter() - begun) / steps

    return turn


def ours(name: str, dataset: Dataset, folder: Path, waits: list[float], steps: int) -> Callable[[], float]:
    """Give a function that learns for an epoch as training does, says how long a step took and notes the waiting."""
    device = choose_device("auto")
    protocol = dataclasses.replace(Protocol(network=name), steps_per_epoch=steps)
    network = prepared(networks.build(name, 1), device)
    bench = Bench(
        protocol=protocol,
        network=network,
        optimiser=torch.optim.AdamW(network.parameters(), lr=1e-4),
        device=device,
        precision=resolve("auto", device),
        start_rate=1e-4,
        train=open_pictures(dataset, "train", folder),
        validation=open_pictures(dataset, "val", folder),
        tell=lambda _: None,
        log=lambda _: None,
        team=Team(),
        forward=network,
        scaler=torch.amp.GradScaler(device.type, enabled=False),
    )

    def turn() -> float:
        row = learn(bench, Standing(epoch=len(waits)))
        waits.append(row["waiting_share"])
        return row["seconds"] / steps

    return turn


def main() -> None:
    """Measure and print."""
    device = choose_device("auto")
    auto = resolve("auto", device)
    print(f"torch {torch.__version__}, {device}, {torch.get_num_threads()} threads, auto is {auto}")
    with tempfile.TemporaryDirectory() as folder:
        dataset = noise(Path(folder) / "data")
        for name in sys.argv[1:] or ["small", "unet"]:
            steps, batch = STEPS.get(name, 2), Protocol().batch
            waits: list[float] = []
            kinds = {kind: bare(name, kind, batch, steps) for kind in ("fp32", "bf16")}
            kinds["ours"] = ours(name, dataset, Path(folder) / "tiles", waits, steps)
            fastest, worked = dict.fromkeys(kinds, float("inf")), dict.fromkeys(kinds, float("inf"))
            for turn in range(ROUNDS + 1):
                for kind, measure in kinds.items():
                    begun = time.process_time()
                    seconds = measure()
                    if turn > 0:  # the first one finds its kernels
                        fastest[kind] = min(fastest[kind], seconds)
                        worked[kind] = min(worked[kind], (time.process_time() - begun) / steps)
            print(
                f"{name}: a step takes {fastest['ours']:.3f} s; bare fp32 {fastest['fp32']:.3f} s, bf16 "
                f"{fastest['bf16']:.3f} s; fp32 / bf16 {fastest['fp32'] / fastest['bf16']:.2f}; "
                f"ours / bare {fastest['ours'] / fastest[auto]:.2f} by the clock, "
                f"{worked['ours'] / worked[auto]:.2f} in processor seconds; "
                f"waiting {np.mean(waits[1:]):.1%} of the time, at most {max(waits[1:]):.1%} in a turn",
                flush=True,
            )
            step = fastest["ours"] / fastest[auto]
            tell(f"a step of {name}", fastest["ours"], "s", ratio=step, goal="at most 1.1")
            tell(f"a step of {name}, processor", worked["ours"], "processor s", ratio=worked["ours"] / worked[auto])
            tell(f"{name}, fp32 against bf16", fastest["fp32"], "s", ratio=fastest["fp32"] / fastest["bf16"])
            tell(f"{name}, waiting for crops", 100 * float(np.mean(waits[1:])), "% of the time", goal="at most 5")


if __name__ == "__main__":
    main()
