"""Specimens: drawn from populations, reproducible, and refused in words when they cannot be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from builders import box, rod
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pressed import FILMS, is_closed, populations, turned

from blemish.defects import DefectPopulation, Specimen, make_specimen, place
from blemish.defects.ground import ground_of
from blemish.defects.placeless import refuse_placeless
from blemish.errors import DefectError, StudyError
from blemish.part import Part, PartSource, load
from blemish.settings import read, settings

DENTS = {
    "kind": "dent",
    "per_specimen": 3,
    "diameter_mm": {"log_uniform": [0.2, 1.5]},
    "depth_mm": {"log_uniform": [0.02, 0.1]},
    "elongation": {"uniform": [1.0, 2.0]},
    "orientation_deg": {"uniform": [0.0, 180.0]},
}
SCRATCHES = {
    "kind": "scratch",
    "per_specimen": 2,
    "width_mm": {"uniform": [0.1, 0.3]},
    "length_mm": {"uniform": [1.0, 6.0]},
    "orientation_deg": {"uniform": [0.0, 180.0]},
    "curving_strength_deg": {"uniform": [0.0, 20.0]},
}
MARKS = {**DENTS, "per_specimen": {"integers": [1, 3]}, "diameter_mm": 0.2, "depth_mm": 0.02, "significant": False}


OTHERS = [
    {"kind": "nick", "per_specimen": 2, "depth_mm": {"uniform": [0.03, 0.15]}},
    {"kind": "gouge", "depth_mm": 0.08, "orientation_deg": {"uniform": [0.0, 360.0]}},
    {"kind": "pits", "per_specimen": 1, "pattern": {"integers": [0, 99]}},
    {"kind": "bump", "per_specimen": 2, "height_mm": {"uniform": [0.02, 0.1]}},
]


def same(one: Specimen, other: Specimen) -> bool:
    """Say whether two specimens are the same to the bit."""
    names = ("vertices_mm", "triangles", "normals", "rest_vertices_mm", "rest_normals", "face", "instance")
    return one.defects == other.defects and all(np.array_equal(getattr(one, n), getattr(other, n)) for n in names)


def test_the_same_seed_gives_the_same_specimen() -> None:
    """Twice the same seed and name are equal to the bit; another seed or name is another specimen."""
    wanted = populations(DENTS, SCRATCHES, MARKS)
    first = make_specimen(box(), "d000", True, wanted, 0)
    assert same(first, make_specimen(box(), "d000", True, wanted, 0))
    assert first.defects != make_specimen(box(), "d000", True, wanted, 1).defects
    assert first.defects != make_specimen(box(), "d001", True, wanted, 0).defects


def test_a_population_more_leaves_the_others_where_they_are() -> None:
    """Adding a population at the end, or more defects to the last one, changes nothing of those before."""
    few = make_specimen(box(), "d000", True, populations(DENTS, SCRATCHES), 3)
    more = make_specimen(box(), "d000", True, populations(DENTS, {**SCRATCHES, "per_specimen": 4}, MARKS), 3)
    for one, other in zip(few.defects, more.defects, strict=False):
        assert (one.id, one.kind, one.parameters, one.position_mm) == (
            other.id,
            other.kind,
            other.parameters,
            other.position_mm,
        )


def test_changing_one_population_leaves_the_others_where_they_are() -> None:
    """Other parameters of the first population move no defect of the second, on a part with room for all."""
    part = box((200.0, 200.0, 20.0))
    one = make_specimen(part, "d000", True, populations(DENTS, SCRATCHES), 3)
    two = make_specimen(part, "d000", True, populations({**DENTS, "diameter_mm": 0.3}, SCRATCHES), 3)
    assert one.defects[0].position_mm != two.defects[0].position_mm or one.defects[0] != two.defects[0]
    assert [d.position_mm for d in one.defects[3:]] == [d.position_mm for d in two.defects[3:]]
    assert [d.parameters for d in one.defects[3:]] == [d.parameters for d in two.defects[3:]]


def test_correct_specimens_carry_only_insignificant_defects() -> None:
    """A correct specimen has the insignificant ones alone, unless they are kept off it."""
    wanted = populations(DENTS, MARKS)
    correct = make_specimen(box(), "c000", False, wanted, 5)
    assert correct.defects
    assert not any(defect.significant for defect in correct.defects)
    defective = make_specimen(box(), "d000", True, wanted, 5)
    assert sum(defect.significant for defect in defective.defects) == 3
    assert make_specimen(box(), "c000", False, populations(DENTS, {**MARKS, "on_correct": False}), 5).defects == ()


def test_defects_lie_wholly_in_their_regions() -> None:
    """Every labelled triangle is one of the regions asked for."""
    part = rod()
    specimen = make_specimen(part, "d000", True, populations({**DENTS, "regions": ["ends"], "per_specimen": 6}), 1)
    owned = part.region_of_face[specimen.face[specimen.instance > 0]]
    assert np.all(owned == part.region_named("ends"))
    assert {defect.region for defect in specimen.defects} == {"ends"}


def test_defects_do_not_overlap() -> None:
    """On a crowded top, no defect's triangles touch another's."""
    specimen = make_specimen(
        box(), "d000", True, populations({**DENTS, "regions": ["top"], "per_specimen": 25}), 2, 0.05
    )
    owner = np.full(len(specimen.vertices_mm), 0)
    for defect in specimen.defects:
        used = np.unique(specimen.triangles[specimen.instance == defect.id])
        assert not owner[used].any()
        owner[used] = defect.id


@pytest.mark.parametrize(("weights", "share"), [((), 1 / 6), ((5.0, 1.0), 1 / 2)], ids=["area", "weight"])
def test_places_are_drawn_by_area_and_weight(weights: tuple[float, ...], share: float) -> None:
    """The top of a cube gets a sixth of the places; with five times the weight of its sides, a half."""
    part = box((20.0, 20.0, 20.0))
    ground, rng = ground_of(part, [0, 1], weights), np.random.default_rng(1)
    drawn = [ground.draw(rng) for _ in range(2000)]
    assert np.mean([part.region_of_triangle[triangle] == 0 for triangle, _ in drawn]) == pytest.approx(share, abs=0.04)
    points = np.array([point for triangle, point in drawn if part.region_of_triangle[triangle] == 0])
    assert points[:, 2] == pytest.approx(20)
    assert points.mean(axis=0)[:2] == pytest.approx([0, 0], abs=1.5)
    assert points.std(axis=0)[:2] == pytest.approx(20 / np.sqrt(12), rel=0.1)


def test_what_was_drawn_is_recorded() -> None:
    """Each record holds plain numbers within the ranges, a place on the surface and what was measured there."""
    specimen = make_specimen(rod(), "d000", True, populations({**DENTS, "regions": ["mantle"]}), 9)
    for number, defect in enumerate(specimen.defects, 1):
        assert defect.id == number
        assert 0.2 <= defect.parameters["diameter_mm"] <= 1.5
        assert defect.depth_mm == pytest.approx(defect.parameters["depth_mm"], rel=0.03)
        assert np.hypot(*defect.position_mm[:2]) == pytest.approx(10)
        assert np.linalg.norm(defect.normal) == pytest.approx(1)
        assert defect.area_mm2 > 0.5 * np.pi / 4 * defect.parameters["diameter_mm"] ** 2


@pytest.mark.parametrize(
    ("part", "table", "says"),
    [
        (box(), {**DENTS, "regions": ["bottom"]}, r"box has no region 'bottom'; there are top, sides"),
        (
            box((20.0, 2.0, 2.0)),
            {**DENTS, "diameter_mm": 3.0},
            r"dent 1 of 3 .* an edge is too near 30 times \(at best \d+% of its size",
        ),
        (box((3.0, 3.0, 3.0)), {**SCRATCHES, "length_mm": 20.0}, r"scratch 1 of 2 .* no room to run"),
        (
            box((20.0, 20.0, 0.1)),
            {**DENTS, "regions": ["top"], "depth_mm": 0.09},
            r"the wall is too thin \d+ times \(at best 56% of",
        ),
        (rod(0.5, 20.0), {**DENTS, "regions": ["mantle"], "diameter_mm": 1.0}, r"the surface bends too much"),
        (box(), {**DENTS, "diameter_mm": 0.2, "depth_mm": 0.5}, r"dent 1 of 3 .* at most half its diameter, 0.1 mm"),
        (box(), {**DENTS, "regions": ["top", "sides"], "weights": [1.0]}, r"1 weights for 2 regions"),
    ],
    ids=["region", "too large", "nowhere to run", "thin wall", "thin rod", "impossible", "weights"],
)
def test_what_does_not_fit_is_said(
    part: Part, table: dict[str, Any], says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message names the specimen and the defect, what was in the way and what would have fitted."""
    monkeypatch.setattr(place, "TRIES", 30)
    with pytest.raises(DefectError, match=says) as told:
        refuse_placeless(part, [("d007", True)], populations(table), 0)
    assert "specimen d007" in str(told.value)
    assert told.value.exit_code == 2


