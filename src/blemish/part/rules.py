"""Rules of regions: which faces were machined alike, said by what they are instead of by colours in the CAD file.

In a study::

    [[regions]]
    name = "bores"
    surface = "cylinder"
    radius_mm = [2, 6]
    side = "inner"

All that a rule says must hold of a face, and the rule then takes it. ``docs/regions.md`` shows every key.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import fields
from typing import Annotated, Any, Literal

from annotated_types import Interval, MinLen
from pydantic import Discriminator, StringConstraints, Tag

from blemish.part.model import SurfaceKind
from blemish.settings import Count, Fraction, NotNegative, Positive, settings

Three = tuple[float, float, float]


def _form(value: Any) -> str:
    return "~several" if isinstance(value, list | tuple) else "~one"


def one_or(one: Any, several: Any) -> Any:
    """Give the type "one value, or a list", which reports the mistakes of the form that was meant."""
    return Annotated[Annotated[one, Tag("~one")] | Annotated[several, Tag("~several")], Discriminator(_form)]


Kinds = one_or(SurfaceKind, Annotated[tuple[SurfaceKind, ...], MinLen(1)])
Length = one_or(Positive, tuple[NotNegative, Positive])
Colour = one_or(str, tuple[Fraction, Fraction, Fraction])

HAVE: dict[str, tuple[SurfaceKind, ...]] = {
    "radius_mm": ("cylinder", "sphere", "torus"),
    "tube_radius_mm": ("torus",),
    "half_angle_deg": ("cone",),
    "axis": ("cylinder", "cone", "torus"),
    "axis_through_mm": ("cylinder", "cone", "torus"),
    "side": ("cylinder", "cone", "sphere", "torus"),
    "normal": ("plane",),
}
"""Which kinds of surface can match a key at all; a key that is not here asks nothing of the surface."""
TOLERANCES = ("within_deg", "within_mm")


@settings
class RegionRule:
    """Which faces make a region."""

    name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$", max_length=80)]
    """The region's name. Where the file has a region of this name, the faces join it."""
    surface: Kinds | None = None
    """The kind of surface, or a list of kinds: plane, cylinder, cone, sphere, torus, free."""
    radius_mm: Length | None = None
    """Radius of a cylinder or sphere, or of a torus to the middle of its tube: one (met to 0.5 %), or [low, high]."""
    tube_radius_mm: Length | None = None
    """Radius of a torus' tube, which is that of the fillet: one (met to 0.5 %), or [low, high]."""
    half_angle_deg: tuple[NotNegative, Annotated[float, Interval(gt=0, le=90)]] | None = None
    """The angle between a cone and its axis, [low, high]."""
    axis: Three | None = None
    """Direction of the axis of a cylinder, cone or torus, whichever way it points; met to ``within_deg``."""
    axis_through_mm: Three | None = None
    """A point that the axis goes through; met to ``within_mm``."""
    side: Literal["inner", "outer"] | None = None
    """Whether a round face is hollow, as a bore is (inner), or stands out, as a shaft does (outer)."""
    normal: Three | None = None
    """Where a plane faces; met to ``within_deg``."""
    within_deg: Annotated[float, Interval(gt=0, le=90)] = 1.0
    """How far ``axis`` and ``normal`` may be off."""
    within_mm: Positive = 0.05
    """How far the axis may pass by ``axis_through_mm``."""
    area_mm2: tuple[NotNegative, Positive] | None = None
    """The area of the face, [low, high]."""
    inside_mm: tuple[Three, Three] | None = None
    """A box, [lowest corner, highest corner], that the whole face lies in."""
    colour: Colour | None = None
    """The colour that the face has in the CAD file: a name that ``blemish check`` prints, or [red, green, blue]."""
    cad_name: str | None = None
    """The name that the face has in the STEP file; ``*`` stands for any letters."""
    faces: Annotated[tuple[Count, ...], MinLen(1)] | None = None
    """Numbers of faces, as ``blemish check --faces`` lists them."""
    everything_else: bool = False
    """Take every face that no other rule takes; one rule may say so, and nothing else."""

    def __post_init__(self) -> None:
        wrong = list(self._contradictions())
        if wrong:
            raise ValueError("; ".join(wrong))

    @property
    def kinds(self) -> tuple[SurfaceKind, ...] | None:
        """The kinds of surface that are asked for."""
        return (self.surface,) if isinstance(self.surface, str) else self.surface

    @property
    def conditions(self) -> dict[str, Any]:
        """What the rule asks of a face: the keys that are set, without the tolerances."""
        asked = {field.name: getattr(self, field.name) for field in fields(self)}
        return {
            key: value
            for key, value in asked.items()
            if value is not None and key not in ("name", "everything_else", *TOLERANCES)
        }

    def _contradictions(self) -> Iterator[str]:
        asked = self.conditions
        if self.everything_else and asked:
            yield f"everything_else takes what is left, so it stands alone; leave out {', '.join(asked)}"
        if not asked and not self.everything_else:
            yield "the rule asks nothing of a face; give it surface, radius_mm, faces ..., or everything_else = true"
        for key in ("radius_mm", "tube_radius_mm", "half_angle_deg", "area_mm2"):
            value = asked.get(key)
            if isinstance(value, tuple) and value[0] > value[1]:
                yield f"{key}: the range is reversed: {value[0]:g} is above {value[1]:g}"
        for key in ("axis", "normal"):
            if key in asked and not math.hypot(*asked[key]) > 1e-9:
                yield f"{key} = [0, 0, 0] is no direction; give for example [0, 0, 1]"
        if self.inside_mm is not None and any(low > high for low, high in zip(*self.inside_mm, strict=True)):
            yield "inside_mm: the first corner must be the lowest of the box in x, y and z, the second the highest"
        repeated = sorted({face for face in self.faces or () if (self.faces or ()).count(face) > 1})
        if repeated:
            yield f"faces: {', '.join(map(str, repeated))} stands in the list twice"
        yield from self._impossible(asked)

    def _impossible(self, asked: dict[str, Any]) -> Iterator[str]:
        """Tell keys that no surface can meet together."""
        left = set(self.kinds or ("plane", "cylinder", "cone", "sphere", "torus", "free"))
        for key in [key for key in HAVE if key in asked]:
            fitting = left & set(HAVE[key])
            if not fitting:
                which = f"surface = {', '.join(self.kinds)}" if self.kinds else "what the rule asks besides"
                yield f"{key}: only {' and '.join(HAVE[key])} have it, which does not go with {which}; leave one out"
                return
            left = fitting
