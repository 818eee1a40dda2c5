"""Opening a dataset: the list of frames is mapped, images and records are read when they are asked for."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, TypeVar

import numpy as np

from blemish.arrays import Grey, Instances, Mask
from blemish.dataset import index, png
from blemish.dataset.index import FrameEntry, Frames
from blemish.dataset.record import FORMAT, FORMAT_VERSION, FrameRecord, Header, SpecimenRecord, from_json
from blemish.dataset.split import Split
from blemish.errors import DatasetError, RequestError

T = TypeVar("T")

_CURE = "make or import the dataset again: only what is damaged is made anew"


@dataclass(frozen=True, eq=False)
class Dataset:
    """An open dataset. It holds no images and costs the same memory for ten frames as for 100 000."""

    root: Path
    header: Header
    frames: Frames

    def image(self, frame: FrameEntry) -> Grey:
        """Read a frame's image, (h, w) uint8 or uint16; :class:`DatasetError` if it is missing or damaged."""
        return self._pixels(frame, "image.png", frame.bits)

    def mask(self, frame: FrameEntry) -> Instances:
        """Read a frame's instance ids, (h, w) uint16, 0 where there is no significant defect."""
        return self._pixels(frame, "mask.png", 16)

    def packed(self, frame: FrameEntry, name: Literal["image.png", "mask.png"], record: FrameRecord) -> bytes:
        """Give one of a frame's files as it lies there; :class:`DatasetError` unless it is the one that was recorded.

        Costs a hash instead of an unpacking: what passes a file on needs no pixels.
        """
        path = self.root / "frames" / frame.specimen / frame.view / name
        data = _bytes(path)
        if hashlib.sha256(data).hexdigest() != (record.image_sha256 if name == "image.png" else record.mask_sha256):
            raise DatasetError(f"{path}: damaged: its SHA-256 is not the one in frame.json; {_CURE}")
        return data

    def defect_mask(self, frame: FrameEntry) -> Mask:
        """Read where a frame shows significant defects, (h, w) bool."""
        if not frame.defective:
            return np.zeros((frame.height_px, frame.width_px), dtype=bool)
        return self.mask(frame) > 0

    def record(self, frame: FrameEntry) -> FrameRecord:
        """Read all that is known of a frame."""
        return read_frame(self.root, frame.specimen, frame.view)

    def specimen(self, name: str) -> SpecimenRecord:
        """Read all that is known of a specimen."""
        return read_specimen(self.root, name)

    @cached_property
    def splits(self) -> Split | None:
        """Who is in which set and by which rule; ``None`` where the dataset was not split."""
        return read_split(self.root)

    def split(self, name: str) -> Frames:
        """Give the frames of one set, ``train``, ``val`` or ``test``, in the order of the list."""
        if self.splits is None:
            raise RequestError(f"{self.root}: this dataset has no split; give it one when it is made or imported")
        if name not in self.splits.sets:
            raise RequestError(f"{self.root}: no set is named {name!r}; there are {', '.join(self.splits.sets)}")
        column = self.frames.names() if self.splits.rule.by == "frame" else self.frames.column("specimen")
        return self.frames.where(np.isin(column, np.array([one.encode() for one in self.splits.sets[name]] or [b""])))

    def _pixels(self, frame: FrameEntry, name: str, bits: int) -> Any:
        path = self.root / "frames" / frame.specimen / frame.view / name
        try:
            return png.decode(_bytes(path), frame.width_px, frame.height_px, bits)
        except png.DamagedError as error:
            raise DatasetError(f"{path}: damaged: {error}; {_CURE}") from None

    def __reduce__(self) -> Any:
        # A worker process maps the list itself instead of being sent a copy of it.
        return open_dataset, (self.root,)


def open_dataset(root: Path) -> Dataset:
    """Open a dataset for reading; 100 000 frames take some milliseconds, no file of any frame is touched.

    Raises :class:`RequestError` when there is no dataset there, and :class:`DatasetError` when it is damaged, is still
    being made, or is of another version.
    """
    root = Path(root).absolute()
    header = read_header(root)
    if not header.complete:
        raise DatasetError(f"{root}: this dataset was not finished; run the command that makes it again")
    frames = index.load(root)
    if len(frames) != header.counts.get("frames"):
        raise DatasetError(
            f"{root}: dataset.json counts {header.counts.get('frames')} frames, "
            f"{index.FILE} lists {len(frames)}; {_CURE}"
        )
    return Dataset(root, header, frames)


def read_header(root: Path) -> Header:
    """Read ``dataset.json``; a :class:`DatasetError` if it is of a format or version that is not known here.

    Raises :class:`RequestError` when there is none.
    """
    path = root / "dataset.json"
    if not path.is_file():
        what = "there is no such folder" if not root.is_dir() else "this folder is no dataset: it has no dataset.json"
        raise RequestError(f"{root}: {what}; `blemish make` or `blemish import` makes one")
    header = _record(path, Header)
    if header.format != FORMAT or header.version != FORMAT_VERSION:
        raise DatasetError(
            f"{path}: this is {header.format!r} version {header.version}; "
            f"this program reads {FORMAT!r} version {FORMAT_VERSION}; use the program's version that wrote it"
        )
    return header


def read_specimen(root: Path, name: str) -> SpecimenRecord:
    """Read ``specimen.json``."""
    record = _record(root / "specimens" / name / "specimen.json", SpecimenRecord)
    if record.id != name:
        raise DatasetError(f"{root}/specimens/{name}/specimen.json: it says that it is specimen {record.id}; {_CURE}")
    return record


def read_frame(root: Path, specimen: str, view: str) -> FrameRecord:
    """Read ``frame.json``."""
    record = _record(root / "frames" / specimen / view / "frame.json", FrameRecord)
    if (record.specimen, record.view) != (specimen, view):
        raise DatasetError(f"{root}/frames/{specimen}/{view}/frame.json: it says that it is {record.name}; {_CURE}")
    return record


def read_split(root: Path) -> Split | None:
    """Read ``splits.json``; ``None`` if there is none."""
    path = root / "splits.json"
    return _record(path, Split) if path.exists() else None


def _record(path: Path, cls: type[T]) -> T:
    return from_json(cls, _bytes(path), str(path))


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise DatasetError(f"{path}: missing; {_CURE}") from None
    except OSError as error:
        raise DatasetError(f"{path}: cannot be read ({error.strerror}); check its permissions, or {_CURE}") from None
