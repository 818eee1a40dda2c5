"""Samples: 25 of each population, in order, on a plate."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from pressed import is_closed, populations, turned

from blemish.defects.samples import SIDE, sample_plate, samples_of
from blemish.errors import DefectError

DENTS = {"kind": "dent", "diameter_mm": {"uniform": [0.4, 0.8]}, "depth_mm": {"uniform": [0.01, 0.05]}}


def test_samples_grow_to_the_right_and_downwards() -> None:
    """The first ranged field grows from column to column, the second from row to row within a column."""
    things = samples_of(populations(DENTS)[0], 1)
    grid = np.array([(thing.diameter_mm, thing.depth_mm) for thing in things]).reshape(SIDE, SIDE, 2)
    for left, right in pairwise(range(SIDE)):
        assert grid[:, left, 0].max() <= grid[:, right, 0].min()
    assert np.all(np.diff(grid[:, :, 1], axis=0) > 0)
    # The range is covered: first and last are near its ends.
    assert grid[:, 0, 0].mean() < 0.48
    assert grid[:, -1, 0].mean() > 0.72


@pytest.mark.parametrize(
    "table",
    [
        {**DENTS, "insignificant_below": {"diameter_mm": 0.6}},
        {"kind": "scratch", "length_mm": {"uniform": [1.0, 2.0]}, "orientation_deg": {"uniform": [0.0, 180.0]}},
        {"kind": "nick", "length_mm": {"uniform": [0.5, 2.0]}, "breadth_mm": 0.3},
        {"kind": "bump", "diameter_mm": {"uniform": [0.4, 0.6]}},
        {"kind": "fibre"},
    ],
    ids=lambda table: table["kind"],
)
def test_every_sample_lies_on_its_plate(table: dict[str, object]) -> None:
    """All 25 are imprinted, apart from each other, within the square that the plate names."""
    (population,) = populations(table)
    plate = sample_plate(population, 0)
    specimen = plate.specimen
    assert len(specimen.defects) == SIDE * SIDE
    assert is_closed(specimen.triangles)
    assert turned(specimen) == 0
    labelled = specimen.rest_vertices_mm[specimen.triangles[specimen.instance > 0]]
    assert np.abs(labelled[..., :2]).max() < plate.size_mm / 2
    assert set(np.unique(specimen.instance)) == set(range(SIDE * SIDE + 1))
    assert [d.significant for d in specimen.defects] == [
        (d.kind != "fibre" and d.parameters.get("diameter_mm", 1.0) >= 0.6) or d.kind in {"scratch", "nick", "bump"}
        for d in specimen.defects
    ]


def test_ranges_that_contradict_themselves_are_told() -> None:
    """A population of which hardly one can be made says so before anything is drawn."""
    (population,) = populations({"kind": "dent", "diameter_mm": 0.2, "depth_mm": 0.5})
    with pytest.raises(DefectError, match=r"sample of dent: .* at most half its diameter"):
        sample_plate(population, 0)
