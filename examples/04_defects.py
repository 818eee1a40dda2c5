"""Defects: what must be found, and what looks like it and must be left alone.

``python examples/04_defects.py [FOLDER]`` writes ``defects.png``: the frame, and the same frame with the mask
outlined in red and all that is in no mask circled in blue. Look at the small dents, the dust and the fibre: a network
that calls them is wrong, and learns so, because they lie on correct parts too.
"""

import tomllib

import cv2
import numpy as np
from course import BLUE, SCALE, above, captioned, folder, outlined, save

from blemish.defects import make_specimen
from blemish.finish import draw_finishes
from blemish.part.plate import plate
from blemish.recipe import Recipe
from blemish.render import Rendering, Sensor, build_scene, shoot
from blemish.settings import read

STUDY = """
seed = 3
light = { inner_radius_mm = 30.0, outer_radius_mm = 110.0, offset_mm = 50.0 }
finishes = [{ kind = "brushed", regions = ["*"] }]
defects = [
    { kind = "dent", per_specimen = 5, diameter_mm = { uniform = [0.8, 2.0] }, depth_mm = { uniform = [0.05, 0.15] } },
    { kind = "scratch", per_specimen = 2, width_mm = 0.2, length_mm = 6, depth_mm = 0.04, orientation_deg = 30 },
    { kind = "scratch", per_specimen = 2, width_mm = 0.2, length_mm = 6, depth_mm = 0.04, orientation_deg = 110 },
    { kind = "gouge", per_specimen = 1, width_mm = 0.8, length_mm = 3.0, depth_mm = 0.1 },
    { kind = "dent", significant = false, per_specimen = 8, diameter_mm = 0.3, depth_mm = 0.01 },
    { kind = "dust", per_specimen = 2 },
    { kind = "fibre", per_specimen = 2 },
]
"""
recipe = read(Recipe, tomllib.loads(STUDY), "this example")
part = plate(["plate"], columns=1, width_mm=24.0, height_mm=24.0)
camera, view = above(24.0, 24.0)
specimen = make_specimen(
    part, "d000", defective=True, populations=recipe.defects, seed=recipe.seed, finest_edge_mm=camera.mm_per_px / 2
)
finishes = draw_finishes(part, recipe.finishes, recipe.seed, specimen.name)
scene = build_scene(specimen, part, finishes, recipe.metal, recipe.light)
frame = shoot(scene, camera, view, Sensor(auto_exposure=0.9), Rendering(), recipe.seed)

told = outlined(frame.image, frame.mask)
for defect in specimen.defects:
    verdict = "must be found" if defect.significant else "to be left alone"
    print(f"{defect.id:3} {defect.kind:8} {verdict:17} covers {defect.area_mm2:5.2f} mm2")
    if not defect.significant:
        place = view.world_from_camera.inverse().apply(np.array([defect.position_mm]))
        x, y = camera.project(place)[0].round().astype(int).tolist()
        radius_px = 12 * SCALE + (defect.area_mm2 / np.pi) ** 0.5 / camera.mm_per_px
        cv2.circle(told, (x, y), round(radius_px), BLUE, 1, cv2.LINE_AA)
panels = [captioned(frame.image, "what the camera sees"), captioned(told, "red: in the mask; blue: to be left alone")]
save(folder() / "defects.png", [panels])
