"""Visibility: a dent that is there is not yet one that can be seen.

``python examples/05_visibility.py [FOLDER]`` writes ``visibility.png``: 25 dents, wider to the right and deeper
downwards, beside the same metal without them and the contrast-to-noise ratio of each labelled pixel. Look at the
upper left: the label is there, the picture shows nothing. Dark pixels of the map are below 1, where tool marks and
noise hide the dent.
"""

import tomllib

import cv2
import numpy as np
from course import above, captioned, folder, outlined, save

from blemish.defects.samples import sample_plate
from blemish.finish import draw_finishes
from blemish.recipe import Recipe
from blemish.render import Rendering, Sensor, build_scene, shoot
from blemish.settings import read

STUDY = """
light = { inner_radius_mm = 30.0, outer_radius_mm = 110.0, offset_mm = 50.0 }
finishes = [{ kind = "milled", regions = ["*"], cutter_diameter_mm = 16.0, step_over_mm = 8.0 }]

[[defects]]
kind = "dent"
diameter_mm = { log_uniform = [0.4, 2.5] }
depth_mm = { log_uniform = [0.001, 0.06] }
"""
recipe = read(Recipe, tomllib.loads(STUDY), "this example")
plate = sample_plate(recipe.defects[0], recipe.seed, finest_edge_mm=0.025)
camera, view = above(plate.size_mm, plate.size_mm)
finishes = draw_finishes(plate.part, recipe.finishes, recipe.seed, "d000")
scene = build_scene(plate.specimen, plate.part, finishes, recipe.metal, recipe.light, with_twin=True)
sensor = Sensor(auto_exposure=0.9)
frame = shoot(scene, camera, view, sensor, Rendering(), recipe.seed)
twin = shoot(scene.twin, camera, view, frame.sensor, Rendering(), recipe.seed)

contrast, detectability = frame.visibility.contrast, frame.visibility.detectability
labelled = frame.mask > 0
print(f"{(contrast[labelled] < 1).mean():.0%} of the labelled pixels are below a contrast-to-noise ratio of 1")
for defect in plate.specimen.defects[::6]:  # the diagonal: from small and shallow to wide and deep
    width, depth = (defect.parameters[name] for name in ("diameter_mm", "depth_mm"))
    print(f"{width:.2f} mm wide, {1000 * depth:4.1f} um deep: detectability {detectability.get(defect.id, 0.0):7.1f}")

level = np.clip(np.log2(np.maximum(contrast, 0.5) / 0.5) / 5, 0, 1)  # from 1/2 to 16
colours = cv2.applyColorMap((255 * level).astype(np.uint8), cv2.COLORMAP_INFERNO)
colours[~labelled] = 255
panels = [
    (frame.image, "the frame"),
    (outlined(frame.image, frame.mask), "its labels"),
    (twin.image, "without defects"),
]
panels.append((outlined(colours, labelled, (160, 160, 160)), "contrast to noise: black 1/2, yellow 16"))
save(folder() / "visibility.png", [[captioned(*one) for one in panels[:2]], [captioned(*one) for one in panels[2:]]])
