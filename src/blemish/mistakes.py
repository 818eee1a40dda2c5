"""Mistakes in words: what pydantic found wrong in a study, as sentences about the file.

Each has its place as the file has it (``defects[2].depth_mm``), what is demanded or which names are known there, the
value that came, and the nearest name that would be right.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

PATTERNS = {
    r"^[A-Za-z0-9][A-Za-z0-9_-]*$": "letters, digits, hyphens and underscores, the first a letter or a digit",
}
"""What patterns of text mean."""

WHOLE = "the file"
"""The place of what concerns all that is read."""

INSIDE = "inside"
"""The type of an error that tells mistakes inside a value, each with its place from there on."""

DEMANDS = {
    "dataclass_type": "be a table",
    "model_attributes_type": "be a table",
    "dict_type": "be a table",
    "tuple_type": "be a list",
    "list_type": "be a list",
    "string_type": "be text",
    "bool_type": "be true or false",
    "int_type": "be a whole number",
    "float_type": "be a number",
}
"""What is demanded of a value of a wrong type."""

Schema = Callable[[], dict[str, Any]]


def told(schema: Schema, values: Any, error: Mapping[str, Any]) -> list[str]:
    """Say what one error of pydantic tells: one mistake, or those inside a value that was read by itself.

    ``schema`` gives the JSON Schema of what was read, ``values`` what came; it is asked for where names are looked up.
    """
    if error["type"] != INSIDE:
        return [_mistake(schema, values, error)]
    place = _place(_keys_in_file(error["loc"], values))
    inner = [mistake.removeprefix(f"{WHOLE}: ") for mistake in error["ctx"]["mistakes"]]
    return [
        f"{place}: {now}" if now != before else f"{place}.{now}"
        for now, before in zip(inner, error["ctx"]["mistakes"], strict=True)
    ]


def _mistake(schema: Schema, values: Any, error: Mapping[str, Any]) -> str:
    """Say one mistake: place, what is wrong, the value that came, and the nearest name that would be right."""
    keys = _keys_in_file(error["loc"], values)
    place, known = _place(keys), error["type"]
    if known in ("unexpected_keyword_argument", "extra_forbidden"):
        names = _names_at(schema, keys[:-1], values)
        near = difflib.get_close_matches(str(keys[-1]), names, n=1, cutoff=0.6)
        hint = f"; did you mean {near[0]}?" if near else f"; known here: {', '.join(names)}" if names else ""
        return f"{place}: no such setting (value {_short(error['input'])}){hint}"
    if known in ("missing", "missing_argument", "missing_keyword_only_argument"):
        return f"{place}: must be given"
    if known == "union_tag_not_found":
        tag = str(error["ctx"]["discriminator"]).strip("'")
        kinds = _schema_at(schema, keys, values).get("discriminator", {}).get("mapping", {})
        return f"{place}.{tag}: must be given; one of {', '.join(kinds)}"
    if known in ("union_tag_invalid", "literal_error"):
        return f"{place}: {_no_such_choice(error)}"
    if known == "value_error":
        return f"{place}: {str(error['msg']).removeprefix('Value error, ')}"
    return f"{place}: must {_demand(error)}, not {_short(error['input'])}"


def _no_such_choice(error: Mapping[str, Any]) -> str:
    """Say what came where one of several words was wanted, and the nearest of them."""
    wanted = str(error["ctx"].get("expected_tags") or error["ctx"].get("expected") or "")
    choices = [word.strip("' ~") for word in wanted.replace(" or ", ",").split(",")]
    value = _tag(error["input"])
    near = difflib.get_close_matches(str(value), choices, n=1, cutoff=0.5)
    hint = f"; did you mean {near[0]}?" if near and near[0] not in ("True", "False") else ""
    if error["type"] == "literal_error":
        return f"must {_demand(error)}, not {_short(error['input'])}{hint}"
    if "value" not in choices:
        return f"{value!r} is none of {', '.join(choices)}{hint}"
    # A range: "value" is our own name for its plain form, which nobody writes.
    choices.remove("value")
    plainly = "a number" if {"uniform", "integers"} & set(choices) else "a value"
    return f"{value!r} is no range here; give {plainly}, or one of {', '.join(choices)}{hint}"


def _demand(error: Mapping[str, Any]) -> str:
    """Say what pydantic demands, in the words of TOML: "be a list", "have at most 80 characters"."""
    if error["type"] in DEMANDS:
        return DEMANDS[error["type"]]
    if error["type"] == "string_pattern_mismatch":
        pattern = error["ctx"]["pattern"]
        return f"be {PATTERNS.get(pattern, f'of the form {pattern}')}"
    message = str(error["msg"]).split(" after validation")[0]
    if error["type"] == "literal_error":
        message = message.replace("False", "false").replace("True", "true")  # as TOML writes them
    subject, should, demand = message.partition(" should ")
    return demand if should and " " not in subject else f"be right: {message}"


def _keys_in_file(keys: Sequence[str | int], values: Any) -> list[str | int]:
    """Drop from pydantic's path what does not stand in the file: the tags of unions."""
    kept: list[str | int] = []
    for key in keys:
        is_tag = isinstance(key, str) and (
            key.startswith("~") or (isinstance(values, Mapping) and key not in values and key == values.get("kind"))
        )
        if not is_tag:
            kept.append(key)
            try:
                values = values[key]
            except (KeyError, IndexError, TypeError):
                values = None
    return kept


def _tag(value: Any) -> Any:
    """Give what chose the branch of a union: the kind of a table, the form of a range."""
    if isinstance(value, Mapping):
        return value.get("kind", next(iter(value), ""))
    return value


def _place(keys: Sequence[str | int]) -> str:
    text = ""
    for key in keys:
        text += f"[{key + 1}]" if isinstance(key, int) else f".{key}" if text else str(key)
    return text or WHOLE


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _names_at(schema: Schema, keys: Sequence[str | int], values: Any) -> list[str]:
    """Give the setting names that are known at a place."""
    return list(_schema_at(schema, [*keys, None], values).get("properties", {}))


def _schema_at(schema: Schema, keys: Sequence[str | int | None], values: Any) -> dict[str, Any]:
    """Give the JSON Schema of a place, by walking along the keys; a last key None opens unions and references there."""
    whole = schema()
    definitions = whole.get("$defs", {})

    def open_up(node: dict[str, Any], value: Any) -> dict[str, Any]:
        while "$ref" in node:
            node = definitions[node["$ref"].rsplit("/", 1)[1]]
        for choice in node.get("anyOf", []) + node.get("oneOf", []):
            chosen = open_up(choice, value)
            tag = chosen.get("properties", {}).get("kind", {}).get("const")
            if chosen.get("properties") and (tag is None or not isinstance(value, Mapping) or tag == value.get("kind")):
                return chosen
        return node

    node = whole
    for key in keys:
        node = open_up(node, values)
        if key is None:
            break
        try:
            values = values[key]
        except (KeyError, IndexError, TypeError):
            values = None
        if isinstance(key, int):
            prefix = node.get("prefixItems", [])
            node = prefix[key] if key < len(prefix) else node.get("items", {})
        else:
            inner = node.get("properties", {}).get(key, node.get("additionalProperties", {}))
            node = inner if isinstance(inner, dict) else {}
    return node
