"""What all exporters share: from a dataset to a foreign folder that is there whole or not at all."""

from __future__ import annotations

import shutil
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from blemish.dataset.atomic import storing
from blemish.dataset.read import Dataset
from blemish.errors import DatasetError, RequestError
from blemish.exchange.exporters import exporter
from blemish.exchange.picture import Picture
from blemish.settings import read

Advance = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Exported:
    """What an export wrote, and what the format could not hold."""

    format: str
    frames: int
    sets: dict[str, int]
    lost: tuple[str, ...]

    def __str__(self) -> str:
        sizes = ", ".join(f"{name} {count}" for name, count in self.sets.items())
        return "\n".join([f"{self.format}: {self.frames} images ({sizes})", *(f"  lost: {one}" for one in self.lost)])


def give_out(
    name: str,
    dataset: Dataset,
    dst: Path,
    *,
    options: Mapping[str, Any] | None = None,
    advance: Advance = lambda _done, _total, _note: None,
) -> Exported:
    """Write a dataset in a foreign format into a new folder.

    ``name`` is one of :data:`~blemish.exchange.exporters.EXPORTERS`; ``options`` are the fields of its ``Options``. The
    folder appears when all of it is written.
    """
    kind = exporter(name)
    chosen: Any = read(kind.options, dict(options or {}), f"the options of `export {name}`")
    dst = Path(dst)
    if dst.resolve().is_relative_to(dataset.root.resolve()):
        raise RequestError(f"{dst}: this lies inside the dataset, which may hold nothing else; choose another folder")
    with storing(dst):
        if dst.exists() and (not dst.is_dir() or any(dst.iterdir())):
            raise RequestError(f"{dst}: there is something already; choose a new folder")
    pictures = _pictures(dataset)
    fresh = dst.parent / f".{dst.name}.partial-{uuid.uuid4().hex[:8]}"
    with storing(dst):
        try:
            fresh.mkdir(parents=True)
            lost = kind.write(dataset, _watched(pictures, advance), fresh, chosen)
            if dst.exists():
                dst.rmdir()
            fresh.rename(dst)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    sets = Counter(picture.set for picture in pictures)
    return Exported(name, len(pictures), dict(sets), lost)


def _watched(pictures: list[Picture], advance: Advance) -> Iterator[Picture]:
    for done, picture in enumerate(pictures, start=1):
        yield picture
        advance(done, len(pictures), picture.frame.name)


def _pictures(dataset: Dataset) -> list[Picture]:
    """List every frame with its set; two that would get one file name are an error."""
    if dataset.splits is None:
        found = [Picture(dataset, frame, "all") for frame in dataset.frames]
    else:
        found = [Picture(dataset, frame, name) for name in dataset.splits.sets for frame in dataset.split(name)]
    if not found:
        raise DatasetError(f"{dataset.root}: there are no frames to export")
    stems = Counter(picture.stem for picture in found)
    stem, times = stems.most_common(1)[0]
    if times > 1:
        raise DatasetError(f"{dataset.root}: {times} frames would be called {stem}; rename a specimen or view")
    return found
