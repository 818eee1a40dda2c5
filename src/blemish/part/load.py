"""The one door through which parts come in."""

from __future__ import annotations

import hashlib
import stat
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from blemish.arrays import Points
from blemish.errors import PartError
from blemish.part.model import Marking, Part, Region
from blemish.part.source import BUILTIN, MM_PER_UNIT, PartSource
from blemish.settings import canonical, plain

if TYPE_CHECKING:
    from blemish.part.faces import Geometry
    from blemish.part.rules import RegionRule

STEP = (".step", ".stp", ".p21")
MESHES = (".stl", ".obj", ".ply", ".glb")
SMALLEST_MM, LARGEST_MM = 1.0, 5000.0
MOST_BYTES = 1 << 30
"""Of a STEP or mesh file."""
READING = 1
"""Raised when the same file would be read as another mesh than before, so that old plans are not taken for it."""
FITTING = 1
"""The same for the surfaces that are fitted to mesh files."""
BUILTIN_FOLDER = Path(__file__).parent / "builtin"


def load(source: PartSource, base: Path = Path(), rules: Sequence[RegionRule] = ()) -> Part:
    """Read a part; relative paths are seen from ``base``, the study's folder. Takes about a second for a STEP file.

    ``rules`` draw its regions where colours in the file do not. Raises :class:`PartError` for everything that is
    wrong with the file: not there, not what its name says, no solid, several solids, open, a size that no inspected
    part has, a kernel that hangs or breaks down; and for rules that do not fit the part.
    """
    path, name = locate(source, base)
    suffix = path.suffix.lower()
    if suffix in STEP:
        geometry, regions, markings = _from_step(path, source)
    elif suffix in MESHES:
        geometry, regions = _from_mesh(path, source)
        markings = ()
    else:
        raise PartError(
            f"{path}: a file ending in {suffix or 'nothing'!r} is no part; these are read: {', '.join(STEP + MESHES)}"
        )
    part = Part(
        name=name,
        digest=_digest(path, source),
        vertices_mm=geometry.vertices_mm,
        triangles=geometry.triangles,
        normals=geometry.normals,
        face=geometry.face,
        surfaces=geometry.surfaces,
        regions=regions,
        markings=markings,
    )
    if not rules:
        return part
    from blemish.part.divide import divided

    return divided(part, rules)


def locate(source: PartSource, base: Path) -> tuple[Path, str]:
    """Find the file of a part, and its name."""
    if source.file.startswith(BUILTIN):
        name = source.file.removeprefix(BUILTIN)
        path = BUILTIN_FOLDER / f"{name}.step"
        if not path.is_file():
            known = ", ".join(f"{BUILTIN}{one.stem}" for one in sorted(BUILTIN_FOLDER.glob("*.step")))
            raise PartError(f"{source.file}: there is no built-in part of this name; there is: {known}")
        return path, name
    path = base / source.file
    try:
        facts = path.stat()
        if stat.S_ISDIR(facts.st_mode):
            raise PartError(f"{path}: this is a folder, not a part; name the STEP or mesh file in it")
        if not stat.S_ISREG(facts.st_mode):
            raise PartError(
                f"{path}: this is neither a file nor a folder (a device or a pipe); name a STEP or mesh file"
            )
        path.open("rb").close()
    except (FileNotFoundError, ValueError):  # a name with a zero in it is none
        raise PartError(f"{path}: there is no such file; relative paths are seen from the study's folder") from None
    except OSError as error:
        raise PartError(f"{path}: this file cannot be read ({error.strerror}); check its permissions") from None
    if facts.st_size > MOST_BYTES:
        raise PartError(
            f"{path}: {facts.st_size / 1e9:.1f} GB are too much for one part, at most {MOST_BYTES / 1e9:.1f} are read; "
            "export it on its own, or more coarsely"
        )
    return path, path.stem


def _from_step(path: Path, source: PartSource) -> tuple[Geometry, tuple[Region, ...], tuple[Marking, ...]]:
    from blemish.part.faces import geometry_of
    from blemish.part.names import face_names
    from blemish.part.regions import colour_names, group
    from blemish.part.step import length_unit, read_step

    if source.unit is not None:
        raise PartError(
            f"{path}: unit = {source.unit!r} was given, but a STEP file says its unit itself; leave unit out"
        )
    faces, colours = read_step(path, source)
    _refuse_size(faces.vertices_mm, path, lambda: f"read with the file's own unit, {length_unit(path)}")
    geometry = geometry_of(faces, str(path), "close the body in a CAD program and export it again as a solid")
    names: dict[str, tuple[float, float, float]] = {}
    if path.parent == BUILTIN_FOLDER:
        table = tomllib.loads(path.with_suffix(".toml").read_text(encoding="utf-8"))["colours"]
        names = {name: (red, green, blue) for name, (red, green, blue) in table.items()}
    called = colour_names(colours, names)
    markings = zip(colours, called, face_names(path, faces.surfaces), strict=True)
    regions = group(geometry.surfaces, colours, called)
    return geometry, regions, tuple(Marking(*marking) for marking in markings)


def _from_mesh(path: Path, source: PartSource) -> tuple[Geometry, tuple[Region, ...]]:
    from blemish.part.meshfile import geometry_of_mesh, read_mesh
    from blemish.part.regions import by_kind

    if source.unit is None:
        raise PartError(
            f"{path}: the unit of a mesh file's numbers must be stated, for the file does not say it; set unit to one "
            f"of {', '.join(MM_PER_UNIT)}"
        )
    points, triangles = read_mesh(path, source.unit)
    _refuse_size(points, path, lambda: f"read with unit = {source.unit!r}")
    geometry = geometry_of_mesh(points, triangles, str(path))
    return geometry, by_kind(geometry.surfaces)


def _refuse_size(points: Points, path: Path, how_read: Callable[[], str]) -> None:
    size_mm = np.ptp(points, axis=0)
    if not np.isfinite(size_mm).all():
        raise PartError(f"{path}: some of its coordinates are no numbers; export the part again")
    if not SMALLEST_MM <= size_mm.max() <= LARGEST_MM:
        shown = " x ".join(f"{value:.4g}" for value in size_mm)
        raise PartError(
            f"{path}: the part measures {shown} mm ({how_read()}), but what is inspected here measures "
            f"{SMALLEST_MM:g} to {LARGEST_MM:g} mm; the unit is most likely wrong: correct it where it is stated"
        )


def _digest(path: Path, source: PartSource) -> str:
    """Digest what decides the part: the file's bytes and the settings of reading it, not where it lies."""
    reading = {"version": READING} | plain(source)
    if path.suffix.lower() in MESHES:
        reading["fitting"] = FITTING
    del reading["file"], reading["time_limit_s"]
    return hashlib.sha256(path.read_bytes() + canonical(reading).encode()).hexdigest()
