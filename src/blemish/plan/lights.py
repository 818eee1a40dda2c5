"""The other lights: bars, a dome, coaxial light; and what a study may call ``light``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args, get_type_hints

import numpy as np
from annotated_types import Interval

from blemish.arrays import Points
from blemish.kinds import OneOf
from blemish.plan.camera import Camera
from blemish.plan.light import Light, RingLight
from blemish.plan.tunnel import TunnelLight
from blemish.plugins import Catalogue
from blemish.settings import Positive, fault_of, settings


@settings
class BarLights(Light):
    """One to eight equal diffuse bars, evenly placed around the optical axis and aimed at a point on it."""

    kind: Literal["bars"]
    count: Annotated[int, Interval(ge=1, le=8)] = 2
    """How many bars; the first stands at ``first_deg``."""
    first_deg: float = 0.0
    """Where the first bar stands around the axis: 0 is to the camera's right, 90 below."""
    length_mm: Positive = 100.0
    """Length of a bar, around the axis."""
    width_mm: Positive = 20.0
    """Width of a bar."""
    distance_mm: Positive = 80.0
    """From the axis to the bars' middles."""
    forward_mm: float = 0.0
    """How far the bars' middles stand in front of the lens's principal plane."""
    aim_mm: Positive = 200.0
    """The point on the axis, in front of the lens, that the bars face."""
    radiance: Positive = 1.0
    """Radiance of the luminous area, in units in which a white diffuse surface fully lit to 1 shows radiance 1."""

    def __post_init__(self) -> None:
        if self.aim_mm <= self.forward_mm:
            raise ValueError(
                f"the bars stand {self.forward_mm} mm forward and aim at {self.aim_mm} mm, not before them: "
                "aim_mm must exceed forward_mm"
            )
        if self.width_mm / 2 * self.normals()[0, 2] >= self.distance_mm:
            raise ValueError(f"bars {self.width_mm} mm wide, {self.distance_mm} mm off the axis, reach over it")

    @property
    def angles_rad(self) -> np.ndarray:
        """Where the bars stand around the axis."""
        return np.deg2rad(self.first_deg) + 2 * np.pi * np.arange(self.count) / self.count

    def middles(self) -> Points:
        """Give the bars' middles, (count, 3)."""
        angle = self.angles_rad
        return np.stack(
            [self.distance_mm * np.cos(angle), self.distance_mm * np.sin(angle), np.full(self.count, self.forward_mm)],
            1,
        )

    def normals(self) -> Points:
        """Give the directions that the bars face, (count, 3)."""
        towards = np.array([0.0, 0.0, self.aim_mm]) - self.middles()
        return towards / np.linalg.norm(towards, axis=1, keepdims=True)

    def lengthwise(self) -> Points:
        """Give the directions of the bars' lengths, (count, 3)."""
        angle = self.angles_rad
        return np.stack([-np.sin(angle), np.cos(angle), np.zeros(self.count)], axis=1)

    @property
    def outer_radius_mm(self) -> float:  # type: ignore[override]
        """How far a corner reaches from the axis."""
        return float(np.hypot(self.distance_mm + self.width_mm / 2, self.length_mm / 2))

    @property
    def offset_mm(self) -> float:  # type: ignore[override]
        """How far the foremost edge stands in front of the lens."""
        return float(self.forward_mm + self.width_mm / 2 * np.sqrt(1 - self.normals()[0, 2] ** 2))

    def points(self) -> Points:
        """Give 8 x 2 places on each bar."""
        along, across = np.meshgrid((np.arange(8) + 0.5) / 8 - 0.5, [-0.25, 0.25])
        u, n = self.lengthwise(), self.normals()
        v = np.cross(n, u)
        spread = along.ravel()[:, None, None] * self.length_mm * u + across.ravel()[:, None, None] * self.width_mm * v
        return (self.middles() + spread).reshape(-1, 3)

    def contradictions(self, camera: Camera) -> tuple[str, ...]:
        """Tell bars at the plane in focus, in the field of view or before the aperture."""
        u, v = self.lengthwise(), np.cross(self.normals(), self.lengthwise())
        fine = np.linspace(-0.5, 0.5, 201), np.linspace(-0.5, 0.5, 9)
        along, across = (grid.ravel()[:, None, None] for grid in np.meshgrid(*fine))
        places = self.middles() + along * self.length_mm * u + across * self.width_mm * v
        return _in_the_way(camera, "a bar light", self.offset_mm, places.reshape(-1, 3))


