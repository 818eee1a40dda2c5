"""Lights: four finishes with the same dents and scratches, under four lights.

``python examples/03_lights.py [FOLDER]`` writes ``lights.png``. Look at one square from row to row: a ring makes the
tool's marks and a dent stand out alike; low light from the side leaves smooth metal dark and draws edges; a dome
hides marks and shallow dents together; coaxial light shows everything that is tilted as a dark place. Each picture
chose its own exposure. The tables are those of a study's ``[light]``.
"""

import tomllib

from course import above, captioned, folder, save

from blemish.defects import make_specimen
from blemish.finish import draw_finishes
from blemish.part.plate import plate
from blemish.recipe import Recipe
from blemish.render import Rendering, Sensor, build_scene, shoot
from blemish.settings import read

LIGHTS = {
    "ring, 10 to 36 degrees": "light = { inner_radius_mm = 30.0, outer_radius_mm = 110.0, offset_mm = 50.0 }",
    "low ring: dark field": "light = { inner_radius_mm = 70.0, outer_radius_mm = 100.0, offset_mm = 170.0 }",
    "dome": 'light = { kind = "dome", radius_mm = 120.0, rim_mm = 180.0 }',
    "coaxial": 'light = { kind = "coaxial", diameter_mm = 140.0 }',
}
RENDERING = Rendering(max_samples_per_pixel=32, ambient_radiance=0.004)  # a dark room
STUDY = """
seed = 4
finishes = [
    { kind = "turned", regions = ["turned"], axis_point_mm = [-22, 14, 0], axis_direction = [0, 0, 1] },
    { kind = "milled", regions = ["milled"], cutter_diameter_mm = 16.0, step_over_mm = 8.0 },
    { kind = "ground", regions = ["ground"] },
    { kind = "blasted", regions = ["blasted"] },
]
defects = [
    { kind = "dent", per_specimen = 10, diameter_mm = { uniform = [0.8, 2.0] }, depth_mm = 0.1 },
    { kind = "scratch", per_specimen = 3, width_mm = 0.2, length_mm = 6, depth_mm = 0.03, orientation_deg = 30 },
    { kind = "scratch", per_specimen = 3, width_mm = 0.2, length_mm = 6, depth_mm = 0.03, orientation_deg = 110 },
]
"""
recipe = read(Recipe, tomllib.loads(STUDY), "this example")
part = plate([finish.kind for finish in recipe.finishes], columns=4)
camera, view = above(48.0, 12.0)
finishes = draw_finishes(part, recipe.finishes, recipe.seed, "d000")
specimen = make_specimen(
    part, "d000", defective=True, populations=recipe.defects, seed=recipe.seed, finest_edge_mm=camera.mm_per_px / 2
)

rows = []
for name, table in LIGHTS.items():
    light = read(Recipe, tomllib.loads(table), name).light
    scene = build_scene(specimen, part, finishes, recipe.metal, light)
    frame = shoot(scene, camera, view, Sensor(auto_exposure=0.9), RENDERING, recipe.seed)
    rows.append([captioned(frame.image, f"{name}; turned, milled, ground, blasted")])
save(folder() / "lights.png", rows)
