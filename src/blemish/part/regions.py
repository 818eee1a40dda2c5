"""Regions: CAD faces grouped by the colour they carry, or by the kind of their surface where they carry none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from blemish.part.model import Region, Surface, SurfaceKind

Colour = tuple[float, float, float]

KIND_NAMES: dict[SurfaceKind, str] = {
    "plane": "planes",
    "cylinder": "cylinders",
    "cone": "cones",
    "torus": "tori",
    "sphere": "spheres",
    "free": "freeform",
}

PLAIN_COLOURS: dict[str, Colour] = {
    "black": (0.0, 0.0, 0.0),
    "dark-grey": (0.25, 0.25, 0.25),
    "grey": (0.5, 0.5, 0.5),
    "light-grey": (0.78, 0.78, 0.78),
    "white": (1.0, 1.0, 1.0),
    "red": (0.9, 0.1, 0.1),
    "dark-red": (0.5, 0.05, 0.05),
    "pink": (1.0, 0.6, 0.7),
    "orange": (1.0, 0.55, 0.1),
    "brown": (0.5, 0.3, 0.12),
    "beige": (0.93, 0.87, 0.7),
    "yellow": (0.95, 0.9, 0.1),
    "olive": (0.5, 0.5, 0.1),
    "green": (0.1, 0.7, 0.15),
    "dark-green": (0.0, 0.35, 0.1),
    "light-green": (0.6, 0.95, 0.6),
    "teal": (0.0, 0.5, 0.5),
    "cyan": (0.1, 0.9, 0.95),
    "light-blue": (0.6, 0.8, 1.0),
    "blue": (0.1, 0.25, 0.9),
    "dark-blue": (0.05, 0.1, 0.45),
    "purple": (0.5, 0.15, 0.7),
    "violet": (0.75, 0.55, 0.95),
    "magenta": (0.9, 0.1, 0.85),
}
"""Plain names and a typical sRGB value of each."""

UNCOLOURED = "uncoloured"
"""The region of faces that carry no colour, where others do."""

SAME_COLOUR = 0.02
"""Colours nearer than this (in sRGB) to a named one are that one: CAD programs round when they write."""


def group(
    surfaces: Sequence[Surface], colours: Sequence[Colour | None], called: Sequence[str | None]
) -> tuple[Region, ...]:
    """Group faces into regions, in the order of the faces; ``called`` is the name of each face's colour."""
    if len(set(colours)) <= 1:
        return by_kind(surfaces)
    faces: dict[str, list[int]] = {}
    for face, name in enumerate(called):
        faces.setdefault(name or UNCOLOURED, []).append(face)
    return tuple(Region(name, tuple(mine), colours[mine[0]]) for name, mine in faces.items())


def colour_names(colours: Sequence[Colour | None], names: Mapping[str, Colour]) -> tuple[str | None, ...]:
    """Name the colour of each face; ``names`` says what colours mean, where that is known."""
    palette = list(dict.fromkeys(colour for colour in colours if colour is not None))
    called = dict(zip(palette, _called(palette, names), strict=True))
    return tuple(None if colour is None else called[colour] for colour in colours)


def by_kind(surfaces: Sequence[Surface]) -> tuple[Region, ...]:
    """Group faces by the kind of their surface."""
    faces: dict[str, list[int]] = {}
    for face, surface in enumerate(surfaces):
        faces.setdefault(KIND_NAMES[surface.kind], []).append(face)
    return tuple(Region(name, tuple(mine)) for name, mine in faces.items())


def _called(palette: Sequence[Colour], names: Mapping[str, Colour]) -> list[str]:
    """Name colours: as the table says where it does, else by the nearest plain name, numbered if that is taken."""
    called: list[str] = []
    taken: Counter[str] = Counter()
    for colour in palette:
        known = _nearest(colour, names)
        if known and _apart(colour, names[known]) < SAME_COLOUR:
            called.append(known)
            continue
        name = _nearest(colour, PLAIN_COLOURS)
        taken[name] += 1
        called.append(name if taken[name] == 1 else f"{name}-{taken[name]}")
    return called


def _nearest(colour: Colour, table: Mapping[str, Colour]) -> str:
    return min(table, key=lambda name: _apart(colour, table[name]), default="")


def _apart(one: Colour, other: Colour) -> float:
    return float(np.linalg.norm(np.subtract(one, other)))