@pytest.mark.parametrize(("depth", "fits"), [(0.05, True), (0.149, True), (0.151, False), (0.25, False)])
def test_no_wall_is_thinner_than_twice_what_is_pressed_into_it(depth: float, fits: bool) -> None:
    """On a sheet 0.3 mm thick a dent finds its place exactly if twice its depth is no more than that."""
    dents = populations({**DENTS, "diameter_mm": 0.8, "depth_mm": depth, "regions": ["top"]})
    part = box((20.0, 20.0, 0.3))
    if fits:
        specimen = make_specimen(part, "d000", True, dents, 0)
        pressed = np.unique(specimen.triangles[specimen.instance > 0])
        assert specimen.vertices_mm[pressed, 2].min() == pytest.approx(0.3 - depth, abs=0.003)
    else:
        with pytest.raises(DefectError, match="the wall is too thin"):
            refuse_placeless(part, [("d000", True)], dents, 0)


def test_mistakes_in_a_population_are_told_with_their_place() -> None:
    """A reversed range, an unknown key and an unknown kind are told at once."""

    @settings
    class Defects:
        defects: tuple[DefectPopulation, ...] = ()

    tables = [{**DENTS, "depth_mm": {"uniform": [0.2, 0.1]}}, {**SCRATCHES, "widht_mm": 0.1}, {"kind": "bent"}]
    with pytest.raises(StudyError) as told:
        read(Defects, {"defects": tables}, "study.toml")
    text = str(told.value)
    assert "the range is reversed: 0.2 is above 0.1" in text
    assert "did you mean width_mm?" in text
    assert "did you mean dent?" in text


