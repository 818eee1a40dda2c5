"""The part as designed: maps that know the view and nothing of the specimen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from cells import BOX, BOX_VIEW, ROD, ROD_VIEW, finishes_of, specimen_of, view
from pydantic import TypeAdapter

from blemish.dataset.layers import CHANNELS, NOMINAL, read_geometry, write_geometry
from blemish.defects import DefectPopulation, Specimen, make_specimen
from blemish.errors import DatasetError
from blemish.part.model import Part
from blemish.plan.camera import Camera
from blemish.plan.light import RingLight
from blemish.plan.model import Viewpoint
from blemish.render import Rendering, Sensor, build_scene, shoot
from blemish.render.geometry import NOTHING, geometry
from blemish.render.nominal import nominal_maps
from blemish.render.view import look

CAMERA = Camera(width_px=160, height_px=120, pixel_pitch_um=44.0)
HOW = Rendering(samples_per_pixel=2, max_samples_per_pixel=2, noise_share=0.0, geometry="nominal")


def dented(part: Part, seed: int) -> Specimen:
    """A specimen with some deep dents."""
    table = {"kind": "dent", "per_specimen": 4, "diameter_mm": 3.0, "depth_mm": 0.4, "regions": ["*"]}
    dents = TypeAdapter(DefectPopulation).validate_python(table)
    return make_specimen(part, f"d{seed:03d}", True, (dents,), seed, 0.2)


def maps_of(
    part: Part, specimen: Specimen, place: Viewpoint, planned: Viewpoint | None = None
) -> dict[str, np.ndarray]:
    """Shoot a frame and give its maps."""
    scene = build_scene(specimen, part, finishes_of(part), "aluminium", RingLight(), with_nominal=True)
    maps = shoot(scene, CAMERA, place, Sensor(), HOW, 0, planned=planned).geometry
    assert maps is not None
    return maps


@pytest.mark.parametrize(("part", "place"), [(ROD, ROD_VIEW), (BOX, BOX_VIEW)], ids=["rod", "box"])
def test_defects_leave_no_trace(part: Part, place: Viewpoint) -> None:
    """One view of two dented specimens and of a correct one has the same nominal maps to the bit.

    What the specimens themselves show does differ, and so it would tell a network where to look.
    """
    correct, *others = (maps_of(part, one, place) for one in (specimen_of(part), dented(part, 1), dented(part, 2)))
    for other in others:
        assert (other["cosine"] != correct["cosine"]).any()
        for name in NOMINAL:
            np.testing.assert_array_equal(other[name], correct[name])


def test_the_twin_would_tell() -> None:
    """Why the maps are not the defect-free twin's: its finer triangles lie nearer the round surface under each dent."""
    scene = build_scene(
        dented(ROD, 1), ROD, finishes_of(ROD), "aluminium", RingLight(), with_twin=True, with_nominal=True
    )
    assert scene.twin is not None
    assert scene.nominal is not None
    place = look(scene, CAMERA, ROD_VIEW.world_from_camera, HOW)
    own, twin = (geometry(one, place, CAMERA)["cosine"] for one in (scene, scene.twin))
    designed = nominal_maps(scene.nominal, place, CAMERA)["nominal.cosine"]
    given_away, dents = twin != designed, own != designed
    assert not (given_away & ~dents).any()
    assert given_away.sum() > 0.9 * dents.sum()


def test_a_correct_part_is_what_was_designed() -> None:
    """Without defects the nominal maps are the specimen's own, and curvature is that of the shape."""
    maps = maps_of(ROD, specimen_of(ROD), ROD_VIEW)
    for name in ("depth.Z", "cosine", "face"):
        np.testing.assert_array_equal(maps[f"nominal.{name}"], maps[name])
    seen = maps["face"] != NOTHING
    assert not maps["nominal.curvature"][~seen].any()
    mantle = maps["nominal.face"] == 0
    np.testing.assert_allclose(maps["nominal.curvature"][mantle], 0.1, atol=1e-3)
    assert not maps["nominal.curvature"][seen & ~mantle].any()


def test_maps_are_of_the_view_that_was_planned() -> None:
    """A part that lies askew is seen from elsewhere; its nominal maps are still those of the plan."""
    askew = view((60.0, 33.0, 189.0), (1.0, 0.0, 2.0))
    planned, turned_out = (maps_of(BOX, specimen_of(BOX), place, BOX_VIEW) for place in (BOX_VIEW, askew))
    assert (planned["depth.Z"] != turned_out["depth.Z"]).any()
    for name in NOMINAL:
        np.testing.assert_array_equal(planned[name], turned_out[name])


def test_maps_come_back_from_the_disk_and_half_of_them_do_not(tmp_path: Path) -> None:
    """Written and read they are the same; a file without them is read for what it holds; one with some is refused."""
    maps = maps_of(BOX, dented(BOX, 1), BOX_VIEW)
    path = tmp_path / "geometry.exr"
    write_geometry(path, maps)
    back = read_geometry(path)
    assert back.keys() == CHANNELS.keys() | NOMINAL.keys()
    assert all(np.array_equal(back[name], maps[name]) for name in back)
    write_geometry(path, {name: maps[name] for name in CHANNELS})
    assert read_geometry(path).keys() == CHANNELS.keys()
    with pytest.raises(DatasetError, match=r"no map of nominal\.curvature, nominal\.face"):
        write_geometry(path, {name: maps[name] for name in (*CHANNELS, "nominal.depth.Z", "nominal.cosine")})


def test_maps_that_are_not_wanted_are_not_made() -> None:
    """``geometry = true`` is what it was."""
    scene = build_scene(specimen_of(BOX), BOX, finishes_of(BOX), "aluminium", RingLight())
    maps = shoot(scene, CAMERA, BOX_VIEW, Sensor(), replace(HOW, geometry=True), 0).geometry
    assert maps is not None
    assert maps.keys() == CHANNELS.keys()
