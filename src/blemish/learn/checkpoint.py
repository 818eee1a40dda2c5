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
from typing import Any

from torch import Tensor, nn

from blemish.errors import CheckpointError, StudyError
from blemish.learn import files, networks
from blemish.learn.precision import Device, Resolved, choose_device, resolve
from blemish.learn.protocol import Protocol
from blemish.learn.threshold import Threshold
from blemish.settings import plain, read

FORMAT = "blemish model"
VERSION = 1
WEIGHTS = "model.safetensors"
FACTS = "model.json"


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
        "network": {"name": protocol.network, "channels": len(protocol.exposure_stack), "width": protocol.width},
        "preprocessing": {
            "levels": "grey levels scaled so that white is 255",
            "channels": "one for each a in exposure_stack: min(x 2^a, 255) * 2 / 255 - 1",
            "exposure_stack": plain(protocol.exposure_stack),
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


def has_model(folder: Path) -> bool:
    """Say whether a folder holds a finished model."""
    return (folder / FACTS).is_file()


def load_model(folder: Path | str, device: Device = "auto") -> Model:
    """Read a model from its folder, or from the folder of a study's run that holds ``model/``.

    Raises :class:`CheckpointError` when it is not there, damaged, of a later version, or not ours.
    """
    folder = Path(folder)
    if not has_model(folder) and has_model(folder / "model"):
        folder = folder / "model"
    facts = _read_facts(folder / FACTS)
    weights = _read_weights(folder / WEIGHTS, facts)
    where = str(folder / FACTS)
    try:
        protocol = read(Protocol, facts["protocol"], where)
        threshold = read(Threshold, facts["threshold"], where)
        network = networks.build(protocol.network, len(protocol.exposure_stack), protocol.width)
        network.load_state_dict(weights)
        place = choose_device(device)
        return Model(
            network=prepared(network, place).eval(),
            protocol=protocol,
            threshold=threshold,
            precision=_affordable(facts["precision"], place),
            trained_on=facts["trained_on"],
            training=facts["training"],
            digest=facts["weights"]["sha256"],
        )
    except StudyError as error:
        raise CheckpointError(f"{error}\n  this program cannot use these settings; train the model again") from None
    except (KeyError, TypeError) as error:
        raise CheckpointError(f"{where}: incomplete (no {error}); train the model again") from None
    except RuntimeError as error:
        raise CheckpointError(f"{where}: its weights are of another network: {error}") from None


def prepared(network: nn.Module, device: Any) -> nn.Module:
    """Move a network to a device, channels last: the order that convolutions are fastest in."""
    import torch

    return network.to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]


def _affordable(trained_in: Resolved, device: Any) -> Resolved:
    """Compute as in training, unless this machine would have to imitate bf16 slowly."""
    return resolve("auto", device) if trained_in == "bf16" else trained_in


def _read_facts(path: Path) -> dict[str, Any]:
    try:
        facts = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise CheckpointError(f"{path}: there is no trained model here; `blemish train` makes one") from None
    except (OSError, ValueError) as error:
        raise CheckpointError(f"{path}: cannot be read as JSON ({error}); train the model again") from None
    if not isinstance(facts, dict) or facts.get("format") != FORMAT:
        raise CheckpointError(f"{path}: this is no model of ours: its format is not {FORMAT!r}")
    if facts.get("version") != VERSION:
        raise CheckpointError(
            f"{path}: this is a model of version {facts.get('version')!r}, this program reads version {VERSION}; "
            "use the program's version that wrote it, or train again"
        )
    return facts


def _read_weights(path: Path, facts: dict[str, Any]) -> dict[str, Tensor]:
    digest = files.digest(path)
    if digest != (facts.get("weights") or {}).get("sha256"):
        raise CheckpointError(f"{path}: damaged: its SHA-256 is not the one in {FACTS}; copy it again or train again")
    return files.unpack(path)[0]
