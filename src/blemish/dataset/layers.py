"""The optional layers of a frame: how well its defects can be seen, and where on the part each pixel looks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from blemish.arrays import Instances, Scores
from blemish.dataset import png
from blemish.dataset.record import VisibleDefect
from blemish.errors import DatasetError, StorageError

STEPS_A_UNIT = 100
"""Values of ``visibility.png`` in a contrast-to-noise ratio of 1."""

CHANNELS = {
    "depth.Z": np.float32,
    "position.X": np.float32,
    "position.Y": np.float32,
    "position.Z": np.float32,
    "normal.X": np.float16,
    "normal.Y": np.float16,
    "normal.Z": np.float16,
    "cosine": np.float16,
    "triangle": np.uint32,
    "face": np.uint32,
}
"""What ``geometry.exr`` holds of the specimen; see FORMAT.md."""

NOMINAL = {
    "nominal.depth.Z": np.float32,
    "nominal.cosine": np.float16,
    "nominal.curvature": np.float16,
    "nominal.face": np.uint32,
}
"""What it may hold of the part as designed: all of these or none."""


def encode_visibility(contrast: Scores) -> bytes:
    """Pack contrast-to-noise ratios (h, w) as a 16-bit PNG, in hundredths, up to 655.35."""
    return png.encode(np.minimum(np.rint(contrast * STEPS_A_UNIT), 65535).astype(np.uint16))


def measured(defects: tuple[VisibleDefect, ...], mask: Instances, contrast: Scores) -> tuple[VisibleDefect, ...]:
    """Give the defects of a frame with contrast (root mean square) and detectability (root of the sum of squares)."""
    ids = mask.ravel()
    sums = np.bincount(ids, contrast.ravel().astype(np.float64) ** 2)
    return tuple(
        replace(
            one,
            contrast=round(float((sums[one.id] / one.area_px) ** 0.5), 4),
            detectability=round(float(sums[one.id] ** 0.5), 4),
        )
        if one.box_px is not None
        else one
        for one in defects
    )


def write_geometry(path: Path, maps: Mapping[str, np.ndarray]) -> None:
    """Write maps (h, w), named and typed as :data:`CHANNELS` says, as one OpenEXR file with ZIP compression.

    With any of :data:`NOMINAL` all of them must come.
    """
    import OpenEXR

    kinds = CHANNELS | NOMINAL if NOMINAL.keys() & maps.keys() else CHANNELS
    missing = [name for name in kinds if name not in maps]
    if missing:
        raise DatasetError(f"{path.name}: there is no map of {', '.join(missing)}")
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    pixels = {name: np.ascontiguousarray(maps[name].astype(kind, copy=False)) for name, kind in kinds.items()}
    try:
        with OpenEXR.File(header, pixels) as file:
            file.write(str(path))
    except RuntimeError as error:  # it tells a full disk in words of its own
        raise StorageError(
            f"{path}: cannot be written ({error}): free some space and run the same command again: what is finished is "
            "kept"
        ) from None


def read_geometry(path: Path) -> dict[str, np.ndarray]:
    """Read the maps of a frame, those of :data:`NOMINAL` where they are there.

    :class:`DatasetError` if the file is not what :func:`write_geometry` writes.
    """
    found = _channels(path)
    kinds = CHANNELS | NOMINAL if NOMINAL.keys() & found.keys() else CHANNELS
    wrong = [name for name, kind in kinds.items() if name not in found or found[name].dtype != kind]
    if wrong or len({channel.shape for channel in found.values()}) != 1:
        raise DatasetError(f"{path}: {', '.join(wrong) or 'sizes of channels'} missing or of another type than written")
    return {name: found[name] for name in kinds}


def _channels(path: Path) -> dict[str, np.ndarray]:
    import OpenEXR

    if not path.is_file():
        raise DatasetError(
            f"{path}: this frame has no geometry; make the dataset with render.geometry = true, "
            "which makes only what is missing"
        )
    try:
        with OpenEXR.File(str(path), separate_channels=True) as file:
            return {name: channel.pixels for name, channel in file.channels().items()}
    except Exception as error:  # noqa: BLE001  readers of foreign bytes fail with whatever they like
        raise DatasetError(
            f"{path}: this is no OpenEXR file that can be read ({error}); make the frame again"
        ) from None
