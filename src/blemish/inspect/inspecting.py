"""``[inspect]`` of a study: what is asked of a trained model."""

from __future__ import annotations

from dataclasses import field
from typing import Annotated, Literal

from annotated_types import Interval, Len

from blemish.inspect.surface.fusing import Angle, Fusing
from blemish.settings import Count, Positive, settings


@settings
class Inspecting:
    """What the inspection has to find, and how finely it is told where."""

    split: str = "test"
    """The set that curves, fusion and coverage are measured on; the set ``val`` calibrates them."""
    max_angle_deg: Angle = 60.0
    """Looks steeper than this, against the normal, count neither in curves nor in coverage."""
    patch_mm: Positive = 0.5
    """Distance of the patches that the surface is divided into: about the width of the smallest defect that counts."""
    measure: dict[str, Literal["diameter_mm", "width_mm", "depth_mm", "length_mm"]] = field(default_factory=dict)
    """What the size of a kind of defects is, by kind; else the diameter, or the width, or the length."""
    sizes_mm: Annotated[tuple[Positive, ...], Len(min_length=1)] = (0.2, 0.5, 1.0)
    """Sizes of defects whose effective coverage is mapped."""
    probability: Annotated[float, Interval(gt=0, lt=1)] = 0.9
    """How surely a size has to be found for a patch to count as covered."""
    scatter: Count = 0
    """Specimens that are made on top, with defects where too few were seen to tell."""
    fusion: Fusing = Fusing()
    """How views are calibrated and fused on the part."""
