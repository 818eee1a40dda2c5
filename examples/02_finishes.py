"""Regions and finishes: the same metal under the same light, machined in eight ways.

``python examples/02_finishes.py [FOLDER]`` writes ``finishes.png``. Look at how each tool throws the light: arcs of
the face mill, rings of the lathe, streaks, and no direction at all where it was blasted or cast. The tables are those
of a study's ``[[finishes]]``, and what stands in ``regions`` is what the squares are called.
"""

import tomllib

from course import above, captioned, folder, save

from blemish.defects import Specimen
from blemish.finish import draw_finishes
from blemish.part.plate import plate
from blemish.recipe import Recipe
from blemish.render import Rendering, Sensor, build_scene, shoot
from blemish.settings import read

STUDY = """
metal = "steel"
light = { inner_radius_mm = 30.0, outer_radius_mm = 110.0, offset_mm = 50.0 }
finishes = [
    { kind = "turned", regions = ["turned"], feed_mm = 0.2, axis_point_mm = [-22, 14, 0], axis_direction = [0, 0, 1] },
    { kind = "milled", regions = ["milled"], feed_mm = 0.25, cutter_diameter_mm = 16.0, step_over_mm = 8.0 },
    { kind = "brushed", regions = ["brushed"], slope = 0.12 },
    { kind = "ground", regions = ["ground"], ra_um = 0.6 },
    { kind = "blasted", regions = ["blasted"], ra_um = 4.0 },
    { kind = "cast", regions = ["cast"], ra_um = 12.0 },
    { kind = "polished", regions = ["polished"], waviness_slope = 0.005 },
    { kind = "plain", regions = ["plain"], roughness = 0.3 },
]
"""
recipe = read(Recipe, tomllib.loads(STUDY), "this example")
names = [finish.kind for finish in recipe.finishes]
part = plate(names, columns=4)
camera, view = above(48.0, 24.0)

# A specimen draws its finishes, and a scene is built of what it is and what it is made of; then the picture is taken.
finishes = draw_finishes(part, recipe.finishes, recipe.seed, "c000")
scene = build_scene(Specimen.of(part), part, finishes, recipe.metal, recipe.light)
image = shoot(scene, camera, view, Sensor(auto_exposure=0.9), Rendering(), recipe.seed).image

middle, side = camera.height_px // 2, camera.width_px // 4
squares = [image[r * middle : (r + 1) * middle, c * side : (c + 1) * side] for r in range(2) for c in range(4)]
panels = [captioned(square, name) for square, name in zip(squares, names, strict=True)]
save(folder() / "finishes.png", [panels[:4], panels[4:]])
