"""Batches, made ahead of time by threads so that training does not wait for them.

Cutting, rotating and drawing noise happen in OpenCV and NumPy, which let other threads run meanwhile; so threads
suffice, nothing is copied between processes and nothing is left behind by a killed run.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float32, UInt8

from blemish.learn.samples import Sample

AHEAD = 4
"""Batches that are made or waiting while one is learned from."""


@dataclass(frozen=True, eq=False)
class Batch:
    """Crops and their labels, stacked."""

    images: Float32[np.ndarray, "b c h w"]
    labels: UInt8[np.ndarray, "b 1 h w"]
    unlit: int
    """How many crops come from images without a lit pixel."""


def batches(make: Callable[[int], Sample], count: int, size: int, workers: int | None = None) -> Generator[Batch]:
    """Give ``count`` batches of samples 0, 1, 2 ... in order, whatever the number of threads."""
    # Each thread makes a crop of its own; OpenCV's threads inside it would only stand in the way of torch's.
    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    with ThreadPoolExecutor(workers or min(os.cpu_count() or 1, 8), "samples") as pool:
        waiting: deque[list[Future[Sample]]] = deque()
        asked = 0
        try:
            for _ in range(count):
                while asked < count and len(waiting) <= AHEAD:
                    waiting.append([pool.submit(make, asked * size + place) for place in range(size)])
                    asked += 1
                yield _stack([future.result() for future in waiting.popleft()])
        finally:
            # A consumer that stops early, or a sample that cannot be made, leaves nothing running.
            pool.shutdown(wait=False, cancel_futures=True)
            cv2.setNumThreads(before)


def _stack(samples: list[Sample]) -> Batch:
    return Batch(
        images=np.stack([sample.image for sample in samples]),
        labels=np.stack([sample.label for sample in samples])[:, None],
        unlit=sum(not sample.lit for sample in samples),
    )