def assert_sound(specimen: Specimen) -> None:
    """No crack, no triangle turned over; every defect has its label (a film may be hidden); what moved is labelled."""
    assert is_closed(specimen.triangles)
    assert turned(specimen) == 0
    films = [defect.id for defect in specimen.defects if defect.kind in {table["kind"] for table in FILMS}]
    shapes = set(range(len(specimen.defects) + 1)) - set(films)
    assert shapes <= set(np.unique(specimen.instance)) <= shapes | set(films)
    moved = np.linalg.norm(specimen.vertices_mm - specimen.rest_vertices_mm, axis=1)
    assert np.all(specimen.instance[np.all(moved[specimen.triangles] > 1.001e-3, axis=1)] > 0)
    labelled = (specimen.instance > 0) & ~np.isin(specimen.instance, films)
    assert np.mean(moved[specimen.triangles[labelled]] > 0) > 0.9


@given(seed=st.integers(0, 2**31), round_part=st.booleans())
@hypothesis_settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
def test_random_specimens_are_sound(seed: int, round_part: bool) -> None:
    """Whatever the seed: no crack, no triangle turned over, no exception, every defect with its label."""
    part = rod(6.0) if round_part else box()
    assert_sound(make_specimen(part, "d000", True, populations(DENTS, SCRATCHES, MARKS), seed))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["box", "rod", "clutch"])
def test_ten_thousand_defects_are_sound(name: str) -> None:
    """The same for ten thousand random defects on three parts."""
    part = {"box": box, "rod": rod, "clutch": lambda: load(PartSource())}[name]()
    kinds = populations(DENTS, SCRATCHES, MARKS, *FILMS, *OTHERS[1:])
    for seed in range(180):
        assert_sound(make_specimen(part, "d000", True, kinds, seed))


@pytest.mark.parametrize("part", [box(), rod()], ids=["box", "rod"])
def test_every_kind_is_imprinted(part: Part) -> None:
    """Nicks, gouges, pits and bumps: closed, upright, as deep or high as they say, each with its label."""
    specimen = make_specimen(part, "d000", True, populations(*OTHERS), 3)
    assert is_closed(specimen.triangles)
    assert turned(specimen) == 0
    for defect in specimen.defects:
        asked = -defect.parameters["height_mm"] if defect.kind == "bump" else defect.parameters["depth_mm"]
        assert defect.depth_mm == pytest.approx(asked, rel=0.06)
        assert np.sum(specimen.instance == defect.id) > 20


def test_nicks_lie_on_sharp_outward_edges() -> None:
    """On a rod the nicks are on the rims of its ends and push them in; where there is no such edge, that is said."""
    specimen = make_specimen(rod(), "d000", True, populations({"kind": "nick", "per_specimen": 4}), 1)
    for defect in specimen.defects:
        x, y, z = defect.position_mm
        assert np.hypot(x, y) == pytest.approx(10, abs=0.03)
        assert z in {0, 20}
        assert np.dot(defect.normal, [x, y, 0]) > 0
        own = np.unique(specimen.triangles[specimen.instance == defect.id])
        moved = specimen.vertices_mm[own] - specimen.rest_vertices_mm[own]
        assert (moved @ np.array(defect.normal)).min() == pytest.approx(-0.1, rel=0.03)
        assert len(np.unique(specimen.face[specimen.instance == defect.id])) == 2


def test_the_clutch_takes_defects() -> None:
    """On the part that ships with the package a dozen defects find their places, watertight and upright."""
    part = load(PartSource())
    many = populations({**DENTS, "per_specimen": 6}, {**SCRATCHES, "per_specimen": 6})
    specimen = make_specimen(part, "d000", True, many, 0)
    assert is_closed(specimen.triangles)
    assert turned(specimen) == 0
    assert len(specimen.defects) == 12
    assert all(np.any(specimen.instance == defect.id) for defect in specimen.defects)


@pytest.mark.shared
@pytest.mark.parametrize("name", ["nist_ctc_01_asme1_ap242", "nist_ftc_06_asme1_rd"])
def test_real_parts_take_defects(shared: Path, name: str) -> None:
    """Parts of the NIST test cases take dents and scratches and stay watertight."""
    part = load(PartSource(file=str(shared / "parts" / f"{name}.stp")))
    specimen = make_specimen(part, "d000", True, populations(DENTS, SCRATCHES, MARKS), 0, 0.05)
    assert is_closed(specimen.triangles)
    assert turned(specimen) == 0
    assert len(specimen.defects) >= 6
