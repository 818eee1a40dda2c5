"""The foreign formats that can be brought in: one file each, found here by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from blemish.errors import RequestError, did_you_mean
from blemish.exchange.foreign import Folder
from blemish.exchange.sample import Foreign

IMPORTERS = {
    "coco": "images with polygons or run lengths in one COCO file",
    "csem-misd": "CSEM-MISD: metal parts under many lights",
    "dagm": "DAGM 2007: ten artificial textures",
    "ksdd1": "KolektorSDD: fifty commutators",
    "ksdd2": "KolektorSDD2: surfaces of one product",
    "labelme": "photographs annotated with labelme, or another program that writes its JSON",
    "masks": "a folder of images and a folder of masks",
    "mtd": "Magnetic Tile Defects",
    "mvtec": "MVTec AD, or another set in its layout",
    "neu-seg": "NEU-Seg: hot-rolled steel, three classes",
    "severstal": "Severstal: rolled steel, four classes as run lengths",
}
"""Name to what it reads; the file of an importer has its name, with underscores."""


@dataclass(frozen=True)
class Importer:
    """One foreign format: how a folder of it looks, and how its photographs are found."""

    options: type
    """Its settings class."""
    layout: str
    """The folder in one line, for who named another one."""
    find: Callable[[Folder, Any], Foreign]
    """Looks through a folder without reading pixels."""


def importer(name: str) -> Importer:
    """Give an importer by its name."""
    if name not in IMPORTERS:
        hint = did_you_mean(name, IMPORTERS, "known are")
        raise RequestError(f"no importer is called {name!r}; {hint}")
    found: Importer = import_module(f"{__name__}.{name.replace('-', '_')}").IMPORTER
    return found
