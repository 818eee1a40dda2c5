"""Learning runs on one thread here: small tensors gain nothing from two, and on busy cores two wait for each other."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from plates import plates

from blemish.dataset.read import Dataset
from blemish.learn.protocol import Protocol

TINY = Protocol(
    network="small",
    width=4,
    crop_px=32,
    batch=2,
    learning_rate=1e-2,
    steps_per_epoch=3,
    max_epochs=4,
    validation_crops=2,
    defect_bias=0.5,
    precision="fp32",
)


@pytest.fixture(autouse=True, scope="package")
def one_thread() -> Iterator[None]:
    """Compute on one thread, here only."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Eight small plates of different sizes, half of them defective."""
    sizes = [(64, 80), (70, 90), (48, 100), (96, 64)] * 2
    return plates(tmp_path_factory.mktemp("plates") / "data", sizes)


@pytest.fixture(scope="session")
def tiny() -> Protocol:
    """A protocol that trains for twelve steps."""
    return TINY
