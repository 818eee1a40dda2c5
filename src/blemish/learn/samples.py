"""What a network is shown: sample i of epoch e is a pure function of (seed, e, i).

So neither the number of workers nor a training that was killed and resumed changes what is learned from.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np
from jaxtyping import UInt8

from blemish.arrays import Grey, Instances
from blemish.dataset.index import Frames
from blemish.dataset.read import Dataset
from blemish.dataset.tiles import FrameCache
from blemish.errors import RequestError
from blemish.learn.augment import Label, Variation, as_label, cut, cut_maps, draw_variation, vary
from blemish.learn.channels import Maps
from blemish.learn.crops import draw_window, window_around
from blemish.learn.exposure import Stack, network_input
from blemish.learn.geometry import layers_of
from blemish.learn.labels import IGNORED, folder_name, labelled
from blemish.learn.protocol import Protocol
from blemish.seeds import stream


@dataclass(frozen=True, eq=False)
class Sample:
    """One crop as the network takes it, and its label."""

    image: Stack
    label: Label
    lit: bool
    """False when the image had no lit pixel to centre on."""


@dataclass(frozen=True, eq=False)
class Pictures:
    """The frames of one set, unpacked and mapped from disk."""

    cache: FrameCache
    defective: np.ndarray
    """The frames whose mask shows a defect, shape (n,)."""
    highest: int = 1
    """The highest label: 1 where masks are instance ids, :data:`IGNORED` where they are labels."""
    beside: Pictures | None = None
    """Pictures of something else that every second crop is taken from."""
    _defects: dict[int, np.ndarray] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.cache)

    def pixels(self, index: int) -> tuple[Grey, Instances]:
        """Give image and mask of a frame."""
        return self.cache.image(index), self.cache.mask(index)

    def maps(self, index: int) -> Maps | None:
        """Give what the CAD model says of a frame, where the network takes that."""
        return self.cache.maps(index)

    def labels(self, index: int) -> tuple[Grey, UInt8[np.ndarray, "h w"]]:
        """Give image and labels of a frame."""
        image, mask = self.pixels(index)
        return image, as_label(mask, self.highest)

    def defect_pixels(self, index: int, mask: Instances) -> np.ndarray:
        """List the defect pixels of a frame as flat indices, those that count if any do; they are few and kept."""
        if index not in self._defects:
            found = np.flatnonzero(mask)
            counting = found[mask.ravel()[found] < IGNORED] if self.highest == IGNORED else found
            self._defects[index] = (counting if len(counting) else found).astype(np.int32)
        return self._defects[index]


def frames_of(dataset: Dataset, split: str) -> Frames:
    """Give the frames of one set; :class:`RequestError` when it has none."""
    frames = dataset.split(split)
    if len(frames) == 0:
        raise RequestError(f"{dataset.root}: the set {split!r} is empty; learning needs frames in 'train' and 'val'")
    return frames


def open_pictures(dataset: Dataset, split: str, folder: Path, protocol: Protocol | None = None) -> Pictures:
    """Unpack the frames of one set into a sub-folder of ``folder``, or find them there; labels as a protocol says."""
    frames = frames_of(dataset, split)
    defective = np.flatnonzero(frames.column("defect_px") > 0)
    if protocol is None:
        return Pictures(FrameCache(dataset, folder, frames), defective)
    layers = layers_of(dataset, protocol)
    cache = FrameCache(labelled(dataset, protocol), folder / folder_name(protocol), frames, layers=layers)
    return Pictures(cache, defective, highest=IGNORED if protocol.label == "visible" else 1)


def steps_in_epoch(protocol: Protocol, num_frames: int) -> int:
    """Give the steps of an epoch: what the protocol says, or as many as show each frame once."""
    return protocol.steps_per_epoch or -(-num_frames // protocol.batch)


def training_sample(protocol: Protocol, pictures: Pictures, epoch: int, index: int) -> Sample:
    """Make sample ``index`` of epoch ``epoch``; frames come in shuffled rounds, each frame once a round."""
    rng = stream(protocol.seed, "sample", epoch, index)
    place = epoch * steps_in_epoch(protocol, len(pictures)) * protocol.batch + index
    if pictures.beside is not None:
        place //= 2
        pictures = pictures.beside if index % 2 else pictures
    frame = _frame_at(protocol.seed, len(pictures), place)
    wants_defect = rng.random() < protocol.defect_bias and len(pictures.defective) > 0
    if wants_defect:
        frame = int(pictures.defective[rng.integers(len(pictures.defective))])
    image, mask = pictures.pixels(frame)
    if wants_defect:
        pixels = pictures.defect_pixels(frame, mask)
        pixel = divmod(int(pixels[rng.integers(len(pixels))]), image.shape[1])
        window = window_around(pixel, image.shape, protocol.crop_px)
    else:
        window = draw_window(image, protocol.crop_px, protocol.lit_threshold, rng)
    variation = draw_variation(protocol.augmentation, rng)
    grey, label = cut(image, mask, window, variation, pictures.highest)
    grey = vary(grey, variation, protocol.augmentation, protocol.lit_threshold, rng)
    maps = cut_maps(pictures.maps(frame), window, variation)
    return Sample(network_input(grey, protocol.exposure_stack, maps), label, window.lit)


def validation_sample(protocol: Protocol, pictures: Pictures, index: int) -> Sample:
    """Make validation crop ``index``: always the same, and not varied.

    Every second one shows a defect, if there are any, away from its centre: few crops shall say much.
    """
    rng = stream(protocol.seed, "validation", index)
    if index % 2 and len(pictures.defective):
        frame = int(pictures.defective[(index // 2) % len(pictures.defective)])
        image, mask = pictures.pixels(frame)
        pixels = pictures.defect_pixels(frame, mask)
        pixel = divmod(int(pixels[rng.integers(len(pixels))]), image.shape[1])
        shift = rng.integers(-protocol.crop_px // 4, protocol.crop_px // 4, size=2)
        pixel = (pixel[0] + int(shift[0]), pixel[1] + int(shift[1]))
        window = window_around(pixel, image.shape, protocol.crop_px)
    else:
        frame = index % len(pictures)
        image, mask = pictures.pixels(frame)
        window = draw_window(image, protocol.crop_px, protocol.lit_threshold, rng)
    grey, label = cut(image, mask, window, Variation(), pictures.highest)
    maps = cut_maps(pictures.maps(frame), window, Variation())
    return Sample(network_input(grey, protocol.exposure_stack, maps), label, window.lit)


def _frame_at(seed: int, num_frames: int, place: int) -> int:
    round_number, position = divmod(place, num_frames)
    return int(_order(seed, num_frames, round_number)[position])


@lru_cache(maxsize=4)
def _order(seed: int, num_frames: int, round_number: int) -> np.ndarray:
    return stream(seed, "order", round_number).permutation(num_frames)
