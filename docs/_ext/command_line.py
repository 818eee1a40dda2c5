"""The directive ``command-line``: every verb of ``blemish`` with its arguments, from the program itself.

What stands in the page is what ``blemish VERB --help`` says: names, defaults and meanings are those of the functions
in ``blemish.cli``. There is nothing here that could be forgotten when an option changes.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from blemish.cli import VERBS, app


class CommandLine(SphinxDirective):
    """Write one section a verb."""

    def run(self) -> list[nodes.Node]:
        """Give the sections."""
        line = app()
        text = "\n".join(one for verb in VERBS for one in _section(verb, line[verb]))
        return self.parse_text_to_nodes(text, allow_section_headings=True)


def _section(verb: str, command: Any) -> Iterator[str]:
    arguments = list(command.assemble_argument_collection(parse_docstring=True))
    places = " ".join(_place(one) for one in arguments if _by_position(one))
    options = " [OPTIONS]" if any(not _by_position(one) for one in arguments) else ""
    yield from (f".. _blemish-{verb}:", "", verb, "-" * len(verb), "", VERBS[verb], "")
    yield from (".. code-block:: text", "", f"   blemish {verb} {places}{options}".rstrip(), "")
    said = (inspect.getdoc(command.default_command) or "").split("Parameters\n")[0]
    yield from said.partition("\n\n")[2].splitlines()
    yield ""
    for one in arguments:
        default = _default(one)
        yield f"``{_spelled(one)}``"
        yield f"   {' '.join((one.parameter.help or '').split())}{default}"
        yield ""


def _by_position(argument: Any) -> bool:
    return argument.field_info.kind is not inspect.Parameter.KEYWORD_ONLY


def _place(argument: Any) -> str:
    name = argument.name.removeprefix("--").upper()
    several = argument.field_info.kind is inspect.Parameter.VAR_POSITIONAL or argument.token_count()[1]
    return f"{name}..." if several else name


def _spelled(argument: Any) -> str:
    if _by_position(argument):
        return _place(argument)
    if argument.hint is bool:
        return argument.name.replace("--", "--no-", 1) if argument.field_info.default is True else argument.name
    return f"{argument.name} {_value(argument)}"


def _value(argument: Any) -> str:
    choices = argument.get_choices()
    if choices:
        return "|".join(choices)
    words = {"Path": "PATH", "int": "NUMBER", "float": "NUMBER", "str": "TEXT"}
    hint = str(argument.hint)
    return next((word for kind, word in words.items() if kind in hint), "VALUE")


def _default(argument: Any) -> str:
    default = argument.field_info.default
    if argument.required or default in (None, False, "", (), inspect.Parameter.empty):
        return ""
    if default is True:
        return " It is done unless this says no."
    return f" Preset: ``{default}``."


def setup(sphinx: Sphinx) -> dict[str, bool]:
    """Add the directive."""
    sphinx.add_directive("command-line", CommandLine)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
