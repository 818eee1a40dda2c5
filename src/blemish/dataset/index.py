"""``frames.npy``: the list of all frames as one flat table that is mapped, not read.

Opening a dataset of 100 000 frames costs little more than opening one of ten: only the names are looked at, once.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, overload

import numpy as np

from blemish.dataset.record import FrameRecord, is_name
from blemish.errors import DatasetError

FILE = "frames.npy"
_COLUMNS = ("specimen", "view", "digest", "width_px", "height_px", "bits", "defects", "defect_px")


@dataclass(frozen=True)
class FrameEntry:
    """What the table knows of one frame; the rest is in its ``frame.json``."""

    specimen: str
    view: str
    digest: str
    width_px: int
    height_px: int
    bits: int
    defects: int
    """How many significant defects its mask shows."""
    defect_px: int
    """How many pixels of its mask are not 0."""

    @property
    def name(self) -> str:
        """``specimen/view``: the frame's folder under ``frames``."""
        return f"{self.specimen}/{self.view}"

    @property
    def defective(self) -> bool:
        """Whether the mask shows a defect; a defective specimen has views that show none."""
        return self.defect_px > 0


def entry_of(record: FrameRecord) -> FrameEntry:
    """Give a frame's row of the table."""
    shown = [one for one in record.defects if one.box_px is not None]
    return FrameEntry(
        specimen=record.specimen,
        view=record.view,
        digest=record.digest,
        width_px=record.width_px,
        height_px=record.height_px,
        bits=record.bits,
        defects=len(shown),
        defect_px=sum(one.area_px for one in shown),
    )


def pack(entries: Iterable[FrameEntry]) -> bytes:
    """Write entries as the bytes of ``frames.npy``, sorted by specimen and view."""
    listed = sorted(entries, key=lambda entry: (entry.specimen, entry.view))
    widths = [max([1, *(len(getattr(entry, name)) for entry in listed)]) for name in _COLUMNS[:3]]
    kinds = [f"S{width}" for width in widths] + ["<u4", "<u4", "u1", "<u4", "<u8"]
    table = np.zeros(len(listed), np.dtype(list(zip(_COLUMNS, kinds, strict=True))))
    for name in _COLUMNS:
        if listed:
            table[name] = [getattr(entry, name) for entry in listed]
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, table, version=(1, 0), allow_pickle=False)
    return buffer.getvalue()


def load(root: Path) -> Frames:
    """Map the table of a dataset."""
    path = root / FILE
    try:
        table = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError, SyntaxError) as error:
        raise DatasetError(f"{path}: the list of frames cannot be read ({error}); {_CURE}") from None
    if table.ndim != 1 or table.dtype.names is None or set(_COLUMNS) - set(table.dtype.names):
        raise DatasetError(f"{path}: the list of frames has other columns than its format says; {_CURE}")
    for column in ("specimen", "view"):
        for name in sorted(set(table[column].tolist())):
            text = bytes(name).decode("ascii", "replace")
            if not is_name(text):
                raise DatasetError(f"{path}: {text!r} cannot name a specimen or a view; {_CURE}")
    return Frames(table)


_CURE = "run the command that made the dataset again: finished frames are kept and the list is derived anew"


class Frames(Sequence[FrameEntry]):
    """Frames in the order of the table; a slice, or a split, is the same table through other indices."""

    def __init__(self, table: np.ndarray, chosen: np.ndarray | None = None) -> None:
        self.table = table
        self.chosen = chosen

    def __len__(self) -> int:
        return len(self.table) if self.chosen is None else len(self.chosen)

    @overload
    def __getitem__(self, index: int) -> FrameEntry: ...
    @overload
    def __getitem__(self, index: slice) -> Frames: ...
    def __getitem__(self, index: int | slice) -> FrameEntry | Frames:
        if isinstance(index, slice):
            return self.at(np.arange(len(self))[index])
        if not -len(self) <= index < len(self):
            raise IndexError(f"frame {index} of {len(self)}")
        return _entry(self.table[index if self.chosen is None else self.chosen[index]])

    def __iter__(self) -> Iterator[FrameEntry]:
        return (self[index] for index in range(len(self)))

    def at(self, indices: np.ndarray) -> Frames:
        """Give the frames at these places of this sequence."""
        return Frames(self.table, indices if self.chosen is None else self.chosen[indices])

    def where(self, keep: np.ndarray) -> Frames:
        """Give the frames for which ``keep``, shape (n,), is true."""
        return self.at(np.flatnonzero(keep))

    def column(self, name: str) -> np.ndarray:
        """Give one column of the table for these frames, shape (n,); names come as bytes."""
        return self.table[name] if self.chosen is None else self.table[name][self.chosen]

    def names(self) -> np.ndarray:
        """Give ``specimen/view`` of every frame as bytes, shape (n,)."""
        return np.char.add(np.char.add(self.column("specimen"), b"/"), self.column("view"))


def _entry(row: Any) -> FrameEntry:
    specimen, view, digest = (bytes(row[name]).decode("ascii", "replace") for name in _COLUMNS[:3])
    return FrameEntry(specimen, view, digest, *(int(row[name]) for name in _COLUMNS[3:]))
