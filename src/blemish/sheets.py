"""Contact sheets: what the populations of a recipe look like, before the dataset is made.

For each population 5 x 5 samples across its range lie on a plate that has the recipe's metal and finish, seen from
straight above by its camera under its ring light. Beside the picture stand the labels, in one colour a defect; films
and insignificant defects are coloured there, too, though no mask of a dataset has them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from blemish.arrays import Grey
from blemish.dataset.atomic import storing
from blemish.dataset.ply import colours_of
from blemish.defects.samples import sample_plate
from blemish.errors import FinishError
from blemish.finish import Brushed, lay
from blemish.frames import look_at
from blemish.part import Part
from blemish.plan import Camera, Viewpoint
from blemish.recipe import Recipe, drawn
from blemish.render import build_scene, shoot
from blemish.seeds import stream

LARGEST_PX = 1600
"""Larger sheets are taken with coarser pixels."""
LEAST_SAMPLES = 32
"""Samples a pixel: a sheet is looked at, so it has little noise."""


@dataclass(frozen=True, eq=False)
class Sheet:
    """A picture of samples and one of their labels, (h, w, 3) in RGB."""

    name: str
    image: Grey
    labels: np.ndarray


def sheets(recipe: Recipe) -> Iterator[Sheet]:
    """Draw the sheet of each population of a recipe: some seconds each."""
    for number, population in enumerate(recipe.defects, 1):
        yield sheet(recipe, population, f"{number:02d}-{population.kind}")


def write_sheets(recipe: Recipe, folder: Path) -> list[Path]:
    """Write the sheets of a recipe as ``01-dent.png`` and ``01-dent-labels.png``, and so on; give the pictures."""
    import cv2

    written = []
    with storing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for one in sheets(recipe):
            for suffix, picture in (("", one.image), ("-labels", one.labels[:, :, ::-1])):
                path = folder / f"{one.name}{suffix}.png"
                path.write_bytes(cv2.imencode(".png", picture)[1].tobytes())
                written.append(path)
    return written[::2]


def sheet(recipe: Recipe, population: Any, name: str) -> Sheet:
    """Draw the sheet of one population."""
    plate = sample_plate(population, recipe.seed, recipe.finest_edge_mm)
    camera = _camera(recipe.camera, plate.size_mm)
    finish = _finish(recipe, plate.part)
    scene = build_scene(plate.specimen, plate.part, {"plate": finish}, recipe.metal, recipe.light)
    eye = np.array([0.0, 0.0, camera.working_distance_mm])
    view = Viewpoint("above", look_at(eye, np.zeros(3), np.array([0.0, 1.0, 0.0])))
    sensor, rendering = drawn(recipe, "sensor", "sheet", name), drawn(recipe, "render", "sheet", name)
    exact = replace(rendering, samples_per_pixel=max(rendering.samples_per_pixel, LEAST_SAMPLES))
    frame = shoot(replace(scene, significant=scene.defects), camera, view, sensor, exact, recipe.seed)
    return Sheet(name, frame.image, colours_of(frame.mask))


def _camera(camera: Camera, size_mm: float) -> Camera:
    """Give the camera a sensor that sees a square of this size, of coarser pixels if there would be too many."""
    coarser = int(np.ceil(size_mm / camera.mm_per_px / LARGEST_PX))
    camera = replace(camera, pixel_pitch_um=camera.pixel_pitch_um * coarser)
    side = int(np.ceil(size_mm / camera.mm_per_px))
    return replace(camera, width_px=side, height_px=side)


def _finish(recipe: Recipe, part: Part) -> Any:
    """Give the first finish of the recipe that a flat plate can carry; brushed, if there is none."""
    populations: tuple[Any, ...] = recipe.finishes
    for population in populations:
        finish = population.draw(stream(recipe.seed, "samples", "finish"))
        try:
            lay(part, {"plate": finish})
        except FinishError:
            continue
        return finish
    return Brushed()
