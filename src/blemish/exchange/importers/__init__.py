"""The foreign formats that can be brought in: one file each, found here by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from blemish.exchange.foreign import Folder
from blemish.exchange.sample import Foreign
from blemish.plugins import Catalogue
from blemish.settings import fault_of

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


def _fault(_name: str, thing: Any) -> str:
    if not isinstance(thing, Importer):
        return f"it is to be a blemish.exchange.importers.Importer, and is a {type(thing).__name__}"
    return fault_of(thing.options)


CATALOGUE = Catalogue("importers", "importer", tuple(IMPORTERS), _fault)
"""The formats above, and those that packages offer under ``blemish.importers``, each as an :class:`Importer`."""


def importer(name: str) -> Importer:
    """Give an importer by its name; :class:`~blemish.errors.PluginError` if there is none, or it cannot be used."""
    if name not in IMPORTERS:
        offered: Importer = CATALOGUE.load(name)
        return offered
    found: Importer = import_module(f"{__name__}.{name.replace('-', '_')}").IMPORTER
    return found
