"""Magnetic Tile Defects: photographs of tile surfaces, most tiles at six exposures.

Layout: ``MT_{Blowhole,Break,Crack,Fray,Free,Uneven}/Imgs/exp{0-6}_num_{N}.jpg``, the mask beside it as ``.png``. Masks
are anti-aliased, so a pixel is defective above 127; taking everything above 0 makes cracks half as large again.

The published protocol calls Blowhole, Break and Crack defective, Free and Uneven correct (Uneven's masks, which mark
shading, are blanked), and drops Fray. It splits at random, which puts photographs of one tile on both sides; here tiles
stay together unless that split is asked for.

The set does not say which photographs show one tile. ``num`` counts through one long recording, so :func:`series` goes
along it: photographs of like size at different exposures, close together, are one tile. Where a series stays
incomplete, its tile was photographed again nearby, and it joins every series around it that it could belong to: a group
may then hold two tiles. Tiles that were photographed twice, far apart, are listed in :data:`SEEN_AGAIN`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from blemish.dataset.split import SplitRule
from blemish.errors import ForeignDataError
from blemish.exchange.foreign import Folder
from blemish.exchange.importers import Importer
from blemish.exchange.sample import Annotated, Foreign, Sample, marked
from blemish.settings import settings

CLASSES = ("Blowhole", "Break", "Crack", "Fray", "Free", "Uneven")
DEFECTIVE = ("Blowhole", "Break", "Crack")

_STEM = re.compile(r"exp(?P<exposure>[0-6])_num_(?P<number>\d{1,9})")


@settings
class Options:
    """How Magnetic Tile Defects is read."""

    subset: Literal["paper", "all"] = "paper"
    """``paper`` drops Fray and blanks Uneven; ``all`` keeps every class and mask as published."""


@dataclass(frozen=True)
class Photograph:
    """What a file's name and header tell."""

    number: int
    exposure: int
    width_px: int
    height_px: int
    kind: str
    file: str


def find(folder: Folder, options: Options) -> Foreign:
    """Find the photographs, class by class."""
    found = []
    for kind in CLASSES:
        for file in _files(folder, kind):
            with folder.attempt(file):
                found.append(_photograph(folder, kind, file))
    tiles = {one.file: tile for tile, some in enumerate(series(found)) for one in some}
    first = dict.fromkeys(tiles.values(), 10**9)
    for one in found:
        first[tiles[one.file]] = min(first[tiles[one.file]], one.number)
    paper = options.subset == "paper"
    kept = [one for one in found if not (paper and one.kind == "Fray")]
    samples = tuple(
        Sample(
            file=one.file,
            group=f"tile_{first[tiles[one.file]]:06d}",
            view=f"num_{one.number:06d}_exp{one.exposure}",
            load=lambda one=one: _load(folder, one, blank=paper and one.kind not in DEFECTIVE),  # type: ignore[misc]
            told={"class": one.kind, "exposure": one.exposure, "number": one.number},
        )
        for one in kept
    )
    counts = Counter(one.kind for one in found)
    groups = len({sample.group for sample in samples})
    notes = [f"masks are anti-aliased: pixels above 127 are defective; {groups} groups of photographs of one tile"]
    if paper and counts["Uneven"]:
        notes.append(f"the masks of {counts['Uneven']} photographs of class Uneven are blanked: they count as correct")
    return Foreign(
        read=len(found),
        samples=samples,
        classes=DEFECTIVE if paper else tuple(kind for kind in CLASSES if kind != "Free"),
        split=SplitRule(shares={"train": 3.0, "val": 1.0, "test": 1.0}, why="tiles are kept together"),
        paper_split=SplitRule(
            shares={"train": 4.0, "val": 1.0},
            by="frame",
            why="the published protocol: single photographs at random, so most tiles are on both sides",
        ),
        preparation={"pad_px": [640, 448], "tile_px": [320, 224], "split": "4:1, stratified"},
        dropped={"class Fray is not part of the published subset": counts["Fray"]} if paper and counts["Fray"] else {},
        notes=tuple(notes),
    )


