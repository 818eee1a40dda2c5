"""Training: AdamW on the binary cross-entropy of intensity-biased crops, epoch by epoch, best weights kept.

It can be killed at any moment. Started again with the same protocol, dataset and folder, it goes on after the last
finished epoch and ends, in fp32 on the same device, with the very weights of a training that was never disturbed.
"""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from blemish.dataset.atomic import clear
from blemish.dataset.read import Dataset
from blemish.disk import storing
from blemish.errors import RequestError
from blemish.learn import curves, networks, state
from blemish.learn.checkpoint import Model, has_model, prepared
from blemish.learn.epoch import Bench, DivergedError, Progress, diverged, learn
from blemish.learn.geometry import network_maps
from blemish.learn.outcome import TILES, Training, conclude, made_of, reopen
from blemish.learn.precision import Device, choose_device, resolve
from blemish.learn.pretrained import load_encoder
from blemish.learn.protocol import Protocol
from blemish.learn.samples import frames_of, open_pictures
from blemish.learn.schedule import is_over
from blemish.learn.state import Standing
from blemish.learn.team import Team, join
from blemish.learn.validation import validate
from blemish.seeds import number

__all__ = ["DivergedError", "Progress", "train"]


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
    log: Callable[[dict[str, Any]], None] | None = None,
    beside: Dataset | None = None,
) -> Training:
    """Train a network on the set ``train``, choose epoch and threshold on ``val``, and write the model.

    With ``init``, training goes on from that model's weights at the protocol's ``fine_tuning_rate``; ``pretrained`` is
    a file of weights for the encoder of a fresh network (see :mod:`blemish.learn.pretrained`). The folder gets
    ``model.safetensors``, ``model.json`` and ``curves.jsonl``; a finished training in it is only read. Frames are
    unpacked once into ``cache_folder``, by default inside ``run_folder`` and removed at the end. ``log`` gets every row
    of the curves. Of ``beside`` the set ``train`` gives every second crop: synthetic frames beside a few photographs,
    say, so that what they taught is not forgotten; epoch and threshold are chosen on ``dataset`` alone.

    Under ``torchrun`` every process calls this alike (see :mod:`blemish.learn.team`). Raises :class:`RequestError` when
    a set is empty or the folder holds another training, :class:`DivergedError` when the loss is no number any more.
    """
    team, device = join(device)
    place = choose_device(device)
    precision = resolve(protocol.precision, place)
    facts = made_of(protocol, dataset, init, pretrained, precision, beside=beside)
    team.share(protocol.batch)
    if team.agree(lambda: has_model(run_folder)):
        return reopen(run_folder, facts, protocol, device)
    for some, name in ((dataset, "train"), (dataset, "val"), *([(beside, "train")] if beside else [])):
        network_maps(some, frames_of(some, name)[0], protocol)
    network = _network(protocol, init, pretrained, place)
    start_rate = protocol.learning_rate if init is None else protocol.fine_tuning_rate
    # Nothing is written before it is known that there is something to learn, and from what.
    cache = cache_folder or run_folder / TILES
    team.agree(lambda: _prepare(run_folder, dataset, protocol, cache))
    pictures = open_pictures(dataset, "train", cache, protocol)
    if beside is not None:
        pictures = dataclasses.replace(pictures, beside=open_pictures(beside, "train", cache, protocol))
    bench = Bench(
        protocol=protocol,
        network=network,
        optimiser=torch.optim.AdamW(network.parameters(), lr=start_rate, weight_decay=protocol.weight_decay),
        device=place,
        precision=precision,
        start_rate=start_rate,
        train=pictures,
        validation=open_pictures(dataset, "val", cache, protocol),
        tell=progress if progress is not None and team.leads else lambda _: None,
        log=log or (lambda _: None),
        team=team,
        forward=_forward(network, protocol, team, place),
        scaler=torch.amp.GradScaler(place.type, enabled=precision == "fp16"),
    )
    _run(bench, run_folder, facts)
    return reopen(run_folder, facts, protocol, device)


