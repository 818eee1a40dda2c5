"""A model's scores for a whole image, at full resolution.

A large image is cut into tiles that overlap; each tile gives only its inner part, so no pixel is judged at the edge of
a tile with less around it than ``margin_px``. What lies outside the image is black, as in training.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import UInt8

from blemish.arrays import Grey, Scores
from blemish.errors import RequestError, WorkError
from blemish.learn.channels import Maps
from blemish.learn.exposure import levels, network_input
from blemish.learn.geometry import refuse_without_maps
from blemish.learn.networks import MULTIPLE
from blemish.learn.runtimes import Deployed

if TYPE_CHECKING:
    from blemish.learn.checkpoint import Model

TILE_PX = 1280
"""The longest side of a tile: memory grows with its square (``unet``: 0.6 GB in bf16, 1 GB in fp32)."""
MARGIN_PX = 96
Given = UInt8[np.ndarray, "_ _ _"]
"""Maps of whatever shape: whether they fit is told in words."""


@dataclass(frozen=True)
class Span:
    """One tile along one axis: it reads from ``start`` to ``stop``, and gives from ``first`` to ``last``."""

    start: int
    stop: int
    first: int
    last: int


def predict(
    model: Model | Deployed,
    image: Grey,
    geometry: Given | None = None,
    *,
    tile_px: int = TILE_PX,
    margin_px: int = MARGIN_PX,
) -> Scores:
    """Give each pixel's score, the probability of a defect, (h, w) float32.

    ``model`` is what ``load_model`` or, without torch, ``load_deployed`` gave; scores from ``model.threshold.value`` on
    are called defects. ``geometry`` is what :func:`~blemish.learn.geometry.network_maps` gives for the frame: maps for
    a model that takes some, ``None`` for others. :class:`RequestError` when it is not what the model takes.
    """
    _refuse_other_maps(model, image, geometry)
    of_tile = _deployed_scores if isinstance(model, Deployed) else _scores
    scores = np.empty(image.shape, np.float32)
    for rows in spans(image.shape[0], tile_px, margin_px):
        for columns in spans(image.shape[1], tile_px, margin_px):
            inside = slice(rows.start, rows.stop), slice(columns.start, columns.stop)
            maps = None if geometry is None else geometry[:, *inside]
            tile = of_tile(model, image[inside], maps)
            scores[rows.first : rows.last, columns.first : columns.last] = tile[
                rows.first - rows.start : rows.last - rows.start,
                columns.first - columns.start : columns.last - columns.start,
            ]
    if not np.isfinite(scores).all():
        raise WorkError(
            "the network gives scores that are no numbers, so it would call nothing a defect; train the model again, "
            'with precision = "fp32" if it was trained in 16 bits'
        )
    return scores


def spans(size: int, tile_px: int, margin_px: int) -> list[Span]:
    """Divide an axis into as few, nearly equal tiles as reach ``margin_px`` beyond what they give."""
    if size <= tile_px:
        return [Span(0, size, 0, size)]
    # Tiles begin at multiples of what the network folds up, or its grid of cells would shift from tile to tile.
    margin = -(-margin_px // MULTIPLE) * MULTIPLE
    inner = tile_px // MULTIPLE - 2 * margin // MULTIPLE
    assert inner > 0, f"a tile of {tile_px} px has nothing left inside margins of {margin_px} px"
    cells = -(-size // MULTIPLE)
    count = -(-cells // inner)
    cuts = [*(cells * k // count * MULTIPLE for k in range(count)), size]
    return [Span(max(first - margin, 0), min(last + margin, size), first, last) for first, last in pairwise(cuts)]


def _refuse_other_maps(model: Model | Deployed, image: Grey, geometry: Given | None) -> None:
    wanted = model.geometry if isinstance(model, Deployed) else model.protocol.geometry
    if geometry is None:
        refuse_without_maps("predict(model, image)", wanted)
    elif geometry.shape != (len(wanted), *image.shape):
        raise RequestError(
            f"predict: maps of shape {geometry.shape} came with an image of {image.shape}; this model takes "
            f"{len(wanted)} of the image's size" + (f": {', '.join(wanted)}" if wanted else "")
        )


def _scores(model: Any, image: Grey, maps: Maps | None) -> Scores:
    import torch
    from torch.nn import functional

    from blemish.learn.precision import computing_in

    device = next(model.network.parameters()).device
    stack = torch.from_numpy(network_input(levels(image), model.protocol.exposure_stack, maps))[None].to(device)
    height, width = image.shape
    padding = (0, -width % MULTIPLE, 0, -height % MULTIPLE)
    stack = functional.pad(stack, padding, value=-1.0).contiguous(memory_format=torch.channels_last)
    with torch.inference_mode(), computing_in(model.precision, device):
        logits = model.network(stack)
    return torch.sigmoid(logits[0, 0, :height, :width].float()).cpu().numpy()


def _deployed_scores(model: Any, image: Grey, maps: Maps | None) -> Scores:
    height, width = image.shape
    stack = levels(image)[None] if maps is None else np.concatenate([levels(image)[None], maps], dtype=np.float32)
    padded = np.pad(stack, ((0, 0), (0, -height % MULTIPLE), (0, -width % MULTIPLE)))
    return model.scores(padded[None])[0, 0, :height, :width]
