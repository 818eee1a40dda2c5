"""An inspection of the box, as `blemish inspect` would leave it: a dent found on the top, a false call on one side."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.spatial import cKDTree

from blemish.inspect.stored import write_effective, write_patches, write_specimen
from blemish.inspect.surface.fuse import Evidence
from blemish.inspect.surface.on_part import PartObject, objects_on_part, write_objects
from blemish.inspect.surface.patches import Patches, Truth
from blemish.part import Part
from blemish.plan.samples import sample_surface

PATCH_MM = 1.0
DENT, FALSE_CALL = np.array([4.0, 4.0, 5.0]), np.array([10.0, 0.0, 2.5])


def patches_on(part: Part) -> Patches:
    """The surface of a part in patches of a square millimetre."""
    samples = sample_surface(part, PATCH_MM, ("*",), 0)
    near = cKDTree(samples.positions_mm).query_pairs(1.6 * PATCH_MM, output_type="ndarray")
    return Patches(
        patch_mm=PATCH_MM,
        centre_mm=samples.positions_mm,
        area_mm2=samples.area_mm2,
        normal=samples.normals,
        face=part.face[samples.triangle],
        region=samples.region,
        regions=tuple(region.name for region in part.regions),
        neighbours=near.astype(np.int32),
    )


def leave_inspection(run: Path, part: Part, specimens: tuple[str, ...] = ("d000",)) -> dict[str, list[PartObject]]:
    """Write the maps and objects of specimens that all look alike; give the objects."""
    patches, folder = patches_on(part), run / "inspection"
    dented = np.linalg.norm(patches.centre_mm - DENT, axis=1) < 2.0
    called = dented | (np.linalg.norm(patches.centre_mm - FALSE_CALL, axis=1) < 1.2)
    views = np.where(patches.normal[:, 2] < -0.5, 0, 2).astype(np.int32)  # nobody looks from below
    odds = np.where(views > 0, np.where(dented, 7.0, np.where(called, 5.0, -4.0)), np.nan)
    at = np.flatnonzero(dented).astype(np.int32)
    truth = Truth(at, np.full(len(at), 3, dtype=np.int32), patches.area_mm2[at], dented.astype(np.float64))
    evidence = Evidence("bayes", odds, views)
    dent, false_call = objects_on_part(evidence, patches, 2.0, truth=truth)
    told = [replace(dent, seen_by=("v000", "v002")), replace(false_call, seen_by=("v001", "v002"))]
    objects = dict.fromkeys(specimens, told)
    write_patches(folder, patches, views)
    for name in specimens:
        write_specimen(folder, name, evidence, truth, 2.0)
    sure = np.where(views > 0, 0.95, 0.0)
    write_effective(folder, {"dent, 0.5 mm": (0.5, sure)}, {"dent": np.where(views > 0, 0.4, np.inf)})
    write_objects(objects, folder)
    return objects
