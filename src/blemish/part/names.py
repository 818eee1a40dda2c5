"""The names that designers gave to faces: STEP keeps them, the CAD kernel's way to triangles does not.

A face is ``#12 = ADVANCED_FACE('bore', (bounds), #surface, .T.);`` and a shell lists its faces. The kernel numbers
faces in the order of the shells' lists. That is checked: only where every face of the file has the kind of surface
that the kernel's face of the same number has are the names believed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from blemish.part.model import Surface, SurfaceKind

# A search never goes far beyond where the next one begins, so that no file makes them take for ever.
KINDS: dict[str, SurfaceKind] = {
    "PLANE": "plane",
    "CYLINDRICAL_SURFACE": "cylinder",
    "CONICAL_SURFACE": "cone",
    "SPHERICAL_SURFACE": "sphere",
    "TOROIDAL_SURFACE": "torus",
}
FACE = re.compile(
    r"#(\d{1,18})\s*=\s*ADVANCED_FACE\s*\(\s*'((?:[^']|'')*)'\s*,\s*\([^()]*\)\s*,\s*#(\d{1,18})\s*,"
    r"\s*\.[TF]\.\s*\)\s*;"
)
SHELL = re.compile(r"=\s*CLOSED_SHELL\s*\(\s*'(?:[^']|'')*'\s*,\s*\(([^()]*)\)\s*\)\s*;")
SURFACE = re.compile(r"#(\d{1,18})\s*=\s*(PLANE|(?:CYLINDRICAL|CONICAL|SPHERICAL|TOROIDAL)_SURFACE)\b")


def face_names(path: Path, surfaces: Sequence[Surface]) -> tuple[str | None, ...]:
    """Give the name of each face in a STEP file; ``None`` where it has none, or where faces cannot be told apart."""
    none = (None,) * len(surfaces)
    text = path.read_text(encoding="latin-1")
    faces = {int(number): (name, int(surface)) for number, name, surface in FACE.findall(text)}
    if not any(name.strip() for name, _ in faces.values()):
        return none
    kinds = {int(number): KINDS[kind] for number, kind in SURFACE.findall(text)}
    order = [int(number) for shell in SHELL.findall(text) for number in re.findall(r"#(\d{1,18})", shell)]
    if len(order) != len(surfaces) or not set(order) <= set(faces):
        return none
    for number, surface in zip(order, surfaces, strict=True):
        if kinds.get(faces[number][1], "free") != surface.kind:
            return none
    return tuple(faces[number][0].replace("''", "'").strip() or None for number in order)
