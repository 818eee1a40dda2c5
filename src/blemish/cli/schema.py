"""``blemish schema``."""

from __future__ import annotations

from importlib import resources


def schema() -> None:
    """Print the JSON Schema of a study, for editors: ``blemish schema > study.schema.json``.

    ``blemish new`` puts it beside the study that it writes, whose first line names it; after an update of this
    package, print it there again. Draft 7; units, presets, limits and descriptions are those of the reference.
    """
    print(schema_text(), end="")


def schema_text() -> str:
    """Give the schema as it was made from the settings classes when this version was."""
    return resources.files("blemish").joinpath("study.schema.json").read_text(encoding="utf-8")
