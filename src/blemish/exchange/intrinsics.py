"""The pinhole of a frame, from the data sheet that its record holds; the same formula that rendering uses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

_SHEET = ("focal_length_mm", "working_distance_mm", "pixel_pitch_um", "width_px", "height_px")


def intrinsics(camera: Mapping[str, Any] | None, size_px: tuple[int, int]) -> np.ndarray | None:
    """Give the matrix K, (3, 3), of an image of (width, height); None where the record holds no data sheet.

    The thin lens law puts the image at b = f d / (d - f); the focal length in pixels is b over the pixel pitch. Pixel
    (0, 0) has its centre at (0, 0), as in OpenCV and BOP: half a pixel less than the centres in a dataset. Another size
    than the sheet's is the same picture halved or doubled.
    """
    if camera is None or not all(isinstance(camera.get(name), int | float) for name in _SHEET):
        return None
    f, d, pitch, width, _ = (float(camera[name]) for name in _SHEET)
    if not d > f > 0 or not pitch > 0 or not width > 0:
        return None
    focal_px = f * d / (d - f) / (pitch * 1e-3) * size_px[0] / width
    return np.array([[focal_px, 0, size_px[0] / 2 - 0.5], [0, focal_px, size_px[1] / 2 - 0.5], [0, 0, 1]])
