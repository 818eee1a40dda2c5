"""``[inspect.fusion]`` of a study: how what the views say is brought together on the part."""

from __future__ import annotations

from typing import Annotated, Literal

from annotated_types import Interval, Len

from blemish.settings import Fraction, NotNegative, settings

Fusion = Literal["max", "mean", "bayes"]
"""``max``: the strongest view decides. ``mean``: all views, weighted. ``bayes``: likelihood ratios, as calibrated."""
Angle = Annotated[float, Interval(gt=0, lt=90)]
FUSIONS: tuple[Fusion, ...] = ("max", "mean", "bayes")


@settings
class Fusing:
    """How views are calibrated and fused, and when a defect on the part is found."""

    angle_bands_deg: Annotated[tuple[Angle, ...], Len(max_length=10)] = (20.0, 35.0, 50.0)
    """Where bands of view angle end; hit and false-call rates are measured in each by itself."""
    levels: Annotated[int, Interval(ge=2, le=32)] = 8
    """Levels of evidence that likelihood ratios are measured for; 2 only asks whether a patch is called."""
    defect_share: Fraction = 0.1
    """A patch of which at least this share is a significant defect has one."""
    found_from: Fraction = 0.1
    """The share of a defect's area from which it counts as found."""
    smallest_call_mm2: NotNegative = 0.0
    """Called places with less area are dropped."""

    def __post_init__(self) -> None:
        if list(self.angle_bands_deg) != sorted(set(self.angle_bands_deg)):
            raise ValueError(f"angle_bands_deg must ascend, not {self.angle_bands_deg}")
