"""Where photographs were taken from: a table that names, for each, the object and the plan's view.

The table is CSV with the columns ``photograph`` (its path in the folder that is imported, or its last name where only
one is called so), ``view`` (a viewpoint of the plan) and ``specimen`` (also ``object``; the physical object that it
shows). Commas or semicolons, in UTF-8. The plan is a ``plan.json``. Photographs then carry pose, camera and light as
rendered frames do, and all photographs of an object are one specimen.
"""

from __future__ import annotations

import csv
import dataclasses
import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from blemish.arrays import Grey
from blemish.dataset.record import Rows
from blemish.errors import ForeignDataError
from blemish.exchange.foreign import Folder
from blemish.exchange.sample import Sample
from blemish.frames import Pose

_COLUMNS = ("photograph", "view", "specimen")


@dataclass(frozen=True)
class Cell:
    """A plan as photographs need it: the camera, the light, and where each view stands."""

    camera: Mapping[str, Any]
    light: Mapping[str, Any]
    part_digest: str
    views: Mapping[str, Rows]
    text: bytes
    """The file itself, which is laid beside the dataset."""

    def told(self, view: str) -> dict[str, Any]:
        """Give what a frame's record says of a view."""
        return {"world_from_camera": self.views[view], "camera": dict(self.camera), "light": dict(self.light)}

    def check_size(self, image: Grey, file: str) -> None:
        """Refuse a photograph of another size than the plan's camera takes: its pose would be of other pixels."""
        wanted = (self.camera["width_px"], self.camera["height_px"])
        if (image.shape[1], image.shape[0]) != wanted:
            raise ForeignDataError(
                f"{file}: {image.shape[1]} x {image.shape[0]} pixels, where the plan's camera takes "
                f"{wanted[0]} x {wanted[1]}; state the camera in the study as these photographs were taken (halved "
                "images: half the width and height, twice the pixel pitch) and plan again"
            )


def read_cell(path: Path) -> Cell:
    """Read a plan's camera, light and views; :class:`ForeignDataError` lists all that is wrong in it."""
    path = Path(path)
    try:
        data = path.read_bytes()
        plan = json.loads(data)
    except OSError as error:
        raise ForeignDataError(f"{path}: the plan cannot be read ({error.strerror})") from None
    except (ValueError, RecursionError) as error:
        raise ForeignDataError(f"{path}: this is no plan: {error}") from None
    plan = plan if isinstance(plan, dict) else {}
    views, mistakes = _views(plan.get("viewpoints"))
    for key in ("camera", "light"):
        if not isinstance(plan.get(key), dict):
            mistakes.append(f"it has no {key}")
    sizes = [(plan.get("camera") or {}).get(key) for key in ("width_px", "height_px")] if not mistakes else [1]
    if not all(isinstance(size, int) for size in sizes):
        mistakes.append("its camera has no width_px and height_px")
    if mistakes:
        raise ForeignDataError(f"{path}: this is no plan.json: " + "\n  ".join(mistakes))
    return Cell(plan["camera"], plan["light"], str(plan.get("part_digest", "")), views, data)


def _views(listed: Any) -> tuple[dict[str, Rows], list[str]]:
    views: dict[str, Rows] = {}
    mistakes = [] if isinstance(listed, list) and listed else ["it has no viewpoints"]
    for number, view in enumerate(listed if isinstance(listed, list) else [], start=1):
        name = str(view.get("name")) if isinstance(view, dict) else f"number {number}"
        try:
            pose = Pose.from_matrix(_finite(view["world_from_camera"]))
        except (ValueError, TypeError, KeyError) as error:
            mistakes.append(f"viewpoint {name}: world_from_camera is no pose: {error}")
            continue
        if name in views:
            mistakes.append(f"two viewpoints are named {name!r}")
        views[name] = tuple(tuple(float(x) for x in row) for row in pose.matrix())  # type: ignore[assignment]
    return views, mistakes


def _finite(matrix: Any) -> np.ndarray:
    values = np.array(matrix, dtype=np.float64).reshape(4, 4)
    if not np.isfinite(values).all():
        raise ValueError("its numbers are not all finite")
    return values


