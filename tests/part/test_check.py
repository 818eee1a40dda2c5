"""The facts of parts whose facts are known."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import builders
import pytest

from blemish.part.check import facts


def test_facts_of_a_box() -> None:
    """Size, area, volume, regions and edges of a box are those of the formulas."""
    found = facts(builders.box((20.0, 30.0, 5.0)))
    assert found.size_mm == (20, 30, 5)
    assert found.area_mm2 == pytest.approx(2 * (20 * 30 + 20 * 5 + 30 * 5))
    assert found.volume_mm3 == pytest.approx(20 * 30 * 5)
    assert (found.num_vertices, found.num_triangles, found.num_faces, found.num_shells) == (8, 12, 6, 1)
    assert found.watertight
    assert [region.name for region in found.regions] == ["sides", "top"]
    assert sum(region.area_fraction for region in found.regions) == pytest.approx(1)
    assert found.regions[0].kinds == {"plane": 5}
    assert [edge.length_mm for edge in found.shortest_edges] == [5, 5, 5]


def test_an_open_part_is_not_watertight() -> None:
    """A part with a hole is told as such, not refused: `check` must be able to speak of it."""
    box = builders.box()
    assert not facts(replace(box, triangles=box.triangles[1:], face=box.face[1:], normals=box.normals[1:])).watertight


def test_the_door_is_light() -> None:
    """Importing the room loads neither the CAD kernel nor SciPy, trimesh or pydantic."""
    heavy = ("cascadio", "scipy", "trimesh", "pydantic", "mitsuba")
    code = f"import sys, blemish.part; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
