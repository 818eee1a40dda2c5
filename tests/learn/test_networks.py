"""Each network of the catalogue: full resolution out, gradients to every weight."""

from __future__ import annotations

import pytest
import torch

from blemish.errors import StudyError
from blemish.learn import networks
from blemish.learn.protocol import Protocol
from blemish.settings import read


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("name", networks.names())
def test_a_network_gives_a_logit_a_pixel_and_learns_everywhere(name: str, channels: int) -> None:
    """Logits have the image's size, and each parameter gets a gradient that is finite and not all zero."""
    torch.manual_seed(0)
    network = networks.build(name, channels).train()
    logits = network(torch.randn(2, channels, 32, 64))
    assert logits.shape == (2, 1, 32, 64)
    # Squares, so that a constant shift of all logits is no way out.
    logits.square().mean().backward()
    for key, parameter in network.named_parameters():
        assert parameter.grad is not None, key
        assert torch.isfinite(parameter.grad).all(), key
        assert parameter.grad.abs().sum() > 0, key


def test_width_widens_the_small_network() -> None:
    """Twice the width is about four times the weights."""
    narrow, wide = (sum(p.numel() for p in networks.build("small", 1, width).parameters()) for width in (8, 16))
    assert 3.5 < wide / narrow < 4.5


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"network": "unett"}, "did you mean unet"),
        ({"network": "unet", "width": 8}, "fixed width"),
        ({"crop_px": 250}, "crop_px"),
        ({"learning_rate": 0}, "learning_rate"),
        ({"augmentation": {"blur_kernels_px": [2]}}, "blur_kernels_px"),
    ],
)
def test_a_wrong_protocol_is_refused_in_words(values: dict[str, object], message: str) -> None:
    """Mistakes in a protocol are told with place and remedy."""
    with pytest.raises(StudyError, match=message):
        read(Protocol, values, "study.toml")
