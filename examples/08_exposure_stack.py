"""The exposure stack: one photograph, three exposures as the three channels of a network's input.

``python examples/08_exposure_stack.py [FOLDER]`` writes ``exposure-stack.png``: f(x) = x 2^a, clipped at white, for a
= 0, 1 and 2, of one frame of the built-in clutch. Look at the faces that turn away from the light: they are black at
first and show their tool marks in the third picture, in which the brightest faces have lost theirs.
"""

import cv2
import numpy as np
from course import captioned, folder, orbit, save, small_clutch

from blemish.defects import make_specimen
from blemish.finish import draw_finishes
from blemish.learn.exposure import WHITE, expose, levels, network_input
from blemish.render import build_scene, shoot
from blemish.seeds import stream

study, part = small_clutch()
recipe = study.recipe
specimen = make_specimen(
    part, "d000", defective=True, populations=recipe.defects, seed=recipe.seed, finest_edge_mm=recipe.finest_edge_mm
)
finishes = draw_finishes(part, recipe.finishes, recipe.seed, specimen.name)
scene = build_scene(specimen, part, finishes, recipe.metal, recipe.light)
rng = stream(recipe.seed, "example")
view = orbit(part, study.camera, azimuth_deg=-60.0, elevation_deg=35.0)
image = shoot(scene, study.camera, view, study.sensor.draw(rng), study.render.draw(rng), recipe.seed).image

stops = (0.0, 1.0, 2.0)
grey = levels(image)
panels = []
for a in stops:
    exposed = expose(grey, a)
    clipped, dark = np.mean(exposed[grey > 10] >= WHITE), np.mean(exposed[grey > 10] < 60)
    print(f"a = {a:g}: {clipped:.0%} of what is lit is white, {dark:.0%} darker than grey level 60")
    panels.append(captioned(exposed.astype(np.uint8), f"x 2^{a:g}"))
stack = network_input(grey, stops)
print(f"a network with exposure_stack = {list(stops)} is shown {stack.shape}, from {stack.min():g} to {stack.max():g}")
save(folder() / "exposure-stack.png", [[cv2.resize(one, None, fx=0.7, fy=0.7) for one in panels]])
