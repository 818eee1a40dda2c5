"""Meshes that cut through themselves, and triangles without an area."""

from __future__ import annotations

from dataclasses import replace

import builders
import numpy as np
import pytest

from blemish.part import Part
from blemish.part.crossing import crossings, flat_triangles, places


@pytest.fixture
def spiked() -> Part:
    """A box whose top has a tip that is pushed out through its bottom: closed, but cut through."""
    box = builders.box()
    tip = np.array([[1.0, 0.5, -3.0]])
    top = [(4, 5, 8), (5, 7, 8), (7, 6, 8), (6, 4, 8)]
    rest = box.triangles[box.face != 1]
    triangles = np.concatenate([rest, np.array(top, dtype=np.int32)])
    return replace(
        box,
        vertices_mm=np.concatenate([box.vertices_mm, tip]),
        triangles=triangles,
        normals=np.zeros((len(triangles), 3, 3)),
        face=np.concatenate([box.face[box.face != 1], np.ones(4, dtype=np.int32)]),
    )


def test_a_mesh_that_cuts_through_itself_is_found(spiked: Part) -> None:
    """The tip's triangles cross the bottom's, and the place is near the tip."""
    pairs = crossings(spiked)
    assert len(pairs)
    assert {frozenset(spiked.face[pair].tolist()) for pair in pairs} == {frozenset({0, 1})}
    assert "near (" in places(spiked, pairs[:, 0])


def test_whole_parts_do_not_cross_themselves(clutch: Part) -> None:
    """Neither does a box nor the clutch with its thread."""
    assert not len(crossings(builders.box()))
    assert not len(crossings(clutch))


def test_a_cut_that_nobody_sees_is_none(spiked: Part) -> None:
    """A tip that reaches a hundredth of a millimetre through is rounding."""
    points = spiked.vertices_mm.copy()
    points[8] = (1.0, 0.5, -0.01)
    assert not len(crossings(replace(spiked, vertices_mm=points)))


def test_triangles_without_area_are_found() -> None:
    """A triangle whose corners lie on one line has no area, and says where it is."""
    box = builders.box()
    points = np.concatenate([box.vertices_mm, [[0.0, -10.0, 0.0]]])
    part = replace(
        box,
        vertices_mm=points,
        triangles=np.concatenate([box.triangles, np.array([[0, 1, 8]], dtype=np.int32)]),
        normals=np.concatenate([box.normals, box.normals[:1]]),
        face=np.append(box.face, np.int32(0)),
    )
    assert flat_triangles(part).tolist() == [12]
    assert places(part, flat_triangles(part)) == "near (0.00, -10.00, 0.00) mm"
    assert not len(flat_triangles(box))
