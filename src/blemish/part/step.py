"""STEP in: a child process runs the CAD kernel, this file makes a closed mesh with exact surfaces of what it says."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from scipy.spatial import cKDTree

from blemish.disk import storing
from blemish.errors import PartError, StorageError
from blemish.extras import need
from blemish.part.faces import Faces
from blemish.part.glb import Primitive, read_glb
from blemish.part.source import PartSource
from blemish.part.surfaces import surface_of
from blemish.part.tessellate import MOST_MEMORY_BYTES, UNAFFORDABLE, UNREADABLE, UNWRITABLE

READER = (sys.executable, "-P", "-m", "blemish.part.tessellate")
"""The command that runs the CAD kernel; ``-P`` keeps Python files of the current folder out of it."""

Colour = tuple[float, float, float]


def read_step(path: Path, source: PartSource) -> tuple[Faces, tuple[Colour | None, ...]]:
    """Read a STEP file: its faces as loose triangles, and the colour of each face."""
    _check_header(path)
    with storing(Path(tempfile.gettempdir())):
        place = tempfile.TemporaryDirectory(prefix="blemish-step-")
    with place as folder:
        _tessellate(path, Path(folder), source)
        plain = read_glb((Path(folder) / "faces.glb").read_bytes())
        coloured_file = Path(folder) / "colours.glb"
        coloured = read_glb(coloured_file.read_bytes()) if coloured_file.exists() else []
    solids = [primitive for primitive in plain if primitive.face is not None and len(primitive.triangles)]
    if not solids:
        raise PartError(
            f"{path}: there is no solid in this STEP file, only {_contents(path)}; export the body as a solid "
            "(a manifold B-rep), not as curves, points or annotations"
        )
    if not all(np.isfinite(one.vertices_mm).all() for one in (*solids, *coloured)):
        raise PartError(f"{path}: some of its coordinates are no numbers; export the part again")
    faces = _joined(solids)
    return faces, _colours(faces, coloured)


def length_unit(path: Path) -> str:
    """Give the unit that a STEP file declares for its lengths, in words for messages."""
    text = path.read_text(encoding="latin-1")
    named = re.search(r"CONVERSION_BASED_UNIT\s*\(\s*'(INCH|FOOT|MIL|YARD)\w*'", text, re.IGNORECASE)
    if named:
        return named.group(1).lower()
    prefixed = re.search(r"SI_UNIT\s*\(\s*(?:\.(\w+)\.|\$)\s*,\s*\.METRE\.\s*\)", text)
    if prefixed:
        return f"{(prefixed.group(1) or '').lower()}metre"
    return "no unit (millimetres assumed)"


def _check_header(path: Path) -> None:
    with path.open("rb") as file:
        start = file.read(4096)
    if b"ISO-10303-21" not in start:
        came = f"a file that starts with {start[:24]!r}" if start else "an empty file"
        raise PartError(
            f"{path}: this is no STEP file (ISO 10303-21) but {came}; export the part as STEP AP214 or AP242"
        )


def _contents(path: Path) -> str:
    """Name what a STEP file holds instead of a solid, for a message."""
    text = path.read_text(encoding="latin-1")
    known = ("SHELL_BASED_SURFACE_MODEL", "OPEN_SHELL", "B_SPLINE_CURVE", "TRIMMED_CURVE", "LINE", "CARTESIAN_POINT")
    found = [word.lower().replace("_", " ") for word in known if re.search(rf"=\s*\(?\s*{word}", text)]
    return ", ".join(found) or "text"


def _tessellate(path: Path, folder: Path, source: PartSource) -> None:
    """Run the CAD kernel in a child process, under the time limit."""
    need("cascadio")
    numbers = [repr(source.linear_tolerance_mm), repr(source.angular_tolerance_deg)]
    command = [*READER, str(path.resolve()), str(folder), *numbers]
    try:
        # Our own interpreter and module, and a path: nothing here is read by a shell.
        done = subprocess.run(command, capture_output=True, timeout=source.time_limit_s, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        raise PartError(
            f"{path}: the CAD kernel was still busy after {source.time_limit_s:g} s and was stopped; raise "
            "time_limit_s, use coarser tolerances, or repair the body in a CAD program and export it again"
        ) from None
    if done.returncode == 0:
        return
    words = re.sub(r"\x1b\[[0-9;]*m", "", (done.stderr or done.stdout).decode(errors="replace"))  # without its colours
    lines = words.strip().splitlines()
    said = f" ({lines[-1].strip()})" if lines else ""
    if done.returncode == UNWRITABLE:
        raise StorageError(
            f"{folder}: the triangles of {path} cannot be kept there{said}; make room, or set TMPDIR to a folder on "
            "another disk"
        )
    if done.returncode == UNAFFORDABLE:
        raise PartError(
            f"{path}: the CAD kernel would need more than {MOST_MEMORY_BYTES >> 30} GB of memory for this file, or "
            "makes too many triangles of it; use coarser tolerances, or repair the body in a CAD program and export it "
            "again"
        )
    if done.returncode == UNREADABLE:
        raise PartError(
            f"{path}: the CAD kernel finds no shape in this STEP file{said}, only {_contents(path)}; check in a CAD "
            "program that the body is there, and export it again as a solid in AP214 or AP242"
        )
    ended = f"signal {-done.returncode}" if done.returncode < 0 else f"exit code {done.returncode}"
    raise PartError(
        f"{path}: the CAD kernel broke down on this file, {ended}{said}; repair the body in a CAD program and export "
        "it again; `blemish doctor` tells whether the kernel itself works here"
    )


def _joined(solids: list[Primitive]) -> Faces:
    """Put the primitives behind one another and name their surfaces."""
    vertices, normals, triangles, owner, surfaces = [], [], [], [], []
    num_vertices = num_faces = 0
    for solid in solids:
        assert solid.face is not None
        vertices.append(solid.vertices_mm)
        normals.append(solid.normals)
        triangles.append(solid.triangles + num_vertices)
        owner.append(solid.face + num_faces)
        for index, descriptor in enumerate(solid.descriptors):
            mine = solid.vertices_mm[np.unique(solid.triangles[solid.face == index])]
            middle = mine.mean(axis=0) if len(mine) else np.zeros(3)
            surfaces.append(surface_of(descriptor, solid.placement, middle))
        num_vertices += len(solid.vertices_mm)
        num_faces += len(solid.descriptors)
    return Faces(
        np.concatenate(vertices),
        np.concatenate(normals),
        np.concatenate(triangles),
        np.concatenate(owner),
        tuple(surfaces),
    )


def _colours(faces: Faces, coloured: list[Primitive]) -> tuple[Colour | None, ...]:
    """Give each face its colour: that of the triangles of the coloured reading that lie where its own lie.

    Both readings mesh a face alike, but in another order. The nearest triangle by centroid decides, the largest area
    wins, so that a triangle more or less would change nothing.
    """
    coloured = [primitive for primitive in coloured if len(primitive.triangles)]
    if not coloured:
        return (None,) * len(faces.surfaces)
    centroids = np.concatenate([one.vertices_mm[one.triangles].mean(axis=1) for one in coloured])
    palette = list(dict.fromkeys(one.colour for one in coloured))
    paint = np.concatenate([np.full(len(one.triangles), palette.index(one.colour)) for one in coloured])
    corners = faces.vertices_mm[faces.triangles]
    _, nearest = cKDTree(centroids).query(corners.mean(axis=1))
    areas = 0.5 * np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    votes = np.zeros((len(faces.surfaces), len(palette)))
    np.add.at(votes, (faces.face, paint[nearest]), areas)
    return tuple(palette[index] for index in votes.argmax(axis=1))
