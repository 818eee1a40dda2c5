"""Tensors and facts in files that are whole or not there at all: safetensors and JSON, never pickles."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from blemish.dataset.atomic import replace_file
from blemish.errors import CheckpointError

_KEY = "blemish"


def pack(tensors: Mapping[str, Tensor], facts: Any = None) -> bytes:
    """Give the bytes of a safetensors file; ``facts`` become JSON in its header, so both are there or neither."""
    plain = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    return save(plain, None if facts is None else {_KEY: json.dumps(facts)})


def write(folder: Path, path: Path, data: bytes) -> None:
    """Replace a file of a training's folder in one step."""
    replace_file(folder, path, data)


def digest(path: Path) -> str:
    """Give the SHA-256 of a file; :class:`CheckpointError` when it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise CheckpointError(f"{path}: cannot be read ({error.strerror}); check its name and permissions") from None


def unpack(path: Path) -> tuple[dict[str, Tensor], Any]:
    """Read tensors and facts back; :class:`CheckpointError` when the file is damaged or none of ours."""
    try:
        with safe_open(path, framework="pt") as file:
            facts = (file.metadata() or {}).get(_KEY)
            return {name: file.get_tensor(name) for name in file.keys()}, None if facts is None else json.loads(facts)  # noqa: SIM118
    except FileNotFoundError:
        raise CheckpointError(f"{path}: there is no such file; train the model again") from None
    except (SafetensorError, OSError, ValueError, RecursionError) as error:
        raise CheckpointError(f"{path}: not a readable safetensors file ({error}); train the model again") from None
