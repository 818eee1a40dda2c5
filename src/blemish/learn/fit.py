"""Training: AdamW on the binary cross-entropy of intensity-biased crops, epoch by epoch, best weights kept.

It can be killed at any moment. Started again with the same protocol, dataset and folder, it goes on after the last
finished epoch and ends, in fp32 on the same device, with the very weights of a training that was never disturbed.
"""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import nn

from blemish.dataset.atomic import clear, storing
from blemish.dataset.read import Dataset
from blemish.errors import RequestError, WorkError
from blemish.learn import curves, networks, state
from blemish.learn.checkpoint import Model, has_model, prepared
from blemish.learn.loader import Batch, batches
from blemish.learn.outcome import TILES, Training, conclude, made_of, reopen
from blemish.learn.precision import Device, Resolved, choose_device, computing_in, resolve
from blemish.learn.pretrained import load_encoder
from blemish.learn.protocol import Protocol
from blemish.learn.samples import Pictures, frames_of, open_pictures, steps_in_epoch, training_sample
from blemish.learn.schedule import is_over, rate
from blemish.learn.state import Standing
from blemish.learn.validation import loss_of, validate
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
class _Bench:
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


def train(
    protocol: Protocol,
    dataset: Dataset,
    run_folder: Path,
    init: Model | None = None,
    progress: Callable[[Progress], None] | None = None,
    *,
    device: Device = "auto",
    pretrained: Path | None = None,
    cache_folder: Path | None = None,
) -> Training:
    """Train a network on the set ``train``, choose epoch and threshold on ``val``, and write the model.

    With ``init``, training goes on from that model's weights at the protocol's ``fine_tuning_rate``; ``pretrained`` is
    a file of weights for the encoder of a fresh network (see :mod:`blemish.learn.pretrained`). The folder gets
    ``model.safetensors``, ``model.json`` and ``curves.jsonl``; a finished training in it is only read. Frames are
    unpacked once into ``cache_folder``, by default inside ``run_folder`` and removed at the end.

    Raises :class:`RequestError` when a set is empty or the folder holds another training, :class:`DivergedError` when
    the loss is no number any more.
    """
    place = choose_device(device)
    precision = resolve(protocol.precision, place)
    facts = made_of(protocol, dataset, init, pretrained, precision)
    if has_model(run_folder):
        return reopen(run_folder, facts, protocol, device)
    for name in ("train", "val"):
        frames_of(dataset, name)
    network = _network(protocol, init, pretrained, place)
    # Nothing is written before it is known that there is something to learn, and from what.
    with storing(run_folder):
        run_folder.mkdir(parents=True, exist_ok=True)
        clear(run_folder)
    cache = cache_folder or run_folder / TILES
    start_rate = protocol.learning_rate if init is None else protocol.fine_tuning_rate
    bench = _Bench(
        protocol=protocol,
        network=network,
        optimiser=torch.optim.AdamW(network.parameters(), lr=start_rate, weight_decay=protocol.weight_decay),
        device=place,
        precision=precision,
        start_rate=start_rate,
        train=open_pictures(dataset, "train", cache),
        validation=open_pictures(dataset, "val", cache),
        tell=progress or (lambda _: None),
    )
    standing = state.restore(run_folder, facts, network, bench.optimiser)
    curves.keep(run_folder, standing.epoch)
    with torch.backends.cudnn.flags(enabled=True, benchmark=False, deterministic=True):
        while not standing.stopped and standing.epoch < protocol.max_epochs:
            standing, row = _epoch(bench, standing)
            curves.append(run_folder, row)
            state.save(run_folder, standing, facts, network, bench.optimiser)
        return conclude(run_folder, network, protocol, bench.validation, standing=standing, facts=facts)


