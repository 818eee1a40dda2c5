"""Lights that travel with the camera: what all of them have, and the ring; :mod:`.lights` has the others.

Places are in the camera's frame: x right, y down, z forward, from the lens's principal plane, in millimetres.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Literal

import numpy as np

from blemish.arrays import PerPoint, Points
from blemish.plan.camera import Camera
from blemish.settings import AtLeastOne, Positive, settings

RING_POINTS = 8


def reflected(points: Points, normals: Points) -> Points:
    """Give the directions of the lines of sight of points after a mirror there, unit vectors; the lens is at 0."""
    view = -points / np.linalg.norm(points, axis=1, keepdims=True)
    return 2 * (view * normals).sum(axis=1, keepdims=True) * normals - view


class Light(ABC):
    """A luminous area around the lens, with the same radiance everywhere and in every direction (Lambert)."""

    radiance: float
    outer_radius_mm: float
    """How far it reaches from the optical axis."""
    offset_mm: float
    """How far its foremost place stands in front of the lens."""

    @abstractmethod
    def points(self) -> Points:
        """Give places on the luminous area, spread over it, (k, 3)."""

    def mirrored(self, points: Points, normals: Points) -> tuple[Points, PerPoint]:
        """Follow the line of sight of each point after a mirror there, to where it comes nearest to the light.

        Points and normals (n, 3) are in the camera's frame. Gives the place on the light (n, 3) and the angle in
        radians (n,) between the mirrored line and the line to that place; about zero where it meets the light.
        """
        mirror = reflected(points, normals)
        places = self.points()
        nearest, best = np.zeros(len(points), dtype=np.int64), np.full(len(points), -2.0)
        for number, place in enumerate(places):
            line = place - points
            cosine = (line * mirror).sum(axis=1) / np.linalg.norm(line, axis=1)
            nearest, best = np.where(cosine > best, number, nearest), np.maximum(cosine, best)
        return places[nearest], np.arccos(np.clip(best, -1, 1))

    @abstractmethod
    def contradictions(self, camera: Camera) -> tuple[str, ...]:
        """Say everything that keeps this light from standing around this camera; empty if the two go together."""


@settings
class RingLight(Light):
    """A flat, diffuse ring around the optical axis that shines along it, as its data sheet describes it.

    It stands ``offset_mm`` in front of the lens's principal plane and has the same radiance everywhere and in every
    direction (Lambert).
    """

    kind: Literal["ring"] = "ring"
    """What tells lights apart in a study; may be left out."""
    inner_radius_mm: Positive = 25.0
    """The hole that the lens looks through."""
    outer_radius_mm: Positive = 60.0
    """The outer edge of the luminous area."""
    offset_mm: float = 0.0
    """How far the ring stands in front of the lens's principal plane, towards the part; negative is behind."""
    radiance: Positive = 1.0
    """Radiance of the luminous area, in units in which a white diffuse surface fully lit to 1 shows radiance 1."""

    segments: AtLeastOne = 1
    """Into how many equal sectors the ring is divided; the first begins at the camera's right and goes down."""
    lit_segments: tuple[int, ...] = ()
    """The sectors that shine, counted from 0; none named are all."""

    def __post_init__(self) -> None:
        if self.inner_radius_mm >= self.outer_radius_mm:
            raise ValueError(
                f"the ring's inner radius ({self.inner_radius_mm} mm) must be below its outer one "
                f"({self.outer_radius_mm} mm)"
            )
        strange = [number for number in self.lit_segments if not 0 <= number < self.segments]
        if strange or len(set(self.lit_segments)) != len(self.lit_segments):
            raise ValueError(
                f"lit_segments {self.lit_segments} name each sector once, from 0 to {self.segments - 1}; "
                f"{'there is no ' + str(strange[0]) if strange else 'one is named twice'}"
            )

    @property
    def shining(self) -> tuple[int, ...]:
        """The sectors that shine, in order."""
        return tuple(sorted(self.lit_segments)) or tuple(range(self.segments))

    def points(self) -> Points:
        """Give eight places at half the ring's width, spread over the sectors that shine."""
        share = (np.arange(RING_POINTS) + 0.5) / RING_POINTS * len(self.shining)
        if len(self.shining) == self.segments:
            share -= 0.5 / RING_POINTS * len(self.shining)
        sector = np.array(self.shining)[np.floor(share).astype(np.int64)]
        angle = 2 * np.pi * (sector + share % 1) / self.segments
        radius = (self.inner_radius_mm + self.outer_radius_mm) / 2
        return np.stack([radius * np.cos(angle), radius * np.sin(angle), np.full(RING_POINTS, self.offset_mm)], axis=1)

    def mirrored(self, points: Points, normals: Points) -> tuple[Points, PerPoint]:
        """As for any light; exact for a whole ring, zero where the mirrored line meets it."""
        if len(self.shining) < self.segments:
            return super().mirrored(points, normals)
        mirror = reflected(points, normals)
        towards = mirror[:, 2] < -1e-9
        steps = (self.offset_mm - points[:, 2]) / np.where(towards, mirror[:, 2], -1.0)
        # A line that never comes to the ring's plane passes the ring on the side that it points to.
        across = np.where(towards[:, None], points[:, :2] + steps[:, None] * mirror[:, :2], 1e9 * mirror[:, :2])
        radius = np.hypot(across[:, 0], across[:, 1])
        on_ring = np.clip(radius, self.inner_radius_mm, self.outer_radius_mm) / np.maximum(radius, 1e-9)
        across = np.where(radius[:, None] > 1e-9, across * on_ring[:, None], [self.inner_radius_mm, 0.0])
        place = np.concatenate([across, np.full((len(points), 1), self.offset_mm)], axis=1)
        line = place - points
        cosine = (line * mirror).sum(axis=1) / np.linalg.norm(line, axis=1)
        return place, np.arccos(np.clip(cosine, -1, 1))

    def contradictions(self, camera: Camera) -> tuple[str, ...]:
        """Tell a ring at the plane in focus, in the field of view, or before the aperture."""
        found = []
        if self.offset_mm >= camera.working_distance_mm:
            found.append(
                f"the ring light stands {self.offset_mm} mm in front of the lens, at or beyond the plane in focus "
                f"({camera.working_distance_mm} mm): lower offset_mm or raise working_distance_mm"
            )
        half_diagonal_px = np.hypot(camera.width_px, camera.height_px) / 2
        shown_radius_mm = max(self.offset_mm, 0.0) * half_diagonal_px / camera.focal_length_px
        if shown_radius_mm > self.inner_radius_mm:
            found.append(
                f"the ring light stands in the field of view: {self.offset_mm} mm before the lens the image reaches "
                f"{shown_radius_mm:.1f} mm from the axis, and the ring begins at {self.inner_radius_mm} mm: "
                "lower offset_mm or take a ring with a larger inner_radius_mm"
            )
        aperture_radius_mm = camera.aperture_radius_mm
        if self.inner_radius_mm < aperture_radius_mm:
            found.append(
                f"the ring's inner radius ({self.inner_radius_mm} mm) covers the lens's aperture, whose radius is "
                f"{aperture_radius_mm:.1f} mm ({camera.focal_length_mm} mm at f/{camera.f_number}): take a wider ring"
            )
        return tuple(found)
