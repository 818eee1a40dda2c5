"""Which finish goes where."""

from __future__ import annotations

from typing import Any

import pytest
from builders import box, rod

from blemish.errors import FinishError
from blemish.finish import Brushed, Plain, Turned, draw_finishes
from blemish.finish.catalogue import FINISHES
from blemish.finish.metals import METALS, metal_named
from blemish.vary import Uniform


def plain(*regions: str, **fields: Any) -> Any:
    """A population of plain finishes."""
    return FINISHES.of("plain")(regions=regions or ("*",), **fields)


def test_every_region_gets_its_finish() -> None:
    """Named regions get theirs, all others get the one for everything else, wherever it stands in the list."""
    drawn = draw_finishes(rod(), [plain(), FINISHES.of("turned")(regions=("mantle",))], 0, "d000")
    assert isinstance(drawn["mantle"], Turned)
    assert isinstance(drawn["ends"], Plain)
    assert drawn["mantle"].pattern is not None


def test_drawing_depends_on_names_only() -> None:
    """The same seed and specimen draw the same; another specimen draws another; other regions do not matter."""
    population = FINISHES.of("brushed")(regions=("ends",), slope=Uniform(uniform=(0.05, 0.2)))
    one = draw_finishes(rod(), [population, plain("mantle")], 0, "d000")
    again = draw_finishes(rod(), [FINISHES.of("turned")(regions=("mantle",)), population], 0, "d000")
    other = draw_finishes(rod(), [population, plain("mantle")], 0, "d001")
    assert one["ends"] == again["ends"]
    assert isinstance(one["ends"], Brushed)
    assert one["ends"] != other["ends"]


def test_a_stated_pattern_is_kept() -> None:
    """A pattern in the study is not drawn over, and 0 is a pattern like any other."""
    drawn = draw_finishes(rod(), [FINISHES.of("brushed")(pattern=0)], 3, "d000")
    assert {finish.pattern for finish in drawn.values()} == {0}


def test_all_mistakes_come_at_once() -> None:
    """Unknown regions with a suggestion, regions named twice and regions without a finish are told together."""
    populations = [FINISHES.of("turned")(regions=("mantel",)), plain("mantle"), plain("mantle")]
    with pytest.raises(FinishError) as caught:
        draw_finishes(rod(), populations, 0, "d000")
    message = str(caught.value)
    assert "did you mean mantle" in message
    assert "already has a finish" in message
    assert "no finish for ends" in message


def test_no_finish_at_all_is_a_mistake() -> None:
    """A part without finishes is refused with the names of its regions."""
    with pytest.raises(FinishError, match="top, sides"):
        draw_finishes(box(), [], 0, "d000")


def test_turned_needs_an_axis() -> None:
    """A region of planes cannot be turned, unless the axis is given."""
    with pytest.raises(FinishError, match=r"region 'sides'.*axis_point_mm"):
        draw_finishes(box(), [plain("top"), FINISHES.of("turned")(regions=("sides",))], 0, "d000")
    fields: dict[str, Any] = {"axis_point_mm": (0.0, 0.0, 0.0), "axis_direction": (0.0, 0.0, 1.0)}
    drawn = draw_finishes(box(), [plain("top"), FINISHES.of("turned")(regions=("sides",), **fields)], 0, "d000")
    assert isinstance(drawn["sides"], Turned)


def test_values_that_do_not_go_together_name_the_region() -> None:
    """A drawn feed above the nose radius is told with the region that drew it."""
    population = FINISHES.of("turned")(regions=("mantle",), feed_mm=0.9, nose_radius_mm=0.4)
    with pytest.raises(FinishError, match=r"region 'mantle'.*feed of 0.9"):
        draw_finishes(rod(), [population, plain()], 0, "d000")


@pytest.mark.parametrize(
    "fields",
    [{"axis_point_mm": (0.0, 0.0, 0.0)}, {"axis_point_mm": (0.0, 0.0, 0.0), "axis_direction": (0.0, 0.0, 0.0)}],
)
def test_half_an_axis_is_no_axis(fields: dict[str, Any]) -> None:
    """A point without a direction, or a direction of no length, is refused."""
    with pytest.raises(ValueError, match="axis_direction"):
        Turned(**fields)


def test_an_unknown_metal_is_told_with_a_suggestion() -> None:
    """A slip of the pen finds the metal that was meant."""
    assert metal_named("aluminium") is METALS["aluminium"]
    with pytest.raises(FinishError, match="did you mean aluminium"):
        metal_named("aluminum")
    with pytest.raises(FinishError, match="known are aluminium, "):
        metal_named("cheese")
