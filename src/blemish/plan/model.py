"""What a plan is: viewpoints for one camera and one light, and how much of the part they cover."""

from __future__ import annotations

from dataclasses import dataclass

from blemish.frames import Pose
from blemish.plan.camera import Camera
from blemish.plan.light import RingLight


@dataclass(frozen=True, eq=False)
class Viewpoint:
    """A place to look from; the light travels with the camera."""

    name: str
    """``v000``, ``v001`` ...: the name of its frames' folder."""
    world_from_camera: Pose


@dataclass(frozen=True, eq=False)
class Plan:
    """Viewpoints in the order in which the cover chose them: the first ones see the most."""

    part_digest: str
    """The part that this plan was made for."""
    camera: Camera
    light: RingLight
    viewpoints: tuple[Viewpoint, ...]
    coverage: float
    """Fraction of the part's inspected area that at least one viewpoint inspects."""
    inspectable: float
    """Fraction of the inspected area that any candidate could inspect: the most that coverage can be."""
    coverage_by_region: dict[str, float]
    wishes: str = ""
    """Digest of the part and settings that it was made from, where it was planned here: other wishes, another plan."""
