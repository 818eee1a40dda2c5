"""What rules ask of faces, held against the faces: one mask a condition."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Any

import numpy as np

from blemish.part.axis import ROUND
from blemish.part.model import Marking, Part
from blemish.part.regions import SAME_COLOUR
from blemish.part.rules import HAVE, RegionRule
from blemish.part.surfaces import gradient

NUMBERS = ("radius_mm", "tube_radius_mm", "half_angle_deg", "area_mm2")
"""Keys that ask for one number or for a range."""
SHOWN = 6
"""How many values a message lists."""
MARGIN_MM = 1e-4
"""By how much a face may leave a box that it lies in: coordinates are rounded in files."""
SAME_RADIUS = 0.005
"""A face meets a single radius if its own is this near, relatively."""


class FaceTable:
    """What rules can ask of each face of a part."""

    def __init__(self, part: Part) -> None:
        self.part = part
        count = len(part.surfaces)
        self.kind = np.array([surface.kind for surface in part.surfaces])
        self.axis = np.array([surface.axis for surface in part.surfaces])
        self.origin_mm = np.array([surface.origin_mm for surface in part.surfaces])
        self.radius_mm = np.array([surface.radius_mm for surface in part.surfaces])
        self.tube_radius_mm = np.array([surface.tube_radius_mm for surface in part.surfaces])
        self.half_angle_deg = np.degrees([surface.semi_angle_rad for surface in part.surfaces])
        self.area_mm2 = np.bincount(part.face, part.areas_mm2, minlength=count)
        self.markings: tuple[Marking, ...] = part.markings or (Marking(),) * count

    @cached_property
    def box_mm(self) -> tuple[np.ndarray, np.ndarray]:
        """The lowest and the highest corner of each face's box, each (k, 3)."""
        count = len(self.kind)
        low, high = np.full((count, 3), np.inf), np.full((count, 3), -np.inf)
        for corner in range(3):
            np.minimum.at(low, self.part.face, self.part.vertices_mm[self.part.triangles[:, corner]])
            np.maximum.at(high, self.part.face, self.part.vertices_mm[self.part.triangles[:, corner]])
        return low, high

    @cached_property
    def side(self) -> np.ndarray:
        """For each face ``inner``, ``outer``, or nothing where it is not round."""
        part = self.part
        middles = part.vertices_mm[part.triangles].mean(axis=1)
        facing = part.normals.mean(axis=1) * part.areas_mm2[:, None]
        sides = []
        for face, surface in enumerate(part.surfaces):
            if surface.kind not in HAVE["side"]:
                sides.append("")
                continue
            mine = part.face == face
            outwards = (gradient(surface, middles[mine]) * facing[mine]).sum()
            sides.append("outer" if outwards > 0 else "inner")
        return np.array(sides)

    def meets(self, rule: RegionRule) -> dict[str, np.ndarray]:
        """Give for each condition of a rule which faces meet it."""
        asked = rule.conditions
        return {key: self._has(key) & self._meets(key, value, rule) for key, value in asked.items()}

    def _has(self, key: str) -> np.ndarray:
        return np.isin(self.kind, HAVE[key]) if key in HAVE else np.ones(len(self.kind), dtype=bool)

    def _meets(self, key: str, value: Any, rule: RegionRule) -> np.ndarray:
        meets: Any
        match key:
            case "surface":
                meets = np.isin(self.kind, rule.kinds or ())
            case "faces":
                meets = np.isin(np.arange(len(self.kind)), value)
            case "side":
                meets = np.asarray(self.side == value)
            case "axis" | "normal":
                meets = self.apart_deg(value, signed=key == "normal") <= rule.within_deg
            case "axis_through_mm":
                meets = self.passing_mm(value) <= rule.within_mm
            case "inside_mm":
                low, high = self.box_mm
                meets = ((low >= np.array(value[0]) - MARGIN_MM) & (high <= np.array(value[1]) + MARGIN_MM)).all(axis=1)
            case "colour" | "cad_name":
                meets = np.array([_marked(marking, key, value) for marking in self.markings])
            case _:
                assert key in NUMBERS
                low, high = (
                    value if isinstance(value, tuple) else (value * (1 - SAME_RADIUS), value * (1 + SAME_RADIUS))
                )
                meets = (getattr(self, key) >= low) & (getattr(self, key) <= high)
        return meets

    def apart_deg(self, direction: Sequence[float], *, signed: bool) -> np.ndarray:
        """The angle between each face's axis and a direction; unless ``signed``, whichever way they point."""
        towards = np.asarray(direction, dtype=np.float64) / np.linalg.norm(direction)
        along = self.axis @ towards
        across = np.linalg.norm(np.cross(self.axis, towards), axis=1)
        return np.degrees(np.arctan2(across, along if signed else np.abs(along)))

    def passing_mm(self, point: Sequence[float]) -> np.ndarray:
        """How far each face's axis passes by a point."""
        return np.linalg.norm(np.cross(np.asarray(point) - self.origin_mm, self.axis), axis=1)

    def values(self, key: str, rule: RegionRule, faces: np.ndarray) -> str:
        """Say what some faces have where a rule asks something else: the nearest or the most frequent first."""
        which = np.flatnonzero(faces & self._has(key))
        said: list[str]
        if not len(which):
            return ""
        if key in NUMBERS:
            wanted = np.mean(rule.conditions[key])
            found = getattr(self, key)[which]
            said = [f"{value:.4g}" for value in found[np.argsort(np.abs(found - wanted), kind="stable")]]
            return _few(list(Counter(said).items()))
        if key == "inside_mm":
            low, high = (corner[which] for corner in self.box_mm)
            return f"a box of {_point(low.min(axis=0))} to {_point(high.max(axis=0))}"
        if key == "surface":
            said = [str(kind) for kind in self.kind[which]]
        elif key in ("axis", "normal"):
            said = [_direction(axis, signed=key == "normal") for axis in self.axis[which]]
        elif key == "axis_through_mm":
            said = [f"{off:.4g} mm off" for off in np.sort(self.passing_mm(rule.axis_through_mm or ())[which])]
        elif key == "side":
            said = [str(side) for side in self.side[which]]
        elif key == "faces":
            said = [str(face) for face in which]
        elif key == "colour":
            said = [self.markings[face].colour_name or "none" for face in which]
        else:
            said = [self.markings[face].name or "none" for face in which]
        return _few(Counter(said).most_common())

    def describe(self, face: int) -> str:
        """Say what a face is, in a few words."""
        surface = self.part.surfaces[face]
        words = [str(surface.kind)]
        if surface.kind in HAVE["radius_mm"]:
            words.append(f"radius {surface.radius_mm:.4g} mm")
        if surface.kind == "torus":
            words.append(f"tube {surface.tube_radius_mm:.4g} mm")
        if surface.kind == "cone":
            words.append(f"half angle {self.half_angle_deg[face]:.4g} deg")
        if surface.kind in HAVE["side"]:
            words.append(str(self.side[face]))
        if surface.kind in ROUND:
            words.append(f"axis {_direction(surface.axis, signed=False)} through {_point(surface.origin_mm)}")
        if surface.kind == "plane":
            words.append(f"normal {_direction(surface.axis, signed=True)}")
        return ", ".join(words)


def _few(counted: list[tuple[str, int]]) -> str:
    shown = [f"{value} ({times} times)" if times > 1 else value for value, times in counted[:SHOWN]]
    return ", ".join([*shown, *(["..."] if len(counted) > SHOWN else [])])


def _marked(marking: Marking, key: str, value: Any) -> bool:
    if key == "cad_name":
        return marking.name is not None and fnmatchcase(marking.name, value)
    if isinstance(value, str):
        return marking.colour_name == value
    return marking.colour is not None and float(np.linalg.norm(np.subtract(marking.colour, value))) < SAME_COLOUR


def _direction(axis: np.ndarray, *, signed: bool) -> str:
    turned = axis if signed or axis[np.abs(axis).argmax()] > 0 else -axis
    return "[" + ", ".join(f"{value + 0.0:.3g}" for value in np.round(turned, 4)) + "]"


def _point(point: np.ndarray) -> str:
    return "[" + ", ".join(f"{value + 0.0:.5g}" for value in np.round(point, 3)) + "]"
