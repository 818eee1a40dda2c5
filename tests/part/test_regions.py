"""How faces become regions and how regions get their names."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from blemish.part import Surface
from blemish.part.regions import PLAIN_COLOURS, by_kind, colour_names, group

Colours = st.lists(st.one_of(st.none(), st.tuples(*[st.floats(0, 1)] * 3)), min_size=1, max_size=30)


def planes(count: int) -> list[Surface]:
    """Surfaces that differ in nothing."""
    return [Surface("plane", np.zeros(3), np.array([0.0, 0.0, 1.0])) for _ in range(count)]


@settings(deadline=None)
@given(Colours)
def test_faces_of_one_colour_are_one_region(colours: list[tuple[float, float, float] | None]) -> None:
    """Two faces share a region exactly if they share a colour, names are unique, and no face is lost."""
    regions = group(planes(len(colours)), colours, colour_names(colours, {}))
    owner = {face: region.name for region in regions for face in region.faces}
    assert sorted(owner) == list(range(len(colours)))
    assert len({region.name for region in regions}) == len(regions)
    for a, one in enumerate(colours):
        for b, other in enumerate(colours):
            assert (owner[a] == owner[b]) == (one == other)


def test_plain_colours_have_their_plain_names() -> None:
    """A face painted in a typical colour is called that colour."""
    regions = group(
        planes(len(PLAIN_COLOURS)), list(PLAIN_COLOURS.values()), colour_names(list(PLAIN_COLOURS.values()), {})
    )
    assert [region.name for region in regions] == list(PLAIN_COLOURS)


def test_a_table_names_its_colours_and_no_others() -> None:
    """Rounded colours of the table get its names; a colour that is not in it keeps its plain name."""
    table = {"milled": (0.85, 0.35, 0.15), "turned": (0.2, 0.45, 0.8)}
    colours = [(0.851, 0.349, 0.15), (0.2, 0.45, 0.8), (0.85, 0.35, 0.15), (0.0, 0.0, 0.0)]
    regions = group(planes(4), colours, colour_names(colours, table))
    assert {region.name: region.faces for region in regions} == {"milled": (0, 2), "turned": (1,), "black": (3,)}


def test_one_colour_for_all_says_nothing() -> None:
    """A body that is painted in one colour is grouped by kinds of surface, as an unpainted one."""
    surfaces = [*planes(2), Surface("cylinder", np.zeros(3), np.array([0.0, 0.0, 1.0]), radius_mm=1.0)]
    assert group(surfaces, [(1.0, 0.0, 0.0)] * 3, ["red"] * 3) == by_kind(surfaces)
    assert [region.name for region in by_kind(surfaces)] == ["planes", "cylinders"]
