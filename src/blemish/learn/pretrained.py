"""Weights from elsewhere for a network's encoder, from a file on this machine; nothing is fetched.

The source paper found that ImageNet weights bring nothing, so the default is none. A file is a safetensors state dict
of a ResNet as torchvision names its tensors (``conv1.weight``, ``layer1.0.conv1.weight`` ...): ResNet-34 for ``unet``,
ResNet-50 for ``fcn`` and ``deeplabv3``. A first convolution of other input channels is averaged over them, so that a
grey image gives what it gave as three equal channels.
"""

from __future__ import annotations

from pathlib import Path

from torch import Tensor, nn

from blemish.errors import RequestError
from blemish.learn import files

_FIRST = "conv1.weight"


def load_encoder(network: nn.Module, path: Path) -> None:
    """Put the weights of a file into a network's encoder, in place.

    Raises :class:`RequestError` when the network has no such encoder or the file does not fit it, and
    :class:`CheckpointError` when the file is no safetensors file.
    """
    encoder = _encoder(network)
    if encoder is None:
        raise RequestError(
            f"{path}: this network has no ResNet encoder to put weights into; use unet, fcn or deeplabv3"
        )
    weights, _ = files.unpack(path)
    own = encoder.state_dict()
    weights = {name: tensor for name, tensor in weights.items() if not name.startswith("fc.")}
    # Files from before 2018 have no counters of batches; they decide nothing here.
    weights = {**{name: tensor for name, tensor in own.items() if name.endswith("num_batches_tracked")}, **weights}
    if _FIRST in weights and _FIRST in own:
        weights[_FIRST] = _for_channels(weights[_FIRST], own[_FIRST].shape[1])
    missing = sorted(set(own) - set(weights)) + sorted(set(weights) - set(own))
    unfit = missing or sorted(name for name in own if own[name].shape != weights[name].shape)
    if unfit:
        raise RequestError(
            f"{path}: {len(unfit)} of its tensors do not fit this network's encoder ({', '.join(unfit[:3])} ...); "
            "unet takes a ResNet-34, fcn and deeplabv3 take a ResNet-50, both as torchvision names their tensors"
        )
    encoder.load_state_dict(weights)


def _encoder(network: nn.Module) -> nn.Module | None:
    for name in ("encoder", "model.backbone"):
        try:
            return network.get_submodule(name)
        except AttributeError:
            continue
    return None


def _for_channels(weight: Tensor, channels: int) -> Tensor:
    """Spread a first convolution over another number of input channels; the sum over them stays the same."""
    if weight.shape[1] == channels:
        return weight
    return weight.sum(dim=1, keepdim=True).expand(-1, channels, -1, -1) / channels
