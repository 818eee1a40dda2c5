"""The page on regions: every key stands there, and its examples are true of the clutch."""

from __future__ import annotations

import dataclasses
import re
import tomllib
from pathlib import Path

import pytest

from blemish.part import Part
from blemish.part.divide import divide
from blemish.part.rules import RegionRule
from blemish.settings import read, settings

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "regions.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```toml( no-match)?\n(.*?)```", PAGE, re.DOTALL)


@settings
class Rules:
    """What a study says of regions."""

    regions: tuple[RegionRule, ...]


@pytest.mark.parametrize(("mark", "text"), EXAMPLES, ids=range(len(EXAMPLES)))
def test_examples_take_faces_of_the_clutch(clutch: Part, mark: str, text: str) -> None:
    """Every rule takes a face and none takes another's; those that the page says do not match are told."""
    rules = read(Rules, tomllib.loads(text), "docs/regions.md").regions
    regions, mistakes = divide(clutch, rules)
    assert len(mistakes) == (len(rules) if mark else 0), mistakes
    assert sorted(face for region in regions for face in region.faces) == list(range(len(clutch.surfaces)))


def test_every_key_is_shown() -> None:
    """No key of a rule is missing from the examples."""
    shown = "\n".join(text for _, text in EXAMPLES)
    for field in dataclasses.fields(RegionRule):
        assert re.search(rf"^{field.name} = ", shown, re.MULTILINE), field.name
