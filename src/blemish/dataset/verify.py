"""Proving a dataset: every promise of ``FORMAT.md``, checked on the files themselves, every fault told."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from blemish.dataset import index
from blemish.dataset.check import Fault, check_frame, check_specimen
from blemish.dataset.index import FrameEntry
from blemish.dataset.near import Look, in_words, near_duplicates
from blemish.dataset.read import open_dataset, read_header, read_split
from blemish.dataset.record import Header, SpecimenRecord, is_name
from blemish.dataset.split import leaks, members, sets_of_frames
from blemish.dataset.write import ATTACHMENTS
from blemish.errors import DatasetError

_ROOT_FILES = {"dataset.json", "splits.json", index.FILE, "frames", "specimens", *ATTACHMENTS}


@dataclass(frozen=True)
class Verdict:
    """What :func:`verify` found."""

    frames: int
    specimens: int
    faults: tuple[Fault, ...]
    warnings: tuple[str, ...] = field(default=())
    """What the format allows and a person should know."""

    @property
    def ok(self) -> bool:
        """Whether every promise is kept."""
        return not self.faults


def verify(
    root: Path, workers: int | None = None, advance: Callable[[int, int, str], None] = lambda _done, _total, _note: None
) -> Verdict:
    """Check every file of a dataset; about 10 ms a frame of 1224 x 512 pixels, shared by ``workers`` threads.

    Never raises for what is in the folder: whatever is wrong there is a fault. Raises :class:`RequestError` only when
    there is no dataset at all.
    """
    root = Path(root).absolute()
    if not (root / "dataset.json").is_file():
        read_header(root)
    header, faults = _header(root)
    specimens: dict[str, SpecimenRecord | None] = {}
    for name in _folders(root, "specimens", faults):
        specimens[name] = check_specimen(root, name, faults)
    listed = _listed(root, faults)
    # One camera with known poses sees every part from the same places: there the pictures are alike by design.
    is_free = header is not None and header.kind == "photographs" and header.camera is None
    is_compared = is_free and (root / "splits.json").is_file()
    looks: dict[str, Look] = {}
    names = [
        f"{specimen}/{view}"
        for specimen in _folders(root, "frames", faults)
        for view in _folders(root, f"frames/{specimen}", faults)
    ]

    def check(name: str) -> list[Fault]:
        specimen, view = name.split("/")
        owner = specimens.get(specimen)
        return check_frame(root, specimen, view, listed.get(name), owner, looks=looks if is_compared else None)

    with ThreadPoolExecutor(workers or os.cpu_count() or 1) as pool:
        for done, (name, found) in enumerate(zip(names, pool.map(check, names), strict=True), start=1):
            faults += found
            advance(done, len(names), name)
    gone = sorted(set(listed) - set(names))
    faults += [
        Fault("missing", f"frames/{name}", f"{index.FILE} lists this frame and it is not there") for name in gone
    ]
    used = {name.split("/")[0] for name in names}
    faults += [
        Fault("stray", f"specimens/{name}", "no frame shows this specimen") for name in specimens if name not in used
    ]
    known = [one for one in specimens.values() if one is not None]
    warnings = _splits(root, known, list(listed.values()), faults)
    warnings += _near(root, listed, looks) if looks and not faults else []
    if header is not None:
        faults += _sums(header, len(specimens), list(listed.values()))
    return Verdict(len(names), len(specimens), tuple(faults), tuple(warnings))


def _header(root: Path) -> tuple[Header | None, list[Fault]]:
    faults = [
        Fault(
            "stray",
            name,
            "left by a run that was killed; the next run removes it" if name == ".partial" else "no part of a dataset",
        )
        for name in sorted({path.name for path in root.iterdir()} - _ROOT_FILES)
    ]
    try:
        header = read_header(root)
    except DatasetError as error:
        return None, [*faults, Fault("record", "dataset.json", str(error))]
    if not header.complete:
        faults.append(
            Fault("record", "dataset.json", "the dataset was not finished; run the command that makes it again")
        )
    for name, digest in sorted(header.digests.items()):
        if name not in _ROOT_FILES:
            continue
        if not (root / name).is_file():
            faults.append(Fault("missing", name, "dataset.json gives its hash and it is not there"))
        elif hashlib.sha256((root / name).read_bytes()).hexdigest() != digest:
            faults.append(Fault("hash", name, "its SHA-256 is not the one in dataset.json"))
    return header, faults


def _listed(root: Path, faults: list[Fault]) -> dict[str, FrameEntry]:
    try:
        listed = list(index.load(root))
    except DatasetError as error:
        faults.append(Fault("index", index.FILE, str(error)))
        return {}
    by_name = {entry.name: entry for entry in listed}
    if [entry.name for entry in listed] != sorted(by_name, key=lambda name: tuple(name.split("/"))):
        faults.append(Fault("index", index.FILE, "its rows are not sorted, or some are there twice"))
    return by_name


def _splits(root: Path, specimens: list[SpecimenRecord], entries: list[FrameEntry], faults: list[Fault]) -> list[str]:
    try:
        split = read_split(root)
    except DatasetError as error:
        faults.append(Fault("split", "splits.json", str(error)))
        return []
    if split is None:
        return ["splits.json: the dataset is not split; learning needs train and val"]
    dealt = members(specimens, entries, split.rule.by)
    faults += [Fault("split", "splits.json", leak) for leak in leaks(split, dealt)]
    if split.rule.by == "group":
        return []
    set_of = split.of()
    homes: dict[str, set[str]] = {}
    group_of = {one.id: one.stays_with for one in specimens}
    for entry in entries:
        homes.setdefault(group_of.get(entry.specimen, entry.specimen), set()).add(set_of.get(entry.name, ""))
    torn = sum(len(sets) > 1 for sets in homes.values())
    return (
        [f"splits.json: dealt by single images on request; images of {torn} objects are in more than one set"]
        if torn
        else []
    )


def _near(root: Path, listed: dict[str, FrameEntry], looks: dict[str, Look]) -> list[str]:
    """Look for photographs that are nearly one in another set."""
    dataset = open_dataset(root)
    names = sorted(looks)
    sets = sets_of_frames(dataset.splits, dataset.frames)
    found = near_duplicates(names, [looks[name] for name in names], sets, lambda name: dataset.image(listed[name]))
    return [f"splits.json: {in_words(found)}"] if found else []


def _sums(header: Header, specimens: int, entries: list[FrameEntry]) -> Iterator[Fault]:
    found = {
        "specimens": specimens,
        "frames": len(entries),
        "frames_with_defects": sum(entry.defective for entry in entries),
        "defect_px": sum(entry.defect_px for entry in entries),
    }
    for name, number in found.items():
        if header.counts.get(name) != number:
            yield Fault("index", "dataset.json", f"it counts {header.counts.get(name)} {name}, there are {number}")


def _folders(root: Path, where: str, faults: list[Fault]) -> list[str]:
    names: list[str] = []
    if not (root / where).is_dir():
        faults.append(Fault("missing", where, "this folder is missing"))
        return names
    with os.scandir(root / where) as entries:
        for entry in sorted(entries, key=lambda one: one.name):
            if entry.is_dir(follow_symlinks=False) and is_name(entry.name):
                names.append(entry.name)
            else:
                faults.append(Fault("stray", f"{where}/{entry.name}", "no specimen and no frame is called so"))
    return names
