"""The one door through which parts come in."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from blemish.errors import PartError
from blemish.part.model import Part
from blemish.part.source import BUILTIN, MM_PER_UNIT, PartSource
from blemish.settings import canonical

STEP = (".step", ".stp", ".p21")
MESHES = (".stl", ".obj", ".ply", ".glb")
SMALLEST_MM, LARGEST_MM = 1.0, 5000.0
BUILTIN_FOLDER = Path(__file__).parent / "builtin"


def load(source: PartSource, base: Path = Path()) -> Part:
    """Read a part; relative paths are seen from ``base``, the study's folder. Takes about a second for a STEP file.

    Raises :class:`PartError` for everything that is wrong with the file: not there, not what its name says, no solid,
    several solids, open, a size that no inspected part has, a kernel that hangs or breaks down.
    """
    path, name = locate(source, base)
    suffix = path.suffix.lower()
    if suffix in STEP:
        if source.unit is not None:
            raise PartError(
                f"{path}: unit = {source.unit!r} was given, but a STEP file says its unit itself; leave unit out"
            )
        return _part_of_step(path, name, source)
    if suffix in MESHES:
        if source.unit is None:
            raise PartError(
                f"{path}: the unit of a mesh file's numbers must be stated, the file does not say it; "
                f"set unit to one of {', '.join(MM_PER_UNIT)}"
            )
        return _part_of_mesh(path, name, source)
    raise PartError(
        f"{path}: a file ending in {suffix or 'nothing'!r} is no part; these are read: {', '.join(STEP + MESHES)}"
    )


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
    if path.is_dir():
        raise PartError(f"{path}: this is a folder, not a part; name the STEP or mesh file in it")
    if not path.exists():
        raise PartError(f"{path}: there is no such file; relative paths are seen from the study's folder")
    return path, path.stem


def _part_of_step(path: Path, name: str, source: PartSource) -> Part:
    from blemish.part.faces import closed
    from blemish.part.regions import group
    from blemish.part.step import length_unit, read_step

    digest = _digest(path, source)
    faces, colours = read_step(path, source)
    _refuse_size(np.ptp(faces.vertices_mm, axis=0), path, f"the file's unit is {length_unit(path)}")
    mesh = closed(faces, str(path), "close the body in a CAD program and export it again as a solid")
    table = path.with_suffix(".toml")
    names = tomllib.loads(table.read_text(encoding="utf-8"))["colours"] if path.parent == BUILTIN_FOLDER else {}
    regions = group(mesh.surfaces, colours, names)
    return Part(name, digest, mesh.vertices_mm, mesh.triangles, mesh.normals, mesh.face, mesh.surfaces, regions)


def _part_of_mesh(path: Path, name: str, source: PartSource) -> Part:
    raise PartError(f"{path}: mesh files cannot be read yet; {name} {source.unit}")


def _refuse_size(size_mm: Sequence[float], path: Path, unit: str) -> None:
    largest = max(size_mm)
    if not SMALLEST_MM <= largest <= LARGEST_MM:
        shown = " x ".join(f"{value:.4g}" for value in size_mm)
        raise PartError(
            f"{path}: the part measures {shown} mm ({unit}), but parts of {SMALLEST_MM:g} mm to {LARGEST_MM:g} mm are "
            "inspected here; the unit is most likely wrong: correct it where the file is made"
        )


def _digest(path: Path, source: PartSource) -> str:
    """Digest what decides the part: the file's bytes and the settings of reading it, not where it lies."""
    reading = {
        "unit": source.unit,
        "linear_tolerance_mm": source.linear_tolerance_mm,
        "angular_tolerance_deg": source.angular_tolerance_deg,
    }
    try:
        return hashlib.sha256(path.read_bytes() + canonical(reading).encode()).hexdigest()
    except OSError as error:
        raise PartError(f"{path}: this file cannot be read ({error.strerror}); check its permissions") from None
