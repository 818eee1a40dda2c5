"""The JSON Schema that is shipped: it is the code's, every study keeps to it, and a new study names it."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from blemish.cli.new import new, studies_folder
from blemish.cli.schema import schema_text
from blemish.errors import RequestError
from blemish.schema import as_text, json_schema
from blemish.study import Study

READY = sorted(Path(str(studies_folder())).glob("*.toml"))


def complaints(values: dict[str, Any], text: str) -> list[str]:
    """Tell what an editor would mark in a study."""
    schema = json.loads(text)
    jsonschema.Draft7Validator.check_schema(schema)
    return [f"{error.json_path}: {error.message}" for error in jsonschema.Draft7Validator(schema).iter_errors(values)]


def test_the_shipped_schema_is_that_of_the_code() -> None:
    """Whoever changes a setting or its words writes the schema anew: ``make schema``."""
    assert schema_text() == as_text(json_schema(Study)), "write it anew: make schema"


def test_every_setting_is_described() -> None:
    """No key is offered by an editor without words."""
    schema = json.loads(schema_text())
    tables = {"": schema, **schema["definitions"]}
    silent = [
        f"{table}.{key}"
        for table, inner in tables.items()
        for key, one in inner.get("properties", {}).items()
        if not one.get("description")
    ]
    assert not silent


def test_ready_studies_keep_to_it() -> None:
    """Editors complain of no study that is shipped; transfer tables are none."""
    for path in READY:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
        if "sources" not in values:
            assert not complaints(values, schema_text()), path.name


@pytest.mark.parametrize("like", ["", "clutch-small"])
def test_a_new_study_names_the_schema_that_lies_beside_it(tmp_path: Path, like: str) -> None:
    """The first line is what editors look for; the file that it names is there and finds no fault."""
    new(tmp_path / "mine", like=like)
    text = (tmp_path / "mine" / "study.toml").read_text(encoding="utf-8")
    word, _, place = text.splitlines()[0].partition(" ")
    assert word == "#:schema"
    assert not complaints(tomllib.loads(text), (tmp_path / "mine" / place).read_text(encoding="utf-8"))


def test_a_ready_study_is_copied_as_it_is_or_refused_by_name(tmp_path: Path) -> None:
    """A wrong name gets a hint; a part of one's own and a ready study do not go together; tables are no studies."""
    new(tmp_path / "mine", like="clutch-small")
    ready = next(path for path in READY if path.stem == "clutch-small").read_text(encoding="utf-8")
    assert (tmp_path / "mine" / "study.toml").read_text(encoding="utf-8").partition("\n")[2] == ready
    with pytest.raises(RequestError, match="did you mean clutch-small"):
        new(tmp_path / "other", like="clutch-smal")
    with pytest.raises(RequestError, match="no such study"):
        new(tmp_path / "other", like="transfer")
    with pytest.raises(RequestError, match="give one of the two"):
        new(tmp_path / "other", like="clutch-small", part=tmp_path / "part.step")
    assert not (tmp_path / "other").exists()
