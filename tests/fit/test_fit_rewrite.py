"""What was found goes into the study's text, and nothing else in it changes."""

from __future__ import annotations

import tomllib

import pytest

from blemish.errors import RequestError, WorkError
from blemish.fit import rewritten
from blemish.fit.knobs import knobs_of, recipe_of, turned, usual_places
from blemish.vary import LogUniform

TEXT = """# A study
name = "one"

[[finishes]]
kind = "ground"
ra_um = 0.4  # from the drawing
regions = ["a"]

[[finishes]]
kind = "plain"

[sensor]
bits = 8
"""


def test_only_the_named_lines_change() -> None:
    """Values are set where they stand, or added to their table; comments, order and all else are kept."""
    found = rewritten(
        TEXT,
        {
            "finishes[1].ra_um": {"log_uniform": [0.2, 0.3]},
            "finishes[2].roughness": 0.3,
            "sensor.exposure_ms": 9.5,
            "light.radiance": 2.0,
        },
        ["Fitted"],
    )
    values = tomllib.loads(found)
    assert values["finishes"][0]["ra_um"] == {"log_uniform": [0.2, 0.3]}
    assert values["finishes"][1]["roughness"] == 0.3
    assert values["sensor"] == {"bits": 8, "exposure_ms": 9.5}
    assert values["light"]["radiance"] == 2.0
    assert found.startswith("# Fitted\n# A study\n")
    assert "was 0.4  # from the drawing" in found
    assert set(TEXT.splitlines()) - set(found.splitlines()) == {"ra_um = 0.4  # from the drawing"}


def test_fitted_twice_it_still_says_what_stood_there_first() -> None:
    """The value before the first fit stays in the comment; a line that a fit added has none."""
    found = TEXT
    for value in (0.2, 0.3):
        found = rewritten(found, {"finishes[1].ra_um": value, "sensor.exposure_ms": value})
    assert "ra_um = 0.3  # fitted; was 0.4  # from the drawing\n" in found
    assert "exposure_ms = 0.3  # fitted\n" in found


def test_a_table_on_one_line_is_refused() -> None:
    """What cannot be changed line by line is told, not spoiled."""
    with pytest.raises(WorkError, match="line by line"):
        rewritten("name = 'one'\nsensor = { bits = 8 }\n", {"sensor.exposure_ms": 9.5})


def test_knobs_are_numbers_above_zero_that_the_study_has() -> None:
    """Every place that is none is told, all at once."""
    recipe = recipe_of(tomllib.loads(TEXT))
    with pytest.raises(RequestError) as told:
        knobs_of(recipe, ["finishes[3].ra_um", "finishes[1].ra", "part.file", "sensor.dsnu_e", "exposure"][:4])
    assert [word in str(told.value) for word in ("2 finishes", "ra_um", "only finishes", "above 0")] == [True] * 4
    with pytest.raises(RequestError, match="TABLE"):
        knobs_of(recipe, ["exposure"])


def test_the_usual_knobs_are_of_this_study() -> None:
    """Without places, each finish, the surroundings and the exposure are turned; a knob's ends are what it allows."""
    recipe = recipe_of(tomllib.loads(TEXT))
    knobs = knobs_of(recipe, usual_places(recipe))
    assert {"finishes[1].ra_um", "finishes[2].roughness", "sensor.exposure_ms"} <= {knob.place for knob in knobs}
    for knob in knobs:
        assert knob.limits[0] <= knob.low <= knob.start <= knob.high <= knob.limits[1]
        turned(recipe, {knob.place: LogUniform(log_uniform=(knob.low, knob.high)) if knob.can_range else knob.low})
