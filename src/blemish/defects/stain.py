"""Stain: what a drop of coolant, oil or water leaves when it has dried.

With rho the distance from the middle in parts of the half axes, shifted by smooth noise so that the outline is
``ragged``, and s a smooth step::

    inside = s((1 - rho) / 0.05)
    ring   = exp(-((rho - 0.92) / 0.05)^2) + 0.4 exp(-((rho - 0.7) / 0.04)^2)
    film   = inside * ((1 - rim) * (1/2 + patchy noise) + rim * ring)

A drying drop carries what is in it to its rim, and rests once more on its way in (the coffee stains of R. D. Deegan et
al., Nature 389, 1997). The metal shines through by 1 - strength * film, is rougher by ``haze`` under it, and a part of
what is taken comes back diffusely. Our own design.
"""

from __future__ import annotations

from typing import Annotated

from annotated_types import Ge, Interval

from blemish.defects.film import Film
from blemish.defects.profile import half_axes
from blemish.settings import Count, Fraction, Positive, settings


@settings
class Stain(Film):
    """A stain: a dried drop, hazy inside, with a rim."""

    diameter_mm: Positive = 5.0
    """Diameter; of an elongated stain the geometric mean. Typical 1 - 15."""
    elongation: Annotated[float, Ge(1)] = 1.0
    """Length over breadth: 1 is round, 3 has run."""
    orientation_deg: float = 0.0
    """Direction of the length, from the surface's own direction."""
    strength: Fraction = 0.5
    """How much of the metal's shine the thickest film takes: 0.2 is water, 0.5 coolant, 0.9 burnt oil."""
    rim: Fraction = 0.6
    """How much of the film lies in the ring at its border."""
    haze: Annotated[float, Interval(ge=0, le=0.6)] = 0.25
    """Roughness (GGX alpha) that the thickest film adds to the metal's own."""
    albedo: Annotated[float, Interval(ge=0, le=0.5)] = 0.15
    """How much of the light that is taken comes back diffusely: 0.02 is oil, 0.3 salt and lime."""
    ragged: Fraction = 0.5
    """How far the outline strays from an ellipse."""
    pattern: Count = 0
    """Which of the endless outlines; with 0 each one of a population draws its own."""

    @property
    def half_axes_mm(self) -> tuple[float, float]:
        """Half the length and half the breadth."""
        return half_axes(self.diameter_mm, self.elongation)
