"""The trained model on disk: ``model.safetensors`` holds the weights, ``model.json`` everything needed to use them.

``model.json`` is written last and holds the hash of the weights, so a model is whole or is none. It says the network,
the protocol, how images are prepared, the threshold and where it came from, and what it was trained on. Nothing in
either file is ever executed.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from annotated_types import Len
from torch import Tensor, nn

from blemish.errors import CheckpointError, RequestError, StudyError
from blemish.learn import files, networks
from blemish.learn.channels import SPAN
from blemish.learn.precision import Device, Resolved, choose_device, resolve
from blemish.learn.protocol import Protocol
from blemish.learn.threshold import Threshold
from blemish.settings import Fraction, plain, read, settings

FORMAT = "blemish model"
VERSION = 1
WEIGHTS = "model.safetensors"
FACTS = "model.json"


@settings
class _Threshold:
    """A :class:`Threshold` as it stands in the file."""

    value: Fraction
    chosen_by: Literal["f1", "quantile"]
    f1: Fraction | None


@settings
class _Weights:
    """The file of the weights."""

    file: Literal["model.safetensors"]
    sha256: Annotated[str, Len(64, 64)]


@settings
class _File:
    """``model.json``, version 1: what a :class:`Model` holds, and what people and other programs want to know."""

    format: Literal["blemish model"]
    version: Literal[1]
    network: dict[str, Any]
    preprocessing: dict[str, Any]
    output: str
    threshold: _Threshold
    precision: Resolved
    protocol: Protocol
    trained_on: dict[str, Any]
    training: dict[str, int | float | bool | None]
    software: dict[str, str]
    weights: _Weights


@dataclass(frozen=True, eq=False)
class Model:
    """A trained network, ready to use."""

    network: nn.Module
    protocol: Protocol
    threshold: Threshold
    precision: Resolved
    """What it computes in."""
    trained_on: dict[str, Any]
    """Name and digest of the dataset, and of what the training started from."""
    training: dict[str, Any]
    """Epochs, best epoch, its validation loss and F1."""
    digest: str
    """SHA-256 of the weights."""


def write_model(folder: Path, model: Model, software: dict[str, str]) -> str:
    """Write a model; give the hash of its weights."""
    weights = files.pack(model.network.state_dict())
    digest = hashlib.sha256(weights).hexdigest()
    protocol = model.protocol
    facts = {
        "format": FORMAT,
        "version": VERSION,
        "network": {"name": protocol.network, "channels": protocol.channels, "width": protocol.width},
        "preprocessing": {
            "levels": "grey levels scaled so that white is 255",
            "channels": "one for each a in exposure_stack: min(x 2^a, 255) * 2 / 255 - 1",
            "exposure_stack": plain(protocol.exposure_stack),
            **_geometry(protocol),
            "padding": f"with black, right and below, to multiples of {networks.MULTIPLE} px",
        },
        "output": "logits; the score is 1 / (1 + exp(-logit))",
        "threshold": asdict(model.threshold),
        "precision": model.precision,
        "protocol": plain(protocol),
        "trained_on": model.trained_on,
        "training": model.training,
        "software": software,
        "weights": {"file": WEIGHTS, "sha256": digest},
    }
    files.write(folder, folder / WEIGHTS, weights)
    files.write(folder, folder / FACTS, (json.dumps(facts, indent=1, sort_keys=True) + "\n").encode())
    return digest


def _geometry(protocol: Protocol) -> dict[str, Any]:
    """Say which channels follow those of the exposures, if any."""
    if not protocol.geometry:
        return {}
    told = f"then one for each of geometry, from 0 to 255 as learn/channels.py makes it: x * {SPAN:g} / 255 - 1"
    return {"geometry": plain(protocol.geometry), "geometry_channels": told}


def has_model(folder: Path) -> bool:
    """Say whether a folder holds a finished model."""
    return (folder / FACTS).is_file()


def model_folder(folder: Path) -> Path:
    """Give the folder that the model itself is in: this one, or ``model`` in the folder of a run."""
    return folder / "model" if not has_model(folder) and has_model(folder / "model") else folder


def load_model(folder: Path | str, device: Device = "auto") -> Model:
    """Read a model from its folder, or from the folder of a study's run that holds ``model/``.

    Raises :class:`RequestError` when it is not there, :class:`CheckpointError` when it is damaged, of a later version,
    or not ours.
    """
    folder = model_folder(Path(folder))
    file = _read_facts(folder / FACTS)
    weights = _read_weights(folder / WEIGHTS, file.weights.sha256)
    place = choose_device(device)
    return Model(
        network=prepared(_filled(file.protocol, weights, folder / FACTS), place).eval(),
        protocol=file.protocol,
        threshold=Threshold(file.threshold.value, file.threshold.chosen_by, file.threshold.f1),
        precision=_affordable(file.precision, place),
        trained_on=file.trained_on,
        training=file.training,
        digest=file.weights.sha256,
    )


def _filled(protocol: Protocol, weights: dict[str, Tensor], where: Path) -> nn.Module:
    """Make the network and lay the weights into it."""
    channels = protocol.channels
    try:
        network = networks.build(protocol.network, channels, protocol.width)
        network.load_state_dict(weights)
    except RuntimeError:
        width = "" if protocol.width is None else f", width {protocol.width}"
        raise CheckpointError(
            f"{where}: its weights are of another network than the {protocol.network!r}{width}, with {channels} input "
            f"channels, that it names; copy {FACTS} and {WEIGHTS} together, or train the model again"
        ) from None
    return network


def prepared(network: nn.Module, device: Any) -> nn.Module:
    """Move a network to a device, channels last: the order that convolutions are fastest in."""
    import torch

    return network.to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]


def _affordable(trained_in: Resolved, device: Any) -> Resolved:
    """Compute as in training, unless this machine would have to imitate 16 bits slowly."""
    fits = trained_in == "fp32" or (trained_in == "fp16" and device.type == "cuda")
    return trained_in if fits else resolve("auto", device)


def _read_facts(path: Path) -> _File:
    try:
        facts = json.loads(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        raise RequestError(f"{path}: there is no trained model here; `blemish train` makes one") from None
    except (OSError, ValueError, RecursionError) as error:
        raise CheckpointError(f"{path}: cannot be read as JSON ({error}); train the model again") from None
    if not isinstance(facts, dict) or facts.get("format") != FORMAT:
        raise CheckpointError(
            f"{path}: this is no model of ours: its format is not {FORMAT!r}; name a run of `blemish train`"
        )
    if facts.get("version") != VERSION:
        raise CheckpointError(
            f"{path}: this is a model of version {facts.get('version')!r}, this program reads version {VERSION}; "
            "use the program's version that wrote it, or train again"
        )
    try:
        return read(_File, facts, str(path))
    except StudyError as error:
        raise CheckpointError(
            f"{error}\n  this file was changed, or another version of this program wrote it; copy it again, or train "
            "the model again"
        ) from None


def _read_weights(path: Path, sha256: str) -> dict[str, Tensor]:
    if files.digest(path) != sha256:
        raise CheckpointError(f"{path}: damaged: its SHA-256 is not the one in {FACTS}; copy it again or train again")
    weights = files.unpack(path)[0]
    wrong = [name for name, tensor in weights.items() if not bool(tensor.isfinite().all())]
    if wrong:
        raise CheckpointError(
            f"{path}: damaged: {len(wrong)} of its tensors hold values that are no numbers, the first {wrong[0]!r}; "
            "it would find nothing anywhere; train the model again"
        )
    return weights
