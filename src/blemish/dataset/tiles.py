"""The tile cache: every frame unpacked once, so that a crop is read where it lies instead of decoded.

Cutting 256 x 256 pixels out of a five-megapixel PNG unpacks the other 98 % too. Here all images stand one behind the
other in one flat file, and their masks in another; a crop touches only its own rows, and the operating system keeps
what is used often in memory. Masks without defects are not stored at all.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from blemish.arrays import Grey, Instances
from blemish.dataset.ahead import in_order
from blemish.dataset.atomic import replace_folder, storing, workplace
from blemish.dataset.index import FrameEntry, Frames
from blemish.dataset.read import Dataset
from blemish.errors import StorageError

_LAYOUT = 1
_NOTHING = -1


@dataclass(frozen=True)
class Layers:
    """Maps of 8 bits that are unpacked beside each image."""

    names: tuple[str, ...]
    read: Callable[[FrameEntry], np.ndarray]
    """Gives those of a frame, uint8 (number of names, h, w)."""


class FrameCache:
    """The frames of a dataset, or of one of its sets, as arrays that are mapped from disk.

    Made on first use in ``folder`` (in a sub-folder named by the digests of the frames, so a changed dataset has
    another one) and found again afterwards. Costs :func:`size_bytes` on disk.
    """

    def __init__(
        self,
        dataset: Dataset,
        folder: Path,
        frames: Frames | None = None,
        advance: Callable[[int, int, str], None] = lambda _done, _total, _note: None,
        *,
        layers: Layers | None = None,
    ) -> None:
        self.frames = dataset.frames if frames is None else frames
        self.num_maps = 0 if layers is None else len(layers.names)
        self.folder = folder / _key(self.frames, layers)
        if not (self.folder / "layout.json").is_file():
            _build(dataset, self.frames, self.folder, advance, layers)
        self._map()

    def __len__(self) -> int:
        return len(self.frames)

    def image(self, index: int) -> Grey:
        """Give an image, (h, w) uint8 or uint16, read-only: pixels come from disk as they are touched."""
        height, width, at, _, wide = self._places[index]
        kind = np.uint16 if wide else np.uint8
        raw = self._images[at : at + height * width * (2 if wide else 1)]
        return raw.view(kind).reshape(height, width)

    def mask(self, index: int) -> Instances:
        """Give a mask, (h, w) uint16, read-only; one without defects takes no memory."""
        height, width, _, at, _ = self._places[index]
        if at == _NOTHING:
            return np.broadcast_to(np.uint16(0), (height, width))
        return self._masks[at : at + height * width * 2].view(np.uint16).reshape(height, width)

    def maps(self, index: int) -> np.ndarray | None:
        """Give the maps of a frame, uint8 (n, h, w), read-only; ``None`` where none were asked for."""
        if not self.num_maps:
            return None
        height, width = self._places[index, :2]
        at = int(self._pixels_before[index]) * self.num_maps
        return self._maps[at : at + height * width * self.num_maps].reshape(self.num_maps, height, width)

    def _map(self) -> None:
        self._places = np.load(self.folder / "places.npy", allow_pickle=False)
        self._images = _mapped(self.folder / "images.bin")
        self._masks = _mapped(self.folder / "masks.bin")
        if self.num_maps:
            self._maps = _mapped(self.folder / "maps.bin")
            pixels = self._places[:, 0] * self._places[:, 1]
            self._pixels_before = np.cumsum(pixels) - pixels

    def __getstate__(self) -> dict[str, Any]:
        # A worker process maps the files itself instead of being sent what is in them.
        return {"frames": self.frames, "folder": self.folder, "num_maps": self.num_maps}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._map()


def size_bytes(frames: Frames, num_maps: int = 0) -> int:
    """Give what a cache of these frames takes on disk, with so many maps beside each image."""
    height, width = frames.column("height_px").astype(np.int64), frames.column("width_px").astype(np.int64)
    bytes_a_pixel = frames.column("bits") // 8 + 2 * (frames.column("defect_px") > 0) + num_maps
    return int((height * width * bytes_a_pixel).sum())


def _key(frames: Frames, layers: Layers | None) -> str:
    hasher = hashlib.sha256(str(_LAYOUT).encode())
    for name in ("specimen", "view", "digest"):
        for text in frames.column(name).tolist():
            hasher.update(text + b"\n")
    if layers is not None:
        hasher.update("\n".join(["maps", *layers.names]).encode())
    return hasher.hexdigest()[:32]


def _mapped(path: Path) -> np.ndarray:
    if path.stat().st_size == 0:
        return np.zeros(0, np.uint8)
    return np.memmap(path, np.uint8, mode="r")


def _build(
    dataset: Dataset,
    frames: Frames,
    folder: Path,
    advance: Callable[[int, int, str], None],
    layers: Layers | None,
) -> None:
    """Unpack all frames, decoding on all cores and writing in order; renamed into place when it is whole."""
    with storing(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        needed = size_bytes(frames, 0 if layers is None else len(layers.names))
        free = shutil.disk_usage(folder.parent).free
        if needed > free:
            raise StorageError(
                f"{folder}: the tile cache needs {needed / 1e9:.1f} GB and {free / 1e9:.1f} GB are free; "
                "free some space or name another cache folder"
            )
        with workplace(folder.parent) as place:
            fresh = place / "cache"
            fresh.mkdir()
            places = np.zeros((len(frames), 5), np.int64)
            at_image = at_mask = 0
            with ExitStack() as stack:
                images, masks = (stack.enter_context((fresh / name).open("wb")) for name in ("images.bin", "masks.bin"))
                beside = None if layers is None else stack.enter_context((fresh / "maps.bin").open("wb"))
                for row, (image, mask, maps) in enumerate(_decoded(dataset, frames, layers)):
                    wide = image.dtype == np.uint16
                    places[row] = (*image.shape, at_image, _NOTHING if mask is None else at_mask, wide)
                    at_image += images.write(_padded(image))
                    at_mask += masks.write(_padded(mask)) if mask is not None else 0
                    if beside is not None and maps is not None:
                        beside.write(maps.tobytes())
                    advance(row + 1, len(frames), frames[row].name)
            np.save(fresh / "places.npy", places, allow_pickle=False)
            (fresh / "layout.json").write_text(json.dumps({"layout": _LAYOUT, "frames": len(frames)}) + "\n")
            replace_folder(fresh, folder)


def _padded(array: np.ndarray) -> bytes:
    """Give an array's bytes, made even in number so that 16-bit images stay aligned."""
    data = array.astype(array.dtype.newbyteorder("=")).tobytes()
    return data + b"\0" * (len(data) % 2)


def _decoded(
    dataset: Dataset, frames: Frames, layers: Layers | None
) -> Iterator[tuple[Grey, Instances | None, np.ndarray | None]]:
    """Decode frames in order on all cores, a few ahead of where they are needed."""

    def decode(frame: FrameEntry) -> tuple[Grey, Instances | None, np.ndarray | None]:
        maps = None if layers is None else layers.read(frame)
        return dataset.image(frame), dataset.mask(frame) if frame.defective else None, maps

    return (decoded for _, decoded in in_order(decode, frames))