def digest_of(table: Path, cell: Cell) -> str:
    """Name a table and its plan: another one is another import."""
    return hashlib.sha256(_bytes(table) + cell.text).hexdigest()[:16]


def _bytes(table: Path) -> bytes:
    try:
        return table.read_bytes()
    except OSError as error:
        raise ForeignDataError(f"{table}: the table of poses cannot be read ({error.strerror})") from None


def place(samples: Sequence[Sample], table: Path, cell: Cell, folder: Folder) -> tuple[Sample, ...]:
    """Give photographs the object and view that the table names; one error lists every row that is wrong.

    A photograph without a row is left out where the import goes on without bad files; else it is a mistake too.
    """
    rows, mistakes = _rows(Path(table))
    file_of = _files(samples)
    placed: dict[str, tuple[str, str]] = {}
    homes: dict[tuple[str, str], int] = {}
    for line, (photograph, view, specimen) in rows.items():
        file = file_of.get(photograph)
        if file is None:
            mistakes.append(f"line {line}: there is no photograph {photograph!r} (or several are called so: say where)")
        elif file in placed:
            mistakes.append(f"line {line}: {photograph!r} is there twice")
        elif (specimen, view) in homes:
            mistakes.append(
                f"line {line}: view {view} of {specimen!r} is there already, in line {homes[specimen, view]}"
            )
        if view not in cell.views:
            near = ", ".join(list(cell.views)[:3])
            mistakes.append(f"line {line}: the plan has no view {view!r}; its views are {near} ... ({len(cell.views)})")
        placed.setdefault(file or "", (specimen, view))
        homes.setdefault((specimen, view), line)
    without = [sample.file for sample in samples if sample.file not in placed]
    if folder.left_out is not None:
        folder.left_out.extend((file, f"{file}: {table} has no row for it") for file in without)
    else:
        mistakes += [f"{file} has no row" for file in without]
    if mistakes:
        shown = [*mistakes[:20], *([f"and {len(mistakes) - 20} more"] if len(mistakes) > 20 else [])]
        raise ForeignDataError(f"{table}: {len(mistakes)} mistakes\n  " + "\n  ".join(shown))
    return tuple(
        dataclasses.replace(sample, group=placed[sample.file][0], view=placed[sample.file][1])
        for sample in samples
        if sample.file in placed
    )


def _rows(table: Path) -> tuple[dict[int, tuple[str, str, str]], list[str]]:
    """Read the table: by line, photograph, view and specimen; with them, what is wrong with lines."""
    try:
        text = _bytes(table).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ForeignDataError(f"{table}: this is not text in UTF-8: {error}; save it as CSV in UTF-8") from None
    head = text.split("\n", 1)[0]
    reader = csv.DictReader(text.splitlines(), delimiter=";" if head.count(";") > head.count(",") else ",", strict=True)
    rows, mistakes = {}, []
    try:
        names = [(name or "").strip().lower() for name in reader.fieldnames or ()]
        reader.fieldnames = ["specimen" if name == "object" else name for name in names]
        missing = [name for name in _COLUMNS if name not in reader.fieldnames]
        if missing:
            raise ForeignDataError(
                f"{table}: there is no column {', '.join(missing)}; the first line must name {', '.join(_COLUMNS)}"
            )
        for row in reader:
            cells = [(row[name] or "").strip() for name in _COLUMNS]
            if not all(cells):
                empty = ", ".join(name for name, cell in zip(_COLUMNS, cells, strict=True) if not cell)
                mistakes.append(f"line {reader.line_num}: {empty} is empty")
                continue
            rows[reader.line_num] = (cells[0].replace("\\", "/"), cells[1], cells[2])
    except csv.Error as error:
        raise ForeignDataError(f"{table}: line {reader.line_num}: this is not CSV: {error}") from None
    return rows, mistakes


def _files(samples: Sequence[Sample]) -> dict[str, str]:
    """Give for every way of naming a photograph its file: its whole path, or its last name where that is enough."""
    times = Counter(PurePosixPath(sample.file).name for sample in samples)
    short = {PurePosixPath(sample.file).name: sample.file for sample in samples}
    return {name: file for name, file in short.items() if times[name] == 1} | {one.file: one.file for one in samples}
