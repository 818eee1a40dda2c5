"""The JSON Schema of settings, as editors read it: what may stand in a study file, with words, ranges and defaults.

Pydantic gives the types. This file adds what a person needs beside them, the docstring under each field and the unit
in its name, and makes of it what fits a TOML file in any editor: draft 7, no ``null``, nothing said twice.
"""

from __future__ import annotations

import ast
import inspect
import json
import re
import textwrap
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import Any

from blemish.settings import adapter

DIALECT = "http://json-schema.org/draft-07/schema#"
REF = "#/definitions/"

UNITS = {
    "px_per_mm": "pixels per millimetre",
    "per_mm": "per millimetre",
    "e_per_s": "electrons per second",
    "per_ms": "per millisecond",
    "mm": "millimetres",
    "um": "micrometres",
    "nm": "nanometres",
    "deg": "degrees",
    "px": "pixels",
    "ms": "milliseconds",
    "s": "seconds",
    "e": "electrons",
}
"""What the ends of names mean, longer ends first."""


@cache
def json_schema(cls: Any) -> dict[str, Any]:
    """Give the JSON Schema (draft 7) of a group of settings; it is made once, so do not write into it."""
    from pydantic.json_schema import GenerateJsonSchema

    class Described(GenerateJsonSchema):
        """Pydantic's schema with the words that stand under the fields."""

        def dataclass_schema(self, schema: Any) -> dict[str, Any]:
            made = super().dataclass_schema(schema)
            thing = getattr(schema["cls"], "thing", schema["cls"])
            made["title"] = thing.__name__
            made["description"] = _readable(inspect.getdoc(thing) or "").partition("\n\n")[0]
            words = {"kind": made["description"]} | field_docs(schema["cls"])
            for name, inner in made.get("properties", {}).items():
                inner.update({"description": words[name]} if name in words else {})
                inner.update({"x-unit": unit} if (unit := _unit(name)) else {})
            return made

    made = adapter(cls).json_schema(schema_generator=Described)
    definitions = made.pop("$defs", {})
    for node in _nodes([made, definitions]):
        _demand_kinds(node, definitions)
    found = _for_toml(made)
    kept, renamed = _each_once({name: _for_toml(one) for name, one in definitions.items()})
    return {"$schema": DIALECT, **_refer(found, renamed), "definitions": kept}


def as_text(schema: dict[str, Any]) -> str:
    """Write a schema with one property and one definition a line: short, and its changes can be read."""

    def lines(table: dict[str, Any]) -> str:
        inner = ",\n".join(f"  {json.dumps(name)}: {json.dumps(one)}" for name, one in table.items())
        return f"{{\n{inner}\n }}"

    parts = (
        f" {json.dumps(name)}: {lines(one) if name in ('properties', 'definitions') else json.dumps(one)}"
        for name, one in schema.items()
    )
    return "{\n" + ",\n".join(parts) + "\n}\n"


def field_docs(cls: type) -> dict[str, str]:
    """Give the docstrings under the fields of a class, of its bases, and of the classes that a population is of."""
    found: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        for source in vars(base).get("made_from", ()):
            found |= field_docs(source)
        if hasattr(base, "__dataclass_fields__"):
            found |= _docs_in(base)
    return found


@cache
def _docs_in(cls: type) -> dict[str, str]:
    """Read the source of one class; a class that was made by a function has none."""
    try:
        source = textwrap.dedent(inspect.getsource(cls))
    except (OSError, TypeError):
        return {}
    (node,) = ast.parse(source).body
    assert isinstance(node, ast.ClassDef)
    return {
        field.target.id: _readable(inspect.cleandoc(below.value.value))
        for field, below in pairwise(node.body)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(below, ast.Expr)
        and isinstance(below.value, ast.Constant)
        and isinstance(below.value.value, str)
    }


