"""A turned disc before a ring light: a study whose renders stand for photographs, and photographs of it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import trimesh

from blemish.fit.knobs import recipe_of, turned
from blemish.fit.photographs import WINDOWS, Photograph, Photographs
from blemish.fit.studio import Studio
from blemish.frames import look_at
from blemish.part import Part, load
from blemish.plan import Viewpoint

TEXT = """
name = "disc"
seed = 1
metal = "steel"

[part]
file = "disc.stl"
unit = "mm"

[camera]
width_px = 256
height_px = 256
pixel_pitch_um = 10.0
focal_length_mm = 25.0
working_distance_mm = 100.0

[light]
inner_radius_mm = 8.0
outer_radius_mm = 30.0
offset_mm = 10.0
radiance = 1.0

[[finishes]]
kind = "turned"
regions = ["*"]
axis_point_mm = [0.0, 0.0, 0.0]
axis_direction = [0.0, 0.0, 1.0]
feed_mm = 0.16
nose_radius_mm = 0.8
roughness_along = 0.11  # of a new insert

[render]
samples_per_pixel = 4
noise_share = 0.0
ambient_radiance = 0.1

[sensor]
exposure_ms = 8.0
"""
"""What is fitted."""


PLACES = {
    "feed": "finishes[1].feed_mm",
    "roughness": "finishes[1].roughness_along",
    "radiance": "light.radiance",
    "exposure": "sensor.exposure_ms",
}


@dataclass(frozen=True)
class Disc:
    """The study's values, its part, and views of it."""

    values: dict[str, Any]
    part: Part
    views: tuple[Viewpoint, ...]

    def photographs(self, **numbers: float) -> Photographs:
        """Take photographs of three specimens of another seed, with other values at some places."""
        values = tomllib.loads(TEXT)
        values["seed"] = 99
        truth = turned(recipe_of(values), {PLACES[name]: value for name, value in numbers.items()})
        pairs = tuple((f"c{k:03d}", view) for k in range(3) for view in self.views[k::3])
        studio = Studio(self.part, pairs, WINDOWS)
        taken = [Photograph(view.name, group, studio.look(truth, i)) for i, (group, view) in enumerate(pairs)]
        held = [one for one in taken if one.group == "c002"]
        return Photographs(tuple(one for one in taken if one not in held), tuple(held), (256, 256), 0)


def disc(folder: Path) -> Disc:
    """Make the disc, seen from six places that lean by 12 degrees."""
    trimesh.creation.cylinder(radius=20, height=4, sections=64).export(folder / "disc.stl")
    values = tomllib.loads(TEXT)
    views = []
    for number, angle in enumerate(np.linspace(0, 2 * np.pi, 7)[:-1]):
        at = np.array([9 * np.cos(angle), 9 * np.sin(angle), 2.0])
        lean = np.array([0.22 * np.cos(angle + 1), 0.22 * np.sin(angle + 1), 1.0])
        views.append(Viewpoint(f"v{number:03d}", look_at(at + 100 * lean / np.linalg.norm(lean), at)))
    return Disc(values, load(recipe_of(values).part, base=folder), tuple(views))