def _network(protocol: Protocol, init: Model | None, pretrained: Path | None, device: torch.device) -> nn.Module:
    torch.manual_seed(number(protocol.seed, "weights"))
    network = networks.build(protocol.network, len(protocol.exposure_stack), protocol.width)
    if pretrained is not None:
        if init is not None:
            raise RequestError("training starts from another model or from pretrained weights, not from both")
        load_encoder(network, pretrained)
    if init is not None:
        try:
            network.load_state_dict(init.network.state_dict())
        except RuntimeError:
            raise RequestError(
                f"training cannot go on from network {init.protocol.network!r}, width {init.protocol.width}, "
                f"{len(init.protocol.exposure_stack)} channels: the protocol wants {protocol.network!r}, width "
                f"{protocol.width}, {len(protocol.exposure_stack)} channels"
            ) from None
    return prepared(network, device)


def _epoch(bench: _Bench, standing: Standing) -> tuple[Standing, dict[str, Any]]:
    """Learn for one epoch and validate if it is time; give the new standing and a row of the curves."""
    protocol = bench.protocol
    row = _learn(bench, standing)
    standing = dataclasses.replace(standing, epoch=standing.epoch + 1)
    if standing.epoch % protocol.validate_every_epochs and standing.epoch < protocol.max_epochs:
        return standing, row
    begun = time.perf_counter()
    found = validate(bench.network, protocol, bench.validation, bench.precision)
    if not math.isfinite(found.loss):
        raise _diverged(standing.epoch)
    row |= {"validation_loss": found.loss, "validation_f1": found.f1}
    row["validation_seconds"] = round(time.perf_counter() - begun, 3)
    if _is_better(protocol, found.loss, found.f1, standing):
        standing = dataclasses.replace(standing, best_epoch=standing.epoch, best_loss=found.loss, best_f1=found.f1)
    losses = (*standing.losses, found.loss)
    return dataclasses.replace(
        standing, losses=losses, f1s=(*standing.f1s, found.f1), stopped=is_over(protocol, losses)
    ), row


def _is_better(protocol: Protocol, loss: float, f1: float, standing: Standing) -> bool:
    if standing.best_loss is None or standing.best_f1 is None:
        return True
    if protocol.best_by == "loss":
        return loss < standing.best_loss
    return (f1, -loss) > (standing.best_f1, -standing.best_loss)


def _learn(bench: _Bench, standing: Standing) -> dict[str, Any]:
    """Take the steps of one epoch; give its row of the curves."""
    protocol, epoch = bench.protocol, standing.epoch
    steps = steps_in_epoch(protocol, len(bench.train))
    # Dropout is the one thing that draws from torch's own numbers.
    torch.manual_seed(number(protocol.seed, "dropout", epoch))
    bench.network.train()
    total, waited, unlit, learning_rate, begun = 0.0, 0.0, 0, 0.0, time.perf_counter()
    with closing(batches(partial(training_sample, protocol, bench.train, epoch), steps, protocol.batch)) as source:
        for step in range(steps):
            asked = time.perf_counter()
            batch = next(source)
            waited += time.perf_counter() - asked
            learning_rate = rate(protocol, bench.start_rate, epoch * steps + step, steps)
            loss = _step(bench, batch, learning_rate)
            if not math.isfinite(loss):
                raise _diverged(epoch + 1)
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


def _step(bench: _Bench, batch: Batch, learning_rate: float) -> float:
    """Take one step of AdamW; give the loss before it."""
    for group in bench.optimiser.param_groups:
        group["lr"] = learning_rate
    images = torch.from_numpy(batch.images).to(bench.device).contiguous(memory_format=torch.channels_last)
    labels = torch.from_numpy(batch.labels).to(bench.device)
    with computing_in(bench.precision, bench.device):
        logits = bench.network(images)
    loss = loss_of(logits, labels, bench.protocol.positive_weight)
    bench.optimiser.zero_grad(set_to_none=True)
    loss.backward()
    bench.optimiser.step()
    return float(loss.detach())


def _diverged(epoch: int) -> DivergedError:
    return DivergedError(
        f"training diverged in epoch {epoch}: the loss is no number any more; lower learning_rate, or use "
        'precision = "fp32"'
    )
