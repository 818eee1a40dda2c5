"""Proving one frame or one specimen: what its files hold against what its record says of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from blemish.dataset import index, ply, png
from blemish.dataset.index import FrameEntry
from blemish.dataset.near import Look, look_of
from blemish.dataset.read import read_frame, read_specimen
from blemish.dataset.record import FrameRecord, SpecimenRecord, show
from blemish.errors import DatasetError

Kind = Literal[
    "missing", "damaged", "hash", "size", "ids", "insignificant", "area", "record", "index", "split", "stray"
]

OPTIONAL_LAYERS = ("visibility.png", "geometry.exr", "insignificant.png")
"""Files of a frame that may be there; version 1 says nothing about what is in them."""

LINK = "this is a link, and a dataset holds none"

_FRAME_FILES = {"image.png", "mask.png", "frame.json"}
_SPECIMEN_FILES = {"specimen.json", "part.ply"}


@dataclass(frozen=True)
class Fault:
    """One promise that is not kept."""

    kind: Kind
    where: str
    """Path inside the dataset."""
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


def check_frame(
    root: Path,
    specimen: str,
    view: str,
    entry: FrameEntry | None,
    owner: SpecimenRecord | None,
    *,
    looks: dict[str, Look] | None = None,
) -> list[Fault]:
    """Check one frame against its own record, its row in the list and its specimen; needs nothing else.

    What the image looks like goes into ``looks``, where that is wanted.
    """
    where = f"frames/{specimen}/{view}"
    faults: list[Fault] = []
    present = {path.name for path in (root / where).iterdir()}
    faults += [
        Fault("stray", f"{where}/{name}", LINK) for name in sorted(present) if (root / where / name).is_symlink()
    ]
    strays = sorted(present - _FRAME_FILES - set(OPTIONAL_LAYERS))
    faults += [Fault("stray", f"{where}/{name}", "no frame has such a file") for name in strays]
    faults += [Fault("missing", f"{where}/{name}", "missing") for name in sorted(_FRAME_FILES - present)]
    if "frame.json" not in present:
        return faults
    try:
        record = read_frame(root, specimen, view)
    except DatasetError as error:
        return [*faults, Fault("record", f"{where}/frame.json", str(error))]
    if entry is None:
        faults.append(Fault("index", where, f"this frame is not in {index.FILE}"))
    elif entry != index.entry_of(record):
        faults.append(
            Fault("index", where, f"{index.FILE} says otherwise than frame.json: {_differences(entry, record)}")
        )
    if "image.png" in present:
        image = _pixels(root / where / "image.png", record, faults)
        if looks is not None and image is not None:
            looks[record.name] = look_of(image)
    for name, stated in (("visibility.png", record.visibility_sha256), ("geometry.exr", record.geometry_sha256)):
        if stated is not None and name not in present:
            faults.append(Fault("missing", f"{where}/{name}", "missing"))
        elif stated is not None and hashlib.sha256((root / where / name).read_bytes()).hexdigest() != stated:
            faults.append(Fault("hash", f"{where}/{name}", "its SHA-256 is not the one in frame.json"))
    if "mask.png" in present:
        mask = _pixels(root / where / "mask.png", record, faults)
        if mask is not None:
            faults += _mask(f"{where}/mask.png", mask, record, owner)
    return faults


def _pixels(path: Path, record: FrameRecord, faults: list[Fault]) -> np.ndarray | None:
    """Read one of a frame's two files, noting every fault; ``None`` where there are no pixels to go on with."""
    where = f"frames/{record.name}/{path.name}"
    is_mask = path.name == "mask.png"
    wanted = (record.width_px, record.height_px, 16 if is_mask else record.bits)
    try:
        data = path.read_bytes()
    except OSError as error:
        faults.append(Fault("damaged", where, f"cannot be read ({error.strerror})"))
        return None
    if hashlib.sha256(data).hexdigest() != (record.mask_sha256 if is_mask else record.image_sha256):
        faults.append(Fault("hash", where, "its SHA-256 is not the one in frame.json"))
    try:
        size = png.header(data)
        if size != wanted:
            faults.append(Fault("size", where, f"width, height and bits are {size}, frame.json says {wanted}"))
            return None
        return png.decode(data, *size)
    except png.DamagedError as error:
        faults.append(Fault("damaged", where, str(error)))
        return None


