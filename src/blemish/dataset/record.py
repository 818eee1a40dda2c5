"""What the JSON files of a dataset hold, as values: the header, a specimen, a frame.

``FORMAT.md`` says the same in words. What is read here is checked against these types; keys that are not known are
passed over, so that a later writer of the same version may say more.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, TypeVar, dataclass_transform

import numpy as np
from annotated_types import Ge, Interval, Predicate

from blemish.arrays import Instances
from blemish.errors import DatasetError
from blemish.frames import Pose
from blemish.settings import adapter, plain

T = TypeVar("T")

FORMAT = "blemish dataset"
FORMAT_VERSION = 1

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.\-]{0,99}")


def is_name(text: str) -> bool:
    """Say whether a text may name a specimen or a view, and so a folder: it can never lead out of the dataset."""
    return bool(_NAME.fullmatch(text)) and not text.endswith(".")


Name = Annotated[str, Predicate(is_name)]
Id = Annotated[int, Interval(ge=1, le=65535)]
Pixels = Annotated[int, Ge(0)]
Row = tuple[float, float, float, float]
Rows = tuple[Row, Row, Row, Row]
Direction = tuple[float, float, float]


@dataclass_transform(frozen_default=True, kw_only_default=True)
def _record(cls: type[T]) -> type[T]:
    cls.__pydantic_config__ = {"allow_inf_nan": False, "extra": "ignore"}  # type: ignore[attr-defined]
    return dataclass(frozen=True, kw_only=True)(cls)


@_record
class Header:
    """``dataset.json``: what this dataset is and how much there is of it.

    ``counts``, ``digests`` of files and ``complete`` are filled in by :func:`blemish.dataset.write.finish`.
    """

    name: str
    kind: Literal["rendered", "photographs"]
    classes: tuple[str, ...] = ()
    """The kinds of defects there may be."""
    camera: dict[str, Any] | None = None
    """The camera's data sheet when one camera made every frame."""
    digests: dict[str, str] = field(default_factory=dict)
    """SHA-256 by name: of the recipe or the foreign files that it came from, of ``study.toml``, ``plan.json`` ..."""
    software: dict[str, str] = field(default_factory=dict)
    """Versions of the programs that decide what the pixels are."""
    preparation: dict[str, Any] | None = None
    """How a published protocol prepares these images before learning (padding, tiles), where there is one."""
    counts: dict[str, int] = field(default_factory=dict)
    complete: bool = False
    """Whether the dataset was finished; while it is being made it cannot be opened."""
    format: str = FORMAT
    version: int = FORMAT_VERSION


@_record
class DefectRecord:
    """One defect of a specimen: what was drawn or annotated, where it is, what became of it.

    On a photograph only ``id``, ``kind`` and ``significant`` are known.
    """

    id: Id
    kind: str
    significant: bool = True
    """Only significant defects are in the masks."""
    parameters: dict[str, Any] = field(default_factory=dict)
    position_mm: Direction | None = None
    normal: Direction | None = None
    region: str | None = None
    area_mm2: float | None = None
    depth_mm: float | None = None


@_record
class LeftOutRecord:
    """Defects of one population that found no place on a specimen."""

    kind: str
    population: Annotated[int, Ge(1)]
    """Which population of the recipe."""
    regions: tuple[str, ...] = ()
    """Where they were to lie."""
    wanted: Annotated[int, Ge(0)]
    """How many of this population the specimen was to have."""
    missing: Annotated[int, Ge(0)]
    """How many of them it has not."""
    why: str = ""
    """What was in the way most often."""


@_record
class SpecimenRecord:
    """``specimen.json``: one physical object, or what cannot be told apart from one (a series of photographs)."""

    id: Name
    defective: bool
    digest: str = ""
    """SHA-256 of all that made it, where it was rendered."""
    group: str = ""
    """Specimens of one group never part in a split; empty: the specimen stands for itself."""
    defects: tuple[DefectRecord, ...] = ()
    left_out: tuple[LeftOutRecord, ...] = ()
    """What was drawn for it and found no place; absent from the file where nothing was."""
    finishes: dict[str, Any] = field(default_factory=dict)
    """Region name to the finish's drawn parameters."""
    skin: dict[str, Any] = field(default_factory=dict)
    """Oxide, tint and transitions, as drawn."""
    seeds: dict[str, int] = field(default_factory=dict)
    part_digest: str | None = None
    """SHA-256 of the CAD file's reading that this specimen was made of."""
    geometry_sha256: str | None = None
    """SHA-256 of ``part.ply``; filled in by :func:`blemish.dataset.write.write_specimen`."""
    source: dict[str, Any] | None = None

    @property
    def stays_with(self) -> str:
        """The group, or the specimen itself where no group was stated."""
        return self.group or self.id


