"""The transfer table as a file: how well one target is learned from several sources by several networks.

A row is a source, alone or fine-tuned on the target's own few images, seen plainly or as an exposure stack; a column is
a network; a cell is a training and its evaluation on the target. The target's own images alone are the first row.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from annotated_types import Interval, MinLen
from pydantic import StringConstraints

from blemish.dataset.read import open_dataset
from blemish.errors import BlemishError, PluginError, StudyError
from blemish.evaluate.objects import ObjectRule
from blemish.evaluate.scarcity import Few, Scarcity, narrowed
from blemish.learn import networks
from blemish.learn.geometry import network_maps
from blemish.learn.protocol import Protocol
from blemish.learn.tune import Grid
from blemish.settings import AtLeastOne, Count, plain, read, read_toml, settings

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$", max_length=80)]
Angle = Annotated[float, Interval(ge=0, le=180)]
Variant = Literal["source", "fine-tuned", "stacked", "stacked fine-tuned"]
OWN_PLACES = ("network", "exposure_stack", "seed")
"""Settings of ``[learn]`` that a table states elsewhere."""


@settings
class Target:
    """The images that everything is tested on; its sets ``train`` and ``val`` are the few real ones to learn from."""

    data: str
    """The dataset's folder; a path from the table's file."""
    variants: tuple[Literal["source", "stacked"], ...] = ("source",)
    """The rows that learn from the target alone: plainly, as an exposure stack."""
    rotation_deg: Angle | None = None
    """Training crops are rotated by up to this; ``None`` is as ``[learn]`` says."""
    few: Scarcity | None = None
    """Further rows that learn from a few of its objects only; ``None`` has none of them."""


@settings
class Source:
    """Images of something else to learn from: a public set, or a synthetic one."""

    data: str
    """The dataset's folder; a path from the table's file."""
    variants: tuple[Variant, ...] = ("source", "fine-tuned")
    """The rows of this source: alone, fine-tuned on the target, and both with the exposure stack."""
    rotation_deg: Angle | None = None
    """Training crops are rotated by up to this (90 for planar material); ``None`` is as ``[learn]`` says."""
    few: tuple[Count, ...] | None = None
    """On how few of the target's objects it is fine-tuned, 0 for all; ``None`` is all, and each number of
    ``target.few``."""
    beside: bool = False
    """Whether every second crop of its fine-tuning still comes from the source, so that it is not forgotten."""
    learn: dict[str, Any] = dataclasses.field(default_factory=dict)
    """Settings of ``[learn]`` that are others for this source and its fine-tuning, as for an ablation."""

    def __post_init__(self) -> None:
        if not self.variants:
            raise ValueError("variants: name at least one; leave the source out if nothing is learned from it")


@settings
class Table:
    """All that a transfer table needs."""

    name: Name
    """Names the folder of its results."""
    target: Target
    """What everything is tested on."""
    sources: dict[Name, Source] = dataclasses.field(default_factory=dict)
    """What is learned from, by name; the rows of the table, in this order."""
    networks: Annotated[tuple[str, ...], MinLen(1)] = ("fcn", "deeplabv3", "unet")
    """The columns."""
    width: AtLeastOne | None = None
    """Channels of the first level of those networks that leave it open (``small``)."""
    seeds: Annotated[tuple[int, ...], MinLen(1)] = (0,)
    """Each cell is trained once with each; mean and standard deviation are printed."""
    exposure_stack: Annotated[tuple[float, ...], MinLen(2)] = (0.0, 1.0, 2.0)
    """The network's channels in the rows with an exposure stack."""
    learn: Protocol = Protocol()
    """How every cell is trained."""
    grid: Grid | None = None
    """Where given, every source is trained with each pair of rate and decay, and the best by validation F1 is used."""
    fine_tuning_epochs: AtLeastOne | None = None
    """At most so many epochs of fine-tuning; ``None`` is as many as ``[learn]`` allows for a training."""
    rule: ObjectRule = ObjectRule()
    """When a defect counts as found."""

    def __post_init__(self) -> None:
        for network in self.networks:
            try:
                networks.is_there(network)
            except PluginError as error:
                raise ValueError(f"networks: {error}") from None
        for what, some in (("networks", self.networks), ("seeds", self.seeds)):
            if len(set(some)) < len(some):
                raise ValueError(f"{what}: one is named twice in {list(some)}")
        if "target" in self.sources:
            raise ValueError("sources: 'target' names the row without a source; choose another name")
        numbers = {0, *(self.target.few.objects if self.target.few else ())}
        for name, source in self.sources.items():
            strange = sorted(set(source.few or ()) - numbers)
            if strange:
                raise ValueError(f"sources.{name}.few: {strange} are not among target.few.objects")
            own = [key for key in OWN_PLACES if key in source.learn]
            if own:
                raise ValueError(f"sources.{name}.learn: the table says {', '.join(own)} itself")
            try:
                departing(self.learn, source.learn)
            except StudyError as error:
                raise ValueError(f"sources.{name}.learn: {'; '.join(error.mistakes)}") from None


