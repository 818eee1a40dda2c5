"""Writing what was found into the text of a study: comments and order stay, each changed line says what it was."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

from blemish.errors import WorkError
from blemish.fit.knobs import parts_of

HEADER = re.compile(r"^\s*(\[\[?)\s*([A-Za-z0-9_.-]+)\s*\]\]?\s*(#.*)?$")


def rewritten(text: str, settings: Mapping[str, Any], heading: Sequence[str] = ()) -> str:
    """Give a study's text with other values at some places; ``heading`` lines go before it, as comments.

    What was changed is marked ``# fitted``, with what stood there. Raises :class:`WorkError` where the text is laid
    out in a way that cannot be changed line by line (a whole table on one line).
    """
    lines = text.splitlines()
    wanted = tomllib.loads(text)
    for place, value in settings.items():
        table, number, field = parts_of(place)
        within = wanted.setdefault(table, {}) if number is None else wanted[table][number]
        within[field] = value
        lines = _set(lines, table, number, field, value)
    changed = "\n".join([*(f"# {line}".rstrip() for line in heading), *lines]) + "\n"
    try:
        same = tomllib.loads(changed) == wanted
    except tomllib.TOMLDecodeError:
        same = False
    if not same:
        raise WorkError(
            "the fitted values cannot be written into this study line by line; give each table its own [heading] and "
            "each setting its own line, and fit again"
        )
    return changed


def _set(lines: list[str], table: str, number: int | None, field: str, value: Any) -> list[str]:
    begin, end = _span(lines, table, number or 0)
    if begin < 0:
        return [*lines, "", f"[{table}]", f"{field} = {as_toml(value)}  # fitted"]
    for index in range(begin + 1, end):
        found = re.match(rf"^(\s*){re.escape(field)}\s*=\s*(.*?)\s*$", lines[index])
        if found:
            kept = [*lines]
            _, fitted, was = found[2].rpartition("# fitted")  # fitted again, a line still says what a person wrote
            mark = f"# fitted{was}" if fitted else f"# fitted; was {found[2]}"
            kept[index] = f"{found[1]}{field} = {as_toml(value)}  {mark}"
            return kept
    return [*lines[: begin + 1], f"{field} = {as_toml(value)}  # fitted", *lines[begin + 1 :]]


def _span(lines: list[str], table: str, number: int) -> tuple[int, int]:
    """Give the line of a table's heading and the line after its last; (-1, -1) if it has none."""
    headings = [(index, found[2]) for index, line in enumerate(lines) if (found := HEADER.match(line))]
    mine = [place for place, (_, name) in enumerate(headings) if name == table]
    if len(mine) <= number:
        return -1, -1
    place = mine[number]
    return headings[place][0], headings[place + 1][0] if place + 1 < len(headings) else len(lines)


def as_toml(value: Any) -> str:
    """Write a number, or a range of numbers, as TOML."""
    if isinstance(value, Mapping):
        inner = ", ".join(f"{name} = {as_toml(one)}" for name, one in value.items())
        return f"{{ {inner} }}"
    return json.dumps(value)
