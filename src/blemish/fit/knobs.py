"""Knobs: the numbers of a study that may be turned, by the place at which they stand in the file.

A place is written as in messages: ``finishes[2].ra_um``, ``sensor.exposure_ms``, ``light.radiance``. All knobs are
turned by ratios, so what is 0 cannot be one. Ranges are turned at their centre.
"""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_type_hints

from blemish.errors import RequestError, did_you_mean
from blemish.recipe import Recipe
from blemish.settings import read
from blemish.vary import LogUniform, Normal, Population, Uniform

PLACE = re.compile(r"^(\w+)(?:\[(\d+)\])?\.(\w+)$")
SMOOTH = ("roughness", "roughness_along", "roughness_across", "ra_um", "slope")
"""Fields of finishes along which the picture changes smoothly: the renderer is differentiated there."""
LAMPS = ("light.radiance", "render.ambient_radiance", "render.background_radiance")
USUAL = {
    "plain": ("roughness",),
    "turned": ("feed_mm", "nose_radius_mm", "roughness_along", "roughness_across"),
    "milled": ("feed_mm", "roughness_along", "roughness_across"),
    "brushed": ("slope", "streak_width_mm", "roughness_along", "roughness_across"),
    "ground": ("ra_um", "furrow_width_mm", "roughness_along", "roughness_across"),
    "blasted": ("ra_um", "dimple_mm", "roughness"),
    "cast": ("ra_um", "roughness"),
    "polished": ("roughness",),
}
"""What is fitted of a finish where nothing else is asked for."""
REACH = 4.0
"""A knob is turned to at most this ratio, both ways."""


@dataclass(frozen=True)
class Knob:
    """One number that may be turned."""

    place: str
    start: float
    low: float
    high: float
    limits: tuple[float, float]
    """What the setting itself allows."""
    can_range: bool
    """Whether the study may have a range here."""

    @property
    def parts(self) -> tuple[str, int | None, str]:
        """Table, number in its list (from 0) or None, field."""
        return parts_of(self.place)

    @property
    def is_smooth(self) -> bool:
        """Whether the renderer can be differentiated along it."""
        table, _, field = self.parts
        return table == "finishes" and field in SMOOTH

    @property
    def is_lamp(self) -> bool:
        """Whether turning it needs no new tracing: light is linear in its sources, and a sensor comes after it."""
        return self.place in LAMPS or self.parts[0] == "sensor"


def parts_of(place: str) -> tuple[str, int | None, str]:
    """Take a place apart."""
    found = PLACE.match(place)
    if not found:
        raise RequestError(f"--vary {place}: write it as TABLE.FIELD or TABLE[NUMBER].FIELD, as finishes[1].ra_um")
    return found[1], int(found[2]) - 1 if found[2] else None, found[3]


def usual_places(recipe: Recipe) -> tuple[str, ...]:
    """Name what is fitted where nothing is asked for: each finish, the surroundings, and exposure."""
    finishes: Any = recipe.finishes
    surroundings: Any = recipe.render
    sensor: Any = recipe.sensor
    places = [
        f"finishes[{number}].{field}"
        for number, population in enumerate(finishes, start=1)
        for field in USUAL.get(population.kind, ())
        if hasattr(population, field)
    ]
    if _centre(surroundings.ambient_radiance):
        places.append("render.ambient_radiance")
    if sensor.auto_exposure is None:
        places.append("sensor.exposure_ms")
    return tuple(places)


def knobs_of(recipe: Recipe, places: Sequence[str]) -> tuple[Knob, ...]:
    """Find the knobs at these places; :class:`RequestError` lists all that are none."""
    knobs, mistakes = [], []
    for place in places:
        try:
            knobs.append(_knob(recipe, place))
        except RequestError as error:
            mistakes.append(str(error))
    if len(set(places)) < len(places):
        mistakes.append(f"--vary names a place twice: {', '.join(places)}")
    if not places:
        mistakes.append("there is nothing to fit: give the study a finish, or name places with --vary")
    if mistakes:
        raise RequestError("\n".join(mistakes))
    return tuple(knobs)


def turned(recipe: Recipe, settings: Mapping[str, float | LogUniform[float]]) -> Recipe:
    """Give the recipe with other values at some places; :class:`RequestError` where they contradict each other."""
    for place, value in settings.items():
        table, number, field = parts_of(place)
        holder: Any = getattr(recipe, table)
        try:
            made: Any = dataclasses.replace(holder if number is None else holder[number], **{field: value})
            if number is not None:
                made = (*holder[:number], made, *holder[number + 1 :])
            recipe = dataclasses.replace(recipe, **{table: made})
        except ValueError as error:
            raise RequestError(f"{place}: {error}") from None
    return recipe


def recipe_of(values: Mapping[str, Any]) -> Recipe:
    """Read the part of a study that making needs."""
    known = {field.name for field in dataclasses.fields(Recipe)}
    return read(Recipe, {name: value for name, value in values.items() if name in known}, "the study")


def _knob(recipe: Recipe, place: str) -> Knob:
    table, number, field = parts_of(place)
    holder: Any = getattr(recipe, table, None)
    if table not in {"finishes", "light", "camera", "render", "sensor", "skin"}:
        raise RequestError(f"--vary {place}: only finishes, skin, light, camera, render and sensor are fitted")
    if table == "finishes":
        if number is None or number >= len(holder) or number < 0:
            raise RequestError(
                f"--vary {place}: the study has {len(holder)} finishes; say which, as finishes[1].{field}"
            )
        holder = holder[number]
    names = [one.name for one in dataclasses.fields(holder)]
    if field not in names:
        raise RequestError(f"--vary {place}: {did_you_mean(field, names)}")
    start = _centre(getattr(holder, field))
    if start is None or start <= 0:
        raise RequestError(f"--vary {place}: only numbers above 0, and ranges of them, are turned")
    can_range = isinstance(holder, Population)
    low, high = _limits(holder.thing if can_range else type(holder), field)
    return Knob(place, start, max(start / REACH, low), min(start * REACH, high), (low, high), can_range)


def _centre(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, Uniform | LogUniform):
        low, high = value.uniform if isinstance(value, Uniform) else value.log_uniform
        return (low + high) / 2 if isinstance(value, Uniform) else math.sqrt(low * high)
    if isinstance(value, Normal):
        return float(value.normal[0])
    return float(value) if isinstance(value, int | float) else None


def _limits(cls: type, field: str) -> tuple[float, float]:
    """Give the least and the largest value that a field allows."""
    low, high = 1e-9, math.inf
    for bound in _bounds(get_type_hints(cls, include_extras=True)[field]):
        for name in ("ge", "gt"):
            limit = getattr(bound, name, None)
            low = low if limit is None else max(low, float(limit))
        for name in ("le", "lt"):
            limit = getattr(bound, name, None)
            high = high if limit is None else min(high, float(limit))
    return low, high


def _bounds(hint: Any) -> Iterator[Any]:
    yield from getattr(hint, "__metadata__", ())
    for inner in getattr(hint, "__args__", ()):
        if inner is not type(None):
            yield from _bounds(inner)
