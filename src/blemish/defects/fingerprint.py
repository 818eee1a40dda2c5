"""Fingerprint: grease in the pattern of the ridges of a finger.

Ridges are the level lines of a wavy field around a core, a whorl that smooth noise bends::

    phase  = 2 pi (r + 0.8 ridge * noise) / ridge,   r: distance from a core beside the middle
    grease = s((1 + cos(phase)) / 2), where the finger touched: an ellipse with a soft rim, patchy

Grease scatters: the metal loses ``strength`` of its shine there, gets rougher, and a part comes back diffusely. Ridges
lie 0.4 to 0.6 mm apart, a print is about 13 x 18 mm. Our own design.
"""

from __future__ import annotations

from typing import Annotated

from annotated_types import Interval

from blemish.defects.film import Patch
from blemish.settings import Count, Fraction, Positive, settings


@settings
class Fingerprint(Patch):
    """A fingerprint: patchy stripes of grease."""

    length_mm: Positive = 16.0
    """Typical 8 - 20; the tip of a finger leaves less than its whole pad."""
    breadth_mm: Positive = 12.0
    """Typical 6 - 15."""
    ridge_mm: Positive = 0.5
    """Distance from ridge to ridge. Typical 0.4 - 0.6."""
    strength: Fraction = 0.35
    """How much of the metal's shine the grease takes."""
    haze: Annotated[float, Interval(ge=0, le=0.6)] = 0.2
    """Roughness (GGX alpha) that the grease adds to the metal's own."""
    albedo: Annotated[float, Interval(ge=0, le=0.5)] = 0.1
    """How much of the light that is taken comes back diffusely."""
    smear: Fraction = 0.2
    """How much of the ridges is rubbed out: 1 is a greasy patch without any."""
    orientation_deg: float = 0.0
    """Direction of the finger, from the surface's own direction."""
    pattern: Count = 0
    """Which of the endless fingers; with 0 each one of a population draws its own."""
