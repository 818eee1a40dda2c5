"""U-Net with a ResNet-34 encoder, the paper's strongest network.

Ronneberger, Fischer, Brox: U-Net (MICCAI 2015), with the encoder of He et al.: Deep residual learning (CVPR 2016), as
segmentation-models-pytorch builds it; the decoder upsamples by nearest neighbour and reaches full resolution.

Cost: 24.4 million parameters, 7.7 billion multiply-adds for a crop of 256 x 256 (117 thousand a pixel).
"""

from __future__ import annotations

from torch import nn

from blemish.learn.networks._torchvision import load_torchvision


def build(channels: int) -> nn.Module:
    """Make the network with fresh weights; nothing is fetched."""
    load_torchvision()
    import segmentation_models_pytorch

    return segmentation_models_pytorch.Unet("resnet34", encoder_weights=None, in_channels=channels, classes=1)