@_record
class VisibleDefect:
    """What one image shows of one defect."""

    id: Id
    area_px: Pixels
    box_px: tuple[Pixels, Pixels, Pixels, Pixels] | None = None
    """Left, top, width, height; ``None`` when no pixel shows it or it is not in the mask."""
    contrast: float | None = None
    """Contrast-to-noise ratio against the same frame without defects, root mean square over its pixels."""
    detectability: float | None = None
    """The same for the defect as a whole: root of the sum of squares."""


@_record
class FrameRecord:
    """``frame.json``: one image, how it was taken and what it shows.

    ``width_px``, ``height_px``, ``bits``, the boxes in ``defects`` and both hashes are filled in by
    :func:`blemish.dataset.write.write_frame`.
    """

    specimen: Name
    view: Name
    digest: str
    """SHA-256 of all that made this frame: with the same digest, the same pixels."""
    world_from_camera: Rows | None = None
    """Where the camera was, seen from the part."""
    planned_world_from_camera: Rows | None = None
    """Where it was meant to be, where the specimen lay or the camera was calibrated a little askew."""
    camera: dict[str, Any] | None = None
    light: dict[str, Any] | None = None
    exposure: dict[str, Any] | None = None
    rendering: dict[str, Any] | None = None
    """How the frame was computed, and what surrounds the part."""
    seeds: dict[str, int] = field(default_factory=dict)
    defects: tuple[VisibleDefect, ...] = ()
    source: dict[str, Any] | None = None
    """Of a photograph: ``file`` in the folder that was imported, and what its set says of it."""
    width_px: Pixels = 0
    height_px: Pixels = 0
    bits: Literal[8, 16] = 8
    image_sha256: str = ""
    mask_sha256: str = ""
    visibility_sha256: str | None = None
    geometry_sha256: str | None = None

    @property
    def name(self) -> str:
        """``specimen/view``: the frame's folder under ``frames``."""
        return f"{self.specimen}/{self.view}"

    @property
    def pose(self) -> Pose | None:
        """``world_from_camera`` as a rigid motion, where it is known."""
        return None if self.world_from_camera is None else Pose.from_matrix(np.array(self.world_from_camera))


def rows(pose: Pose) -> Rows:
    """Give a pose as the four rows that ``frame.json`` holds."""
    a, b, c, d = (tuple(float(x) for x in row) for row in pose.matrix())
    return (a, b, c, d)  # type: ignore[return-value]


def show(mask: Instances, known: Sequence[VisibleDefect] = ()) -> tuple[VisibleDefect, ...]:
    """Describe what a mask shows, by id: area and bounding box; whatever else ``known`` says of an id is kept.

    Raises :class:`DatasetError` when ``known`` states another area for an id than the mask has.
    """
    merged = {one.id: one for one in known}
    for number, area, box in _regions(mask):
        one = merged.get(number)
        if one is not None and one.area_px != area:
            raise DatasetError(f"defect {number} was said to cover {one.area_px} pixels, its mask has {area}")
        merged[number] = VisibleDefect(
            id=number, area_px=area, box_px=box, contrast=one.contrast if one is not None else None
        )
    return tuple(merged[number] for number in sorted(merged))


def _regions(mask: Instances) -> list[tuple[int, int, tuple[int, int, int, int]]]:
    """List id, area and bounding box of every id in a mask; costs a pass over its rows that are not empty."""
    filled = np.flatnonzero(mask.any(axis=1))
    if len(filled) == 0:
        return []
    top = int(filled[0])
    y, x = np.nonzero(mask[top : int(filled[-1]) + 1])
    ids = mask[y + top, x]
    order = np.argsort(ids, kind="stable")
    ids, y, x = ids[order], y[order] + top, x[order]
    numbers, starts = np.unique(ids, return_index=True)
    found = []
    for number, ys, xs in zip(numbers, np.split(y, starts[1:]), np.split(x, starts[1:]), strict=True):
        left, upper = int(xs.min()), int(ys.min())
        box = (left, upper, int(xs.max()) - left + 1, int(ys.max()) - upper + 1)
        found.append((int(number), len(ys), box))
    return found


def to_json(value: Any) -> bytes:
    """Write a value as JSON: sorted keys, no time of day, so that the same value always gives the same bytes."""
    found = plain(value)
    if isinstance(value, SpecimenRecord) and not value.left_out:
        del found["left_out"]
    text = json.dumps(found, sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False)
    return text.encode() + b"\n"


def from_json(cls: type[T], text: bytes, where: str) -> T:
    """Read a value back; a :class:`DatasetError` tells file, place and value of what does not fit."""
    from pydantic import ValidationError

    try:
        return adapter(cls).validate_json(text, strict=True)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(key) for key in first["loc"]) or "the file"
        more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
        raise DatasetError(
            f"{where}: {place}: {first['msg']}; found {str(first['input'])[:60]!r}{more}; "
            "make or import the dataset again to repair it"
        ) from None
