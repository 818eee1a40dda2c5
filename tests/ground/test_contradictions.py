"""What a study cannot mean is told by ``blemish check``, all of it at once."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from builders import box

from blemish.contradictions import with_part
from blemish.recipe import Recipe
from blemish.settings import read

SOUND: dict[str, Any] = {"defects": [{"kind": "dent"}], "finishes": [{"kind": "plain"}]}

MISTAKES = {
    'metal = "aluminum"': "did you mean aluminium?",
    "light.offset_mm = 300": "at or beyond the plane in focus",
    "plan.min_px_per_mm = 500": "min_px_per_mm = 500 is more than the camera gives",
    "split.shares = { training = 1, testing = 1 }": "did you mean train?",
    "split.shares = { train = 1, test = 1 }": "no share for val",
    "specimens = { correct = 1, defective = 1 }": "none of 2 specimens falls to test",
    'defects = [{ kind = "dent", significant = false }]': "no [[defects]] is significant",
    'defects = [{ kind = "dent", diameter_mm = 1, depth_mm = { uniform = [3, 5] } }]': "defects[1]: dent: 100 draws",
    'defects = [{ kind = "dent", weights = [1] }]': "1 weights for 2 regions",
    'defects = [{ kind = "dent", regions = ["topp"] }]': "did you mean top?",
    'finishes = [{ kind = "plain", regions = ["top"] }]': "no finish for sides",
    'regions = [{ name = "rings", surface = "torus" }]': "regions[1] (rings): no face matches",
}


def recipe(*lines: str) -> Recipe:
    """Give the sound recipe with some tables replaced."""
    return read(Recipe, SOUND | tomllib.loads("\n".join(lines)), "study.toml")


def test_a_sound_recipe_has_no_mistakes() -> None:
    """What is right is not complained of."""
    assert with_part(recipe(), box()) == []


@pytest.mark.parametrize("line", MISTAKES)
def test_a_contradiction_is_told_before_the_work(line: str) -> None:
    """Each of these would stop the work later; check says so, and what to do."""
    assert MISTAKES[line] in "\n".join(with_part(recipe(line), box()))


def test_regions_of_rules_are_known_to_finishes() -> None:
    """A region that a rule draws may be named; with a rule that takes nothing its name is no second mistake."""
    named = 'finishes = [{ kind = "plain", regions = ["lid", "top", "sides"] }]'
    assert with_part(recipe(named, 'regions = [{ name = "lid", faces = [2] }]'), box()) == []
    (told,) = with_part(recipe(named, 'regions = [{ name = "lid", radius_mm = 2 }]'), box())
    assert told.startswith("regions[1] (lid): no face matches")
    both = with_part(recipe(named.replace("top", "tpo"), 'regions = [{ name = "lid", radius_mm = 2 }]'), box())
    assert "did you mean top?" in both[1]


def test_no_contradiction_masks_another() -> None:
    """One wrong thing of each kind gives one line of each."""
    lines = [list(MISTAKES)[i] for i in (0, 1, 2, 3, 7, 10)]
    told = "\n".join(with_part(recipe(*lines), box()))
    assert all(MISTAKES[line] in told for line in lines), told
