"""The catalogue of networks: each file in this folder makes one, and its name is the network's.

A file holds ``build(channels)``, or ``build(channels, width)`` where the network leaves its width open, and gives a
module that turns images (b, channels, h, w) with sides that are multiples of 32 into logits (b, 1, h, w). Adding a
network is adding a file.
"""

from __future__ import annotations

import inspect
import pkgutil
from functools import cache
from importlib import import_module, util
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import nn

MULTIPLE = 32
"""Sides of the images that a network takes are multiples of this."""


@cache
def names() -> tuple[str, ...]:
    """List the networks there are, without loading any."""
    return tuple(sorted(one.name for one in pkgutil.iter_modules(__path__) if not one.name.startswith("_")))


@cache
def has_width(name: str) -> bool:
    """Say whether a network leaves its width open; reads its source and loads nothing."""
    spec = util.find_spec(f"{__name__}.{name}")
    source = spec.loader.get_source(spec.name)  # type: ignore[union-attr]
    return "\nWIDTH = " in source


def build(name: str, channels: int, width: int | None = None) -> nn.Module:
    """Make a network with fresh weights, drawn from torch's global random numbers: seed them first."""
    maker = import_module(f"{__name__}.{name}").build
    if "width" in inspect.signature(maker).parameters:
        return maker(channels) if width is None else maker(channels, width)
    assert width is None, f"{name} has a fixed width"
    return maker(channels)