@dataclass(frozen=True)
class TableFile:
    """A table with the file it was read from."""

    table: Table
    path: Path
    text: str

    def folder(self, data: str) -> Path:
        """Give the folder of a dataset that the table names."""
        return self.path.parent / data


def departing(learn: Protocol, departures: Mapping[str, Any]) -> Protocol:
    """Give a protocol with some settings changed; :class:`StudyError` tells those that are wrong."""
    if not departures:
        return learn
    values: dict[str, Any] = {**plain(learn), **departures}
    if isinstance(departures.get("augmentation"), dict):
        values["augmentation"] = {**plain(learn.augmentation), **departures["augmentation"]}
    return read(Protocol, {key: value for key, value in values.items() if value is not None}, "learn")


def read_table(path: Path) -> TableFile:
    """Read a table and look at its datasets; one :class:`StudyError` lists every mistake in file and datasets."""
    values = read_toml(path)
    mistakes: list[str] = []
    table = None
    try:
        table = read(Table, values, str(path))
    except StudyError as error:
        mistakes += error.mistakes
    learn = values.get("learn")
    mistakes += [
        f"learn.{key}: the table says this itself, in {'networks' if key == 'network' else key + 's'}"
        if key != "exposure_stack"
        else "learn.exposure_stack: the rows say this themselves, in variants and exposure_stack"
        for key in OWN_PLACES
        if isinstance(learn, dict) and key in learn
    ]
    mistakes += _faults_of_data(path.parent, values)
    if table is not None and not mistakes:
        mistakes += _missing_maps(path.parent, table)
        mistakes += _missing_objects(path.parent, table)
    if mistakes or table is None:
        raise StudyError(str(path), mistakes)
    return TableFile(table, path, path.read_text(encoding="utf-8"))


def _missing_maps(base: Path, table: Table) -> Iterator[str]:
    """Tell datasets that lack what ``learn.geometry`` takes from the CAD model; one frame of each is looked at."""
    named = {"target": table.target.data} | {f"sources.{name}": one.data for name, one in table.sources.items()}
    for place, data in named.items():
        dataset = open_dataset(base / data)
        try:
            network_maps(dataset, dataset.frames[0], table.learn)
        except BlemishError as error:
            yield f"{place}.data: {error}"


def _missing_objects(base: Path, table: Table) -> Iterator[str]:
    """Tell when the target has fewer objects to learn from than a row wants."""
    if table.target.few is None:
        return
    most = Few(max(table.target.few.objects), table.target.few.images_each, 0)
    try:
        narrowed(open_dataset(base / table.target.data), most)
    except BlemishError as error:
        yield f"target.few.objects: {error}"


def _faults_of_data(base: Path, values: dict[str, Any]) -> Iterator[str]:
    """Open every dataset that a file names, however wrong the rest of it is."""
    sources = values.get("sources")
    named = {"target": values.get("target")}
    named |= {f"sources.{name}": one for name, one in sources.items()} if isinstance(sources, dict) else {}
    for place, one in named.items():
        if not isinstance(one, dict) or not isinstance(one.get("data"), str):
            continue  # told as a mistake of the file
        try:
            dataset = open_dataset(base / one["data"])
        except BlemishError as error:
            yield f"{place}.data: {error}"
            continue
        for name in ("train", "val", "test") if place == "target" else ("train", "val"):
            try:
                empty = len(dataset.split(name)) == 0
            except BlemishError as error:
                yield f"{place}.data: {error}"
                break
            if empty:
                yield f"{place}.data: {dataset.root}: the set {name!r} is empty"
