"""The end of a training: best weights, threshold, the model on disk; and finding it there the next time."""

from __future__ import annotations

import dataclasses
import hashlib
import logging
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

import blemish
from blemish.dataset.atomic import clear
from blemish.dataset.read import Dataset
from blemish.errors import RequestError
from blemish.learn import files, networks, state
from blemish.learn.checkpoint import Model, load_model, write_model
from blemish.learn.differences import changes, differing
from blemish.learn.histogram import empty
from blemish.learn.labels import IGNORED
from blemish.learn.precision import Device, Resolved
from blemish.learn.prediction import predict
from blemish.learn.protocol import Protocol
from blemish.learn.samples import Pictures
from blemish.learn.state import Standing
from blemish.learn.threshold import Threshold, choose_threshold
from blemish.settings import canonical, plain

TILES = "tiles"
"""Where frames are unpacked for training, inside the training's own folder."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Training:
    """What a training came to."""

    folder: Path
    model: Model
    epochs: int
    best_epoch: int
    stopped_early: bool
    warnings: tuple[str, ...]


def made_of(
    protocol: Protocol,
    dataset: Dataset,
    init: Model | None,
    pretrained: Path | None,
    precision: Resolved,
    *,
    beside: Dataset | None = None,
) -> dict[str, Any]:
    """Give what decides the weights: a training may only be resumed with the same."""
    return {
        "protocol": hashlib.sha256(canonical(protocol).encode()).hexdigest(),
        "dataset": _identity(dataset),
        **({} if beside is None else {"beside": _identity(beside)}),
        "start": "" if init is None else init.digest,
        "pretrained": "" if pretrained is None else files.digest(pretrained),
        "precision": precision,
    }


def _identity(dataset: Dataset) -> dict[str, str]:
    digests = {name: dataset.header.digests.get(name, "") for name in ("frames.npy", "splits.json")}
    return {"name": dataset.header.name, **digests}


def conclude(
    folder: Path,
    network: nn.Module,
    protocol: Protocol,
    validation: Pictures,
    *,
    standing: Standing,
    facts: dict[str, Any],
) -> None:
    """Take the best weights, choose the threshold on whole validation images, write the model; ``facts``: made of."""
    network.load_state_dict(state.best_weights(folder, standing))
    model = Model(
        network=network.eval(),
        protocol=protocol,
        threshold=Threshold(0.5, "quantile", None),
        precision=facts["precision"],
        trained_on=facts,
        training={
            "epochs": standing.epoch,
            "best_epoch": standing.best_epoch,
            "validation_loss": standing.best_loss,
            "validation_f1": standing.best_f1,
            "stopped_early": standing.stopped,
        },
        digest="",
    )
    histogram = empty()
    for index in range(len(validation)):
        image, label = validation.labels(index)
        counted = label < IGNORED
        histogram.add(predict(model, image, validation.maps(index))[counted], label[counted] > 0)
    model = dataclasses.replace(model, threshold=choose_threshold(histogram, protocol.correct_quantile))
    software = {"blemish": blemish.__version__, "torch": torch.__version__, **networks.made_by(protocol.network)}
    write_model(folder, model, software)


def reopen(folder: Path, facts: dict[str, Any], protocol: Protocol, device: Device) -> Training:
    """Read a finished training; :class:`RequestError` when it was made of other things than ``facts`` says."""
    model = load_model(folder, device)
    lines = changes(model.trained_on, facts, plain(model.protocol), protocol)
    if lines:
        raise RequestError(
            f"{folder}: holds a model that was trained with another {differing(model.trained_on, facts)}:\n  "
            + "\n  ".join(lines)
            + f"\n  choose another --out, or remove the folder {folder} to train anew"
        )
    return _told(folder, model)


def tidy(folder: Path) -> None:
    """Remove what only an unfinished training needs."""
    for name in (state.FOLDER, TILES):
        shutil.rmtree(folder / name, ignore_errors=True)


def _told(folder: Path, model: Model) -> Training:
    clear(folder)
    warnings = []
    if model.threshold.chosen_by == "quantile":
        warnings.append(
            "the validation images show no defect, so the threshold is the "
            f"{model.protocol.correct_quantile:.4%} quantile of correct pixels ({model.threshold.value:.4g}); "
            "add defective images to the validation set for a threshold that is chosen by F1"
        )
    for warning in warnings:
        _log.warning(warning)
    tidy(folder)
    facts = model.training
    return Training(
        folder,
        model,
        epochs=facts.get("epochs", 0),
        best_epoch=facts.get("best_epoch", 0),
        stopped_early=facts.get("stopped_early", False),
        warnings=tuple(warnings),
    )
