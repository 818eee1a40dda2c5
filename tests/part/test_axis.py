"""Axes found from faces, on surfaces whose axis is known."""

from __future__ import annotations

import builders
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from blemish.part import Part, Region, Surface
from blemish.part.axis import axis_of

Z = np.array([0.0, 0.0, 1.0])


def swept(profile: np.ndarray, turns: float = 1.0, pitch_mm: float = 0.0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sweep a profile of (radius, height) about z by a screw motion: vertices, triangles, and true corner normals."""
    steps, rows = max(3, round(48 * turns)), len(profile)
    angle = np.linspace(0, 2 * np.pi * turns, steps + 1)
    radius, height = profile[:, 0], profile[:, 1]
    cos, sin = np.cos(angle)[:, None], np.sin(angle)[:, None]
    rise = pitch_mm * angle[:, None] / (2 * np.pi)
    points = np.stack([radius * cos, radius * sin, height + rise], axis=2)
    slope = np.gradient(profile, axis=0, edge_order=2)
    along_profile = np.stack([slope[:, 0] * cos, slope[:, 0] * sin, slope[:, 1] + 0 * cos], axis=2)
    around = np.stack([-radius * sin, radius * cos, pitch_mm / (2 * np.pi) + 0 * radius * cos], axis=2)
    normals = np.cross(around, along_profile)
    normals /= np.linalg.norm(normals, axis=2, keepdims=True)
    a = (np.arange(steps)[:, None] * rows + np.arange(rows - 1)).ravel()
    triangles = np.concatenate([np.stack([a, a + rows, a + 1], 1), np.stack([a + 1, a + rows, a + rows + 1], 1)])
    return points.reshape(-1, 3), triangles.astype(np.int32), normals.reshape(-1, 3)[triangles]


def placed(shape: tuple[np.ndarray, np.ndarray, np.ndarray], seed: int = 0) -> tuple[Part, np.ndarray, np.ndarray]:
    """Make a part of one free face, turned and moved at random; and its axis, as point and direction."""
    points, triangles, normals = shape
    rng = np.random.default_rng(seed)
    turn, move = Rotation.random(rng=rng).as_matrix(), rng.uniform(-50, 50, 3)
    part = Part(
        name="swept",
        digest="swept",
        vertices_mm=points @ turn.T + move,
        triangles=triangles,
        normals=normals @ turn.T,
        face=np.zeros(len(triangles), dtype=np.int32),
        surfaces=(Surface("free", move, Z),),
        regions=(Region("freeform", (0,)),),
    )
    return part, move, turn[:, 2]


HEIGHTS = np.linspace(0, 8, 9)
PROFILES = {
    "cylinder": np.stack([np.full(9, 6.0), HEIGHTS], 1),
    "cone": np.stack([3 + 0.5 * HEIGHTS, HEIGHTS], 1),
    "torus": np.stack([9 + 2 * np.cos(HEIGHTS / 4), 2 * np.sin(HEIGHTS / 4)], 1),
    "flank": np.stack([np.linspace(10, 11, 5), np.linspace(0, 0.577, 5)], 1),
}
FROM_POLE = np.linspace(0.3, 2.3, 81)
SPHERE = np.stack([5 * np.sin(FROM_POLE), 5 * np.cos(FROM_POLE)], 1)


def off_axis(found: np.ndarray, point: np.ndarray, direction: np.ndarray) -> float:
    """The distance of a point from a line."""
    return float(np.linalg.norm(np.cross(found - point, direction)))


@pytest.mark.parametrize("kind", PROFILES)
@given(seed=st.integers(0, 2**32 - 1), turns=st.floats(0.3, 1.0))
def test_a_surface_of_revolution_shows_its_axis(kind: str, seed: int, turns: float) -> None:
    """However it lies in space and however little of the turn there is, the axis comes back, without pitch."""
    part, point, direction = placed(swept(PROFILES[kind], turns), seed)
    axis = axis_of(part, [0])
    assert axis is not None
    assert axis.source == "fit"
    assert abs(axis.direction @ direction) == pytest.approx(1, abs=1e-6)
    assert off_axis(axis.point_mm, point, direction) < 1e-3
    assert axis.pitch_mm == pytest.approx(0, abs=1e-2)


@given(seed=st.integers(0, 2**32 - 1), pitch=st.floats(0.5, 4.0), right=st.booleans())
def test_a_thread_flank_shows_axis_and_pitch(seed: int, pitch: float, right: bool) -> None:
    """Two turns of a helical flank give the thread's axis, its pitch and its hand."""
    pitch = pitch if right else -pitch
    part, point, direction = placed(swept(PROFILES["flank"], 2.0, pitch), seed)
    axis = axis_of(part, [0])
    assert axis is not None
    assert abs(axis.direction @ direction) == pytest.approx(1, abs=1e-5)
    assert off_axis(axis.point_mm, point, direction) < 0.02
    assert axis.pitch_mm == pytest.approx(pitch, rel=0.01)


def test_a_sphere_turns_about_the_direction_that_is_given() -> None:
    """By itself a sphere has no axis; with a direction it is the line along it through the centre."""
    part, point, _ = placed(swept(SPHERE))
    assert axis_of(part, [0]) is None
    wanted = np.array([0.6, 0.0, 0.8])
    axis = axis_of(part, [0], wanted)
    assert axis is not None
    np.testing.assert_allclose(np.cross(axis.direction, wanted), 0, atol=1e-12)
    assert off_axis(axis.point_mm, point, wanted) < 1e-6


def test_a_direction_that_does_not_fit_gives_no_axis() -> None:
    """A cone turns about its own axis only, whatever is asked for."""
    part, _, direction = placed(swept(PROFILES["cone"]))
    assert axis_of(part, [0], np.roll(direction, 1)) is None
    assert axis_of(part, [0], direction) is not None


def test_flanks_of_the_clutch_turn_about_its_axis(clutch: Part) -> None:
    """Each freeform face of the built-in clutch, and its brushed flats that touch turned faces, turns about z."""
    brushed = clutch.regions[clutch.region_named("brushed")].faces
    free = [(face,) for face, surface in enumerate(clutch.surfaces) if surface.kind == "free"]
    assert free
    pitches = []
    for faces in [*free, brushed]:
        axis = axis_of(clutch, faces)
        assert axis is not None
        assert axis.direction[2] == pytest.approx(1, abs=1e-6)
        assert np.hypot(*axis.point_mm[:2]) < 1e-3
        pitches.append(round(axis.pitch_mm, 3))
    assert 2.0 in pitches  # the thread's


def test_a_box_has_no_axis() -> None:
    """Planes that touch nothing round have none; nor have no faces at all."""
    assert axis_of(builders.box(), range(6)) is None
    assert axis_of(builders.box(), [1]) is None
    assert axis_of(builders.box(), []) is None


def test_the_end_of_a_rod_turns_about_the_rod() -> None:
    """A plane takes the axis of the cylinder that it touches."""
    axis = axis_of(builders.rod(), [1])
    assert axis is not None
    assert axis.source == "neighbours"
    np.testing.assert_allclose(axis.direction, Z, atol=1e-12)
