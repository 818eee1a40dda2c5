"""Settings are frozen dataclasses; this file reads them from TOML and tells every mistake at once.

A group of settings is declared with :func:`settings`, its constraints beside its types and a docstring under each
field, so that one declaration gives the Python value, the check of a study file and the JSON Schema that editors use::

    @settings
    class Lens:
        focal_length_mm: Positive = 25.0
        \"\"\"Focal length, as engraved on the lens.\"\"\"

    read(Lens, {"focal_lenght_mm": -3}, "study.toml")
    # StudyError: study.toml: 1 mistake
    #   focal_lenght_mm: no such setting (value -3); did you mean focal_length_mm?
"""

from __future__ import annotations

import dataclasses
import difflib
import json
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, dataclass_transform

from annotated_types import Ge, Gt, Interval

from blemish.errors import StudyError

if TYPE_CHECKING:
    from pydantic import TypeAdapter

T = TypeVar("T")

Positive = Annotated[float, Gt(0)]
NotNegative = Annotated[float, Ge(0)]
Fraction = Annotated[float, Interval(ge=0, le=1)]
Count = Annotated[int, Ge(0)]
AtLeastOne = Annotated[int, Ge(1)]


MOST_BYTES = 4 << 20
"""No study file is longer; what is, is something else."""


PATTERNS = {
    r"^[A-Za-z0-9][A-Za-z0-9_-]*$": "letters, digits, hyphens and underscores, the first a letter or a digit",
}
"""What patterns of text mean, for messages."""

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
"""What is demanded of a value of a wrong type, for messages."""


@dataclass_transform(frozen_default=True, kw_only_default=True)
def settings(cls: type[T]) -> type[T]:
    """Make a class a group of settings: a frozen, keyword-only dataclass that refuses keys it does not know."""
    cls.__pydantic_config__ = {"extra": "forbid", "allow_inf_nan": False}  # type: ignore[attr-defined]
    return dataclasses.dataclass(frozen=True, kw_only=True)(cls)


def fault_of(cls: Any, reserved: Sequence[str] = ()) -> str:
    """Say what keeps something from being settings that a study may hold; empty when nothing does.

    All fields but ``kind`` need a default. ``reserved`` are names of fields that mean something else where it is to stand.
    """
    if not (isinstance(cls, type) and dataclasses.is_dataclass(cls) and hasattr(cls, "__pydantic_config__")):
        return "it is no class made by @settings (blemish.settings)"
    fields = dataclasses.fields(cls)
    bare = [one.name for one in fields if one.default is one.default_factory is dataclasses.MISSING]
    bare = [name for name in bare if name != "kind"]
    if bare:
        return f"every field needs a default, and {', '.join(bare)} has none"
    taken = [one.name for one in fields if one.name in reserved]
    return f"a field may not be called {', '.join(taken)}: that is taken" if taken else ""


def read(cls: type[T], values: Mapping[str, Any], where: str) -> T:
    """Turn parsed TOML or JSON into ``cls``; raise one :class:`StudyError` that lists every mistake in ``values``.

    Types are taken at their word: ``"3"``, ``true`` and ``3.0`` are not the whole number 3, though 3 will do where any
    number will.
    """
    from pydantic import ValidationError

    # Strict reading of JSON takes lists for tuples and tables for settings; strict reading of Python values does not.
    text = json.dumps(dict(values), default=_in_json)
    try:
        return adapter(cls).validate_json(text, strict=True)
    except ValidationError as error:
        # The error is told in full in our own words; pydantic's traceback would only hide them.
        raise StudyError(where, [line for one in error.errors() for line in _mistakes(cls, values, one)]) from None


def read_toml(path: Path) -> dict[str, Any]:
    """Parse a TOML file; a missing or malformed one is a :class:`StudyError` with line and column."""
    try:
        return tomllib.loads(_text(path))
    except FileNotFoundError:
        raise StudyError(str(path), ["there is no such file; `blemish new FOLDER` makes one to start from"]) from None
    except IsADirectoryError:
        raise StudyError(str(path), ["this is a folder; name the study file in it"]) from None
    except PermissionError:
        raise StudyError(str(path), ["this file may not be read by you; change its permissions"]) from None
    except OSError as error:
        raise StudyError(str(path), [f"this file cannot be read ({error.strerror}); check the path"]) from None
    except (ValueError, RecursionError) as error:  # also numbers of thousands of digits, and lists in lists in lists
        raise StudyError(str(path), [f"this is not a TOML file: {error}"]) from None


