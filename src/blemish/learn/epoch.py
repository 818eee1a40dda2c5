"""One epoch of training: crops in, steps of AdamW, a row of the curves out."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from blemish.errors import WorkError
from blemish.learn.loader import Batch, batches
from blemish.learn.precision import Resolved, computing_in
from blemish.learn.protocol import Protocol
from blemish.learn.samples import Pictures, Sample, steps_in_epoch, training_sample
from blemish.learn.schedule import rate
from blemish.learn.state import Standing
from blemish.learn.team import Team
from blemish.learn.validation import loss_of
from blemish.seeds import number


class DivergedError(WorkError):
    """The loss is no number any more."""


@dataclass(frozen=True)
class Progress:
    """Where a training is, told after every step."""

    epoch: int
    """From 1."""
    step: int
    """In this epoch, from 1."""
    steps_per_epoch: int
    max_epochs: int
    loss: float
    validation_loss: float | None
    """Of the last validation; ``None`` before the first."""
    validation_f1: float | None


@dataclass(frozen=True, eq=False)
class Bench:
    """What stays the same through a training."""

    protocol: Protocol
    network: nn.Module
    optimiser: torch.optim.Optimizer
    device: torch.device
    precision: Resolved
    start_rate: float
    train: Pictures
    validation: Pictures
    tell: Callable[[Progress], None]
    log: Callable[[dict[str, Any]], None]
    """Gets each row of the curves."""
    team: Team
    forward: Callable[[Tensor], Tensor]
    """The network as training calls it: compiled, or with its gradients averaged over a team."""
    scaler: torch.amp.GradScaler
    """Keeps small gradients above zero in fp16; does nothing otherwise."""


def learn(bench: Bench, standing: Standing) -> dict[str, Any]:
    """Take the steps of one epoch; give its row of the curves."""
    protocol, epoch = bench.protocol, standing.epoch
    steps = steps_in_epoch(protocol, len(bench.train))
    # Dropout is the one thing that draws from torch's own numbers.
    torch.manual_seed(number(protocol.seed, "dropout", epoch))
    bench.network.train()
    total, waited, unlit, learning_rate, begun = 0.0, 0.0, 0, 0.0, time.perf_counter()

    def make(index: int) -> Sample:
        return training_sample(protocol, bench.train, epoch, bench.team.place(index, protocol.batch))

    with closing(batches(make, steps, bench.team.share(protocol.batch))) as source:
        for step in range(steps):
            asked = time.perf_counter()
            batch = next(source)
            waited += time.perf_counter() - asked
            learning_rate = rate(protocol, bench.start_rate, epoch * steps + step, steps)
            loss = bench.team.mean(_step(bench, batch, learning_rate), bench.device)
            if not math.isfinite(loss):
                raise diverged(epoch + 1)
            total, unlit = total + loss, unlit + batch.unlit
            bench.tell(
                Progress(
                    epoch=epoch + 1,
                    step=step + 1,
                    steps_per_epoch=steps,
                    max_epochs=protocol.max_epochs,
                    loss=loss,
                    validation_loss=standing.losses[-1] if standing.losses else None,
                    validation_f1=standing.f1s[-1] if standing.f1s else None,
                )
            )
    seconds = time.perf_counter() - begun
    return {
        "epoch": epoch + 1,
        "steps": steps,
        "loss": total / steps,
        "learning_rate": learning_rate,
        "unlit_crops": unlit,
        "seconds": round(seconds, 3),
        "waiting_share": round(waited / seconds, 4),
    }


def _step(bench: Bench, batch: Batch, learning_rate: float) -> float:
    """Take one step of AdamW; give the loss before it."""
    for group in bench.optimiser.param_groups:
        group["lr"] = learning_rate
    images = torch.from_numpy(batch.images).to(bench.device).contiguous(memory_format=torch.channels_last)
    labels = torch.from_numpy(batch.labels).to(bench.device)
    with computing_in(bench.precision, bench.device):
        logits = bench.forward(images)
    protocol = bench.protocol
    loss = loss_of(logits, labels, protocol.positive_weight, ignoring=protocol.label == "visible")
    bench.optimiser.zero_grad(set_to_none=True)
    bench.scaler.scale(loss).backward()
    bench.scaler.step(bench.optimiser)
    bench.scaler.update()
    return float(loss.detach())


def diverged(epoch: int) -> DivergedError:
    """Say that a training has diverged, and what to do."""
    return DivergedError(
        f"training diverged in epoch {epoch}: the loss is no number any more; lower learning_rate, or use "
        'precision = "fp32"'
    )
