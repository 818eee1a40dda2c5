"""Encoder weights from a file: they arrive, for any number of channels, and what does not fit is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from blemish.errors import CheckpointError, RequestError
from blemish.learn import files, networks
from blemish.learn.networks._torchvision import load_torchvision
from blemish.learn.pretrained import load_encoder


def resnet(layers: int, folder: Path) -> Path:
    """Write the weights of a torchvision ResNet with three input channels and a classifier, as published ones have."""
    torch.manual_seed(3)
    model = getattr(load_torchvision().models, f"resnet{layers}")(weights=None)
    path = folder / f"resnet{layers}.safetensors"
    path.write_bytes(files.pack(model.state_dict()))
    return path


@pytest.mark.parametrize(("name", "layers"), [("unet", 34), ("fcn", 50)])
def test_a_grey_image_gives_what_three_equal_channels_gave(name: str, layers: int, tmp_path: Path) -> None:
    """With one input channel, the encoder's first features are those of the original on a grey colour image."""
    path = resnet(layers, tmp_path)
    network = networks.build(name, 1)
    load_encoder(network, path)
    first = next(module for key, module in network.named_modules() if key.endswith("conv1"))
    original = files.unpack(path)[0]["conv1.weight"]
    grey = torch.randn(1, 1, 32, 32)
    expected = torch.nn.functional.conv2d(grey.expand(-1, 3, -1, -1), original, stride=2, padding=3)
    torch.testing.assert_close(first(grey), expected, atol=1e-4, rtol=1e-4)


def test_what_does_not_fit_is_refused(tmp_path: Path) -> None:
    """Another ResNet, a network without one, and a file that is none each give one clear error."""
    with pytest.raises(RequestError, match="do not fit"):
        load_encoder(networks.build("unet", 1), resnet(18, tmp_path))
    with pytest.raises(RequestError, match="no ResNet encoder"):
        load_encoder(networks.build("small", 1), tmp_path)
    (tmp_path / "pickle.pth").write_bytes(b"\x80\x02}q\x00.")
    with pytest.raises(CheckpointError, match="not a readable safetensors"):
        load_encoder(networks.build("unet", 1), tmp_path / "pickle.pth")
