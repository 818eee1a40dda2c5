"""The JSON Schema of settings: what reading refuses it refuses, and it says what stands in the code."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Annotated, Any, Literal

import jsonschema
import pytest
from pydantic import Field

from blemish.errors import StudyError
from blemish.schema import as_text, field_docs, json_schema
from blemish.settings import Count, Positive, read, settings
from blemish.vary import population_of, ranged


@settings
class Dimple:
    """A dimple: as if a thumb had been there.

    A second paragraph that no editor shows.
    """

    diameter_mm: Positive = 1.0
    """How wide it is; see :class:`Dimple` and ``depth_mm``,
    which is another."""
    depth_mm: Positive = 0.1


@settings
class Notch:
    """A notch."""

    sides: Literal["one", "both"] = "one"
    """Where it is."""


@settings
class Where:
    """Where to put it."""

    times: ranged(Count) = 1  # type: ignore[valid-type]
    """How many."""


Dimples = population_of(Dimple, "dimple", also=Where)
Notches = population_of(Notch, "notch", also=Where)


@settings
class Base:
    """What sheets have in common."""

    seed: Count = 0
    """The seed."""


@settings
class Sheet(Base):
    """A small study."""

    one: Dimple = Dimple()
    """The one that is always there."""
    marks: tuple[Annotated[Dimples | Notches, Field(discriminator="kind")], ...] = ()  # type: ignore[valid-type]
    """The others."""
    limit_mm: Positive | None = None
    """None, or how far."""


SCHEMA = json_schema(Sheet)


def test_every_field_has_its_docstring_inherited_and_varied_ones_too() -> None:
    """Editors show the docstring under a field, in their own markup and without its line breaks."""
    assert SCHEMA["properties"]["seed"]["description"] == "The seed."
    dimples = SCHEMA["definitions"]["Dimple-2"]["properties"]
    assert dimples["diameter_mm"]["description"] == "How wide it is; see `Dimple` and `depth_mm`, which is another."
    assert dimples["times"]["description"] == "How many."
    assert dimples["kind"]["description"] == "A dimple: as if a thumb had been there."
    assert field_docs(Dimples).keys() == {"diameter_mm", "times"}


def test_units_defaults_and_words_to_choose_from_are_in_it() -> None:
    """What a name ends with is told as a unit; presets and words stand beside the types."""
    assert SCHEMA["properties"]["limit_mm"]["x-unit"] == "millimetres"
    assert SCHEMA["properties"]["seed"] == {"default": 0, "minimum": 0, "type": "integer", "description": "The seed."}
    plain_one = SCHEMA["definitions"]["Notch"]["properties"]["sides"]["anyOf"][0]
    assert plain_one == {"enum": ["one", "both"], "type": "string", "default": "one", "description": "Where it is."}


def test_a_toml_file_holds_no_null() -> None:
    """What may be left out is offered as what it may be, never as nothing."""
    assert "null" not in as_text(SCHEMA)
    assert SCHEMA["properties"]["limit_mm"]["type"] == "number"


def test_the_text_is_the_schema() -> None:
    """The short way of writing it loses nothing, and it is a schema of its dialect."""
    assert json.loads(as_text(SCHEMA)) == SCHEMA
    jsonschema.Draft7Validator.check_schema(SCHEMA)


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"seed": 3, "limit_mm": 2.5, "one": {"depth_mm": 2}},
        {"marks": [{"kind": "dimple", "times": {"integers": [1, 2]}}, {"kind": "notch", "sides": {"choice": ["one"]}}]},
        {"marks": [{"kind": "dimple", "diameter_mm": {"log_uniform": [0.1, 2]}}]},
        {"seed": -1},
        {"seed": "0"},
        {"sede": 1},
        {"limit_mm": 0},
        {"one": []},
        {"one": {"kind": "dimple"}},
        {"marks": [{"depth_mm": 1.0}]},
        {"marks": [{"kind": "dimpel"}]},
        {"marks": [{"kind": "notch", "depth_mm": 1.0}]},
        {"marks": [{"kind": "notch", "sides": "three"}]},
        {"marks": [{"kind": "dimple", "diameter_mm": {"uniform": [0, 1]}}]},
        {"marks": [{"kind": "dimple", "diameter_mm": {"uniform": [1]}}]},
        {"marks": [{"kind": "dimple", "diameter_mm": {"integers": [1, 2]}}]},
    ],
)
def test_it_refuses_what_reading_refuses(values: dict[str, Any]) -> None:
    """An editor marks what ``blemish check`` would complain of, and nothing else."""
    try:
        read(Sheet, values, "sheet.toml")
    except StudyError:
        taken = False
    else:
        taken = True
    assert jsonschema.Draft7Validator(SCHEMA).is_valid(values) == taken


def test_a_population_tells_all_fields_of_its_thing() -> None:
    """Nothing that can be set is missing in the schema."""
    known = SCHEMA["definitions"]["Dimple-2"]["properties"].keys()
    assert known == {"kind", "times", *(field.name for field in fields(Dimple))}
