"""Writing a dataset: ``create``, then specimens and frames in any order and from any process, then ``finish``.

A frame is written under a temporary name, read back, and renamed, so it exists whole or not at all. The manifests
(``dataset.json``, ``frames.npy``, ``splits.json``) are derived from the frames that are there, at the end.
"""

from __future__ import annotations

import dataclasses
import hashlib
import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from blemish.arrays import Grey, Instances, Scores
from blemish.dataset import index, layers, ply, png
from blemish.dataset.atomic import clear, new_folder, replace_file
from blemish.dataset.lacking import lacking
from blemish.dataset.read import read_frame, read_header, read_specimen
from blemish.dataset.record import (
    FrameRecord,
    Header,
    SpecimenRecord,
    is_name,
    show,
    to_json,
)
from blemish.dataset.split import Split, SplitRule, draw_split, members
from blemish.disk import storing
from blemish.errors import DatasetError, StorageError

ATTACHMENTS = ("study.toml", "plan.json", "recipe.json", "import.json", "LICENCE.txt")
"""Files that may lie beside ``dataset.json``: what made the dataset, and its terms."""


def create(root: Path, header: Header) -> None:
    """Begin a dataset in ``root``, or go on with one that was begun there; what a killed run left half-written goes.

    Raises :class:`StorageError` when the folder holds something else or cannot be written. One process may make a
    dataset at a time; its workers share it.
    """
    with storing(root):
        root.mkdir(parents=True, exist_ok=True)
        inside = [entry.name for entry in os.scandir(root) if entry.name != ".partial"]
        if inside and "dataset.json" not in inside:
            raise StorageError(
                f"{root}: this folder holds other things ({', '.join(sorted(inside)[:3])}) and no dataset; "
                "choose a new or empty folder"
            )
        links = [name for name in ("frames", "specimens", ".partial") if (root / name).is_symlink()]
        if links:
            raise StorageError(
                f"{root / links[0]}: this is a link; a dataset holds none, for what is removed from it would be "
                "removed elsewhere; put a folder in its place, or link the whole dataset"
            )
        clear(root)
    if inside:
        found = read_header(root)
        if (found.name, found.kind) != (header.name, header.kind):
            raise StorageError(
                f"{root}: here is the dataset {found.name!r} ({found.kind}), not {header.name!r} ({header.kind}); "
                "choose another folder, or remove this one first"
            )
    replace_file(root, root / "dataset.json", to_json(dataclasses.replace(header, complete=False)))
    with storing(root):
        (root / "frames").mkdir(exist_ok=True)
        (root / "specimens").mkdir(exist_ok=True)


def attach(root: Path, name: str, data: bytes) -> None:
    """Lay a file beside ``dataset.json``: one of :data:`ATTACHMENTS`."""
    assert name in ATTACHMENTS, name
    replace_file(root, root / name, data)


def write_specimen(root: Path, record: SpecimenRecord, geometry: ply.Geometry | None = None) -> SpecimenRecord:
    """Write a specimen and, where it was rendered, its geometry; give the record with the geometry's hash."""
    _check_name(record.id)
    ids = [defect.id for defect in record.defects]
    assert len(set(ids)) == len(ids), f"{record.id}: defect ids are not unique"
    packed = None if geometry is None else ply.pack(geometry)
    record = dataclasses.replace(record, geometry_sha256=None if packed is None else _sha256(packed))
    with storing(root), new_folder(root, root / "specimens" / record.id) as fresh:
        if packed is not None:
            _write_proved(fresh / "part.ply", packed)
        _write_proved(fresh / "specimen.json", to_json(record))
    return record


def has_specimen(root: Path, specimen: str, digest: str) -> bool:
    """Say whether this specimen is there, whole, and made of what ``digest`` stands for."""
    try:
        record = read_specimen(root, specimen)
        path = root / "specimens" / specimen / "part.ply"
        found = _sha256(path.read_bytes()) if path.exists() else None
    except (OSError, DatasetError):
        return False
    return record.digest == digest and record.geometry_sha256 == found


