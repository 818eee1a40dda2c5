"""From a CAD file to labelled frames in Python: the part, a plan, one specimen, three pictures.

``python examples/01_first_frames.py [FOLDER]`` writes ``strip.png``. Look at the clutch by region, and at the dents and
scratches in the two frames that show most of them: what is outlined is what was rendered, to the pixel.
"""

import cv2
import numpy as np
from course import SCALE, folder, outlined, small_clutch

from blemish.defects import make_specimen
from blemish.finish import draw_finishes
from blemish.make import plan_for
from blemish.render import build_scene, shoot
from blemish.report import figures
from blemish.report.splat import splat
from blemish.seeds import stream

# A study says everything; each stage is a function of a part of it.
study, part = small_clutch()
print(f"{part.name}: {len(part.triangles)} triangles in the regions {', '.join(r.name for r in part.regions)}")

plan = plan_for(study.recipe, part, folder() / "plan.json")
print(f"{len(plan.viewpoints)} viewpoints cover {plan.coverage:.1%} of the part")

# One specimen: dents and scratches are drawn from their ranges and pressed into the triangles.
specimen = make_specimen(
    part, "d000", defective=True, populations=study.defects, seed=study.seed, finest_edge_mm=study.recipe.finest_edge_mm
)
print(f"{len(specimen.defects)} defects in {len(specimen.triangles)} triangles")

# The scene is built once; a view only moves camera and light.
finishes = draw_finishes(part, study.finishes, study.seed, specimen.name)
scene = build_scene(specimen, part, finishes, study.metal, plan.light)
rng = stream(study.seed, "example")
sensor, rendering = study.sensor.draw(rng), study.render.draw(rng)  # where a study has ranges
frames = [
    shoot(scene, plan.camera, view, sensor, rendering, study.seed) for view in plan.viewpoints[: round(12 * SCALE)]
]

# The strip: the part by region, and the two frames that show most defects, each with its labels outlined.
best = sorted(frames, key=lambda frame: -len(np.unique(frame.mask)))[:2]
height = study.camera.height_px
colours = figures.REGION_COLOURS[part.region_of_triangle % len(figures.REGION_COLOURS)]
drawn = splat(part.vertices_mm, part.triangles, colours, figures.FROM_ABOVE, size=height).image
panels = [(255 * (drawn[..., :3] * drawn[..., 3:] + 1 - drawn[..., 3:]))[..., ::-1].astype(np.uint8)]
for frame in best:
    panels += [cv2.cvtColor(frame.image, cv2.COLOR_GRAY2BGR), outlined(frame.image, frame.mask)]
strip = np.hstack(panels)
cv2.imwrite(str(folder() / "strip.png"), cv2.resize(strip, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA))
print(f"the strip of pictures is {folder() / 'strip.png'}")
