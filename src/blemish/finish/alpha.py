"""Types of fields that finishes share, and what they refuse alike."""

from __future__ import annotations

from typing import Annotated

from annotated_types import Interval

Alpha = Annotated[float, Interval(ge=0.02, le=1)]
"""GGX roughness; below 0.02 a surface is a mirror, which needs another kind of rendering."""

Pattern = Annotated[int, Interval(ge=0, lt=1 << 24)] | None
"""The seed of a pattern; None is "draw one"."""


def must_point(name: str, direction: tuple[float, float, float]) -> None:
    """Refuse a direction without length."""
    if not any(direction):
        raise ValueError(f"{name} is 0 0 0, which points nowhere")


def must_be_gentle(slope: float, ra_um: float, marks: str, larger: str) -> None:
    """Refuse marks whose slopes are beyond what a perturbed normal can stand for."""
    if slope > 1:
        raise ValueError(
            f"Ra {ra_um} um with {marks} makes slopes of {slope:.2g}, steeper than 45 deg: {larger}, or a smaller ra_um"
        )
