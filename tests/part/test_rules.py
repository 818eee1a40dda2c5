"""Rules of regions: what they take, and what is told of those that take nothing or too much."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import replace
from pathlib import Path

import builders
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blemish.errors import PartError, StudyError
from blemish.part import Part, PartSource, load
from blemish.part.divide import divide, divided
from blemish.part.matching import FaceTable
from blemish.part.model import Marking
from blemish.part.rules import RegionRule
from blemish.recipe import Recipe
from blemish.settings import canonical, read
from blemish.settings import settings as group


@group
class Rules:
    """What a study says of regions."""

    regions: tuple[RegionRule, ...] = ()


def taken(part: Part, **asked: object) -> set[int]:
    """The faces that one rule takes."""
    regions, _ = divide(part, [RegionRule(name="it", **asked)])  # type: ignore[arg-type]
    return set(regions[0].faces)


def surfaces(part: Part, faces: set[int]) -> list[tuple[str, float]]:
    """Kind and radius of some faces."""
    return sorted((part.surfaces[face].kind, round(part.surfaces[face].radius_mm, 6)) for face in faces)


ROD = [  # the mantle is face 0, the bottom 1, the top 2
    ({"surface": "cylinder"}, {0}),
    ({"surface": ("plane", "cylinder")}, {0, 1, 2}),
    ({"radius_mm": 10.04}, {0}),
    ({"radius_mm": (9.0, 11.0)}, {0}),
    ({"axis": (0.0, 0.0, -3.0)}, {0}),
    ({"axis": (0.0, 0.1, 1.0), "within_deg": 6.0}, {0}),
    ({"axis_through_mm": (0.0, 0.0, 99.0)}, {0}),
    ({"axis_through_mm": (0.5, 0.0, 0.0), "within_mm": 0.6}, {0}),
    ({"side": "outer"}, {0}),
    ({"normal": (0.0, 0.0, 2.0)}, {2}),
    ({"area_mm2": (1000.0, 2000.0)}, {0}),
    ({"inside_mm": ((-11.0, -11.0, -1.0), (11.0, 11.0, 1.0))}, {1}),
    ({"faces": (0, 2)}, {0, 2}),
    ({"surface": "plane", "inside_mm": ((-11.0, -11.0, 19.0), (11.0, 11.0, 21.0))}, {2}),
    ({"colour": "red"}, {1}),
    ({"colour": (0.0, 0.0, 1.0)}, {2}),
    ({"cad_name": "bottom*"}, {1}),
    ({"everything_else": True}, {0, 1, 2}),
]


@pytest.fixture
def rod() -> Part:
    """A rod whose ends are painted and whose bottom has a name."""
    markings = (Marking(), Marking((1.0, 0.0, 0.0), "red", "bottom face"), Marking((0.0, 0.0, 1.0), "blue"))
    return replace(builders.rod(), markings=markings)


@pytest.mark.parametrize(("asked", "faces"), ROD, ids=lambda value: ",".join(value) if isinstance(value, dict) else "")
def test_each_key_takes_the_faces_that_it_describes(rod: Part, asked: dict[str, object], faces: set[int]) -> None:
    """Every key alone, on a rod whose three faces are known."""
    assert taken(rod, **asked) == faces


def test_sides_of_the_clutch_are_told(clutch: Part) -> None:
    """Its largest mantle is an outer one, its bolt holes are inner ones."""
    table = FaceTable(clutch)
    for face in taken(clutch, surface="cylinder", radius_mm=35.0):
        assert table.side[face] == "outer"
    holes = taken(clutch, surface="cylinder", radius_mm=2.25, side="inner")
    assert surfaces(clutch, holes) == [("cylinder", 2.25)] * 4
    assert not taken(clutch, surface="cylinder", radius_mm=2.25, side="outer")


@given(order=st.permutations(range(6)), cuts=st.lists(st.integers(0, 6), max_size=3))
def test_every_face_stays_in_exactly_one_region(order: list[int], cuts: list[int]) -> None:
    """However faces are dealt to rules, regions are a partition; what no rule takes keeps its region."""
    box = builders.box()
    ends = sorted(cuts)
    groups = [order[start:end] for start, end in zip([0, *ends], ends, strict=False) if end > start]
    rules = [RegionRule(name=f"r{i}", faces=tuple(group)) for i, group in enumerate(groups)]
    part = divided(box, rules)
    assert sorted(face for region in part.regions for face in region.faces) == list(range(6))
    assert (part.region_of_face >= 0).all()
    dealt = {face for group in groups for face in group}
    for face in set(range(6)) - dealt:
        assert part.regions[part.region_of_face[face]].name == box.regions[box.region_of_face[face]].name


def test_everything_else_takes_what_is_left_and_nothing_else() -> None:
    """With it no region of the file remains."""
    part = divided(builders.box(), [RegionRule(name="lid", faces=(1,)), RegionRule(name="rest", everything_else=True)])
    assert {region.name: region.faces for region in part.regions} == {"lid": (1,), "rest": (0, 2, 3, 4, 5)}


def test_a_rule_may_add_to_a_region_of_the_file() -> None:
    """A rule with the name of a region that is there gives its faces to it."""
    part = divided(builders.box(), [RegionRule(name="top", faces=(0,))])
    assert {region.name: region.faces for region in part.regions} == {"top": (0, 1), "sides": (2, 3, 4, 5)}


def test_rules_turn_with_the_part() -> None:
    """A rule that is turned with the part takes the same faces of it."""
    rod = builders.rod()
    turn = np.linalg.qr(np.random.default_rng(3).normal(size=(3, 3)))[0]
    moved = replace(
        rod,
        vertices_mm=rod.vertices_mm @ turn.T,
        normals=rod.normals @ turn.T,
        surfaces=tuple(replace(s, origin_mm=turn @ s.origin_mm, axis=turn @ s.axis) for s in rod.surfaces),
    )
    x, y, z = (float(value) for value in turn[:, 2])
    assert taken(moved, normal=(x, y, z)) == taken(rod, normal=(0.0, 0.0, 1.0)) == {2}
    assert taken(moved, axis=(x, y, z), side="outer") == {0}


MISFITS = [
    ({"radius_mm": 9.0}, ("radius_mm = 9", "rod has 10")),
    ({"surface": "sphere"}, ('surface = "sphere"', "plane (2 times), cylinder")),
    ({"surface": "cylinder", "radius_mm": (1.0, 2.0)}, ("radius_mm = [1, 2]", "the faces that meet the rest have 10")),
    ({"surface": "cylinder", "axis": (1.0, 0.0, 0.0)}, ("axis = [1, 0, 0]", "[0, 0, 1]")),
    ({"axis_through_mm": (3.0, 4.0, 0.0)}, ("5 mm off",)),
    ({"normal": (1.0, 0.0, 0.0)}, ("[0, 0, -1]", "[0, 0, 1]")),
    ({"side": "inner"}, ("outer",)),
    ({"colour": "green"}, ("red", "blue")),
    ({"cad_name": "top"}, ("bottom face",)),
    ({"surface": "plane", "inside_mm": ((0.0, 0.0, 0.0), (1.0, 1.0, 1.0))}, ("[-10, -10, 0] to [10, 10, 20]",)),
    ({"tube_radius_mm": 3.0}, ("tube_radius_mm = 3", "rod has none")),
    ({"faces": (1, 3)}, ("no face 3", "rod has 0 to 2", "--faces")),
]


@pytest.mark.parametrize(
    ("asked", "words"), MISFITS, ids=lambda value: ",".join(value) if isinstance(value, dict) else ""
)
def test_a_rule_that_matches_nothing_says_what_would(
    rod: Part, asked: dict[str, object], words: tuple[str, ...]
) -> None:
    """Rule, value, and what the faces have instead stand in one line."""
    _, mistakes = divide(rod, [RegionRule(name="it", **asked)])  # type: ignore[arg-type]
    (line,) = mistakes
    assert line.startswith("regions[1] (it): ")
    for word in words:
        assert word in line


def test_all_mistakes_come_at_once(rod: Part) -> None:
    """A rule without a match, a shared face, a name given twice and a second everything-else are four lines."""
    rules = [
        RegionRule(name="a", faces=(0, 1)),
        RegionRule(name="b", surface="plane", normal=(0.0, 0.0, -1.0)),
        RegionRule(name="b", radius_mm=3.0),
        RegionRule(name="c", everything_else=True),
        RegionRule(name="d", everything_else=True),
    ]
    with pytest.raises(PartError) as caught:
        divided(rod, rules)
    told = str(caught.value)
    assert len(told.splitlines()) == 5
    for words in (
        "regions[1] (a) and regions[2] (b) both take 1 face: 1 (plane",
        "regions[3] (b): name",
        "regions[5] (d)",
    ):
        assert words in told
    assert "regions[3] (b): no face matches: radius_mm = 3" in told


WRONG = {
    "radius_mm = -3": "regions[1].radius_mm: must be greater than 0, not -3",
    "radius_mm = [5, 2]": "the range is reversed",
    "axis = [0, 0, 0]": "axis = [0, 0, 0] is no direction",
    "radius = 3": "did you mean radius_mm?",
    'surface = "cylindre"': "did you mean cylinder?",
    'surface = "plane"\nradius_mm = 3': "radius_mm: only",
    "everything_else = true\nfaces = [1]": "leave out faces",
    "": "the rule asks nothing of a face",
    "faces = [1, 1]": "1 stands in the list twice",
    "faces = [-1]": "greater than or equal to 0",
    "inside_mm = [[1, 0, 0], [0, 1, 1]]": "the first corner must be the lowest",
    "within_deg = 100\nnormal = [0, 0, 1]": "less than or equal to 90",
}


@pytest.mark.parametrize("text", WRONG)
def test_what_no_part_could_meet_is_told_by_the_file_alone(text: str) -> None:
    """Unknown keys, values that are not physical, and keys that contradict each other."""
    with pytest.raises(StudyError) as caught:
        read(Rules, tomllib.loads(f'[[regions]]\nname = "it"\n{text}'), "study.toml")
    assert WRONG[text] in str(caught.value)
    assert "regions[1]" in str(caught.value)


def test_rules_survive_being_written() -> None:
    """A recipe with rules is the same after a trip through the text that digests and workers get."""
    rules = (
        RegionRule(name="a", surface=("cone", "cylinder"), side="inner"),
        RegionRule(name="b", radius_mm=(1.0, 2.0)),
    )
    recipe = Recipe(regions=rules)
    assert read(Recipe, json.loads(canonical(recipe)), "text") == recipe


def test_the_digest_tells_the_rules() -> None:
    """Another rule is another part; no rule is the part as it was."""
    box = builders.box()
    assert divided(box, []) is box
    digests = {divided(box, [RegionRule(name="lid", faces=(face,))]).digest for face in range(3)}
    assert len(digests | {box.digest}) == 4


def test_names_of_faces_come_from_the_step_file(data: Path, tmp_path: Path) -> None:
    """A designer's name is found on the face that has it; in a file whose faces cannot be told apart there are none."""
    bare = load(PartSource(file="mixed.step"), base=data)
    assert {marking.name for marking in bare.markings} == {None}
    torus = next(i for i, surface in enumerate(bare.surfaces) if surface.kind == "torus")
    text = (data / "mixed.step").read_text()
    number = re.findall(r"#\d+(?= = TOROIDAL_SURFACE)", text)[0]
    text = re.sub(rf"ADVANCED_FACE\(''(?=,\([^)]*\),{number},)", "ADVANCED_FACE('the groove''s'", text)
    (tmp_path / "named.step").write_text(text)
    named = load(
        PartSource(file="named.step"), base=tmp_path, rules=[RegionRule(name="groove", cad_name="the groove*")]
    )
    assert named.markings[torus].name == "the groove's"
    assert named.regions[0].faces == (torus,)
