"""What making would cost: it grows with what is asked for, and what is there already is not counted again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from blemish.cost import Cost, cost_of, refuse_small_disk
from blemish.errors import StorageError
from blemish.study import read_study

STUDIES = Path(__file__).parents[2] / "studies"


def test_more_frames_bounces_and_samples_cost_more() -> None:
    """Time is proportional to frames; twice the bounces or a higher limit of samples take longer."""
    recipe = read_study(STUDIES / "ballscrew.toml").study.recipe
    once, twice = cost_of(recipe, 100), cost_of(recipe, 200)
    assert twice.seconds == pytest.approx(2 * once.seconds)
    assert once.disk_bytes < twice.disk_bytes < 2 * once.disk_bytes
    straight = replace(recipe, render=replace(recipe.render, bounces=1))
    assert cost_of(straight, 100).seconds < once.seconds
    blind = replace(recipe, render=replace(recipe.render, visibility=False))
    assert cost_of(blind, 100).seconds < once.seconds


def test_specimens_that_are_there_are_not_counted_again(tmp_path: Path) -> None:
    """Their size tells that of those to come."""
    recipe = read_study(STUDIES / "ballscrew.toml").study.recipe
    for name in ("c000", "d000"):
        (tmp_path / "specimens" / name).mkdir(parents=True)
        (tmp_path / "specimens" / name / "part.ply").write_bytes(bytes(1000))
    nothing = replace(recipe.camera, width_px=16, height_px=16)
    small = cost_of(replace(recipe, camera=nothing), 1, tmp_path)
    assert small.disk_bytes == pytest.approx(1000 * (len(recipe.specimens.names) - 2), abs=1000)


def test_a_disk_that_is_too_small_is_refused_before_the_start(tmp_path: Path) -> None:
    """The error names what is needed and what is there; nothing to make needs nothing."""
    with pytest.raises(StorageError, match="free some space"):
        refuse_small_disk(Cost(10, 10**18, 1.0), tmp_path / "not/there/yet")
    refuse_small_disk(Cost(0, 10**18, 1.0), tmp_path)
