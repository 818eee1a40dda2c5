"""Three convolutions: the least that can be called a network."""

from __future__ import annotations

from torch import nn


def build(channels: int, width: int = 8) -> nn.Module:
    """Make it with fresh weights."""
    return nn.Sequential(
        nn.Conv2d(channels, width, 5, padding=2),
        nn.SiLU(),
        nn.Conv2d(width, width, 5, padding=2),
        nn.SiLU(),
        nn.Conv2d(width, 1, 1),
    )
