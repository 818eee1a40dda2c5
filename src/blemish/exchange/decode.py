"""Unpacking images that somebody else wrote: what a header claims is checked first, every complaint says where."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import numpy as np

from blemish.arrays import Grey
from blemish.errors import ForeignDataError

MAX_PIXELS = 80_000_000
"""Larger images are refused before they are unpacked: a small file may claim any size."""

_FORMATS = ("PNG", "JPEG", "BMP", "TIFF", "PPM", "WEBP")
_GREY = {"1", "L", "LA", "La"}
_COLOUR = {"RGB", "RGBA", "RGBX", "RGBa", "P", "PA", "CMYK", "YCbCr"}
_ORIENTATION = 274
_TROUBLE = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    KeyError,
    IndexError,
    TypeError,
    ArithmeticError,
    struct.error,
    zlib.error,
)
_TOO_LARGE = f"more than {MAX_PIXELS // 1_000_000} million pixels are refused; cut the image into smaller ones"


def size(data: bytes, where: str) -> tuple[int, int]:
    """Give the width and height that an image's header claims."""
    image = _open(data, where)
    return image.width, image.height


def grey(data: bytes, where: str) -> Grey:
    """Unpack a photograph as grey values, (h, w) uint8 or uint16.

    Three equal channels give that channel, colours their luma (ITU-R 601), transparency is passed over, and a
    photograph that a camera marked as lying on its side is stood up.
    """
    try:
        return _grey(_upright(data, where), where)
    except _TROUBLE as error:
        raise ForeignDataError(f"{where}: this image is damaged: {error}") from None


def colours(data: bytes, where: str) -> np.ndarray:
    """Unpack a photograph for the eye: (h, w, 3) uint8 where it has colours, else as :func:`grey` does."""
    try:
        image = _upright(data, where)
        values = _grey(image, where)
        if image.mode not in _COLOUR or (np.asarray(image.convert("RGB")) == values[..., None]).all():
            return values
        return np.array(image.convert("RGB"))
    except _TROUBLE as error:
        raise ForeignDataError(f"{where}: this image is damaged: {error}") from None


def _upright(data: bytes, where: str) -> Any:
    from PIL import ImageOps

    image = _open(data, where)
    return ImageOps.exif_transpose(image) if image.getexif().get(_ORIENTATION, 1) != 1 else image


def levels(data: bytes, where: str) -> Grey:
    """Unpack a mask as grey levels: of colours, the brightest channel."""
    image = _open(data, where)
    try:
        if image.mode in _COLOUR:
            return np.asarray(image.convert("RGB")).max(axis=2)
        return _grey(image, where)
    except _TROUBLE as error:
        raise ForeignDataError(f"{where}: this mask is damaged: {error}") from None


def indices(data: bytes, where: str) -> Grey:
    """Unpack a mask whose raw values are class numbers, with or without a palette."""
    image = _open(data, where)
    try:
        if image.mode == "P":
            return np.array(image)
        return levels(data, where)
    except _TROUBLE as error:
        raise ForeignDataError(f"{where}: this mask is damaged: {error}") from None


def _open(data: bytes, where: str) -> Any:
    """Look at an image's header; what it claims is checked before anything is unpacked."""
    from PIL import Image

    try:
        image = Image.open(io.BytesIO(data), formats=_FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise ForeignDataError(f"{where}: {_TOO_LARGE}") from None
    except _TROUBLE:
        what = "this file is empty" if not data else "this is no image that can be read here, or its header is damaged"
        raise ForeignDataError(f"{where}: {what}; PNG, JPEG, BMP, TIFF, PGM and WebP can") from None
    if image.width * image.height > MAX_PIXELS:
        raise ForeignDataError(f"{where}: {image.width} x {image.height} pixels: {_TOO_LARGE}")
    return image


def _grey(image: Any, where: str) -> Grey:
    if image.mode in _GREY:
        return np.array(image if image.mode == "L" else image.convert("L"))
    if image.mode in _COLOUR:
        colours = image.convert("RGB")
        channels = np.asarray(colours)
        few = channels[::32, ::32]
        if (few[..., :1] == few).all() and (channels[..., :1] == channels).all():
            return channels[..., 0].copy()
        return np.array(colours.convert("L"))
    if image.mode.startswith(("I;16", "I")):
        values = np.asarray(image).astype(np.int64)
        if values.min(initial=0) >= 0 and values.max(initial=0) <= 65535:
            return values.astype(np.uint16)
    raise ForeignDataError(
        f"{where}: images of kind {image.mode!r} are not read; save it as 8 or 16 bit grey or colour"
    )
