"""FCN: a fully convolutional head on a dilated ResNet-50.

Long, Shelhamer, Darrell: Fully convolutional networks (CVPR 2015), as torchvision builds it: bottleneck blocks in the
plan 3-4-6-3, the last two stages dilated instead of strided, so features have one eighth of the image's resolution;
the logits are brought to full resolution bilinearly.

Cost: 33 million parameters, 34.5 billion multiply-adds for a crop of 256 x 256 (526 thousand a pixel).
"""

from __future__ import annotations

from torch import nn

from blemish.learn.networks._torchvision import FullResolution, load_torchvision


def build(channels: int) -> nn.Module:
    """Make the network with fresh weights; nothing is fetched."""
    load_torchvision()
    from torchvision.models.segmentation import fcn_resnet50

    return FullResolution(fcn_resnet50(weights=None, weights_backbone=None, num_classes=1, aux_loss=False), channels)
