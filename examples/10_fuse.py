"""Fusing views: what five views call, brought back onto the part, and called there once.

``python examples/10_fuse.py [FOLDER]`` writes ``fused.png``. The network is made up: in each view it overlooks a third
of the dents and calls four places in vain. Look at the false calls: each view has its own, so the largest evidence of
any view has them all, while in the mean they stand alone against four views that saw nothing there.
"""

import tomllib

import cv2
import matplotlib as mpl
import numpy as np
from course import BLUE, SCALE, above, captioned, folder, outlined, save

from blemish.defects import make_specimen
from blemish.finish import draw_finishes
from blemish.frames import look_at
from blemish.inspect.surface.backproject import optics_of, view_evidence
from blemish.inspect.surface.fuse import fuse
from blemish.inspect.surface.on_part import objects_on_part
from blemish.inspect.surface.patches import lookup_of, patches_of, truth_of
from blemish.part.plate import plate
from blemish.plan import Viewpoint
from blemish.recipe import Recipe
from blemish.render import Rendering, Sensor, build_scene, shoot
from blemish.report.splat import splat_discs
from blemish.seeds import stream
from blemish.settings import plain, read
from blemish.work import mesh_of

DEFECTS = '[{ kind = "dent", per_specimen = 12, diameter_mm = { uniform = [1, 2.5] }, depth_mm = 0.15 }]'
recipe = read(Recipe, tomllib.loads(f'finishes = [{{ kind = "brushed" }}]\ndefects = {DEFECTS}'), "this example")
part, (camera, straight) = plate(["plate"], 1, 20.0, 20.0), above(24.0, 24.0, px_per_mm=15.0)
specimen = make_specimen(part, "d000", defective=True, populations=recipe.defects, seed=recipe.seed)
finishes = draw_finishes(part, recipe.finishes, recipe.seed, specimen.name)
scene = build_scene(specimen, part, finishes, recipe.metal, recipe.light)
mesh = mesh_of(part, specimen)
patches = patches_of(mesh, patch_mm=0.5)
lookup, optics = lookup_of(mesh, patches), optics_of(plain(camera), "this camera")

eyes = [(100.0 * np.cos(turn), 100.0 * np.sin(turn), 173.0) for turn in np.radians([0, 90, 180, 270])]
leaning = [Viewpoint(f"leaning {n}", look_at(np.array(eye), np.zeros(3))) for n, eye in enumerate(eyes, 1)]
views, panels = [], []
for view in [straight, *leaning]:
    rendering = Rendering(samples_per_pixel=8, max_samples_per_pixel=8, geometry=True)
    frame = shoot(scene, camera, view, Sensor(auto_exposure=0.9), rendering, recipe.seed)
    rng = stream(1, "a network", view.name)
    found = [number for number in np.unique(frame.mask)[1:] if rng.random() < 2 / 3]
    called = np.isin(frame.mask, found).astype(np.uint8)
    for row, column in rng.permutation(np.argwhere(np.isfinite(frame.geometry["depth.Z"])))[:4].tolist():
        cv2.circle(called, (column, row), round(12 * SCALE), 1, -1)
    scores = np.where(called, 0.98, 0.02).astype(np.float32)
    views.append(view_evidence(scores, frame.geometry, lookup, optics, view.name, 0.5))
    panels.append(captioned(outlined(frame.image, called, BLUE), f"called: {view.name}"))

truth = truth_of(mesh, lookup, {defect.id for defect in specimen.defects})
for how in ("max", "mean"):
    evidence = fuse(views, how, len(patches))
    objects = objects_on_part(evidence, patches, 0.0, views=views, single=0.0, truth=truth)
    found, vain = {number for one in objects for number in one.defects}, sum(not one.defects for one in objects)
    print(f"{how:4}: {len(objects)} places called, {len(found)} of {len(specimen.defects)} dents found, {vain} in vain")
    colours = mpl.colormaps["inferno"](np.clip(np.nan_to_num(evidence.log_odds, nan=-4) / 8 + 0.5, 0, 1))[:, :3]
    flat = (patches.centre_mm, patches.normal, patches.area_mm2)
    drawn = splat_discs(*flat, colours, (0.0, 0.0, 1.0), camera.width_px).image
    shown = 255 * (drawn[..., 2::-1] * drawn[..., 3:] + 1 - drawn[..., 3:])
    panels.append(captioned(shown.astype(np.uint8), f"on the part: {how} of five views"))
save(folder() / "fused.png", [[panels[0], panels[1]], panels[-2:]])
