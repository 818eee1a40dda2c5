"""The catalogue of networks: each file in this folder makes one, and its name is the network's.

A file holds ``build(channels)``, or ``build(channels, width)`` where the network leaves its width open, and gives a
module that turns images (b, channels, h, w) with sides that are multiples of 32 into logits (b, 1, h, w). Adding a
network is adding a file, or a package that offers such a function under ``blemish.networks``.
"""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module, util
from typing import TYPE_CHECKING, Any

from blemish.plugins import Catalogue, versions

if TYPE_CHECKING:
    from torch import Tensor, nn

MULTIPLE = 32
"""Sides of the images that a network takes are multiples of this."""


@cache
def names() -> tuple[str, ...]:
    """List the networks of this folder, without loading any."""
    return tuple(sorted(one.name for one in pkgutil.iter_modules(__path__) if not one.name.startswith("_")))


def _fault(_name: str, thing: Any) -> str:
    if not callable(thing):
        return "it is no function `build(channels)`, or `build(channels, width)`"
    takes = [one for one in inspect.signature(thing).parameters.values() if one.default is inspect.Parameter.empty]
    return "" if [one.name for one in takes] == ["channels"] else "it is to be called with `channels` alone"


CATALOGUE = Catalogue("networks", "network", names(), _fault)
"""What a protocol may name as its network."""


def is_there(name: str) -> None:
    """Raise a :class:`PluginError` if there is no network of this name; loads nothing."""
    if name not in names():
        CATALOGUE.offer(name)


def made_by(name: str) -> Mapping[str, str]:
    """Give package and version of a network of another package; nothing for ours."""
    return {} if name in names() else versions([CATALOGUE.offer(name)])


@cache
def has_width(name: str) -> bool:
    """Say whether a network leaves its width open; of ours, reads the source and loads nothing."""
    if name not in names():
        return "width" in inspect.signature(CATALOGUE.load(name)).parameters
    spec = util.find_spec(f"{__name__}.{name}")
    source = spec.loader.get_source(spec.name)  # type: ignore[union-attr]
    return "\nWIDTH = " in source


def build(name: str, channels: int, width: int | None = None, maps: int = 0) -> nn.Module:
    """Make a network with fresh weights, drawn from torch's global random numbers: seed them first.

    ``maps`` are input channels after the others whose weights begin at zero: to begin with it gives what the network
    without them gives, and learns from there what they are good for.
    """
    plain = _make(name, channels, width)
    if not maps:
        return plain
    network = _make(name, channels + maps, width)
    network.load_state_dict(widened(plain.state_dict(), network.state_dict()))
    return network


def widened(weights: Mapping[str, Tensor], like: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Give weights that fit a network with more input channels: those of the further ones are zero."""
    from torch.nn import functional

    wide = dict(weights)
    for name, tensor in weights.items():
        further = like[name].shape[1] - tensor.shape[1] if name in like and tensor.ndim == like[name].ndim == 4 else 0
        if further > 0:
            wide[name] = functional.pad(tensor, (0, 0, 0, 0, 0, further))
    return wide


def _make(name: str, channels: int, width: int | None) -> nn.Module:
    maker = import_module(f"{__name__}.{name}").build if name in names() else CATALOGUE.load(name)
    if "width" in inspect.signature(maker).parameters:
        return maker(channels) if width is None else maker(channels, width)
    assert width is None, f"{name} has a fixed width"
    return maker(channels)