def _mask(where: str, mask: np.ndarray, record: FrameRecord, owner: SpecimenRecord | None) -> Iterator[Fault]:
    stated = {one.id: one for one in record.defects}
    shown = show(mask)
    if owner is None:
        yield Fault("record", where, f"its specimen {record.specimen} has no readable specimen.json")
    else:
        significant = {defect.id: defect.significant for defect in owner.defects}
        for one in shown:
            if one.id not in significant:
                yield Fault("ids", where, f"it shows id {one.id}, which is no defect of {owner.id}")
            elif not significant[one.id]:
                yield Fault("insignificant", where, f"it shows id {one.id}, an insignificant defect of {owner.id}")
    for one in shown:
        said = stated.get(one.id)
        if said is None or (said.area_px, said.box_px) != (one.area_px, one.box_px):
            yield Fault(
                "area", where, f"id {one.id} covers {one.area_px} pixels in {one.box_px}, frame.json says {said}"
            )
    unseen = {one.id for one in record.defects if one.box_px is not None} - {one.id for one in shown}
    for number in sorted(unseen):
        yield Fault("area", where, f"frame.json places id {number} in the mask, which does not show it")


def check_specimen(root: Path, name: str, faults: list[Fault]) -> SpecimenRecord | None:
    """Check one specimen, noting every fault; give its record where it can be read."""
    where = f"specimens/{name}"
    strays = sorted({path.name for path in (root / where).iterdir()} - _SPECIMEN_FILES)
    faults += [Fault("stray", f"{where}/{other}", "no specimen has such a file") for other in strays]
    links = sorted(path.name for path in (root / where).iterdir() if path.is_symlink())
    faults += [Fault("stray", f"{where}/{name}", LINK) for name in links]
    try:
        record = read_specimen(root, name)
    except DatasetError as error:
        faults.append(Fault("record", f"{where}/specimen.json", str(error)))
        return None
    ids = [defect.id for defect in record.defects]
    if len(set(ids)) < len(ids):
        faults.append(Fault("record", f"{where}/specimen.json", "two defects have one id"))
    if not record.defective and any(defect.significant for defect in record.defects):
        faults.append(Fault("record", f"{where}/specimen.json", "it is called correct and has a significant defect"))
    faults += _geometry(root, record)
    return record


def _geometry(root: Path, record: SpecimenRecord) -> Iterator[Fault]:
    where = f"specimens/{record.id}/part.ply"
    path = root / where
    if record.geometry_sha256 is None or not path.is_file():
        if path.is_file():
            yield Fault("stray", where, "specimen.json gives no hash of it")
        elif record.geometry_sha256 is not None:
            yield Fault("missing", where, "missing")
        return
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != record.geometry_sha256:
        yield Fault("hash", where, "its SHA-256 is not the one in specimen.json")
    try:
        instances = np.unique(ply.unpack(data).instance)
    except ValueError as error:
        yield Fault("damaged", where, str(error))
        return
    for number in sorted(set(instances.tolist()) - {0} - {defect.id for defect in record.defects}):
        yield Fault("ids", where, f"triangles carry id {number}, which is no defect of {record.id}")


def _differences(entry: FrameEntry, record: FrameRecord) -> str:
    other = index.entry_of(record)
    names = [name for name in vars(entry) if getattr(entry, name) != getattr(other, name)]
    return ", ".join(f"{name} {getattr(entry, name)} there, {getattr(other, name)} here" for name in names)
