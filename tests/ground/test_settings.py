"""Settings: every mistake at once, with its place, its value and what would be right."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as trials
from hypothesis import strategies as st
from pydantic import Field, StringConstraints

from blemish.errors import RequestError, StudyError
from blemish.settings import AtLeastOne, Positive, canonical, plain, read, read_toml, settings
from blemish.vary import Population, population_of, ranged


@settings
class Dimple:
    """A dimple."""

    diameter_mm: Positive = 1.0
    """How wide it is."""
    depth_mm: Positive = 0.1
    count: AtLeastOne = 1
    shape: str = "round"


@settings
class Line:
    """A line."""

    width_mm: Positive = 0.1


@settings
class Where:
    """Where to put it."""

    times: ranged(AtLeastOne) = 1  # type: ignore[valid-type]


Dimples = population_of(Dimple, "dimple", also=Where)
Lines = population_of(Line, "line", also=Where)


@settings
class Sheet:
    """A small study."""

    seed: int = 0
    """The seed."""
    dimple: Dimple = Dimple()
    marks: tuple[Annotated[Dimples | Lines, Field(discriminator="kind")], ...] = ()  # type: ignore[valid-type]
    label: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$", max_length=8)] = "sheet"
    dry: bool = False


WRONG = """
sed = 3
[dimple]
diametr_mm = 3
depth_mm = -1
[[marks]]
kind = "dmple"
[[marks]]
kind = "dimple"
diameter_mm = { log_uniform = [-0.2, 2] }
depth_mm = { uniform = [3, 2] }
count = { uniform = [3, 4] }
[[marks]]
kind = "line"
width_mm = "thick"
witdh_mm = 4
times = 0
"""


def test_all_mistakes_are_told_at_once_with_place_value_and_cure() -> None:
    """Ten mistakes give one error with ten lines, each of them with its place in the file."""
    with pytest.raises(StudyError) as caught:
        read(Sheet, tomllib.loads(WRONG), "sheet.toml")
    told = "\n".join(caught.value.mistakes)
    assert len(caught.value.mistakes) == 10
    for expected in (
        "sed: no such setting (value 3); did you mean seed?",
        "dimple.diametr_mm: no such setting (value 3); did you mean diameter_mm?",
        "dimple.depth_mm: must be greater than 0, not -1",
        "marks[1]: 'dmple' is none of dimple, line; did you mean dimple?",
        "marks[2].diameter_mm.log_uniform[1]: must be greater than 0, not -0.2",
        "marks[2].depth_mm: the range is reversed: 3.0 is above 2.0",
        "marks[2].count: 'uniform' is no range here; give a number, or one of choice, integers",
        "marks[3].width_mm: must be a number, not 'thick'",
        "marks[3].witdh_mm: no such setting (value 4); did you mean width_mm?",
        "marks[3].times: must be greater than or equal to 1, not 0",
    ):
        assert expected in told


def test_a_normal_range_that_reaches_forbidden_values_is_refused() -> None:
    """Mean 1 and deviation 0.5 reach -0.5 at three deviations, which no diameter can be."""
    with pytest.raises(StudyError, match=r"three deviations reach -0\.5"):
        read(Dimples, {"diameter_mm": {"normal": [1.0, 0.5]}}, "sheet.toml")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("seed = true", "seed: must be a whole number, not True"),
        ('seed = "3"', "seed: must be a whole number, not '3'"),
        ("seed = 3.0", "seed: must be a whole number, not 3.0"),
        ("dry = 1", "dry: must be true or false, not 1"),
        ("label = 3", "label: must be text, not 3"),
        ("label = 2020-01-01", "label: must be text, not {'date': '2020-01-01'}"),
        ("dimple = 3", "dimple: must be a table, not 3"),
        ("marks = 3", "marks: must be a list, not 3"),
        ("marks = [3]", "marks[1]: must be a table, not 3"),
        ("dimple.depth_mm = nan", "dimple.depth_mm: must be a finite number, not nan"),
        ('label = "_x"', "label: must be letters, digits, hyphens and underscores, the first a letter or a digit"),
        ('label = "123456789"', "label: must have at most 8 characters, not '123456789'"),
        ("marks = [{ width_mm = 1 }]", "marks[1].kind: must be given; one of dimple, line"),
        ('marks = [{ kind = "line", times = { integers = [-3, 6] } }]', "marks[1].times: the range reaches -3, which"),
        ('marks = [{ kind = "line", times = { lognormal = [1, 2] } }]', "give a number, or one of choice, integers"),
    ],
)
def test_one_mistake_is_told_in_the_words_of_the_file(text: str, told: str) -> None:
    """A type mistake is never made to fit, and what is said of any mistake reads as a sentence about the file."""
    with pytest.raises(StudyError) as caught:
        read(Sheet, tomllib.loads(text), "sheet.toml")
    (mistake,) = caught.value.mistakes
    assert told in mistake


def test_a_whole_number_will_do_where_any_number_will() -> None:
    """TOML writes 3 for 3.0, and lists for what are tuples here."""
    sheet = read(Sheet, {"dimple": {"depth_mm": 3}, "marks": [{"kind": "line", "times": 2}]}, "sheet.toml")
    assert sheet.dimple.depth_mm == 3.0
    assert len(sheet.marks) == 1


@trials(deadline=None, max_examples=30)
@given(st.floats(0.01, 10), st.floats(0.01, 10), st.sampled_from(["uniform", "log_uniform"]), st.integers(0, 999))
def test_a_population_draws_plain_things_within_its_range(a: float, b: float, form: str, seed: int) -> None:
    """Drawing gives the plain thing; ranged fields stay within their ends, plain fields stay as they are."""
    low, high = sorted((a, b))
    population: Population = read(Dimples, {"diameter_mm": {form: [low, high]}, "depth_mm": 0.3}, "sheet.toml")
    drawn = population.draw(np.random.default_rng(seed))
    assert type(drawn) is Dimple
    assert low * (1 - 1e-9) <= drawn.diameter_mm <= high * (1 + 1e-9)
    assert (drawn.depth_mm, drawn.count, drawn.shape) == (0.3, 1, "round")


@settings
class Ridge:
    """A ridge, which may have a height and a number of steps."""

    height_mm: Positive | None = None
    steps: AtLeastOne | None = None


Ridges = population_of(Ridge)


def test_what_may_be_left_out_may_be_a_range_of_numbers() -> None:
    """Left out it stays out; given it is drawn, and a range that reaches what a number may not be is refused."""
    rng = np.random.default_rng(0)
    assert read(Ridges, {}, "sheet.toml").draw(rng) == Ridge()
    drawn = read(Ridges, {"height_mm": {"uniform": [1, 2]}, "steps": {"integers": [3, 4]}}, "sheet.toml").draw(rng)
    assert 1 <= drawn.height_mm <= 2
    assert drawn.steps in (3, 4)
    assert read(Ridges, {"height_mm": {"choice": [5.0]}}, "sheet.toml").draw(rng).height_mm == 5
    for wrong, words in (({"uniform": [-1, 2]}, "greater than 0"), ({"normal": [1, 1]}, "three deviations reach -2")):
        with pytest.raises(StudyError, match=words):
            read(Ridges, {"height_mm": wrong}, "sheet.toml")


@settings
class Slot:
    """A slot."""

    width_mm: Positive = 1.0
    depth_mm: Positive = 0.5

    def __post_init__(self) -> None:
        if self.depth_mm > self.width_mm:
            raise ValueError("deeper than wide")


Slots = population_of(Slot)


def test_contradictory_draws_are_drawn_again_and_hopeless_ranges_refused() -> None:
    """Draws that contradict each other never come out; ranges that only contradict each other are told."""
    rng = np.random.default_rng(0)
    half: Population = read(Slots, {"width_mm": {"uniform": [1, 2]}, "depth_mm": {"uniform": [1, 2]}}, "sheet.toml")
    drawn = [half.draw(rng) for _ in range(50)]
    assert all(slot.depth_mm <= slot.width_mm for slot in drawn)
    hopeless: Population = read(Slots, {"depth_mm": {"uniform": [3, 4]}}, "sheet.toml")
    with pytest.raises(RequestError, match="deeper than wide"):
        hopeless.draw(rng)


def test_settings_read_back_from_their_plain_form() -> None:
    """What is written into JSON reads back as the same value, so a recorded study can be run again."""
    sheet = read(Sheet, {"seed": 0, "marks": [{"kind": "line", "width_mm": {"uniform": [0.1, 0.2]}}]}, "sheet.toml")
    assert read(Sheet, plain(sheet), "copy") == sheet
    assert canonical(sheet) == canonical(read(Sheet, plain(sheet), "copy"))


@pytest.mark.parametrize(
    ("text", "words"), [(None, "no such file"), ("a = [1,", "not a TOML file"), ("\xff", "not a TOML file")]
)
def test_a_missing_or_broken_file_is_one_clear_error(tmp_path: Path, text: str | None, words: str) -> None:
    """A file that is not there or is no TOML names itself and says what is wrong."""
    path = tmp_path / "study.toml"
    if text is not None:
        path.write_bytes(text.encode("latin-1"))
    with pytest.raises(StudyError, match=words) as caught:
        read_toml(path)
    assert str(path) in str(caught.value)
