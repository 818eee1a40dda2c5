"""A real CAD export by somebody else goes through the chain: plan, defects, a frame."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pydantic import TypeAdapter

from blemish.defects import DefectPopulation, make_specimen
from blemish.finish import draw_finishes
from blemish.finish.catalogue import FINISHES
from blemish.part import PartSource, load
from blemish.plan import Camera, Planning, RingLight, make_plan
from blemish.render import Rendering, Sensor, build_scene, shoot


@pytest.mark.shared
def test_a_machined_test_part_of_nist_is_planned_damaged_and_photographed(shared: Path) -> None:
    """CTC-01, 800 mm long, AP242: views see it, defects lie in closed geometry, a frame shows metal and labels."""
    part = load(PartSource(file=str(shared / "parts" / "nist_ctc_01_asme1_ap242.stp")))
    camera = Camera(width_px=306, height_px=256, pixel_pitch_um=27.6, focal_length_mm=16.0, working_distance_mm=600.0)
    light = RingLight(inner_radius_mm=60.0, outer_radius_mm=250.0)
    wishes = Planning(sample_spacing_mm=12.0, min_px_per_mm=0.3, max_views=2, bound_rounds=0, improve_rounds=0)
    plan = make_plan(part, camera, light, wishes, seed=1)
    assert len(plan.viewpoints) == 2
    assert plan.coverage > 0.1

    tables = (
        {"kind": "dent", "per_specimen": 30, "diameter_mm": 20.0, "depth_mm": 2.0},
        {"kind": "scratch", "per_specimen": 5, "width_mm": 3.0, "depth_mm": 0.5, "length_mm": 60.0},
    )
    populations = TypeAdapter(tuple[DefectPopulation, ...]).validate_python(tables)
    specimen = make_specimen(part, "d000", True, populations, 1, camera.mm_per_px / 2)
    assert len(specimen.defects) == 35
    edges = np.sort(specimen.triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
    assert set(np.unique(edges, axis=0, return_counts=True)[1]) == {2}

    finishes = draw_finishes(part, (FINISHES.of("brushed")(),), 1, specimen.name)
    rendering = Rendering(samples_per_pixel=8)
    scene = build_scene(specimen, part, finishes, "aluminium", light)
    frames = [shoot(scene, camera, view, Sensor(), rendering, seed=1) for view in plan.viewpoints]
    assert all(np.mean(frame.image > 10) > 0.2 for frame in frames)
    shown = set(np.unique(np.concatenate([np.unique(frame.mask) for frame in frames])).tolist()) - {0}
    assert shown
    assert shown <= {defect.id for defect in specimen.defects}