def _run(bench: Bench, run_folder: Path, facts: dict[str, Any]) -> None:
    """Go through the epochs that are left, from where the folder stands, and write the model."""
    protocol, team = bench.protocol, bench.team
    standing = state.restore(
        run_folder, facts, bench.network, optimiser=bench.optimiser, scaler=bench.scaler, protocol=protocol
    )
    team.agree(lambda: curves.keep(run_folder, standing.epoch))
    with torch.backends.cudnn.flags(enabled=True, benchmark=False, deterministic=True):
        while not standing.stopped and standing.epoch < protocol.max_epochs:
            row = learn(bench, standing)
            standing = team.agree(partial(_round_off, bench, standing, row, run_folder, facts))
        ended = standing
        team.agree(lambda: conclude(run_folder, bench.network, protocol, bench.validation, standing=ended, facts=facts))


def _prepare(run_folder: Path, dataset: Dataset, protocol: Protocol, cache: Path) -> None:
    """Make the folder and unpack the frames; processes that come later find them."""
    with storing(run_folder):
        run_folder.mkdir(parents=True, exist_ok=True)
        clear(run_folder)
    for split in ("train", "val"):
        open_pictures(dataset, split, cache, protocol)


def _forward(network: nn.Module, protocol: Protocol, team: Team, device: torch.device) -> Callable[[Tensor], Tensor]:
    together = team.together(network, device)
    return torch.compile(together) if protocol.compile else together


def _network(protocol: Protocol, init: Model | None, pretrained: Path | None, device: torch.device) -> nn.Module:
    torch.manual_seed(number(protocol.seed, "weights"))
    network = networks.build(protocol.network, len(protocol.exposure_stack), protocol.width, len(protocol.geometry))
    if pretrained is not None:
        if init is not None:
            raise RequestError("training starts from another model or from pretrained weights, not from both")
        load_encoder(network, pretrained)
    if init is not None:
        known = init.protocol.geometry
        if known != protocol.geometry[: len(known)]:
            raise RequestError(
                f"training cannot go on from a network with learn.geometry = {list(known)}: the protocol wants "
                f"{list(protocol.geometry)}, which are other channels; further ones may come after those that it knows"
            )
        try:
            weights = init.network.state_dict()
            further = len(protocol.geometry) > len(known)
            network.load_state_dict(networks.widened(weights, network.state_dict()) if further else weights)
        except RuntimeError:
            raise RequestError(
                f"training cannot go on from network {init.protocol.network!r}, width {init.protocol.width}, "
                f"{init.protocol.channels} channels: the protocol wants {protocol.network!r}, width "
                f"{protocol.width}, {protocol.channels} channels"
            ) from None
    return prepared(network, device)


def _round_off(bench: Bench, standing: Standing, row: dict[str, Any], folder: Path, facts: dict[str, Any]) -> Standing:
    """Validate after an epoch if it is time, and write down what there is; the leader's work."""
    standing, row = _validated(bench, standing, row)
    curves.append(folder, row)
    bench.log(row)
    state.save(
        folder,
        standing,
        facts,
        bench.network,
        optimiser=bench.optimiser,
        scaler=bench.scaler,
        protocol=bench.protocol,
    )
    return standing


def _validated(bench: Bench, standing: Standing, row: dict[str, Any]) -> tuple[Standing, dict[str, Any]]:
    """Give the standing after an epoch, validated if it is time, and the whole row of the curves."""
    protocol = bench.protocol
    standing = dataclasses.replace(standing, epoch=standing.epoch + 1)
    if standing.epoch % protocol.validate_every_epochs and standing.epoch < protocol.max_epochs:
        return standing, row
    begun = time.perf_counter()
    found = validate(bench.network, protocol, bench.validation, bench.precision)
    if not math.isfinite(found.loss):
        raise diverged(standing.epoch)
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
