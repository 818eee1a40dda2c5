"""The same training with several seeds: what differs between them is chance, and has to be printed beside the mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from blemish.evaluate.evaluation import Evaluation

METRICS = ("precision", "recall", "f1", "average_precision")


@dataclass(frozen=True)
class Spread:
    """Mean and standard deviation over trainings that differ in their seed only."""

    mean: float
    deviation: float | None
    """With n - 1 in the denominator; ``None`` for a single training."""
    count: int

    def __str__(self) -> str:
        spread = "" if self.deviation is None else f" ± {100 * self.deviation:.1f}"
        return f"{100 * self.mean:.1f}{spread}"


def over_seeds(evaluations: Sequence[Evaluation]) -> dict[str, Spread]:
    """Give mean and spread of precision, recall, F1 and average precision; at least one evaluation is needed."""
    assert evaluations, "there is nothing to take the mean of"
    spreads = {}
    for metric in METRICS:
        values = np.array([getattr(evaluation, metric) for evaluation in evaluations])
        deviation = float(values.std(ddof=1)) if len(values) > 1 else None
        spreads[metric] = Spread(float(values.mean()), deviation, len(values))
    return spreads
