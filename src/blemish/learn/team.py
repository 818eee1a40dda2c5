"""One training on several devices: each process learns from its share of every batch, and gradients are averaged.

``torchrun --nproc_per_node=4 -m blemish train study.toml`` starts four processes; each finds its place in the variables
that torchrun sets. The first one leads: it alone validates, writes and prints. What is drawn does not depend on the
number of processes, but sums are taken in another order, so weights agree to rounding only; batch normalisation sees
one share at a time.
"""

from __future__ import annotations

import atexit
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

import torch
from torch import distributed, nn

from blemish.errors import RequestError
from blemish.learn.precision import Device

T = TypeVar("T")

_PATIENCE = timedelta(hours=6)
"""How long the others wait while the leader unpacks frames or validates."""


@dataclass(frozen=True)
class Team:
    """The place of this process among those that train together; alone by default."""

    rank: int = 0
    size: int = 1

    @property
    def leads(self) -> bool:
        """Whether this process validates and writes."""
        return self.rank == 0

    def place(self, index: int, batch: int) -> int:
        """Say which sample of the epoch is number ``index`` of this process."""
        share = batch // self.size
        return index // share * batch + self.rank * share + index % share

    def share(self, batch: int) -> int:
        """Give this process's part of a batch; :class:`RequestError` when it cannot be divided."""
        if batch % self.size:
            raise RequestError(
                f"a batch of {batch} crops cannot be shared by {self.size} processes; change one of them"
            )
        return batch // self.size

    def agree(self, make: Callable[[], T]) -> T:
        """Let the leader make something while the others wait for it; its error ends all of them."""
        if self.size == 1:
            return make()
        made: list[Any] = [None, None]
        if self.leads:
            try:
                made[0] = make()
            except Exception as error:  # noqa: BLE001  (raised again below, by everyone)
                made[1] = error
        distributed.broadcast_object_list(made)
        if made[1] is not None:
            raise made[1]
        return made[0]

    def mean(self, value: float, device: torch.device) -> float:
        """Average a number over all processes."""
        if self.size == 1:
            return value
        total = torch.tensor(value, device=device, dtype=torch.float64)
        distributed.all_reduce(total)
        return float(total) / self.size

    def together(self, network: nn.Module, device: torch.device) -> nn.Module:
        """Wrap a network so that its gradients are averaged over all processes."""
        if self.size == 1:
            return network
        return nn.parallel.DistributedDataParallel(network, device_ids=[device] if device.type == "cuda" else None)


def leads() -> bool:
    """Say whether this process is alone or the first of a team, before there is one."""
    return os.environ.get("RANK", "0") == "0"


def join(device: Device) -> tuple[Team, Device]:
    """Find this process's team, and the device that it shall use: under torchrun the GPU of its own local number."""
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        return Team(), device
    graphics = device != "cpu" and torch.cuda.is_available()
    if graphics:
        device = f"cuda:{os.environ['LOCAL_RANK']}"
        torch.cuda.set_device(device)
    if not distributed.is_initialized():
        distributed.init_process_group("nccl" if graphics else "gloo", timeout=_PATIENCE)
        atexit.register(distributed.destroy_process_group)
    return Team(distributed.get_rank(), size), device
