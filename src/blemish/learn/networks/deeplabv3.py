"""DeepLabV3: parallel dilated convolutions and an image-wide average on a dilated ResNet-50.

Chen et al.: Rethinking atrous convolution (2017), as torchvision builds it: bottleneck blocks in the plan 3-4-6-3,
features at one eighth of the image's resolution, logits brought to full resolution bilinearly. Because of the
image-wide average, what it says of a pixel depends on the whole tile around it.

Cost: 39.6 million parameters, 40.8 billion multiply-adds for a crop of 256 x 256 (622 thousand a pixel).
"""

from __future__ import annotations

from torch import nn

from blemish.learn.networks._torchvision import FullResolution, load_torchvision


def build(channels: int) -> nn.Module:
    """Make the network with fresh weights; nothing is fetched."""
    load_torchvision()
    from torchvision.models.segmentation import deeplabv3_resnet50

    model = deeplabv3_resnet50(weights=None, weights_backbone=None, num_classes=1, aux_loss=False)
    return FullResolution(model, channels)
