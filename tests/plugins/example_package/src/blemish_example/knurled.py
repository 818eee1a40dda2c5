"""Knurled: two sets of rounded ridges that cross, as a pair of knurling wheels presses them.

Across each set the height is a sine of the stated pitch, so the slope has the standard deviation pi height / pitch / 2
in each direction across its ridges; both sets lean by the same angle against the direction.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

import numpy as np
from annotated_types import Interval

from blemish.finish.alpha import Alpha, Pattern
from blemish.finish.relief import Follows, Relief, Track, keep, rougher
from blemish.settings import Positive, settings


@settings
class Knurled:
    """Crossing ridges."""

    follows: ClassVar[Follows] = "direction"
    direction: tuple[float, float, float] = (1.0, 0.0, 0.0)
    """What the ridges lean against, in CAD coordinates."""
    pitch_mm: Positive = 0.8
    """Distance between ridges of a set: DIN 82 has 0.5 to 2 mm."""
    height_mm: Positive = 0.02
    """From valley to ridge."""
    lean_deg: Annotated[float, Interval(ge=5, le=85)] = 30.0
    """The angle between the ridges and the direction."""
    roughness: Alpha = 0.2
    """GGX alpha of the ridges themselves."""
    pattern: Pattern = None
    """Where the first ridge lies."""

    def numbers(self) -> tuple[float, ...]:
        """Give what the formula reads."""
        lean, shift = np.deg2rad(self.lean_deg), (self.pattern or 0) * 0.618034 % 1
        steep = np.pi * self.height_mm / self.pitch_mm
        return (self.roughness, self.pitch_mm, steep, float(np.cos(lean)), float(np.sin(lean)), shift)

    @staticmethod
    def relief(track: Track, numbers: Any) -> Relief:
        """Add the slopes of both sets; what the footprint takes from them goes into the roughness."""
        import drjit as dr

        alpha, pitch, steep, cosine, sine, shift = (numbers[i] for i in range(6))
        seen = keep(pitch, track.footprint_across_mm)
        along, across = 0.0, 0.0
        for side in (-1, 1):
            place = track.across_mm * cosine + side * track.along_mm * sine
            slope = steep * seen * dr.cos(2 * dr.pi * (place / pitch + shift))
            along, across = along + side * slope * sine, across + slope * cosine
        lost = dr.square(steep) * (1 - dr.square(seen))
        return Relief(along, across, rougher(alpha, lost * dr.square(sine)), rougher(alpha, lost * dr.square(cosine)))
