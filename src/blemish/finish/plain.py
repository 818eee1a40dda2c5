"""Plain: rough metal without a visible track, for everything that no better formula fits."""

from __future__ import annotations

from typing import Any, ClassVar

from blemish.finish.alpha import Alpha, Pattern
from blemish.finish.relief import Follows, Relief, Track
from blemish.settings import settings


@settings
class Plain:
    """Metal that is rough in all directions alike, as after blasting, etching or casting. No relief."""

    follows: ClassVar[Follows] = "nothing"
    roughness: Alpha = 0.28
    """GGX alpha: 0.1 is satin, 0.3 is matt. (alpha^2 / 2 is the slope variance of what is too fine to be seen.)"""
    pattern: Pattern = None
    """Which of the endless patterns of this finish; plain has only one. Left out, each specimen draws its own."""

    def numbers(self) -> tuple[float, ...]:
        """Give what the formula needs, as it goes into the table of the renderer."""
        return (self.roughness,)

    @staticmethod
    def relief(track: Track, numbers: Any) -> Relief:
        """Flat, everywhere of the same roughness."""
        zero = track.along_mm * 0
        return Relief(zero, zero, numbers[0] + zero, numbers[0] + zero)
