"""The directive ``study-file``: every table and key of a study file, from the settings classes themselves.

For each group of settings a section: what the class's docstring says, then a row a key with what may stand there, the
preset, and the docstring under the field. Types and limits are those of the JSON Schema that reading uses.
"""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import re
import textwrap
import types
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from blemish.schema import field_docs
from blemish.settings import adapter
from blemish.vary import KINDS

_SINGLE = re.compile(r"(?<!`)`([^`]+)`(?!`)")
RANGES = tuple(kind.__name__ for kind in KINDS)


class StudyFile(SphinxDirective):
    """Write one section a table, for the settings class that the argument names."""

    required_arguments = 1
    option_spec = {"name": directives.unchanged}  # noqa: RUF012  as docutils declares it

    def run(self) -> list[nodes.Node]:
        """Give the sections."""
        module, _, name = self.arguments[0].rpartition(".")
        cls = getattr(importlib.import_module(module), name)
        text = "\n".join(_tables(cls, self.options.get("name", "")))
        return self.parse_text_to_nodes(text, allow_section_headings=True)


def _tables(top: type, prefix: str) -> Iterator[str]:
    """Write the top table, then every table that a key of it opens, each class once."""
    waiting, done = [(prefix, top, False)], set()
    while waiting:
        name, cls, many = waiting.pop(0)
        if (name, cls) in done:
            continue
        done.add((name, cls))
        yield from _section(name, cls, many=many)
        hints = get_type_hints(cls, include_extras=True)
        deeper = []
        for field in dataclasses.fields(cls):
            inner = list(_settings_in(hints[field.name]))
            listed = _is_list(hints[field.name])
            deeper += [(f"{name}.{field.name}".lstrip("."), one, listed) for one in inner]
        waiting[:0] = deeper


def _section(name: str, cls: type, *, many: bool) -> Iterator[str]:
    kind = _kind(cls)
    title = f"[[{name}]]" if many and "." not in name else f"[{name}]" if name else "At the top"
    if many and "." in name:
        title = f"{name} = [{{ ... }}]"
    if kind:
        title += f' kind = "{kind}"'
    under = "-" if name.count(".") == 0 and not kind else "~"
    yield from (f"``{title}``" if name else title, under * (len(title) + 4), "", _said(cls), "")
    yield from (".. list-table::", "   :header-rows: 1", "   :widths: 24 22 54", "   :class: settings", "")
    yield from ("   * - key", "     - value, preset", "     - meaning")
    schema, docs = adapter(cls).json_schema(), field_docs(cls)
    for field in dataclasses.fields(cls):
        if field.name == "kind":
            continue
        here = schema["properties"].get(field.name, {})
        value = _words(here, schema.get("$defs", {}))
        preset = _preset(field)
        meaning = textwrap.indent(_SINGLE.sub(r"``\1``", docs.get(field.name, "")), "       ").strip()
        yield from (f"   * - ``{field.name}``", f"     - {value}{preset}", f"     - {meaning}")
    yield ""


def _said(cls: type) -> str:
    doc = inspect.cleandoc(cls.__doc__ or "")
    return doc.removeprefix("A population: ")


def _kind(cls: type) -> str:
    """Give the word that chooses this class among others, where there is one."""
    kind = get_type_hints(cls).get("kind")
    return str(get_args(kind)[0]) if get_origin(kind) is Literal else ""


def _settings_in(hint: Any) -> Iterator[type]:
    """Give the settings classes in a type, ranges left out."""
    origin = get_origin(hint)
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        if hint not in KINDS and (get_origin(hint) or hint) not in KINDS:
            yield hint
    elif origin is Annotated:
        yield from _settings_in(get_args(hint)[0])
    elif origin is Literal or origin in KINDS:
        return
    elif origin is not None:
        for one in get_args(hint):
            yield from _settings_in(one)


def _is_list(hint: Any) -> bool:
    origin = get_origin(hint)
    if origin is Annotated:
        return _is_list(get_args(hint)[0])
    if origin in (Union, types.UnionType):
        return any(_is_list(one) for one in get_args(hint))
    return origin is tuple


def _preset(field: dataclasses.Field[Any]) -> str:
    """Give the preset in the words of TOML, where it is short enough to be told."""
    value = field.default
    if field.default_factory is not dataclasses.MISSING:
        value = field.default_factory()
    if value is dataclasses.MISSING:
        return "; **required**"
    if value is None or (dataclasses.is_dataclass(value) and not isinstance(value, type)):
        return ""
    written = _toml(value)
    return f"; ``{written}``" if len(written) <= 60 else ""


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, tuple | list):
        return f"[{', '.join(_toml(one) for one in value)}]"
    if isinstance(value, Mapping):
        inside = ", ".join(f"{key} = {_toml(one)}" for key, one in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    if dataclasses.is_dataclass(value):
        return "..." * 30
    return f"{value:g}" if isinstance(value, float) and abs(value) < 1e5 else str(value)


def _words(node: Mapping[str, Any], known: Mapping[str, Any]) -> str:
    """Say in words what a place of a JSON Schema takes."""
    if "$ref" in node:
        node = known[node["$ref"].rsplit("/", 1)[1]]
        return "a table" if node.get("type") == "object" else _words(node, known)
    choices = node.get("anyOf") or node.get("oneOf")
    if choices:
        return _one_of(choices, known)
    if "const" in node or "enum" in node:
        return ", ".join(f"``{_toml(one)}``" for one in node.get("enum", [node.get("const")]))
    by_type = {
        "number": lambda: _limited("number", node),
        "integer": lambda: _limited("whole number", node),
        "array": lambda: _list(node, known),
        "object": lambda: _table(node, known),
        "boolean": lambda: "``true``, ``false``",
        "string": lambda: "text",
    }
    return by_type.get(str(node.get("type")), lambda: "anything")()


def _table(node: Mapping[str, Any], known: Mapping[str, Any]) -> str:
    inner = node.get("additionalProperties")
    return f"a table of: {_words(inner, known)}" if isinstance(inner, Mapping) else "a table"


def _one_of(choices: list[Mapping[str, Any]], known: Mapping[str, Any]) -> str:
    names = [str(one.get("$ref", "")).rsplit("/", 1)[-1].split("__") for one in choices]
    ranges = [any(part.startswith(RANGES) for part in parts) for parts in names]
    said = [
        _words(one, known) for one, skip in zip(choices, ranges, strict=True) if not skip and one != {"type": "null"}
    ]
    words = " or ".join(dict.fromkeys(said))
    return f"{words}, or a range" if any(ranges) else words


def _list(node: Mapping[str, Any], known: Mapping[str, Any]) -> str:
    several = node.get("prefixItems")
    if several:
        inside = list(dict.fromkeys(_words(one, known) for one in several))
        return f"list of {len(several)}: {', '.join(inside)}"
    return f"list of: {_words(node.get('items', {}), known)}"


def _limited(word: str, node: Mapping[str, Any]) -> str:
    low, high = node.get("minimum"), node.get("maximum")
    if low is not None and high is not None:
        return f"{word}, {low:g} to {high:g}"
    limits = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<"}
    said = [f"{sign} {node[key]:g}" for key, sign in limits.items() if key in node and abs(node[key]) < 1e9]
    return " ".join([word, *said])


def setup(sphinx: Sphinx) -> dict[str, bool]:
    """Add the directive."""
    sphinx.add_directive("study-file", StudyFile)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