def _readable(words: str) -> str:
    """Turn the markup of docstrings into that of editors: one pair of backticks, no roles, no broken lines."""
    words = re.sub(r":\w+:`[~!]?([^`]+)`", r"`\1`", words).replace("``", "`")
    return re.sub(r"(?<!\n)\n(?!\n)", " ", words)


def _unit(name: str) -> str:
    return next((unit for end, unit in UNITS.items() if name.endswith(f"_{end}")), "")


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    """Give every table in a value, at any depth."""
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _nodes(inner)


def _demand_kinds(node: dict[str, Any], definitions: dict[str, Any]) -> None:
    """Make ``kind`` compulsory in the tables among which it decides."""
    told = node.get("discriminator", {})
    for reference in told.get("mapping", {}).values() if isinstance(told, dict) else ():
        chosen = definitions[reference.rsplit("/", 1)[1]]
        chosen["required"] = sorted({*chosen.get("required", ()), told["propertyName"]})


def _for_toml(node: Any) -> Any:
    """Turn a schema of pydantic's into one of what a TOML file can hold, in draft 7."""
    if not isinstance(node, dict):
        return node
    made = {key: value for key, value in node.items() if key not in ("discriminator", "oneOf", "prefixItems")}
    if node.get("type") != "object" or "additionalProperties" not in node:
        made.pop("title", None)  # only tables keep theirs, to be named by
    if made.get("default", 0) is None or isinstance(made.get("default"), dict):
        del made["default"]  # a table's default is told by its fields
    every: list[Any] = node.get("oneOf") or node.get("anyOf") or []
    choices = [_for_toml(one) for one in every if one != {"type": "null"}]
    made.pop("anyOf", None)
    if len(choices) == 1:
        made = choices[0] | made
    elif choices:
        # Editors that offer each choice by itself want its words and its preset there.
        told = {key: made[key] for key in ("description", "default") if key in made}
        made["anyOf"] = [one if "$ref" in one else told | one for one in choices]
    if "prefixItems" in node:
        each = [_for_toml(one) for one in node["prefixItems"]]
        made["items"] = each[0] if all(one == each[0] for one in each) else each
    elif "items" in node:
        made["items"] = _for_toml(node["items"])
    if "properties" in node:
        made["properties"] = {name: _for_toml(one) for name, one in node["properties"].items()}
    if "additionalProperties" in node:
        made["additionalProperties"] = _for_toml(node["additionalProperties"])
    if "$ref" in made and len(made) > 1:
        made = {"allOf": [{"$ref": made.pop("$ref")}]} | made  # draft 7 heeds nothing beside a reference
    return made


def _each_once(definitions: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Give equal definitions one short name; return what is left, and the new name of each old one."""
    renamed: dict[str, str] = {}
    # From the innermost on: a definition can be compared when those it refers to have their names.
    kept: dict[str, Any] = {}
    texts: dict[str, str] = {}
    while len(renamed) < len(definitions):
        before = len(renamed)
        for name, one in definitions.items():
            inside = {node["$ref"].rsplit("/", 1)[1] for node in _nodes(one) if "$ref" in node}
            if name in renamed or not inside <= renamed.keys():
                continue
            now = _refer(one, renamed)
            title = now.pop("title", name)
            text = json.dumps(now, sort_keys=True)
            if text not in texts:
                taken = sum(other == title or other.startswith(f"{title}-") for other in kept)
                texts[text] = title if not taken else f"{title}-{taken + 1}"
                kept[texts[text]] = now
            renamed[name] = texts[text]
        assert len(renamed) > before, "no settings hold themselves"
    return dict(sorted(kept.items())), renamed


def _refer(value: Any, renamed: dict[str, str]) -> Any:
    """Copy a schema with its references under their new names."""
    if isinstance(value, dict):
        return {
            key: REF + renamed[inner.rsplit("/", 1)[1]] if key == "$ref" else _refer(inner, renamed)
            for key, inner in value.items()
        }
    return [_refer(inner, renamed) for inner in value] if isinstance(value, list) else value
