"""How frames came out: when much of the part is at saturation, or black, the run says so at its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

WHITE = 0.05
"""A frame is overexposed when more than this share of what it shows of the part is at the largest grey value; bright
metal glints, and `auto_exposure` lets a hundredth saturate."""
BLACK = 0.5
"""A frame is underexposed when more than this share is as dark as a pixel without light; grooves and bores may be."""
_NAMED = 3


@dataclass(frozen=True)
class Exposed:
    """How one frame came out."""

    frame: str
    """``specimen/view``."""
    exposure_ms: float
    white: float
    """Share of what is seen of the part that is at the largest grey value."""
    black: float
    """Share of it that is as dark as a pixel without light."""


def ill_exposed(frames: Sequence[Exposed], sensor: Any) -> tuple[str, ...]:
    """Say how many frames are overexposed and how many too dark, which the worst are, and what to change.

    ``sensor`` is the study's: a :class:`~blemish.render.Sensor` or a population of them.
    """
    if sensor.auto_exposure is None:
        brighter = "Raise sensor.exposure_ms or light.radiance, or let sensor.auto_exposure = 0.9 choose"
        darker = "Shorten sensor.exposure_ms, lower light.radiance, or let sensor.auto_exposure = 0.9 choose"
    else:
        brighter, darker = "Raise sensor.auto_exposure or render.ambient_radiance", "Lower sensor.auto_exposure"
    return (
        *_told(frames, "white", WHITE, "at saturation, where nothing can be seen", darker),
        *_told(frames, "black", BLACK, "black", brighter),
    )


def _told(frames: Sequence[Exposed], which: str, most: float, what: str, cure: str) -> list[str]:
    shares = {one: float(getattr(one, which)) for one in frames}
    bad = sorted((one for one in frames if shares[one] > most), key=lambda one: (-shares[one], one.frame))
    if not bad:
        return []
    worst = ", ".join(f"{one.frame} ({shares[one]:.0%} at {one.exposure_ms:.3g} ms)" for one in bad[:_NAMED])
    return [
        f"{len(bad)} of {len(frames)} frames show more than {most:.0%} of the part {what}; the worst: {worst}. {cure}"
    ]