@settings
class DomeLight(Light):
    """A luminous hemisphere over the part, open below, with a hole for the lens: light from everywhere."""

    kind: Literal["dome"]
    radius_mm: Positive = 120.0
    """Radius of the dome."""
    hole_radius_mm: Positive = 20.0
    """The hole that the lens looks through."""
    rim_mm: Positive = 150.0
    """How far the dome's rim stands in front of the lens's principal plane."""
    radiance: Positive = 1.0
    """Radiance of the inside, in units in which a white diffuse surface fully lit to 1 shows radiance 1."""

    def __post_init__(self) -> None:
        if self.hole_radius_mm >= self.radius_mm:
            raise ValueError(f"the hole ({self.hole_radius_mm} mm) must be smaller than the dome ({self.radius_mm} mm)")

    @property
    def least_cosine(self) -> float:
        """Cosine of the angle at the dome's centre between the axis and the hole's edge."""
        return float(np.sqrt(1 - (self.hole_radius_mm / self.radius_mm) ** 2))

    @property
    def outer_radius_mm(self) -> float:  # type: ignore[override]
        """The rim's radius."""
        return self.radius_mm

    @property
    def offset_mm(self) -> float:  # type: ignore[override]
        """Where the rim stands."""
        return self.rim_mm

    def points(self) -> Points:
        """Give 48 places on the inside, evenly spread."""
        share = (np.arange(48) + 0.5) / 48
        cosine, angle = share * self.least_cosine, 2.399963 * np.arange(48)  # golden angle
        sine = np.sqrt(1 - cosine**2)
        flat = self.radius_mm * np.stack([sine * np.cos(angle), sine * np.sin(angle)], axis=1)
        return np.column_stack([flat, self.rim_mm - self.radius_mm * cosine])

    def contradictions(self, camera: Camera) -> tuple[str, ...]:
        """Tell a dome whose rim reaches the plane in focus, or whose hole or wall hides part of the picture."""
        angle = 2 * np.pi * np.arange(360) / 360
        cosine = np.linspace(self.least_cosine, 0.0, 9)[:, None]  # from the hole's edge to the rim
        radius = self.radius_mm * np.sqrt(1 - cosine**2)
        height = np.broadcast_to(self.rim_mm - self.radius_mm * cosine, (9, 360))
        wall = np.stack([radius * np.cos(angle), radius * np.sin(angle), height], axis=-1)
        return _in_the_way(camera, "the dome", self.rim_mm, wall.reshape(-1, 3))


@settings
class CoaxialLight(Light):
    """Diffuse light through a beam splitter: a bright disc that seems to stand at the lens and hides nothing."""

    kind: Literal["coaxial"]
    diameter_mm: Positive = 50.0
    """Diameter of the disc."""
    offset_mm: float = 40.0
    """How far in front of the lens's principal plane the disc seems to stand."""
    radiance: Positive = 1.0
    """Radiance after the splitter, which loses half of the light on each way, in the units of the other lights."""

    @property
    def outer_radius_mm(self) -> float:  # type: ignore[override]
        """Half the diameter."""
        return self.diameter_mm / 2

    def points(self) -> Points:
        """Give the middle and eight places around it."""
        angle = 2 * np.pi * np.arange(8) / 8
        flat = self.diameter_mm / 3 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
        return np.column_stack([np.concatenate([[[0.0, 0.0]], flat]), np.full(9, self.offset_mm)])

    def contradictions(self, camera: Camera) -> tuple[str, ...]:
        """Tell a disc at the plane in focus."""
        return _in_the_way(camera, "the coaxial light", self.offset_mm, np.zeros((0, 3)))


def _in_the_way(camera: Camera, what: str, front_mm: float, places: Points) -> tuple[str, ...]:
    """Tell what stands at or beyond the plane in focus, within the image, or before the aperture."""
    found = []
    if front_mm >= camera.working_distance_mm:
        found.append(
            f"{what} reaches {front_mm:.4g} mm in front of the lens, at or beyond the plane in focus "
            f"({camera.working_distance_mm} mm): move it back or raise working_distance_mm"
        )
    before = places[places[:, 2] > 1e-6]
    if len(before):
        x, y = camera.project(before).T
        inside = (x > 0) & (x < camera.width_px) & (y > 0) & (y < camera.height_px)
        if inside.any():
            found.append(f"{what} stands in the field of view: move it away from the axis, or back towards the lens")
    before = places[places[:, 2] > -1e-6]
    if len(before) and np.hypot(before[:, 0], before[:, 1]).min() < camera.aperture_radius_mm:
        found.append(
            f"{what} covers the lens's aperture, whose radius is {camera.aperture_radius_mm:.1f} mm "
            f"({camera.focal_length_mm} mm at f/{camera.f_number}): leave a wider opening"
        )
    return tuple(found)


def _fault(name: str, thing: Any) -> str:
    fault = fault_of(thing)
    if fault:
        return fault
    if not issubclass(thing, Light):
        return "it is no blemish.plan.light.Light"
    if not callable(getattr(thing, "emitter", None)):
        return "it has no `emitter(world_from_camera)`, which gives the light to the renderer (blemish.render.emitters)"
    kind = get_type_hints(thing).get("kind")
    if get_args(kind) != (name,):
        return f'it needs a field `kind: Literal["{name}"]`, by the name under which it is offered'
    return ""


LIGHTS = OneOf(
    Catalogue("lights", "light", ("ring", "bars", "dome", "coaxial", "tunnel"), _fault),
    {"ring": RingLight, "bars": BarLights, "dome": DomeLight, "coaxial": CoaxialLight, "tunnel": TunnelLight},
    otherwise="ring",
)
"""What a study may name as its light. A package offers one under ``blemish.lights``: the settings class of a
:class:`Light` with a field ``kind`` and a method ``emitter(world_from_camera)``."""

if TYPE_CHECKING:
    AnyLight = RingLight | BarLights | DomeLight | CoaxialLight | TunnelLight
else:
    AnyLight = LIGHTS.type
