"""The photographs to fit to: places without defects, in groups, a part of which is kept from the fit."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np

from blemish.arrays import Grey, Mask
from blemish.dataset import open_dataset
from blemish.errors import RequestError
from blemish.exchange.foreign import Folder
from blemish.fit.features import WINDOW_PX, Look
from blemish.seeds import stream

STRIDE = 8
"""The whole picture is looked at on every eighth pixel."""
AWAY_PX = 24
"""How far windows stay from defects."""
TRIES = 60
WINDOWS = 6
"""How many windows are taken of each photograph, at places that are the same in all of them, and in renders."""


@dataclass(frozen=True, eq=False)
class Photograph:
    """A photograph of correct surface, or one whose defects are known."""

    name: str
    group: str
    look: Look


@dataclass(frozen=True, eq=False)
class Photographs:
    """Those that are fitted to, and those that are kept apart, in whole groups."""

    fitted: tuple[Photograph, ...]
    held_out: tuple[Photograph, ...]
    size_px: tuple[int, int]
    """Width and height that all have; others are left out."""
    left_out: int


def read_photographs(source: Path, *, groups: tuple[str, ...] = (), most: int = 8) -> Photographs:
    """Read photographs from a dataset or a folder of images (each then its own group).

    A third of the groups is held out, drawn by name; with two groups it is one. Of each group at most ``most``
    photographs are taken, evenly over its list. ``groups`` restricts which are looked at. Windows never show a defect
    that a dataset's mask knows. Raises :class:`RequestError` where nothing is left to fit to.
    """
    found = _of_dataset(source, groups, most) if (source / "dataset.json").is_file() else _of_folder(source, groups)
    if not found:
        asked = f" of the groups {', '.join(groups)}" if groups else ""
        raise RequestError(f"{source}: no photographs{asked} to fit to; give a dataset or a folder of images")
    sizes = [image.shape for _, _, image, _ in found]
    usual = max(sorted(set(sizes)), key=sizes.count)
    if min(usual) < WINDOW_PX:
        raise RequestError(f"{source}: photographs of {usual[1]} x {usual[0]} px are smaller than {WINDOW_PX} px")
    kept = [
        Photograph(name, group, look)
        for name, group, image, mask in found
        if image.shape == usual and (look := look_at(image, mask)) is not None
    ]
    fitted, held_out = _parted(kept, source)
    return Photographs(fitted, held_out, (usual[1], usual[0]), len(found) - len(kept))


def look_at(image: Grey, mask: Mask) -> Look | None:
    """Take a picture's coarse whole and windows at places that are the same for all pictures of its size.

    ``None`` where there is no room beside the defects.
    """
    grey = image.astype(np.float32) / np.float32(np.iinfo(image.dtype).max)
    import cv2

    near = cv2.dilate(mask.astype(np.uint8), np.ones((2 * AWAY_PX + 1,) * 2, np.uint8)) > 0
    coarse = grey[STRIDE // 2 :: STRIDE, STRIDE // 2 :: STRIDE].copy()
    coarse[near[STRIDE // 2 :: STRIDE, STRIDE // 2 :: STRIDE]] = np.nan
    taken = []
    for top, left in corners(image.shape[1], image.shape[0], TRIES):
        window = (slice(top, top + WINDOW_PX), slice(left, left + WINDOW_PX))
        if not near[window].any():
            taken.append(grey[window])
        if len(taken) == WINDOWS:
            return Look(coarse, tuple(taken))
    return None


def corners(width_px: int, height_px: int, count: int) -> list[tuple[int, int]]:
    """Give the upper left corners of windows, spread evenly by an additive recurrence (Roberts' R2 sequence)."""
    index = np.arange(1, count + 1)
    x, y = (0.5 + index * 0.7548776662466927) % 1, (0.5 + index * 0.5698402909980532) % 1
    left, top = (x * (width_px - WINDOW_PX)).astype(int), (y * (height_px - WINDOW_PX)).astype(int)
    return list(zip(top.tolist(), left.tolist(), strict=True))


Found = list[tuple[str, str, Grey, Mask]]


def _of_dataset(source: Path, groups: tuple[str, ...], most: int) -> Found:
    dataset = open_dataset(source)
    frames: dict[str, list[int]] = {}
    for number, frame in enumerate(dataset.frames):
        frames.setdefault(frame.specimen, []).append(number)
    strange = [name for name in groups if name not in frames]
    if strange:
        raise RequestError(f"{source}: there is no group {', '.join(strange)}; there are {', '.join(sorted(frames))}")
    found: Found = []
    for group in sorted(groups or frames):
        of_group = [dataset.frames[number] for number in frames[group]]
        usual = max(of_group, key=lambda one: sum(o.width_px == one.width_px for o in of_group))
        of_group = [one for one in of_group if (one.width_px, one.height_px) == (usual.width_px, usual.height_px)]
        step = max(len(of_group) / most, 1.0)
        for frame in [of_group[int(i * step)] for i in range(min(most, len(of_group)))]:
            found.append((frame.view, group, dataset.image(frame), dataset.defect_mask(frame)))
    return found


def _of_folder(source: Path, groups: tuple[str, ...]) -> Found:
    if not source.is_dir():
        raise RequestError(f"{source}: there is no such folder; give a dataset or a folder of images")
    if groups:
        raise RequestError(f"{source}: only datasets have groups; leave --group out, or import the photographs first")
    found: Found = []
    folder = Folder(source)
    for name in folder.files():
        image, stem = folder.grey(name), PurePosixPath(name).stem
        found.append((stem, stem, image, np.zeros(image.shape, dtype=bool)))
    return found


def _parted(kept: list[Photograph], source: Path) -> tuple[tuple[Photograph, ...], tuple[Photograph, ...]]:
    names = sorted({photograph.group for photograph in kept})
    if len(names) < 2:
        raise RequestError(
            f"{source}: {len(names)} group{'s' if len(names) != 1 else ''} of photographs with {WINDOW_PX} px of room "
            "beside defects: one is fitted to and another held out, so at least two are needed"
        )
    order = stream(0, "fit", "held out").permutation(len(names))
    held = {names[i] for i in order[: max(1, round(len(names) / 3))]}
    return (
        tuple(one for one in kept if one.group not in held),
        tuple(one for one in kept if one.group in held),
    )
