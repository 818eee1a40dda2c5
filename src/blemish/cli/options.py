"""Settings of a foreign format on the command line: ``--option KEY=VALUE``."""

from __future__ import annotations

import tomllib

from blemish.errors import RequestError


def parse_options(texts: tuple[str, ...]) -> dict[str, object]:
    """Read KEY=VALUE pairs; a value is read as TOML where it is TOML, else it is the text itself."""
    return dict(_pair(text) for text in texts)


def _pair(text: str) -> tuple[str, object]:
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise RequestError(f"--option {text!r}: write it as KEY=VALUE, for example unannotated=leave")
    try:
        return key, tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        return key, value
