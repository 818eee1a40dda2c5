"""Learning: a dataset in, a model of where the defects are out; the paper's protocol is the default.

``train(Protocol(), dataset, folder)`` fills ``folder`` with ``model.safetensors``, ``model.json`` and
``curves.jsonl``; ``load_model(folder)`` and ``predict(model, image)`` use it, ``load_deployed(folder)`` does without
torch. :mod:`crops`, :mod:`exposure`, :mod:`augment` and :mod:`samples` say what a network is shown, :mod:`networks`
holds one network a file, :mod:`fit` is the training itself. Torch is loaded when something of it is first asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from blemish.learn.checkpoint import Model, load_model
    from blemish.learn.fit import Progress, train
    from blemish.learn.outcome import Training
    from blemish.learn.prediction import predict
    from blemish.learn.protocol import Protocol
    from blemish.learn.runtimes import load_deployed

_DOOR = {
    "Model": "checkpoint",
    "Progress": "fit",
    "Protocol": "protocol",
    "Training": "outcome",
    "load_deployed": "runtimes",
    "load_model": "checkpoint",
    "predict": "prediction",
    "train": "fit",
}

__all__ = ["Model", "Progress", "Protocol", "Training", "load_deployed", "load_model", "predict", "train"]


def __getattr__(name: str) -> Any:
    if name not in _DOOR:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_DOOR[name]}"), name)
