"""How good a network is on the validation set: mean loss, and the best F1 that any threshold gives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from jaxtyping import Float32, UInt8
from torch import Tensor, nn
from torch.nn import functional

from blemish.learn.exposure import levels, network_input
from blemish.learn.histogram import ScoreHistogram, empty
from blemish.learn.labels import IGNORED
from blemish.learn.loader import batches
from blemish.learn.networks import MULTIPLE
from blemish.learn.precision import Resolved, computing_in
from blemish.learn.protocol import Protocol
from blemish.learn.samples import Pictures, validation_sample
from blemish.learn.threshold import f1_scores

Inputs = Float32[np.ndarray, "b c h w"]
Labels = UInt8[np.ndarray, "b 1 h w"]


@dataclass(frozen=True, eq=False)
class Validation:
    """What one validation found."""

    loss: float
    f1: float
    histogram: ScoreHistogram


def loss_of(logits: Tensor, labels: Tensor, positive_weight: float, *, ignoring: bool = False) -> Tensor:
    """Give the mean binary cross-entropy, in float32; defect pixels weigh ``positive_weight``.

    With ``ignoring``, pixels labelled :data:`~blemish.learn.labels.IGNORED` do not count; the mean is over the others.
    """
    weight = torch.tensor(positive_weight, device=logits.device)
    if not ignoring:
        return functional.binary_cross_entropy_with_logits(logits.float(), labels.float(), pos_weight=weight)
    counted = (labels < IGNORED).float()
    truth = (labels == 1).float()
    total = functional.binary_cross_entropy_with_logits(
        logits.float(), truth, weight=counted, pos_weight=weight, reduction="sum"
    )
    return total / counted.sum().clamp(min=1)


def validate(network: nn.Module, protocol: Protocol, pictures: Pictures, precision: Resolved) -> Validation:
    """Run a network over the validation set: the protocol's fixed crops, or all images whole."""
    device = next(network.parameters()).device
    histogram, total, pixels = empty(), 0.0, 0
    network.eval()
    with torch.inference_mode():
        for images, labels in _shown(protocol, pictures):
            stack = torch.from_numpy(images).to(device).contiguous(memory_format=torch.channels_last)
            with computing_in(precision, device):
                logits = network(stack)[..., : labels.shape[-2], : labels.shape[-1]]
            ignoring = protocol.label == "visible"
            loss = loss_of(logits, torch.from_numpy(labels).to(device), protocol.positive_weight, ignoring=ignoring)
            counted = labels < IGNORED
            total += float(loss) * int(counted.sum())
            pixels += int(counted.sum())
            scores = torch.sigmoid(logits.float()).cpu().numpy()
            histogram.add(scores[counted], labels[counted] > 0)
    f1 = float(f1_scores(histogram).max()) if histogram.defective.sum() else 0.0
    return Validation(total / pixels, f1, histogram)


def _shown(protocol: Protocol, pictures: Pictures) -> Iterator[tuple[Inputs, Labels]]:
    if protocol.validation_crops is not None:
        size = min(protocol.batch, protocol.validation_crops)
        make = partial(validation_sample, protocol, pictures)
        for batch in batches(make, -(-protocol.validation_crops // size), size):
            yield batch.images, batch.labels
        return
    for index in range(len(pictures)):
        image, label = pictures.labels(index)
        stack = network_input(levels(image), protocol.exposure_stack, pictures.maps(index))
        missing = [(0, -side % MULTIPLE) for side in image.shape]
        stack = np.pad(stack, [(0, 0), *missing], constant_values=-1.0)
        yield stack[None], label[None, None]
