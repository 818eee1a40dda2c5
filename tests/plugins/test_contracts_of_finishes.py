"""Our own finishes keep the contract that is published for those of other packages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from blemish.finish.blasted import Blasted
from blemish.finish.brushed import Brushed
from blemish.finish.cast import Cast
from blemish.finish.ground import Ground
from blemish.finish.milled import Milled
from blemish.finish.plain import Plain
from blemish.finish.polished import Polished
from blemish.finish.turned import Turned
from blemish.testing import FinishContract


@dataclass(frozen=True)
class Stated:
    """A finish and what is stated of it."""

    finish: Any
    slope_along: float | None = None
    slope_across: float | None = None
    pitch_across_mm: float | None = None


OURS = [
    Stated(Turned(feed_mm=0.1, pattern=3), pitch_across_mm=0.1),
    Stated(Milled(pattern=3)),
    Stated(Brushed(slope=0.1, pattern=3), slope_along=0.0, slope_across=0.1),
    Stated(Ground(pattern=3), slope_along=0.0, slope_across=Ground().slope),
    Stated(Blasted(pattern=3), Blasted().slope, Blasted().slope),
    Stated(Cast(pattern=3), Cast().slope, Cast().slope),
    Stated(Polished(pattern=3), Polished().waviness_slope, Polished().waviness_slope),
    Stated(Plain(pattern=3), 0.0, 0.0),
]


@pytest.mark.parametrize("stated", OURS, scope="class", ids=lambda one: type(one.finish).__name__)
class TestOurFinishes(FinishContract):
    """Every kind of ours, with what its file states of slope and pitch."""

    @pytest.fixture(autouse=True)
    def made(self, stated: Stated) -> None:
        """One of the kind."""
        self.finish = stated.finish
        self.slope_along, self.slope_across = stated.slope_along, stated.slope_across
        self.pitch_across_mm = stated.pitch_across_mm
