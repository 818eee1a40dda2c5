"""The foreign formats that a dataset can be given out in: one file each, found here by name.

Each exporter writes what its format can hold, and says in words what it cannot.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from blemish.dataset.read import Dataset
from blemish.exchange.picture import Picture
from blemish.plugins import Catalogue
from blemish.settings import fault_of

EXPORTERS = {
    "bop": "BOP: cameras, poses and each specimen's geometry; for rendered images, and photographs with poses",
    "coco": "COCO: one JSON file a set, instances as run lengths; nothing is lost",
    "huggingface": "a folder of images with metadata and a data card, for the Hugging Face `datasets` library",
    "labelme": "one labelme JSON beside each image, as masks (exact) or polygons",
    "masks": "a folder of images and a folder of masks",
    "mvtec": "MVTec AD: correct images to learn from, defective ones to test with",
    "webdataset": "tar shards of image, mask and record",
    "yolo": "YOLO: one text file an image, polygons or boxes",
}
"""Name to what it writes; the file of an exporter has its name."""


@dataclass(frozen=True)
class Exporter:
    """One foreign format."""

    options: type
    """Its settings class."""
    write: Callable[[Dataset, Iterable[Picture], Path, Any], tuple[str, ...]]
    """Writes the pictures into an empty folder; gives what is lost, in sentences."""


def _fault(_name: str, thing: Any) -> str:
    if not isinstance(thing, Exporter):
        return f"it is to be a blemish.exchange.exporters.Exporter, and is a {type(thing).__name__}"
    return fault_of(thing.options)


CATALOGUE = Catalogue("exporters", "exporter", tuple(EXPORTERS), _fault)
"""The formats above, and those that packages offer under ``blemish.exporters``, each as an :class:`Exporter`."""


def exporter(name: str) -> Exporter:
    """Give an exporter by its name; :class:`~blemish.errors.PluginError` if there is none, or it cannot be used."""
    if name not in EXPORTERS:
        offered: Exporter = CATALOGUE.load(name)
        return offered
    found: Exporter = import_module(f"{__name__}.{name}").EXPORTER
    return found