def has_frame(root: Path, specimen: str, view: str, digest: str) -> bool:
    """Say whether this frame is there, whole, and made of what ``digest`` stands for."""
    folder = root / "frames" / specimen / view
    if not folder.exists():
        return False
    try:
        record = read_frame(root, specimen, view)
        stated = {
            "image.png": record.image_sha256,
            "mask.png": record.mask_sha256,
            "visibility.png": record.visibility_sha256,
            "geometry.exr": record.geometry_sha256,
        }
        return record.digest == digest and all(
            _sha256((folder / name).read_bytes()) == sha256 for name, sha256 in stated.items() if sha256 is not None
        )
    except (OSError, DatasetError):
        return False


def write_frame(  # noqa: PLR0917  a frame and its layers
    root: Path,
    record: FrameRecord,
    image: Grey,
    mask: Instances,
    contrast: Scores | None = None,
    geometry: Mapping[str, np.ndarray] | None = None,
) -> FrameRecord:
    """Write a frame, replacing one of the same name; give the record with sizes, boxes and hashes filled in.

    ``mask`` holds the ids of significant defects only. The areas and boxes in the record are taken from it; areas
    that ``record.defects`` states already must agree. The files are packed, unpacked and compared, and read back
    from the disk, before the frame gets its name. Costs about 25 ms for 1224 x 512 pixels.

    ``contrast`` (h, w) is written as ``visibility.png``, ``geometry`` as ``geometry.exr``; see :mod:`.layers`.
    """
    _check_name(record.specimen)
    _check_name(record.view)
    if image.shape != mask.shape or mask.dtype != np.uint16 or image.dtype not in (np.uint8, np.uint16):
        raise DatasetError(
            f"frame {record.name}: image {image.shape} {image.dtype} and mask {mask.shape} {mask.dtype} do not fit; "
            "both need the same height and width, the image 8 or 16 bits, the mask uint16"
        )
    image_png, mask_png = png.encode(image), png.encode(mask)
    visibility_png = None if contrast is None else layers.encode_visibility(contrast)
    defects = show(mask, record.defects)
    record = dataclasses.replace(
        record,
        width_px=image.shape[1],
        height_px=image.shape[0],
        bits=8 * image.dtype.itemsize,  # type: ignore[arg-type]
        defects=defects if contrast is None else layers.measured(defects, mask, contrast),
        image_sha256=_sha256(image_png),
        mask_sha256=_sha256(mask_png),
        visibility_sha256=None if visibility_png is None else _sha256(visibility_png),
    )
    with storing(root), new_folder(root, root / "frames" / record.specimen / record.view) as fresh:
        _write_proved(fresh / "image.png", image_png)
        _write_proved(fresh / "mask.png", mask_png)
        if visibility_png is not None:
            _write_proved(fresh / "visibility.png", visibility_png)
        if geometry is not None:
            layers.write_geometry(fresh / "geometry.exr", geometry)
            written = (fresh / "geometry.exr").read_bytes()
            record = dataclasses.replace(record, geometry_sha256=_sha256(written))
        _write_proved(fresh / "frame.json", to_json(record))
    return record


@dataclass(frozen=True)
class Finished:
    """What :func:`finish` found and did."""

    header: Header
    removed: tuple[str, ...]
    """Frames and specimens that were there and no longer belong."""
    lacking: tuple[str, ...] = ()
    """What specimens lack of that which was drawn for them, a line for each kind."""


