"""What the CAD model says of a pixel, as numbers that a network takes beside its grey level.

A channel is a map of 8 bits like the picture, 0 where the part as designed is not seen, so that the ground around it
looks the same in all of them:

===============  =====================================================================================
``cosine``       255 cos(angle between normal and line of sight): how obliquely the surface is seen
``depth``        1 to 255: from a quarter nearer than the camera's working distance to a quarter farther
``curvature``    1 to 255, 128 is flat: k / (|k| + 0.1/mm), with k the divergence of the outward normal,
                 1/R on a cylinder and negative in a bore; so any radius fits, and 10 mm is half-way
``region:NAME``  255 on the region of that name, 0 elsewhere
===============  =====================================================================================

All are scalars of the surface: turning or mirroring a picture moves them and does not change them, which a normal's
components would. A region is a channel of its own, chosen by name: a number for each region in one channel would call
regions near each other that only stand side by side in a list, and would mean something else on the next part.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from jaxtyping import UInt8

from blemish.arrays import Mask
from blemish.errors import did_you_mean

Maps = UInt8[np.ndarray, "g h w"]
"""The channels of one picture, in the order of the protocol's setting."""

SPAN = 0.5
"""How far a map may swing where a picture may swing by 2: metal is dark and its defects are faint, maps use their whole
range, and a network in which they are louder than the picture is long in finding what it is about."""

PLAIN = ("cosine", "depth", "curvature")
REGION = "region:"

DEPTH_SPAN = 0.25
HALF_CURVATURE_PER_MM = 0.1


def mistakes_in(names: Sequence[str]) -> Iterator[str]:
    """Tell names that are no channels, or that come twice."""
    for name in dict.fromkeys(names):
        if name not in PLAIN and not (name.startswith(REGION) and region_of(name)):
            known = (*PLAIN, f"{REGION}NAME")
            yield f"{name!r} is no channel; {did_you_mean(name, known)}"
        if list(names).count(name) > 1:
            yield f"{name!r} is named twice"


def region_of(name: str) -> str:
    """Give the region that a channel shows; empty for the other channels."""
    return name.removeprefix(REGION) if name.startswith(REGION) else ""


def cosine_map(cosine: np.ndarray) -> UInt8[np.ndarray, "h w"]:
    """Scale cosines."""
    return _levels(255 * np.clip(cosine.astype(np.float32), 0, 1))


def depth_map(depth_mm: np.ndarray, working_distance_mm: float) -> UInt8[np.ndarray, "h w"]:
    """Scale depths (infinite where nothing is seen) by what the camera is focused on."""
    seen = np.isfinite(depth_mm)
    nearer = np.where(seen, depth_mm, working_distance_mm) / np.float32(working_distance_mm) - 1
    return _seen(0.5 + nearer / (2 * DEPTH_SPAN), seen)


def curvature_map(curvature_per_mm: np.ndarray, seen: Mask) -> UInt8[np.ndarray, "h w"]:
    """Squeeze curvatures of either sign between two bounds."""
    curvature = curvature_per_mm.astype(np.float32)
    return _seen(0.5 + 0.5 * curvature / (np.abs(curvature) + HALF_CURVATURE_PER_MM), seen)


def channel(
    name: str, nominal: Mapping[str, np.ndarray], working_distance_mm: float, faces: Mapping[str, np.ndarray]
) -> UInt8[np.ndarray, "h w"]:
    """Make one channel from a frame's nominal maps; ``faces`` are the CAD faces of each region."""
    if name == "cosine":
        return cosine_map(nominal["nominal.cosine"])
    depth_mm = nominal["nominal.depth.Z"]
    if name == "depth":
        return depth_map(depth_mm, working_distance_mm)
    if name == "curvature":
        return curvature_map(nominal["nominal.curvature"], np.isfinite(depth_mm))
    return np.isin(nominal["nominal.face"], faces[region_of(name)]).astype(np.uint8) * np.uint8(255)


def _seen(share: np.ndarray, seen: Mask) -> UInt8[np.ndarray, "h w"]:
    """Scale 0 .. 1 to 1 .. 255, and 0 where nothing is seen."""
    return np.where(seen, _levels(1 + 254 * np.clip(share, 0, 1)), np.uint8(0))


def _levels(values: np.ndarray) -> UInt8[np.ndarray, "h w"]:
    return np.rint(values).astype(np.uint8)
