"""What all importers share: from the photographs that one found to a finished dataset, and the account of it."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from blemish.dataset import write
from blemish.dataset.record import Header, to_json
from blemish.dataset.split import Split, SplitRule
from blemish.disk import alone, storing
from blemish.errors import BlemishError, ForeignDataError, RequestError
from blemish.exchange.dealing import deal, near, rule_of
from blemish.exchange.foreign import Folder
from blemish.exchange.importers import CATALOGUE, IMPORTERS, importer
from blemish.exchange.naming import Gathered, gather
from blemish.exchange.posed import digest_of, place, read_cell
from blemish.exchange.sample import Foreign
from blemish.exchange.summary import Summary
from blemish.exchange.taking import Advance, Taken, Taking, take_all
from blemish.plugins import versions
from blemish.settings import plain, read


def bring_in(
    name: str,
    src: Path,
    dst: Path,
    *,
    options: Mapping[str, Any] | None = None,
    split: str | SplitRule | None = None,
    skip_bad: bool = False,
    poses: Path | None = None,
    plan: Path | None = None,
    workers: int | None = None,
    advance: Advance = lambda _done, _total, _note: None,
) -> Summary:
    """Bring a foreign set of photographs into a new dataset in ``dst``.

    ``name`` is one of :data:`~blemish.exchange.importers.IMPORTERS`; ``options`` are the fields of its ``Options``.
    ``split`` is ``None`` (the importer's own, which tears no object apart), ``"paper"`` (that of the published
    protocol), ``"none"``, shares like ``"4:1"`` or ``"3:1:1"``, or a rule. ``poses`` is a table (see :mod:`posed`) that
    gives each photograph an object and a view of ``plan`` (preset: the ``plan.json`` beside the table).

    A file that cannot be used is a :class:`ForeignDataError` that names it, and nothing is left in ``dst``; with
    ``skip_bad`` the import goes on without it and lists it. Into a folder that an import has filled already, only the
    same import may go again: what its source holds no more is removed and told.
    """
    chosen: Any = read(importer(name).options, dict(options or {}), f"the options of `import {name}`")
    folder = Folder(Path(src), left_out=[] if skip_bad else None)
    dst = Path(dst)
    if dst.resolve().is_relative_to(folder.root.resolve()):
        raise RequestError(f"{dst}: the dataset would lie inside {src}, which it is made from; choose another folder")
    cell = _cell(poses, plan)
    came = {
        "format": name,
        "options": plain(chosen),
        "source": _source(folder.root),
        "poses": "" if poses is None or cell is None else digest_of(Path(poses), cell),
    }
    fresh = _is_fresh(dst, came)
    foreign = _found(name, folder, chosen)
    if poses is not None and cell is not None:
        foreign = dataclasses.replace(foreign, samples=place(foreign.samples, Path(poses), cell, folder))
    rule = rule_of(split, foreign, name)
    specimens = gather(foreign.samples)
    header, work = _header(name, foreign, cell), Taking(folder, dst, cell)
    with alone(dst.absolute(), tidy=True):
        try:
            _begin(work, header, came)
            taken = list(take_all(work, specimens, advance, workers))
            return _finished(work, header, foreign, specimens, taken, rule, came)
        except BlemishError:
            if fresh:
                _remove(dst)
            raise


def _cell(poses: Path | None, plan: Path | None) -> Cell | None:
    """Read the plan that a table of poses names views of; :class:`RequestError` for a plan without a table."""
    if poses is not None:
        return read_cell(plan or Path(poses).with_name("plan.json"))
    if plan is not None:
        raise RequestError(f"{plan}: a plan says nothing without a table that tells which photograph is which view")
    return None


def _header(name: str, foreign: Foreign, cell: Cell | None) -> Header:
    return Header(
        name=name,
        kind="photographs",
        classes=foreign.classes,
        preparation=None if foreign.preparation is None else dict(foreign.preparation),
        software=_software(name),
        camera=None if cell is None else dict(cell.camera),
    )


def _begin(work: Taking, header: Header, came: Mapping[str, Any]) -> None:
    """Open the dataset; from here on another import into it is refused, even if this one is killed."""
    write.create(work.dst, header)
    if work.cell is not None:
        write.attach(work.dst, "plan.json", work.cell.text)
    if not (work.dst / "import.json").exists():
        write.attach(work.dst, "import.json", to_json(came))


def _found(name: str, folder: Folder, chosen: Any) -> Foreign:
    """Let an importer look; :class:`ForeignDataError` where it finds nothing."""
    kind = importer(name)
    foreign = kind.find(folder, chosen)
    if not foreign.samples:
        bad = f"; the first of {len(folder.left_out)} bad files: {folder.left_out[0][1]}" if folder.left_out else ""
        raise ForeignDataError(f"{folder.root}: there is nothing to import; {name} has this layout: {kind.layout}{bad}")
    return foreign


def _finished(  # noqa: PLR0917  all that an import knows of itself
    work: Taking,
    header: Header,
    foreign: Foreign,
    specimens: list[Gathered],
    taken: list[Taken],
    rule: SplitRule | None,
    came: Mapping[str, Any],
) -> Summary:
    """Deal what was taken into sets, write what is known of it all, and close the dataset."""
    skipped = (*(work.folder.left_out or ()), *(one for some in taken for one in some.skipped))
    taken = [one for one in taken if one.entries]
    if not taken:
        raise ForeignDataError(f"no photograph could be used; the first: {skipped[0][1]}")
    entries = [entry for one in taken for entry in one.entries]
    looks = {name: look for one in taken for name, look in one.looks.items()}
    official = {f"{one.id}/{view}": sample.official_set for one in specimens for view, sample in one.views.items()}
    drawn = None if rule is None else deal([one.record for one in taken], entries, official, rule)
    alike = near(work.dst, entries, looks, drawn) if work.cell is None else ()
    summary = _account(foreign, taken, drawn)
    summary = dataclasses.replace(summary, notes=(*summary.notes, *alike), skipped=skipped, **came)
    write.attach(work.dst, "import.json", to_json(summary))
    frames = [(entry.specimen, entry.view) for entry in entries]
    finished = write.finish(work.dst, header, frames=frames, split=drawn)
    return dataclasses.replace(summary, removed=finished.removed)


def _source(folder: Path) -> str:
    """Name a source: its last name, and a digest of its place that tells it from others called so."""
    place = folder.resolve()
    return f"{place.name}-{hashlib.sha256(place.as_posix().encode()).hexdigest()[:8]}"


def _is_fresh(dst: Path, came: Mapping[str, Any]) -> bool:
    """Say whether nothing is in ``dst``; :class:`RequestError` where there is another import, which would go."""
    with storing(dst):
        if dst.exists() and not dst.is_dir():
            raise RequestError(f"{dst}: this is a file; the dataset needs a new folder")
        fresh = not dst.exists() or not any(dst.iterdir())
        path = dst / "import.json"
        is_told, frames = path.is_file(), dst / "frames"
        if not is_told and frames.is_dir() and any(frames.iterdir()):
            raise RequestError(f"{dst}: here is a dataset that no import told of; choose a new folder")
        text = path.read_bytes() if is_told else b"{}"
    try:
        told = json.loads(text)
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise RequestError(f"{path}: damaged, so what this folder holds cannot be told; choose a new folder")
    differing = [
        f"{key} {told.get(key, '')!r}, not {value!r}" for key, value in came.items() if told.get(key, "") != value
    ]
    if told and differing:
        raise RequestError(
            f"{dst}: here is the import of {'; '.join(differing)}: this one would remove it; choose a new folder"
        )
    return fresh


def _account(foreign: Foreign, taken: list[Taken], drawn: Split | None) -> Summary:
    """Count what was read, kept and dropped."""
    entries = [entry for one in taken for entry in one.entries]
    marks = Counter(defect.kind for one in taken for defect in one.record.defects)
    covered = sum(one.covered_px for one in taken)
    notes = (f"{covered} pixels are claimed by two marks; the later mark has them",) if covered else ()
    sets: Counter[str] = Counter()
    if drawn is not None:
        homes = drawn.of()
        sets.update(homes[entry.name if drawn.rule.by == "frame" else entry.specimen] for entry in entries)
    return Summary(
        read=foreign.read,
        kept=len(entries),
        with_defects=sum(entry.defective for entry in entries),
        marks=dict(sorted(marks.items())),
        specimens=len(taken),
        dropped=dict(foreign.dropped),
        notes=(*foreign.notes, *notes),
        sets={} if drawn is None else {one: sets[one] for one in drawn.sets},
        split=None if drawn is None else drawn.rule,
    )


def _software(name: str) -> dict[str, str]:
    from importlib.metadata import version

    told = {package: version(package) for package in ("blemish", "numpy", "opencv-python-headless", "pillow")}
    return told if name in IMPORTERS else {**told, **versions([CATALOGUE.offer(name)])}


def _remove(dst: Path) -> None:
    """Take away a dataset that was begun here and failed."""
    for name in ("dataset.json", "import.json", "plan.json", "frames.npy", "splits.json"):
        with suppress(OSError):  # the error that is on its way says what is wrong here
            (dst / name).unlink()
    for name in ("frames", "specimens", ".partial"):
        shutil.rmtree(dst / name, ignore_errors=True)
