"""What a training has to remember between two epochs, so that a killed one goes on as if nothing had happened.

All randomness is named (see ``samples.py``), so weights, optimiser and the validations so far are everything. They
lie in one file, ``training/state.safetensors``, replaced after each epoch in one step; the best weights lie in a file
of their own, written only when there are better ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from blemish.errors import CheckpointError, RequestError
from blemish.learn import files
from blemish.learn.differences import changes, differing
from blemish.learn.protocol import Protocol
from blemish.settings import plain

FOLDER = "training"
_FILE = "state.safetensors"


@dataclass(frozen=True)
class Standing:
    """How far a training is."""

    epoch: int = 0
    """Epochs that are finished."""
    losses: tuple[float, ...] = ()
    """The loss of every validation."""
    f1s: tuple[float, ...] = ()
    best_epoch: int = 0
    """The epoch, from 1, after which the best weights were taken; 0 while there are none."""
    best_loss: float | None = None
    best_f1: float | None = None
    stopped: bool = False
    """Whether the rule for stopping early has ended it."""


def save(
    folder: Path,
    standing: Standing,
    made_of: dict[str, Any],
    network: nn.Module,
    *,
    optimiser: Any,
    scaler: Any,
    protocol: Protocol,
) -> None:
    """Write the state after an epoch; when that epoch is the best one, its weights first."""
    if standing.best_epoch == standing.epoch:
        files.write(folder, _best_path(folder, standing.best_epoch), files.pack(network.state_dict()))
    tensors = {f"network.{name}": tensor for name, tensor in network.state_dict().items()}
    tensors |= {f"optimiser.{name}": tensor for name, tensor in _moments(network, optimiser)}
    facts = {
        "standing": asdict(standing),
        "made_of": made_of,
        "scaler": scaler.state_dict(),
        "protocol": plain(protocol),
    }
    files.write(folder, folder / FOLDER / _FILE, files.pack(tensors, facts))
    for path in (folder / FOLDER).glob("best-*.safetensors"):
        if path != _best_path(folder, standing.best_epoch):
            path.unlink()


def restore(
    folder: Path, made_of: dict[str, Any], network: nn.Module, *, optimiser: Any, scaler: Any, protocol: Protocol
) -> Standing:
    """Put network and optimiser back to where a killed training left them; a fresh :class:`Standing` if none did.

    Raises :class:`RequestError` when the training in this folder was made of other things than this one.
    """
    path = folder / FOLDER / _FILE
    if not path.is_file():
        return Standing()
    tensors, facts = files.unpack(path)
    if not isinstance(facts, dict) or not isinstance(facts.get("made_of"), dict):
        raise CheckpointError(f"{path}: this is no state of a training; remove the folder {folder} to train anew")
    lines = changes(facts["made_of"], made_of, facts.get("protocol"), protocol)
    if lines:
        raise RequestError(
            f"{folder}: holds an unfinished training with another {differing(facts['made_of'], made_of)}:\n  "
            + "\n  ".join(lines)
            + f"\n  choose another --out, or remove the folder {folder} to train anew"
        )
    try:
        network.load_state_dict({name[8:]: value for name, value in tensors.items() if name.startswith("network.")})
        for name, parameter in network.named_parameters():
            optimiser.state[parameter] = {
                key: _like(tensors[f"optimiser.{name}.{key}"], parameter) for key in ("step", "exp_avg", "exp_avg_sq")
            }
        scaler.load_state_dict(facts["scaler"])
        told = facts["standing"]
        return Standing(**{**told, "losses": tuple(told["losses"]), "f1s": tuple(told["f1s"])})
    except (KeyError, TypeError, RuntimeError) as error:
        raise CheckpointError(
            f"{path}: does not fit this training ({error}); remove the folder to start anew"
        ) from None


def best_weights(folder: Path, standing: Standing) -> dict[str, Tensor]:
    """Read the best weights so far."""
    return files.unpack(_best_path(folder, standing.best_epoch))[0]


def _best_path(folder: Path, epoch: int) -> Path:
    return folder / FOLDER / f"best-{epoch:04d}.safetensors"


def _moments(network: nn.Module, optimiser: Any) -> Iterator[tuple[str, Tensor]]:
    for name, parameter in network.named_parameters():
        for key, value in optimiser.state[parameter].items():
            yield f"{name}.{key}", value


def _like(saved: Tensor, parameter: Tensor) -> Tensor:
    """Lay a tensor out in memory as its parameter is, since the order of channels decides how sums are vectorised."""
    if saved.shape != parameter.shape:
        return saved  # the step counter
    return torch.empty_like(parameter, requires_grad=False).copy_(saved)
