"""A model as one ONNX file, for machines without torch: grey levels in, scores out, images of any size.

The graph holds the preprocessing (exposure stack, scaling) and the sigmoid: it takes ``grey_levels`` (b, 1, h, w),
float32 from 0 to 255, with sides that are multiples of 32 (pad with 0), and gives ``scores`` of the same shape. Its
metadata, under ``blemish``, are threshold, network and the digest of the weights as JSON. :mod:`runtimes` runs it.

Of a model that takes maps of the CAD model (``learn.geometry``) the input has further channels, from 0 to 255 as
:mod:`channels` makes them, and the metadata names them.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from blemish.dataset.atomic import clear, replace_file
from blemish.errors import RequestError, WorkError
from blemish.extras import cure
from blemish.learn.channels import SPAN
from blemish.learn.checkpoint import Model
from blemish.learn.exposure import WHITE
from blemish.learn.runtimes import FILE, INPUT, KEY
from blemish.seeds import stream

OUTPUT = "scores"
AGREES_TO = 1e-3
"""The largest difference of scores between torch and the exported graph that is taken for rounding."""
_CHECKED_SIZES = ((1, 64, 96), (2, 160, 32))
_TRACED = (2, 96, 128)


@dataclass(frozen=True)
class Exported:
    """An ONNX file and how well it agrees with torch."""

    path: Path
    largest_difference: float
    """Of any score, over images of random grey levels."""
    sizes: tuple[tuple[int, int, int], ...]
    """Batches that were compared: images, height, width."""


class Deployable(nn.Module):
    """A network from grey levels to scores."""

    def __init__(self, network: nn.Module, exposure_stack: Sequence[float], num_maps: int = 0) -> None:
        super().__init__()
        self.network, self.exposure_stack, self.num_maps = network, tuple(exposure_stack), num_maps

    def forward(self, grey_levels: Tensor) -> Tensor:
        """Turn grey levels, and maps after them, (b, 1 + maps, h, w), into scores (b, 1, h, w)."""
        grey = grey_levels[:, :1] if self.num_maps else grey_levels
        stack = [(grey * 2.0**stops).clamp(max=WHITE) * (2 / WHITE) - 1 for stops in self.exposure_stack]
        if self.num_maps:
            stack.append(grey_levels[:, 1:] * (SPAN / WHITE) - 1)
        return torch.sigmoid(self.network(torch.cat(stack, dim=1)))


def export_onnx(model: Model, folder: Path) -> Exported:
    """Write ``model.onnx`` into a folder and compare it with torch in fp32 on several sizes.

    Raises :class:`RequestError` when onnx or onnxruntime is not installed, :class:`WorkError` when the exported graph
    gives other scores.
    """
    try:
        import onnxruntime
        import onnxscript  # noqa: F401  (torch's exporter needs it)
    except ImportError as error:
        raise RequestError(f"exporting to ONNX needs {error.name}; {cure('deploy')}") from None
    protocol = model.protocol
    network = Deployable(model.network, protocol.exposure_stack, len(protocol.geometry)).eval().cpu().float()
    program = _traced(network)
    program.model.metadata_props[KEY] = json.dumps(_facts(model))
    content = program.model_proto.SerializeToString()
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    difference = 0.0
    for size in _CHECKED_SIZES:
        shape = (size[0], 1 + network.num_maps, *size[1:])
        images = np.float32(WHITE) * stream(0, "deploy", *size).random(shape, dtype=np.float32)
        with torch.inference_mode():
            expected = network(torch.from_numpy(images)).numpy()
        difference = max(difference, float(np.abs(session.run([OUTPUT], {INPUT: images})[0] - expected).max()))
    if not difference <= AGREES_TO:
        raise WorkError(
            f"the exported {protocol.network} differs from torch by {difference:.2g} in a score, which is more "
            f"than rounding ({AGREES_TO:g}); nothing was written; try the versions in constraints.txt"
        )
    replace_file(folder, folder / FILE, content)
    clear(folder)
    return Exported(folder / FILE, difference, _CHECKED_SIZES)


def _traced(network: Deployable) -> Any:
    batch, height, width = (torch.export.Dim(name, min=1, max=4096) for name in ("batch", "height", "width"))
    example = torch.zeros(_TRACED[0], 1 + network.num_maps, *_TRACED[1:])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter's own, about its own parts
        return torch.onnx.export(
            network,
            (example,),
            dynamo=True,
            verbose=False,
            input_names=[INPUT],
            output_names=[OUTPUT],
            dynamic_shapes=({0: batch, 2: 32 * height, 3: 32 * width},),
        )


def _facts(model: Model) -> dict[str, Any]:
    threshold = model.threshold
    return {
        "format": "blemish onnx",
        "version": 1,
        "network": model.protocol.network,
        "threshold": {"value": threshold.value, "chosen_by": threshold.chosen_by, "f1": threshold.f1},
        "weights_sha256": model.digest,
        "geometry": list(model.protocol.geometry),
    }
