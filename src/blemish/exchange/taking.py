"""From the photographs of each group to frames and a specimen of a dataset: read, marks numbered, written, told.

A frame whose digest is there already, of the same photograph and what is told of it, is not written again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from blemish.dataset import write
from blemish.dataset.ahead import in_order
from blemish.dataset.index import FrameEntry, entry_of
from blemish.dataset.near import Look, look_of
from blemish.dataset.record import DefectRecord, FrameRecord, SpecimenRecord
from blemish.errors import ForeignDataError
from blemish.exchange.foreign import Folder
from blemish.exchange.naming import Gathered
from blemish.exchange.posed import Cell
from blemish.exchange.sample import Annotated, Sample
from blemish.settings import canonical

Advance = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Taking:
    """Where photographs are taken from, where to, and the cell that they were taken in, where that is known."""

    folder: Folder
    dst: Path
    cell: Cell | None


@dataclass(frozen=True)
class Taken:
    """What became of one group."""

    record: SpecimenRecord
    entries: tuple[FrameEntry, ...]
    covered_px: int
    looks: dict[str, Look]
    """What each photograph looks like, by frame."""
    skipped: tuple[tuple[str, str], ...]


def take_all(work: Taking, specimens: list[Gathered], advance: Advance, workers: int | None) -> Iterator[Taken]:
    """Take in group by group, several at a time, told in order."""
    total, done = sum(len(one.views) for one in specimens), 0
    for one, taken in in_order(lambda one: _take(work, one), specimens, workers):
        done += len(one.views)
        advance(done, total, one.id)
        yield taken


def _take(work: Taking, specimen: Gathered) -> Taken:
    """Read the photographs of one group, number their marks, and write frames and specimen."""
    defects: list[DefectRecord] = []
    entries, skipped, covered = [], [], 0
    looks: dict[str, Look] = {}
    for view, sample in specimen.views.items():
        try:
            photograph = sample.load()
            if work.cell is not None:
                work.cell.check_size(photograph.image, sample.file)
        except ForeignDataError as error:
            if work.folder.left_out is None:
                raise
            skipped.append((sample.file, str(error)))
            continue
        if len(defects) + len(photograph.kinds) > 65535:
            raise ForeignDataError(
                f"{sample.file}: group {specimen.group!r} has more than 65535 marks; use a finer grouping"
            )
        entries.append(_write(work, (specimen.id, view), sample, photograph, first=len(defects) + 1))
        defects += [DefectRecord(id=len(defects) + n, kind=kind) for n, kind in enumerate(photograph.kinds, start=1)]
        covered += photograph.covered_px
        looks[entries[-1].name] = look_of(photograph.image)
    record = SpecimenRecord(
        id=specimen.id,
        defective=bool(defects),
        defects=tuple(defects),
        source={"group": specimen.group},
        part_digest=None if work.cell is None else work.cell.part_digest or None,
    )
    if entries:
        write.write_specimen(work.dst, record)
    return Taken(record, tuple(entries), covered, looks, tuple(skipped))


def _write(work: Taking, name: tuple[str, str], sample: Sample, photograph: Annotated, *, first: int) -> FrameEntry:
    """Write one photograph as a frame; its marks are numbered from ``first``."""
    specimen, view = name
    mask = photograph.labels
    if first > 1 and photograph.kinds:
        mask = np.where(mask > 0, mask + np.uint16(first - 1), np.uint16(0))
    source = {**sample.told, "file": sample.file}
    told: dict[str, Any] = {} if work.cell is None else work.cell.told(sample.view)
    facts = {"source": source, "shape": mask.shape, "bits": str(photograph.image.dtype), **told}
    digest = hashlib.sha256(canonical(facts).encode())
    digest.update(np.ascontiguousarray(photograph.image).data)
    if photograph.kinds:
        digest.update(np.ascontiguousarray(mask).data)
    record = FrameRecord(specimen=specimen, view=view, digest=digest.hexdigest(), source=source, **told)
    if write.has_frame(work.dst, specimen, view, record.digest):
        return entry_of(write.read_frame(work.dst, specimen, view))
    return entry_of(write.write_frame(work.dst, record, photograph.image, mask))
