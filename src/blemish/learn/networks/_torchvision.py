"""What the torchvision networks share, and the import of torchvision itself.

torchvision's wheel for CUDA beside a torch for processors lacks its compiled operators, and importing it ends in
``RuntimeError: operator torchvision::nms does not exist``; segmentation-models-pytorch imports it and falls with it.
Nothing here uses those two operators (non-maximum suppression of boxes, plain and quantised), so when the import
fails in just that way their schemas are declared, without code behind them, and the import is repeated. Calling one
then says that it is not implemented. Where torchvision is whole, nothing is touched.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import torch
from torch import Tensor, nn

_SCHEMAS = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
)


@cache
def load_torchvision() -> Any:
    """Import torchvision, with the two missing operators declared if that is what keeps it from loading."""
    try:
        import torchvision
    except RuntimeError as error:
        if "operator torchvision::nms does not exist" not in str(error):
            raise
        library = torch.library.Library("torchvision", "FRAGMENT")
        for schema in _SCHEMAS:
            library.define(schema)
        _kept.append(library)
        import torchvision
    return torchvision


_kept: list[Any] = []
"""The declarations last as long as the object that made them."""


class FullResolution(nn.Module):
    """A torchvision segmentation model as a network of ours: one map of logits, other input channels."""

    def __init__(self, model: Any, channels: int) -> None:
        super().__init__()
        if channels != 3:
            first = model.backbone.conv1
            model.backbone.conv1 = nn.Conv2d(channels, first.out_channels, 7, stride=2, padding=3, bias=False)
            nn.init.kaiming_normal_(model.backbone.conv1.weight, mode="fan_out", nonlinearity="relu")
        self.model = model

    def forward(self, image: Tensor) -> Tensor:
        """Turn images (b, c, h, w) into logits (b, 1, h, w); the last step is bilinear, from one eighth."""
        return self.model(image)["out"]
