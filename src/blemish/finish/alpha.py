"""Types of fields that all finishes share."""

from __future__ import annotations

from typing import Annotated

from annotated_types import Interval

Alpha = Annotated[float, Interval(ge=0.02, le=1)]
"""GGX roughness; below 0.02 a surface is a mirror, which needs another kind of rendering."""

Pattern = Annotated[int, Interval(ge=0, lt=1 << 24)] | None
"""The seed of a pattern; None is "draw one"."""
