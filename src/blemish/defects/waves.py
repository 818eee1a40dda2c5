"""Sums of random waves over a map: what makes outlines ragged and floors uneven, smooth and without a period."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

COUNT = 8
"""Waves in a sum."""


@dataclass(frozen=True, eq=False)
class Waves:
    """A sum of waves over the plane, with their numbers (u, v) in 1/mm and their phases."""

    numbers: np.ndarray

    @staticmethod
    def drawn(rng: np.random.Generator, sums: int, size_mm: float) -> tuple[Waves, ...]:
        """Draw several sums whose waves are 0.5 to 1.2 times ``size_mm`` long, in all directions."""
        angle = rng.uniform(0, 2 * np.pi, (sums, COUNT))
        number = 2 * np.pi / (size_mm * rng.uniform(0.5, 1.2, (sums, COUNT)))
        phase = rng.uniform(0, 2 * np.pi, (sums, COUNT))
        return tuple(Waves(one) for one in np.stack([number * np.cos(angle), number * np.sin(angle), phase], axis=2))

    def at(self, u: np.ndarray, v: np.ndarray, most: float) -> tuple[np.ndarray, ...]:
        """Give the sum, which never exceeds ``most``, and its derivatives along u and v."""
        height, along, across = np.zeros_like(u), np.zeros_like(u), np.zeros_like(u)
        for k_u, k_v, phase in self.numbers:
            angle = k_u * u + k_v * v + phase
            height += np.sin(angle)
            slope = np.cos(angle)
            along += k_u * slope
            across += k_v * slope
        share = most / COUNT
        return height * share, along * share, across * share
