"""Where defects are denser, and which of them matter."""

from __future__ import annotations

import numpy as np
import pytest
from builders import box
from pressed import populations

from blemish.defects import make_specimen
from blemish.defects.density import Peak, density_of
from blemish.defects.ground import ground_of
from blemish.defects.placeless import refuse_placeless
from blemish.errors import DefectError
from blemish.part.model import Part

EDGES = box().vertices_mm[np.array([[4, 5], [5, 7], [7, 6], [6, 4]])]
"""The rim of the box's top."""


def drawn(part: Part, density: object, count: int = 1200) -> np.ndarray:
    """Draw places on the top of a box."""
    ground, rng = ground_of(part, [0], density=density), np.random.default_rng(3)
    return np.array([found[1] for found in (ground.draw(rng) for _ in range(count)) if found is not None])


def test_places_gather_around_the_peaks_of_a_map() -> None:
    """Around a peak they are spread normally; of two peaks each gets its share; elsewhere they are as dense as said."""
    peaks = (Peak(at_mm=(-5.0, 0.0, 5.0), within_mm=0.5, weight=3.0), Peak(at_mm=(5.0, 2.0, 5.0), within_mm=0.5))
    points = drawn(box(), density_of(peaks, 0.0, None, EDGES))
    left = points[points[:, 0] < 0]
    assert len(left) / len(points) == pytest.approx(0.75, abs=0.03)
    assert left[:, :2].mean(axis=0) == pytest.approx([-5, 0], abs=0.05)
    assert left[:, :2].std(axis=0) == pytest.approx([0.5, 0.5], rel=0.05)
    # A peak holds 2 pi within^2 weight; everything else 400 mm2 times what is said.
    points = drawn(box(), density_of(peaks[:1], 0.01, None, EDGES))
    held = 2 * np.pi * 0.25 * 3
    near = np.hypot(points[:, 0] + 5, points[:, 1]) < 2.5
    assert near.mean() == pytest.approx((held + 0.01 * np.pi * 2.5**2) / (held + 4), abs=0.03)


def test_places_are_denser_towards_edges() -> None:
    """The distance from the rim falls off exponentially with the length that was asked for."""
    points = drawn(box(), density_of((), 0.0, 1.0, EDGES))
    rim = 10 - np.abs(points[:, :2]).max(axis=1)
    # By areas alone half of all places lie within 2.9 mm of the rim.
    assert np.median(rim) == pytest.approx(np.log(2), rel=0.15)


def test_a_bound_is_never_exceeded() -> None:
    """In a ball the density stays below what is said of the ball."""
    rng = np.random.default_rng(0)
    peaks = tuple(Peak(at_mm=tuple(rng.uniform(-5, 5, 3)), within_mm=1.5) for _ in range(4))
    density = density_of(peaks, 0.1, 2.0, EDGES)
    assert density is not None
    centres, radii = rng.uniform(-8, 8, (200, 3)), rng.uniform(0, 4, 200)
    direction = rng.normal(size=(200, 3))
    inside = centres + direction / np.linalg.norm(direction, axis=1)[:, None] * (radii * rng.random(200))[:, None]
    assert np.all(density.at(inside) <= density.most(centres, radii) + 1e-12)


def test_a_map_decides_where_defects_lie() -> None:
    """Dents of a specimen are where the map has its peak; nicks on the nearest edge of it."""
    top = [{"at_mm": [10.0, 0.0, 5.0], "within_mm": 1.0}]
    specimen = make_specimen(
        box(),
        "d000",
        True,
        populations(
            {"kind": "nick", "per_specimen": 1, "map": top},
            {"kind": "dent", "per_specimen": 2, "diameter_mm": 0.3, "depth_mm": 0.02, "map": top},
        ),
        0,
    )
    for defect in specimen.defects:
        assert np.linalg.norm(np.array(defect.position_mm) - [10, 0, 5]) < 4.5


def test_a_map_off_the_part_is_told() -> None:
    """A peak far from the regions asked for leaves no surface: the message says so at once."""
    table = {"kind": "dent", "map": [{"at_mm": [500.0, 0.0, 0.0], "within_mm": 1.0}]}
    with pytest.raises(DefectError, match=r"specimen d000: dent 1 of 3 .* its map and its edges leave no surface"):
        refuse_placeless(box(), [("d000", True)], populations(table), 0)


def test_the_rule_of_acceptance_decides_what_matters() -> None:
    """Dents below a limit are insignificant, the others significant; a correct specimen carries only the former."""
    table = {
        "kind": "dent",
        "per_specimen": 12,
        "diameter_mm": {"uniform": [0.2, 0.8]},
        "depth_mm": {"uniform": [0.01, 0.03]},
        "insignificant_below": {"diameter_mm": 0.5, "depth_mm": 0.015},
    }
    defective = make_specimen(box(), "d000", True, populations(table), 1)
    assert len(defective.defects) == 12
    for defect in defective.defects:
        small = defect.parameters["diameter_mm"] < 0.5 or defect.parameters["depth_mm"] < 0.015
        assert defect.significant != small
    correct = make_specimen(box(), "c000", False, populations(table), 1)
    assert 0 < len(correct.defects) < 12
    assert not any(defect.significant for defect in correct.defects)
    assert [defect.id for defect in correct.defects] == list(range(1, len(correct.defects) + 1))
    assert not make_specimen(box(), "c000", False, populations({**table, "on_correct": False}), 1).defects


def test_a_rule_about_what_is_not_there_is_told() -> None:
    """A rule that names no field of the kind says so, and which was meant."""
    table = {"kind": "dent", "insignificant_below": {"diametre_mm": 0.5}}
    with pytest.raises(DefectError, match=r"a dent has no 'diametre_mm'; did you mean diameter_mm\?"):
        make_specimen(box(), "d000", True, populations(table), 0)
