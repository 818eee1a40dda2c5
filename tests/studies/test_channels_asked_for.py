"""A study whose network takes channels of the CAD model must make them."""

from __future__ import annotations

import tomllib

from builders import box

from blemish.settings import read
from blemish.study import Study, against_part

SOUND = """
name = "told"
defects = [{ kind = "dent" }]
finishes = [{ kind = "plain" }]
regions = [{ name = "lid", faces = [2] }]
render.geometry = "nominal"
learn.geometry = ["cosine", "region:lid", "region:top"]
"""


def mistakes(old: str = "", new: str = "") -> list[str]:
    """Tell what is wrong with the study after an edit."""
    return against_part(read(Study, tomllib.loads(SOUND.replace(old, new)), "study.toml"), box())


def test_channels_that_will_be_there_are_not_complained_of() -> None:
    """A region that a rule draws may be named as one of the part's own."""
    assert mistakes() == []


def test_channels_that_will_not_be_there_are_told_before_the_work() -> None:
    """Frames without maps of the part as designed, and regions that it does not have."""
    for wrong in ("true", "false", '{ choice = [true, "nominal"] }'):
        (told,) = mistakes('"nominal"', wrong)
        assert "cosine, region:lid, region:top come from the frames" in told
        assert 'set render.geometry = "nominal"' in told
    (told,) = mistakes("region:top", "region:tpo")
    assert told == "learn.geometry: box has no region 'tpo'; did you mean top?"