def _files(folder: Folder, kind: str) -> list[str]:
    inside = f"MT_{kind}/Imgs"
    return folder.files(inside, (".jpg",)) if folder.has_folder(inside) else []


def _photograph(folder: Folder, kind: str, file: str) -> Photograph:
    match = _STEM.fullmatch(file.rsplit("/", 1)[1][:-4])
    if match is None:
        raise ForeignDataError(f"{folder.path(file)}: files here are called exp<0-6>_num_<number>.jpg")
    width, height = folder.size(file)
    return Photograph(int(match["number"]), int(match["exposure"]), width, height, kind, file)


def _load(folder: Folder, one: Photograph, *, blank: bool) -> Annotated:
    image = folder.grey(one.file)
    if blank:
        return marked(image, [], one.file)
    return marked(image, [(one.kind, folder.levels(f"{one.file[:-4]}.png") > 127)], one.file)


# How photographs of one tile lie in the recording; checked on the set by comparing the pictures themselves.
_STEP = 300  # between neighbours in a series
_LIKE = 0.35  # relative difference of width or height in a series: the tiles are cropped by hand
_FAR, _SAME = 2000, 0.10  # how far away, and how like, another series of the same tile may be
_PIECE = 400  # two incomplete series so close are one, whatever their sizes

SEEN_AGAIN = ((5924, 13636), (9196, 10410), (53080, 65067), (306654, 309443), (355658, 358138))
"""Photographs of one tile far apart in the recording: complete series that were taken twice.

Found by aligning all pairs of pictures of like size and correlating their fine structure: these five pairs correlate
by 0.83 to 0.97, the next by 0.44, and looking at them settles it.
"""


def series(photographs: Sequence[Photograph]) -> list[list[Photograph]]:
    """Gather photographs so that those of one tile are together."""
    found: list[list[Photograph]] = []
    for one in sorted(photographs, key=lambda one: one.number):
        open_ones = [
            (_unlike(some, [one]), index)
            for index, some in enumerate(found)
            if one.number - some[-1].number <= _STEP and one.exposure not in {other.exposure for other in some}
        ]
        likest = min(open_ones, default=(1.0, -1))
        if likest[0] < _LIKE:
            found[likest[1]].append(one)
        else:
            found.append([one])
    return _joined(found)


def _joined(found: list[list[Photograph]]) -> list[list[Photograph]]:
    """Join each incomplete series to those around it that may show the same tile."""
    home = list(range(len(found)))
    incomplete = [len({one.exposure for one in some} - {0}) < 6 for some in found]
    for a, some in enumerate(found):
        for b, others in enumerate(found):
            if a == b or not incomplete[a]:
                continue
            apart = max(others[0].number - some[-1].number, some[0].number - others[-1].number)
            if (apart <= _FAR and _unlike(some, others) <= _SAME) or (incomplete[b] and apart <= _PIECE):
                home = [home[b] if place == home[a] else place for place in home]
    place_of = {one.number: index for index, some in enumerate(found) for one in some}
    for one, other in SEEN_AGAIN:
        if one in place_of and other in place_of:
            a, b = place_of[one], place_of[other]
            home = [home[b] if place == home[a] else place for place in home]
    gathered: dict[int, list[Photograph]] = {}
    for place, some in zip(home, found, strict=True):
        gathered.setdefault(place, []).extend(some)
    return list(gathered.values())


def _unlike(some: list[Photograph], others: list[Photograph]) -> float:
    """Give the relative difference of mean width or height, whichever is larger."""
    worst = 0.0
    for side in ("width_px", "height_px"):
        a = sum(getattr(one, side) for one in some) / len(some)
        b = sum(getattr(one, side) for one in others) / len(others)
        worst = max(worst, abs(a - b) / max(a, b))
    return worst


IMPORTER = Importer(Options, "MT_<class>/Imgs/exp<0-6>_num_<number>.jpg with the mask beside it as .png", find)