def finish(
    root: Path,
    header: Header,
    frames: Iterable[tuple[str, str]] | None = None,
    split: Split | SplitRule | None = None,
) -> Finished:
    """Derive the manifests from what is there, and so make the dataset one that can be opened.

    ``frames`` lists (specimen, view) of all that belong: others are removed, and a missing one is a
    :class:`DatasetError`. A rule is drawn over the specimens that are there; a split that was drawn already is kept.
    """
    removed = [] if frames is None else _keep_only(root, set(frames))
    specimens = {path.name: read_specimen(root, path.name) for path in _folders(root / "specimens")}
    records = [read_frame(root, path.parent.name, path.name) for path in _frame_folders(root)]
    for record in records:
        if record.specimen not in specimens:
            raise DatasetError(f"{root}/frames/{record.name}: its specimen has no specimen.json; make it again")
    entries = [index.entry_of(record) for record in records]
    table = index.pack(entries)
    digests = {"frames.npy": _sha256(table)}
    for name in ATTACHMENTS:
        if (root / name).is_file():
            digests[name] = _sha256((root / name).read_bytes())
    replace_file(root, root / index.FILE, table)
    if isinstance(split, SplitRule):
        split = draw_split(members(specimens.values(), entries, by=split.by), split)
    if split is not None:
        text = to_json(split)
        digests["splits.json"] = _sha256(text)
        replace_file(root, root / "splits.json", text)
    else:
        (root / "splits.json").unlink(missing_ok=True)
    done = dataclasses.replace(
        header,
        counts=_counts(specimens.values(), entries),
        digests={**header.digests, **digests},
        complete=True,
    )
    replace_file(root, root / "dataset.json", to_json(done))
    clear(root)
    return Finished(done, tuple(removed), lacking(specimens.values()))


def _keep_only(root: Path, wanted: set[tuple[str, str]]) -> list[str]:
    """Remove frames that are not wanted and specimens that are left without any; give their names."""
    present = {(path.parent.name, path.name) for path in _frame_folders(root)}
    missing = sorted(wanted - present)
    if missing:
        some = ", ".join("/".join(name) for name in missing[:3])
        raise DatasetError(
            f"{root}: {len(missing)} of {len(wanted)} frames are not there ({some} ...); "
            "run the command that makes the dataset again: what is finished is kept"
        )
    removed = []
    used = {specimen for specimen, _ in wanted}
    with storing(root):
        for specimen, view in sorted(present - wanted):
            shutil.rmtree(root / "frames" / specimen / view)
            removed.append(f"frames/{specimen}/{view}")
        for kind in ("frames", "specimens"):
            for folder in _folders(root / kind):
                if folder.name not in used:
                    shutil.rmtree(folder)
                    if kind == "specimens":
                        removed.append(f"specimens/{folder.name}")
    return removed


def _folders(parent: Path) -> list[Path]:
    with storing(parent):
        return sorted(Path(entry.path) for entry in os.scandir(parent) if entry.is_dir(follow_symlinks=False))


def _frame_folders(root: Path) -> list[Path]:
    return [view for specimen in _folders(root / "frames") for view in _folders(specimen)]


def _counts(specimens: Iterable[SpecimenRecord], entries: list[index.FrameEntry]) -> dict[str, int]:
    defective = [one.defective for one in specimens]
    return {
        "specimens": len(defective),
        "defective_specimens": sum(defective),
        "frames": len(entries),
        "frames_with_defects": sum(entry.defective for entry in entries),
        "defect_px": sum(entry.defect_px for entry in entries),
        "image_px": sum(entry.width_px * entry.height_px for entry in entries),
    }


def _write_proved(path: Path, data: bytes) -> None:
    """Write a file and read it back: a disk that lies is found out while the pixels still exist."""
    with path.open("x+b") as file:
        file.write(data)
        file.seek(0)
        found = file.read()
    if found != data:
        raise StorageError(f"{path}: what the disk gives back is not what was written; check the disk")


def _check_name(name: str) -> None:
    if not is_name(name):
        raise DatasetError(
            f"{name!r} cannot name a specimen or a view: letters, digits, '_', '-' and '.', at most 100 of them"
        )


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
