"""Rub mark: where the part was slid over a tray or a glove: a bundle of fine streaks, dulled, not scratched.

Streaks run along u, ``streak`` wide and thirty times as long, drawn by the same lattice noise as a brushed finish. With
rho the place in the ellipse and N the noise, of unit variance::

    film = s((1 - rho) / 0.5) * s((N - 1.4 (1 - 2 cover)) / 0.8 + 1/2)

under it the metal gets rougher by ``haze`` and loses ``strength`` of its shine. Our own design.
"""

from __future__ import annotations

from typing import Annotated

from annotated_types import Interval

from blemish.defects.film import Patch
from blemish.settings import Count, Fraction, Positive, settings


@settings
class Rub(Patch):
    """A rub mark: an elongated patch of dull streaks."""

    length_mm: Positive = 8.0
    """Typical 3 - 25."""
    breadth_mm: Positive = 3.0
    """Typical 1 - 8; at most the length."""
    streak_mm: Positive = 0.06
    """Width of a streak. Typical 0.03 - 0.2."""
    cover: Fraction = 0.5
    """The part of the middle of the patch that is streaked."""
    strength: Fraction = 0.15
    """How much of the metal's shine the streaks take."""
    haze: Annotated[float, Interval(ge=0, le=0.6)] = 0.25
    """Roughness (GGX alpha) that the streaks add to the metal's own."""
    albedo: Annotated[float, Interval(ge=0, le=0.5)] = 0.1
    """How much of the light that is taken comes back diffusely."""
    orientation_deg: float = 0.0
    """Direction in which it was rubbed, from the surface's own direction."""
    pattern: Count = 0
    """Which of the endless patterns of streaks; with 0 each one of a population draws its own."""
