"""Where the tool's track runs on each face."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from builders import box, rod

from blemish.engine import start
from blemish.finish import METALS, Brushed, Plain, Turned, lay
from blemish.finish.lay import AROUND, PLANAR, PROFILE
from blemish.part.model import Part, Region, Surface


def micro_at(part: Part, finishes: dict[str, Any], face: int, position: list[float], normal: list[float]) -> Any:
    """The metal at a place on a face, seen from straight above."""
    start()
    import mitsuba as mi

    from blemish.finish import micro

    tables = micro.tables(lay(part, finishes), np.arange(len(part.surfaces)), METALS["aluminium"])
    up = mi.Vector3f(normal)
    return micro.micro_surface(tables, mi.Point3f(position), up, mi.UInt32(face), up, mi.Float(0), mi.Bool(True))


def vector(value: Any) -> np.ndarray:
    """Bring one vector home."""
    return np.array(value).ravel()


FLAT = {"slope": 0.0, "pattern": 0}


def test_turned_goes_around_the_axis_everywhere() -> None:
    """On mantle and ends the track is the circle through the place."""
    smooth = Turned(feed_mm=0.001, irregularity=0.0, run_out_mm=0.0, pattern=0)
    part = rod(10.0, 20.0)
    one_region = replace(part, regions=(Region("all", (0, 1, 2)),))
    for face, position, normal in (
        (0, [6.0, 8.0, 7.0], [0.6, 0.8, 0.0]),
        (1, [3.0, 4.0, 0.0], [0.0, 0.0, -1.0]),
        (2, [3.0, 4.0, 20.0], [0.0, 0.0, 1.0]),
    ):
        micro = micro_at(one_region, {"all": smooth}, face, position, normal)
        assert abs(vector(micro.frame.s) @ [-0.8, 0.6, 0.0]) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("direction", [(1.0, 0.0, 0.0), (0.6, 0.8, 0.0), (0.6, 0.8, 5.0)])
def test_brushed_lies_in_the_face_along_its_direction(direction: tuple[float, float, float]) -> None:
    """On a plane the track is the direction's projection."""
    part = box()
    finishes = {"top": Brushed(direction=direction, **FLAT), "sides": Plain()}
    along = vector(micro_at(part, finishes, 1, [1.0, 2.0, 5.0], [0.0, 0.0, 1.0]).frame.s)
    flat = np.array([*direction[:2], 0.0]) / np.hypot(*direction[:2])
    np.testing.assert_allclose(along, flat, atol=1e-5)


@pytest.mark.parametrize(("direction", "shape"), [((0.0, 0.0, 1.0), PROFILE), ((1.0, 0.0, 0.0), AROUND)])
def test_brushed_goes_along_or_around_a_cylinder(direction: tuple[float, float, float], shape: int) -> None:
    """On a round face the track follows the axis if the direction does, else it goes around."""
    finishes = {"mantle": Brushed(direction=direction, **FLAT), "ends": Plain()}
    rows = lay(rod(10.0), finishes)
    assert rows[0, 0] == shape
    assert rows[1, 0] == PLANAR
    assert rows[0, 2] == pytest.approx(10.0, rel=0.01)
    along = vector(micro_at(rod(10.0), finishes, 0, [10.0, 0.0, 7.0], [1.0, 0.0, 0.0]).frame.s)
    np.testing.assert_allclose(np.abs(along), [0, 0, 1] if shape == PROFILE else [0, 1, 0], atol=1e-5)


def test_most_of_the_area_decides_about_the_axis() -> None:
    """Of several axes in a region, planes are turned about the one with the most area."""
    part = rod(10.0, 20.0)
    hole = Surface("cylinder", np.array([5.0, 0.0, 0.0]), np.array([1.0, 0.0, 0.0]), radius_mm=1.0)
    small = part.face.copy()
    small[0] = 3
    several = replace(part, face=small, surfaces=(*part.surfaces, hole), regions=(Region("all", (0, 1, 2, 3)),))
    rows = lay(several, {"all": Turned(pattern=0)})
    np.testing.assert_allclose(rows[2, 8:11], [0, 0, 1], atol=1e-6)
    np.testing.assert_allclose(rows[3, 8:11], [1, 0, 0], atol=1e-6)  # the hole keeps its own


def test_profiles_of_round_faces_are_measured_along_the_surface() -> None:
    """Steps along the profile of cone, sphere and torus have the length that the track is told."""
    start()
    import mitsuba as mi

    from blemish.finish.micro import _track

    axis, origin = np.array([0.0, 0.0, 1.0]), np.array([1.0, 2.0, 3.0])
    cone = Surface("cone", origin, axis, semi_angle_rad=0.4)
    sphere = Surface("sphere", origin, axis, radius_mm=5.0)
    torus = Surface("torus", origin, axis, radius_mm=9.0, tube_radius_mm=2.0)
    t = np.array([0.3, 0.31])
    profiles = {
        "cone": (t * 20 * np.sin(0.4), t * 20 * np.cos(0.4), 0.2),
        "sphere": (5 * np.cos(t), 5 * np.sin(t), 0.05),
        "torus": (9 + 2 * np.cos(t), 2 * np.sin(t), 0.02),
    }
    for surface in (cone, sphere, torus):
        part = replace(box(), surfaces=(surface,), face=np.zeros(12, np.int32), regions=(Region("all", (0,)),))
        fields: dict[str, Any] = {"axis_point_mm": (0.0, 0.0, 0.0), "axis_direction": (0.0, 0.0, 1.0)}
        row = lay(part, {"all": Turned(pattern=0, **fields)})[0].astype(float)
        r, z, step = profiles[surface.kind]
        packed = [mi.Vector4f(*row[i : i + 4].tolist()) for i in range(0, 32, 4)]
        place = mi.Point3f(1 + r * 0.6, 2 + r * 0.8, 3 + z)
        _, track = _track(packed, place, mi.Vector3f(0.6, 0.8, 0.1), mi.Vector3f(0, 0, 1), mi.Float(0))
        assert np.diff(np.array(track.across_mm))[0] == pytest.approx(step, rel=1e-3)
