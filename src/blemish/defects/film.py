"""What lies on the metal or dulls it without changing its shape: dust, stains, the traces of hands.

A film is placed like a spot, and triangles carry its id, but nothing is pressed in: every vertex stays on the
undamaged surface. What it does to light is told by :mod:`blemish.finish.soiling`, from the numbers of the film and the
place within it. Films never matter to the inspection; they are there to be ignored.

Its footprint is an ellipse that is a little larger than what shows, because it is made of triangles.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np

from blemish.defects.kind import Relief

MARGIN = 1.12
"""How much larger the footprint is than what shows."""
_PRESENT_MM = 1.0
"""Stands for "inside" where other kinds give a height: what counts is that it is above the least."""


class Film(ABC):
    """A kind that changes how the surface reflects, and nothing else."""

    orientation_deg: float

    @property
    @abstractmethod
    def half_axes_mm(self) -> tuple[float, float]:
        """Half the length and half the breadth of the ellipse in which it shows."""

    @property
    def reach_mm(self) -> float:
        """Half the breadth of the footprint."""
        return MARGIN * self.half_axes_mm[1]

    @property
    def half_spine_mm(self) -> float:
        """An ellipse with half axes a > b lies within b of the segment of half-length a - b."""
        long, short = self.half_axes_mm
        return MARGIN * (long - short)

    @property
    def feature_mm(self) -> float:
        """Five edges to this: the border of the footprint is as fine as its margin asks for."""
        return 0.8 * self.half_axes_mm[1]

    @property
    def deepest_mm(self) -> float:
        """Nothing goes into the metal."""
        return 0.0

    def relief(self, u: np.ndarray, v: np.ndarray) -> Relief:
        """Give no height anywhere, and presence inside the footprint."""
        long, short = self.half_axes_mm
        inside = np.hypot(u / long, v / short) <= MARGIN
        flat = np.zeros_like(u)
        return Relief(flat, flat, flat, np.where(inside, _PRESENT_MM, 0.0))


class Patch(Film):
    """A film that says how long and how broad it is."""

    length_mm: float
    breadth_mm: float

    def __post_init__(self) -> None:
        if self.breadth_mm > self.length_mm:
            raise ValueError(
                f"a {type(self).__name__.lower()} {self.length_mm:g} mm long cannot be {self.breadth_mm:g} mm broad; "
                "its length is the larger of the two"
            )

    @property
    def half_axes_mm(self) -> tuple[float, float]:
        """Half the length and half the breadth."""
        return self.length_mm / 2, self.breadth_mm / 2
