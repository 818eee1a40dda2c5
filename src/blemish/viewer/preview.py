"""A small picture of what a view would show, through the same renderer as the dataset's frames."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from blemish.defects import make_specimen
from blemish.finish import draw_finishes
from blemish.finish.skin import Skin
from blemish.part import Part
from blemish.plan import Camera, Viewpoint
from blemish.recipe import Recipe, drawn, is_defective
from blemish.render import Rendering, Scene, Sensor, build_scene, shoot

LONGEST_PX = 480
SAMPLES = 8
AS_DESIGNED = "as designed"
"""The specimen without any defect."""


def scene_of(recipe: Recipe, part: Part, specimen: str = AS_DESIGNED) -> Scene:
    """Make the scene of a specimen of the recipe by its name, or of the part as it was designed."""
    name = specimen if specimen != AS_DESIGNED else recipe.specimens.names[0]
    defects = recipe.defects if specimen != AS_DESIGNED else ()
    made = make_specimen(part, name, is_defective(name) and bool(defects), defects, recipe.seed, recipe.finest_edge_mm)
    skin: Skin = drawn(recipe, "skin", name)
    finishes = draw_finishes(part, recipe.finishes, recipe.seed, name)
    return build_scene(made, part, finishes, recipe.metal, recipe.light, skin)


def smaller(camera: Camera, longest_px: int = LONGEST_PX) -> Camera:
    """Give a camera that sees the same with larger, and so fewer, pixels."""
    factor = max(camera.width_px, camera.height_px) / longest_px
    if factor <= 1:
        return camera
    width, height = max(1, round(camera.width_px / factor)), max(1, round(camera.height_px / factor))
    return replace(
        camera, width_px=width, height_px=height, pixel_pitch_um=camera.pixel_pitch_um * camera.width_px / width
    )


def preview(scene: Scene, recipe: Recipe, view: Viewpoint) -> np.ndarray:
    """Render a view: RGB, uint8 (h, w, 3), the significant defects outlined in green."""
    import cv2

    sensor: Sensor = drawn(recipe, "sensor", scene.specimen, view.name)
    rendering: Rendering = drawn(recipe, "render", scene.specimen, view.name)
    quick = replace(rendering, samples_per_pixel=SAMPLES, max_samples_per_pixel=SAMPLES, bounces=1, visibility=False)
    frame = shoot(scene, smaller(recipe.camera), view, sensor, quick, recipe.seed)
    picture = np.repeat(frame.image[..., None], 3, axis=2)
    marked = (frame.mask > 0).astype(np.uint8)
    picture[cv2.dilate(marked, np.ones((3, 3), np.uint8)) - marked > 0] = (60, 220, 60)
    return np.asarray(picture)
