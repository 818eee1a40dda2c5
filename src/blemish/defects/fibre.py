"""Fibre: a piece of lint or of a brush that lies on the surface, thin and wavy.

With t = 2 u / length running from -1 to 1 along it, its middle line is::

    v(u) = sway * (1 - t^2) * (2/3 sin(2 pi waves t / 2 + phase) + 1/3 sin(2 pi g waves t / 2 + phase'))

g is the golden ratio; both phases follow from ``pattern``. It is a grey diffuser ``width`` wide that hides the metal
under it. Cotton and polyester have 0.01 to 0.03 mm. Our own design.
"""

from __future__ import annotations

from typing import Annotated

from annotated_types import Interval

from blemish.defects.film import Film
from blemish.settings import Count, Positive, settings


@settings
class Fibre(Film):
    """A fibre: a thin, wavy, diffuse line."""

    length_mm: Positive = 2.0
    """From end to end. Typical 0.5 - 5."""
    width_mm: Positive = 0.025
    """Typical 0.01 - 0.05."""
    sway_mm: Positive = 0.25
    """How far it strays from the straight line between its ends."""
    waves: Annotated[float, Interval(ge=0.2, le=6)] = 1.2
    """How many waves it makes."""
    albedo: Annotated[float, Interval(ge=0.02, le=0.95)] = 0.6
    """How much light it returns."""
    orientation_deg: float = 0.0
    """Direction from end to end, from the surface's own direction."""
    pattern: Count = 0
    """Which of the endless shapes; with 0 each one of a population draws its own."""

    def __post_init__(self) -> None:
        if self.width_mm > self.length_mm / 5:
            raise ValueError(
                f"a fibre {self.length_mm:g} mm long cannot be {self.width_mm:g} mm wide; "
                f"at most a fifth of its length, {self.length_mm / 5:g} mm"
            )
        if self.sway_mm + 2 * self.width_mm > self.length_mm / 2:
            raise ValueError(
                f"a fibre {self.length_mm:g} mm long cannot sway by {self.sway_mm:g} mm; "
                f"at most {self.length_mm / 2 - 2 * self.width_mm:.3g} mm"
            )

    @property
    def half_axes_mm(self) -> tuple[float, float]:
        """Around the line with its width."""
        return self.length_mm / 2 + self.width_mm, self.sway_mm + 2 * self.width_mm
