"""Fusing views: what six views call, brought back onto the part, and called there once.

``python examples/10_fuse.py [FOLDER]`` writes ``fused.png``. The network is made up: in each view it overlooks a
third of the dents and calls three places in vain. Look at the false calls: each view has its own, so on the part they
stand alone against views that saw nothing there, while a dent is called by most of the views that look at it.
"""

import cv2
import matplotlib as mpl
import numpy as np
from course import captioned, folder, orbit, outlined, save, small_clutch

from blemish.defects import make_specimen
from blemish.finish import draw_finishes
from blemish.inspect.surface.backproject import optics_of, view_evidence
from blemish.inspect.surface.fuse import fuse
from blemish.inspect.surface.on_part import objects_on_part
from blemish.inspect.surface.patches import lookup_of, patches_of, truth_of
from blemish.render import Rendering, Sensor, build_scene, shoot
from blemish.report.splat import splat_discs
from blemish.seeds import stream
from blemish.settings import plain
from blemish.work import mesh_of

study, part = small_clutch()
recipe, camera = study.recipe, study.camera
specimen = make_specimen(
    part, "d000", defective=True, populations=recipe.defects[:1], seed=recipe.seed, finest_edge_mm=recipe.finest_edge_mm
)
finishes = draw_finishes(part, recipe.finishes, recipe.seed, specimen.name)
scene = build_scene(specimen, part, finishes, recipe.metal, recipe.light)

mesh = mesh_of(part, specimen)
patches = patches_of(mesh, patch_mm=1.0)
lookup, optics = lookup_of(mesh, patches), optics_of(plain(camera), "this camera")
views, pictures = [], []
for turn in range(-90, 90, 30):
    view = orbit(part, camera, turn, 50.0, f"{turn} degrees")
    frame = shoot(
        scene, camera, view, Sensor(exposure_ms=14.0), Rendering(samples_per_pixel=8, geometry=True), recipe.seed
    )
    rng = stream(1, "a network", view.name)
    found = [number for number in np.unique(frame.mask)[1:] if rng.random() < 2 / 3]
    scores = 0.8 * np.isin(frame.mask, found).astype(np.float32)
    for place in rng.permutation(np.argwhere(frame.image > 20))[:3]:
        cv2.circle(scores, place[::-1].tolist(), max(2, camera.width_px // 120), 0.8, -1)
    scores = np.clip(cv2.GaussianBlur(scores, (0, 0), 1.0), 0.02, 0.98)
    views.append(view_evidence(scores, frame.geometry, lookup, optics, view.name, 0.5))
    pictures.append(captioned(outlined(frame.image, scores >= 0.5), f"called from {view.name}"))

truth = truth_of(mesh, lookup, {defect.id for defect in specimen.defects})
for how, threshold in (("max", 0.0), ("mean", -1.5)):
    evidence = fuse(views, how, len(patches))
    objects = objects_on_part(evidence, patches, threshold, views=views, single=0.0, truth=truth)
    real = {number for one in objects for number in one.defects}
    vain = sum(not one.defects for one in objects)
    print(f"{how:4}: {len(objects)} places called, {len(real)} dents found, {vain} calls in vain")

colours = mpl.colormaps["inferno"](np.clip((np.nan_to_num(evidence.log_odds, nan=-4) + 4) / 5, 0, 1))[:, :3]
drawn = splat_discs(
    patches.centre_mm, patches.normal, patches.area_mm2, colours, (1.0, -0.3, 1.2), size=pictures[0].shape[0] - 26
)
part_map = (255 * (drawn.image[..., :3] * drawn.image[..., 3:] + 1 - drawn.image[..., 3:]))[..., ::-1].astype(np.uint8)
save(folder() / "fused.png", [[pictures[1], pictures[3], captioned(part_map, "mean of all views, on the part")]])
