"""How fast is learned, and when to stop: pure functions of what has happened so far."""

from __future__ import annotations

import math
from collections.abc import Sequence

from blemish.learn.protocol import Protocol

_WARM_UP = 0.05


def rate(protocol: Protocol, start: float, step: int, steps_per_epoch: int) -> float:
    """Give the learning rate of a step, counted from the beginning of training.

    ``halving``: start / 2^floor(epoch / halve_every_epochs). ``cosine``: a linear rise over a twentieth of all steps,
    then start (1 + cos(pi progress)) / 2.
    """
    if protocol.schedule == "halving":
        return start * 0.5 ** ((step // steps_per_epoch) // protocol.halve_every_epochs)
    total = protocol.max_epochs * steps_per_epoch
    warm = max(1, int(_WARM_UP * total))
    if step < warm:
        return start * (step + 1) / warm
    return start * 0.5 * (1 + math.cos(math.pi * (step - warm) / max(1, total - warm)))


def is_over(protocol: Protocol, losses: Sequence[float]) -> bool:
    """Say whether the last validations in a row brought no progress, given the losses of all of them so far.

    A validation is progress when its loss is below the lowest one before by at least the share ``stop_below``.
    """
    if protocol.stop_after == 0:
        return False
    lowest, idle = math.inf, 0
    for loss in losses:
        progress = loss < lowest * (1 - protocol.stop_below) or math.isinf(lowest)
        idle = 0 if progress else idle + 1
        lowest = min(lowest, loss)
    return idle >= protocol.stop_after