def _text(path: Path) -> str:
    """Read a file that people write; a device or a pipe would be read for ever, and no study is so long."""
    if path.exists() and not path.is_dir() and not path.is_file():
        raise ValueError("it is a device or a pipe")
    with path.open("rb") as file:
        data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise ValueError(f"it has more than {MOST_BYTES >> 20} MB")
    return data.decode("utf-8")


def adapter(cls: Any) -> TypeAdapter[Any]:
    """Give what reads values of a type; making one for a study takes a fifth of a second, so it is made once."""
    return _adapter(cls)


@cache
def _adapter(cls: Any) -> TypeAdapter[Any]:
    from pydantic import TypeAdapter

    return TypeAdapter(cls)


def plain(value: Any) -> Any:
    """Turn settings into plain dicts, lists and numbers, as they go into JSON files."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if isinstance(value, Path):
        return value.as_posix()
    if hasattr(value, "tolist"):
        return value.tolist()
    return value


def canonical(value: Any) -> str:
    """Write settings as the one JSON text that digests are taken of: sorted keys, no spaces, shortest floats."""
    return json.dumps(plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def _in_json(value: Any) -> Any:
    """Stand in for what JSON does not know: a path is its text, a date of TOML is no text and stays recognisable."""
    return value.as_posix() if isinstance(value, Path) else {type(value).__name__: str(value)}


def _mistakes(cls: type, values: Any, error: Mapping[str, Any]) -> list[str]:
    """Say what one error tells: one mistake, or those inside a value that was read by itself."""
    if error["type"] != INSIDE:
        return [_mistake(cls, values, error)]
    place = _place(_keys_in_file(error["loc"], values))
    told = [mistake.removeprefix(f"{WHOLE}: ") for mistake in error["ctx"]["mistakes"]]
    return [
        f"{place}: {now}" if now != before else f"{place}.{now}"
        for now, before in zip(told, error["ctx"]["mistakes"], strict=True)
    ]


def _mistake(cls: type, values: Any, error: Mapping[str, Any]) -> str:
    """Say one mistake: place, what is wrong, the value that came, and the nearest name that would be right."""
    keys = _keys_in_file(error["loc"], values)
    place, known = _place(keys), error["type"]
    if known in ("unexpected_keyword_argument", "extra_forbidden"):
        names = _names_at(cls, keys[:-1], values)
        near = difflib.get_close_matches(str(keys[-1]), names, n=1, cutoff=0.6)
        hint = f"; did you mean {near[0]}?" if near else f"; known here: {', '.join(names)}" if names else ""
        return f"{place}: no such setting (value {_short(error['input'])}){hint}"
    if known in ("missing", "missing_argument", "missing_keyword_only_argument"):
        return f"{place}: must be given"
    if known == "union_tag_not_found":
        tag = str(error["ctx"]["discriminator"]).strip("'")
        kinds = _schema_at(cls, keys, values).get("discriminator", {}).get("mapping", {})
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


def _names_at(cls: Any, keys: Sequence[str | int], values: Any) -> list[str]:
    """Give the setting names that are known at a place."""
    return list(_schema_at(cls, [*keys, None], values).get("properties", {}))


def _schema_at(cls: Any, keys: Sequence[str | int | None], values: Any) -> dict[str, Any]:
    """Give the JSON Schema of a place, by walking along the keys; a last key None opens unions and references there."""
    schema = adapter(cls).json_schema()
    definitions = schema.get("$defs", {})

    def open_up(node: dict[str, Any], value: Any) -> dict[str, Any]:
        while "$ref" in node:
            node = definitions[node["$ref"].rsplit("/", 1)[1]]
        for choice in node.get("anyOf", []) + node.get("oneOf", []):
            chosen = open_up(choice, value)
            tag = chosen.get("properties", {}).get("kind", {}).get("const")
            if chosen.get("properties") and (tag is None or not isinstance(value, Mapping) or tag == value.get("kind")):
                return chosen
        return node

    node = schema
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
