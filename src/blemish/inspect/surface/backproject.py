"""What one view shows of each patch, and what the model makes of it there.

Every pixel that sees the part is one gather away from its patch (:mod:`patches`); what follows are sums by patch. Of a
patch the model's evidence in one view is the mean log-odds of the patch's pixels in it,

    l = mean over pixels of log(p / (1 - p)),    p clipped to what 16 bits tell.

A view that looks at an angle with cosine c, with r pixels a millimetre and a blur circle of b pixels, is trusted by

    w = c r / sqrt(1 + b^2):

the pixels a millimetre that are left after foreshortening and blur, whose widths add as squares do. A view sees a patch
when it shows at least a quarter of it, by the pixels that it should have: area times c r^2.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from blemish.arrays import PerPoint, Scores
from blemish.errors import RequestError
from blemish.inspect.surface.patches import Lookup

NOTHING = 0xFFFFFFFF
"""The triangle of a pixel that sees nothing of the part."""
SURE = float(np.log(65535 - 0.5) - np.log(0.5))
"""The largest log-odds that 16 bits tell: half a step from certainty."""
SEEN_FROM = 0.25
"""The share of a patch from which a view sees it: what peeps out at an edge is mixed with what is before or behind."""
PIXELS_AT_ONCE = 1 << 18
"""Rows of a frame that are worked on together, in pixels: what fits into a processor's cache."""


@dataclass(frozen=True)
class Optics:
    """What the camera's data sheet says of sharpness and scale."""

    focal_length_px: float
    """The image distance in pixels."""
    blur_px_mm: float
    """Blur circle in pixels for each 1/mm that a depth is off the focus: A b / pitch; 0 is a pinhole."""
    focus_mm: float

    def px_per_mm(self, depth_mm: PerPoint) -> PerPoint:
        """Give the resolution of a surface that faces the camera."""
        return self.focal_length_px / depth_mm

    def blur_px(self, depth_mm: PerPoint) -> PerPoint:
        """Give the diameter of the blur circle of places at these depths."""
        return self.blur_px_mm * np.abs(1 / depth_mm - 1 / self.focus_mm)


@dataclass(frozen=True, eq=False)
class Sight:
    """Which patches one view sees, and how; arrays are (k,), one entry for each patch that it sees."""

    view: str
    patch: np.ndarray
    """Indices of the patches, ascending, int32."""
    pixels: np.ndarray
    """How many pixels look at each, int32."""
    cosine: PerPoint
    """Mean cosine of the angle between line of sight and normal, float32."""
    px_per_mm: PerPoint
    """Resolution of a surface that faces the camera at this depth, float32."""
    blur_px: PerPoint
    """Diameter of the blur circle, float32; 0 for a pinhole."""

    @property
    def weight(self) -> PerPoint:
        """How far each look is trusted: the formula at the head of this file."""
        return np.maximum(self.cosine, 1e-3) * self.px_per_mm / np.sqrt(1 + self.blur_px**2)


@dataclass(frozen=True, eq=False)
class ViewEvidence(Sight):
    """What the model makes of the patches that one view sees."""

    log_odds: PerPoint
    """Mean log-odds of a patch's pixels, float32."""
    called: PerPoint
    """The share of its pixels that are called a defect, float32."""


def optics_of(camera: Mapping[str, Any] | None, frame: str, *, blurs: bool = True) -> Optics:
    """Read what is needed from a frame's camera; :class:`RequestError` where the frame does not tell it."""
    known = camera or {}
    wanted = ("focal_length_mm", "working_distance_mm", "pixel_pitch_um", "f_number")
    missing = [name for name in wanted if not isinstance(known.get(name), int | float) or known[name] <= 0]
    if missing:
        raise RequestError(
            f"{frame}: its record tells no camera ({', '.join(missing)}), so resolution and focus are not known; "
            "import photographs with their plan (`blemish import ... --poses TABLE`)"
        )
    focal, focus, pitch, stop = (float(known[name]) for name in wanted)
    image = focal * focus / (focus - focal)
    pixel = pitch * 1e-3
    return Optics(image / pixel, focal / stop * image / pixel if blurs else 0.0, focus)


def sight(maps: Mapping[str, np.ndarray], lookup: Lookup, optics: Optics, view: str) -> Sight:
    """Give which patches a view sees and how, from the maps of its ``geometry.exr``."""
    return _gathered(maps, lookup, optics, view, None, 0.5)


def view_evidence(  # noqa: PLR0917  a frame and what is known of it
    scores: Scores, maps: Mapping[str, np.ndarray], lookup: Lookup, optics: Optics, view: str, threshold: float
) -> ViewEvidence:
    """Give what the model makes of the patches that a view sees; scores (h, w) from ``threshold`` on are called.

    Costs about half a second for five megapixels and memory for the maps alone.
    """
    if scores.shape != maps["triangle"].shape:
        raise RequestError(
            f"view {view}: the scores have {scores.shape[1]} x {scores.shape[0]} pixels, its geometry has "
            f"{maps['triangle'].shape[1]} x {maps['triangle'].shape[0]}: they are of different frames; "
            "`blemish inspect STUDY` asks the model again"
        )
    seen = _gathered(maps, lookup, optics, view, scores, threshold)
    assert isinstance(seen, ViewEvidence)
    return seen


def _gathered(  # noqa: PLR0917
    maps: Mapping[str, np.ndarray], lookup: Lookup, optics: Optics, view: str, scores: Scores | None, threshold: float
) -> Sight:
    """Sum by patch, some rows of the frame at a time."""
    size = len(lookup.patches)
    flat = {name: values.reshape(-1) for name, values in maps.items()}
    judged = None if scores is None else scores.reshape(-1)
    sums = np.zeros((3 if judged is None else 5, size))
    at_once = max(PIXELS_AT_ONCE, 4 * size)
    for start in range(0, flat["triangle"].size, at_once):
        part = slice(start, start + at_once)
        triangle = flat["triangle"][part]
        hit = np.flatnonzero(triangle != NOTHING)
        if not len(hit):
            continue
        places = np.stack([flat[f"position.{axis}"][part][hit] for axis in "XYZ"])
        patch = lookup.at(triangle[hit].astype(np.int64), places)
        columns = [None, flat["cosine"][part][hit], flat["depth.Z"][part][hit]]
        if judged is not None:
            p = judged[part][hit]
            columns += [log_odds(p), p >= np.float32(threshold)]
        sums += [np.bincount(patch, column, minlength=size) for column in columns]
    cosine, depth = np.divide(sums[1:3], sums[0], out=np.ones((2, size)), where=sums[0] > 0)
    whole = lookup.patches.area_mm2 * cosine * optics.px_per_mm(depth) ** 2
    seen = np.flatnonzero(sums[0] >= np.maximum(1, SEEN_FROM * whole)).astype(np.int32)
    pixels = sums[0, seen]
    cosine, depth, *scored = (sums[1:, seen] / pixels).astype(np.float32)
    found = (view, seen, pixels.astype(np.int32), cosine, optics.px_per_mm(depth), optics.blur_px(depth))
    return Sight(*found) if judged is None else ViewEvidence(*found, *scored)


def log_odds(p: np.ndarray) -> np.ndarray:
    """Give log(p / (1 - p)), clipped to what 16 bits tell, float32."""
    clipped = np.clip(p, 0.5 / 65535, 1 - 0.5 / 65535).astype(np.float32, copy=False)
    return np.log(clipped / (1 - clipped))
