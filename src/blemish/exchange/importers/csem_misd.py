"""CSEM-MISD: metal parts, each photographed under 108 lights.

Layout: ``<object>/{Train,Test}/<sample>/<prefix>_<sample>_{101..912}.png`` with ``_segmentation.png`` (where the part
is) and ``_mask.png`` (the defects; absent: correct) beside them, one mask for all lights. The first digit of a light
is its elevation, 1 the highest, the last two its azimuth 01 to 12. The published protocol takes the 24 highest lights
as single images. All photographs of a sample stay together; Test is the publisher's.
"""

from __future__ import annotations

import re
from typing import Annotated as Constrained

from annotated_types import Interval

from blemish.dataset.split import SplitRule
from blemish.errors import ForeignDataError
from blemish.exchange.foreign import Folder
from blemish.exchange.importers import Importer
from blemish.exchange.sample import Annotated, Foreign, Sample, marked
from blemish.settings import settings

_LIGHT = re.compile(r"(?P<base>.+)_(?P<elevation>[1-9])(?P<azimuth>0[1-9]|1[0-2])\.png")


@settings
class Options:
    """How CSEM-MISD is read."""

    objects: tuple[str, ...] = ("gear", "screw", "washer")
    """The objects to take; empty: all."""
    lowest_elevation: Constrained[int, Interval(ge=1, le=9)] = 2
    """Take lights of elevation 1 (the highest) down to this one; 2 are the published 24 lights."""


def find(folder: Folder, options: Options) -> Foreign:
    """Find the photographs of each sample under the chosen lights."""
    samples: list[Sample] = []
    seen = left = 0
    taken = [name for name in folder.folders() if not options.objects or name.lower() in options.objects]
    for thing in taken:
        for part in ("Train", "Test"):
            for sample in folder.folders(f"{thing}/{part}") if folder.has_folder(f"{thing}/{part}") else []:
                lights = [(file, _LIGHT.fullmatch(file)) for file in folder.files(sample, (".png",))]
                found = [(file, light) for file, light in lights if light]
                seen += len(found)
                chosen = [(file, light) for file, light in found if int(light["elevation"]) <= options.lowest_elevation]
                left += len(found) - len(chosen)
                samples += [_sample(folder, thing, sample, file, light) for file, light in chosen]
    return Foreign(
        read=seen,
        samples=tuple(samples),
        classes=("defect",),
        split=SplitRule(
            shares={"train": 4.0, "val": 1.0}, why="the publisher's Test; Train 4:1, samples kept together"
        ),
        paper_split=SplitRule(
            shares={"train": 4.0, "val": 1.0}, by="frame", why="the published protocol: single images of Train, 4:1"
        ),
        preparation={"tile_px": [256, 256]},
        dropped={f"light below elevation {options.lowest_elevation}": left} if left else {},
        notes=("one mask of a sample serves for all its lights, whether a light shows the defect or not",),
    )


def _sample(folder: Folder, thing: str, sample: str, file: str, light: re.Match[str]) -> Sample:
    return Sample(
        file=file,
        group="_".join(sample.split("/")).lower(),
        view=f"light_{light['elevation']}{light['azimuth']}",
        load=lambda: _load(folder, file, f"{light['base']}_mask.png"),
        official_set="test" if "/Test/" in file else None,
        told={
            "object": thing,
            "light": {"elevation": int(light["elevation"]), "azimuth_deg": 30 * int(light["azimuth"]) - 30},
        },
    )


def _load(folder: Folder, file: str, mask: str) -> Annotated:
    image = folder.grey(file)
    if not folder.has(mask):
        return marked(image, [], file)
    levels = folder.levels(mask)
    if not levels.any():
        raise ForeignDataError(f"{folder.path(mask)}: this mask is empty; correct samples have none")
    return marked(image, [("defect", levels > 127)], mask)


IMPORTER = Importer(Options, "<object>/{Train,Test}/<sample>/<prefix>_<sample>_<light>.png", find)
