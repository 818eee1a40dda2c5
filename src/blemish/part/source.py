"""Where a part comes from and how finely it is turned into triangles."""

from __future__ import annotations

from typing import Annotated, Literal

from annotated_types import Interval

from blemish.settings import Positive, settings

Unit = Literal["mm", "cm", "m", "inch"]

MM_PER_UNIT: dict[str, float] = {"mm": 1.0, "cm": 10.0, "m": 1000.0, "inch": 25.4}

BUILTIN = "builtin:"


@settings
class PartSource:
    """A CAD or mesh file and how to read it."""

    file: str = "builtin:clutch"
    """A STEP, STL, OBJ, PLY or GLB file, relative to the study; or ``builtin:clutch``, the part that comes along."""
    unit: Unit | None = None
    """The unit of a mesh file's numbers, which the file itself does not say. A STEP file says it: leave this out."""
    linear_tolerance_mm: Annotated[float, Interval(ge=0.001, le=10)] = 0.02
    """How far the triangles of a CAD face may stray from it; well under what a pixel sees."""
    angular_tolerance_deg: Annotated[float, Interval(ge=1, le=60)] = 12.0
    """How far the surface may turn from one triangle to the next; small holes are governed by this."""
    time_limit_s: Positive = 120.0
    """How long the CAD kernel may take; some files make it hang."""
