"""Imprint: what the mesh shows is what the parameters say, and nothing else has changed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from builders import box, rod
from pressed import area_vectors, bevelled, is_closed, level_crossings, pressed, settled_at, turned, volume_mm3
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from blemish.defects import Dent, Scratch, Specimen
from blemish.defects.ground import ground_of
from blemish.defects.imprint import imprint
from blemish.defects.kind import Kind
from blemish.defects.place import Asked, settle_at
from blemish.defects.settled import Misfit
from blemish.part.model import Part, Region

DENT = Dent(diameter_mm=1.2, depth_mm=0.1, elongation=1.5, orientation_deg=30.0)
SCRATCH = Scratch(
    width_mm=0.25,
    depth_mm=0.04,
    length_mm=5.0,
    curving_strength_deg=20.0,
    curving_frequency_per_mm=0.2,
    orientation_deg=20.0,
)
TOP = (2.0, -3.0, 5.0)
SIDE = (10.0, 0.0, 9.0)
CASES = [
    pytest.param(box(), DENT, TOP, id="dent in a box"),
    pytest.param(box(), SCRATCH, TOP, id="scratch in a box"),
    pytest.param(rod(), DENT, SIDE, id="dent in a rod"),
    pytest.param(rod(), SCRATCH, SIDE, id="scratch in a rod"),
]
everywhere = pytest.mark.parametrize(("part", "thing", "point"), CASES)


def depth_of(specimen: Specimen) -> np.ndarray:
    """Give how far each vertex moved outwards, on parts whose normals are z or away from the z axis."""
    moved = specimen.vertices_mm - specimen.rest_vertices_mm
    rest = specimen.rest_vertices_mm
    outward = np.where(np.hypot(rest[:, 0], rest[:, 1])[:, None] > 9.99, rest * [1, 1, 0] / 10, [0, 0, 1.0])
    return np.sum(moved * outward, axis=1)


@everywhere
def test_outside_its_footprint_nothing_moves(part: Part, thing: Kind, point: tuple[float, float, float]) -> None:
    """Farther from the spine than the reach, vertices and normals equal those at rest to the bit."""
    settled = settled_at(part, thing, point)
    specimen = imprint(part, "d000", [settled])
    far = settled.spine_distance(specimen.rest_vertices_mm) > settled.reach_mm
    assert far.sum() > 10
    assert np.array_equal(specimen.vertices_mm[far], specimen.rest_vertices_mm[far])
    corners = far[specimen.triangles]
    assert np.array_equal(specimen.normals[corners], specimen.rest_normals[corners])
    assert np.array_equal(specimen.rest_vertices_mm[: len(part.vertices_mm)], part.vertices_mm)


@everywhere
def test_it_stays_watertight_and_upright(part: Part, thing: Kind, point: tuple[float, float, float]) -> None:
    """Every edge has its two triangles in opposite directions, and no triangle was turned over."""
    specimen = pressed(part, thing, point)
    assert is_closed(specimen.triangles)
    assert turned(specimen) == 0
    assert np.linalg.norm(specimen.normals, axis=2) == pytest.approx(1, abs=1e-6)


@everywhere
def test_ids_agree_with_footprints(part: Part, thing: Kind, point: tuple[float, float, float]) -> None:
    """A triangle carries the id exactly where two of its corners lie in the footprint, as the formula has it.

    What moved by more than a micrometre is in it, what did not move is not.
    """
    settled = settled_at(part, thing, point)
    specimen = imprint(part, "d000", [settled])
    rest = specimen.rest_vertices_mm
    outward = np.where(np.hypot(rest[:, 0], rest[:, 1])[:, None] > 9.99, rest * [1, 1, 0] / 10, [0, 0, 1.0])
    near = settled.spine_distance(rest) < settled.reach_mm
    located = settled.laid.chart.locate(rest[near], outward[near])
    inside = np.zeros(len(rest), dtype=bool)
    inside[near] = thing.relief(located.u, located.v).presence_mm > 1e-3
    assert np.array_equal(specimen.instance == 1, inside[specimen.triangles].sum(axis=1) >= 2)
    moved = np.linalg.norm(specimen.vertices_mm - rest, axis=1)
    assert np.all(inside[moved > 1.001e-3])
    labelled = np.unique(specimen.triangles[specimen.instance == 1])
    assert np.mean(moved[labelled] > 0) > 0.9
    (defect,) = specimen.defects
    own = specimen.triangles[specimen.instance == 1]
    assert defect.area_mm2 == pytest.approx(np.linalg.norm(area_vectors(specimen.vertices_mm, own), axis=1).sum() / 2)


@everywhere
def test_normals_are_those_of_the_imprinted_surface(part: Part, thing: Kind, point: tuple[float, float, float]) -> None:
    """Where it is finely meshed, the mean of a triangle's normals is that of its facet, to a degree or so."""
    specimen = pressed(part, thing, point, finest_edge_mm=0.02)
    facet = area_vectors(specimen.vertices_mm, specimen.triangles)
    mean = specimen.normals.sum(axis=1)
    cosine = np.sum(facet * mean, axis=1) / np.linalg.norm(facet, axis=1) / np.linalg.norm(mean, axis=1)
    angle = np.degrees(np.arccos(np.clip(cosine[specimen.instance > 0], -1, 1)))
    assert np.median(angle) < 1.5
    assert np.quantile(angle, 0.99) < 6


@pytest.mark.parametrize("rim", [0.0, 0.1])
@pytest.mark.parametrize("elongation", [1.0, 2.0])
@pytest.mark.parametrize(("part", "point"), [(box(), TOP), (rod(), SIDE)], ids=["box", "rod"])
def test_a_dent_measures_what_its_parameters_say(
    part: Part, point: tuple[float, float, float], elongation: float, rim: float
) -> None:
    """Depth, length and breadth, measured on the mesh, are within 3 percent of what was asked."""
    dent = Dent(diameter_mm=0.9, depth_mm=0.08, elongation=elongation, rim=rim, orientation_deg=25.0)
    settled = settled_at(part, dent, point)
    specimen = imprint(part, "d000", [settled], 0.02)
    height = depth_of(specimen)
    assert -height.min() == pytest.approx(dent.depth_mm, rel=0.03)
    assert specimen.defects[0].depth_mm == pytest.approx(dent.depth_mm, rel=0.03)
    if rim:
        crossing = level_crossings(specimen, height)
        assert height.max() == pytest.approx(rim * dent.depth_mm, rel=0.03)
    else:
        # Without a rim the wall meets the surface level; a hundredth of the depth below it, the width is 0.95 of it.
        crossing = level_crossings(specimen, height + dent.depth_mm * 0.05**2 / 0.35)
    located = settled.laid.chart.locate(crossing, np.broadcast_to(settled.laid.normal, crossing.shape))
    expected = np.array(dent.half_axes_mm) * (1.0 if rim else 0.95)
    assert np.abs(located.u).max() == pytest.approx(expected[0], rel=0.03)
    assert np.abs(located.v).max() == pytest.approx(expected[1], rel=0.03)


@pytest.mark.parametrize("curving", [0.0, 20.0], ids=["straight", "curved"])
@pytest.mark.parametrize("width", [0.06, 0.3])
@pytest.mark.parametrize(("part", "point"), [(box(), TOP), (rod(), SIDE)], ids=["box", "rod"])
def test_a_scratch_measures_what_its_parameters_say(
    part: Part, point: tuple[float, float, float], width: float, curving: float
) -> None:
    """Depth and width in the evenly pressed middle, measured on the mesh, are within 3 percent of what was asked."""
    # A straight one runs along the mesh, so it may lie between two rows of vertices all the way.
    scratch = replace(
        SCRATCH,
        width_mm=width,
        depth_mm=width / 6,
        pressure_variation=0.0,
        curving_strength_deg=curving,
        orientation_deg=curving,
    )
    settled = settled_at(part, scratch, point)
    specimen = imprint(part, "d000", [settled])
    height = depth_of(specimen)
    assert -height.min() == pytest.approx(scratch.depth_mm, rel=0.03)
    assert height.max() == pytest.approx(scratch.ridge * scratch.depth_mm, rel=0.03)
    crossing = level_crossings(specimen, height)
    outward = np.where(np.hypot(crossing[:, 0], crossing[:, 1])[:, None] > 9.9, crossing * [1, 1, 0] / 10, [0, 0, 1.0])
    located = settled.laid.chart.locate(crossing, outward)
    middle = np.abs(located.u) < 1
    assert np.abs(located.v[middle]).mean() == pytest.approx(width / 2, rel=0.03)


@pytest.mark.parametrize("angle", [0.0, 90.0, 40.0])
def test_a_scratch_follows_a_cylinder(angle: float) -> None:
    """A straight scratch on a rod is a helix of its length and direction, and lies on the mantle all the way."""
    scratch = Scratch(width_mm=0.2, depth_mm=0.03, length_mm=12.0, curving_strength_deg=0.0, orientation_deg=angle)
    path = settled_at(rod(), scratch, SIDE).laid.spine
    turn = 10 * np.unwrap(np.arctan2(path[:, 1], path[:, 0]))
    rise = path[:, 2]
    assert np.hypot(path[:, 0], path[:, 1]) == pytest.approx(10)
    assert np.hypot(np.diff(turn), np.diff(rise)).sum() == pytest.approx(12, rel=0.01)
    # Orientation counts counter-clockwise from the axis, seen from outside: towards falling angles.
    assert np.degrees(np.arctan2(turn[0] - turn[-1], rise[-1] - rise[0])) == pytest.approx(angle, abs=0.5)


@pytest.mark.parametrize(("part", "point"), [(box(), TOP), (rod(), SIDE)], ids=["box", "rod"])
def test_a_dent_takes_the_volume_that_it_says(part: Part, point: tuple[float, float, float]) -> None:
    """The part loses the closed form's volume, and more the deeper the dent."""
    lost = []
    for depth in (0.03, 0.06, 0.12):
        dent = Dent(diameter_mm=1.0, depth_mm=depth)
        specimen = pressed(part, dent, point)
        rest = volume_mm3(specimen.rest_vertices_mm, specimen.triangles)
        lost.append(rest - volume_mm3(specimen.vertices_mm, specimen.triangles))
        assert lost[-1] == pytest.approx(dent.volume_mm3, rel=0.03)
    assert lost[0] < lost[1] < lost[2]


def test_a_scratch_takes_more_than_its_ridges_give() -> None:
    """Ploughed metal stands beside the furrow, but less of it than the furrow lost; more, the deeper it is."""
    lost = []
    for depth in (0.01, 0.02, 0.04):
        specimen = pressed(box(), replace(SCRATCH, depth_mm=depth, ridge=0.3), TOP)
        rest = volume_mm3(specimen.rest_vertices_mm, specimen.triangles)
        lost.append(rest - volume_mm3(specimen.vertices_mm, specimen.triangles))
    assert 0 < lost[0] < lost[1] < lost[2]


def test_the_label_border_is_as_fine_as_the_camera() -> None:
    """Edges on the border of a label are no longer than was asked for."""
    finest = 0.015
    specimen = pressed(box(), Dent(diameter_mm=1.5, depth_mm=0.1), TOP, finest)
    inside = specimen.triangles[specimen.instance == 1]
    edges = np.sort(inside[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
    border, times = np.unique(edges, axis=0, return_counts=True)
    start, end = specimen.rest_vertices_mm[border[times == 1]].transpose(1, 0, 2)
    assert np.linalg.norm(end - start, axis=1).max() <= finest


def test_a_label_has_no_gap_between_furrow_and_ridge() -> None:
    """The border of a label is one closed line: the level line inside it does not cut it into stripes."""
    specimen = pressed(box(), SCRATCH, TOP)
    inside = specimen.triangles[specimen.instance == 1]
    edges = np.sort(inside[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
    border, times = np.unique(edges, axis=0, return_counts=True)
    border = border[times == 1]
    graph = coo_array((np.ones(len(border)), tuple(border.T)), shape=(len(specimen.vertices_mm),) * 2)
    _, label = connected_components(graph, directed=False)
    assert len(np.unique(label[border])) == 1


def test_the_other_side_of_a_thin_wall_stays() -> None:
    """A dent in a sheet half a millimetre thick leaves the sheet's other side as it was, to the bit."""
    part = box((20, 20, 0.5))
    specimen = pressed(part, Dent(diameter_mm=1.5, depth_mm=0.15), (1.0, 2.0, 0.5))
    under = specimen.rest_vertices_mm[:, 2] < 0.25
    assert under.sum() > 4
    assert np.array_equal(specimen.vertices_mm[under], specimen.rest_vertices_mm[under])


def test_where_two_overlap_the_later_owns() -> None:
    """A dent on top of another takes over its triangles; what only the first covers remains the first's."""
    one = settled_at(box(), Dent(diameter_mm=1.5, depth_mm=0.1), TOP, 1)
    two = settled_at(box(), Dent(diameter_mm=0.5, depth_mm=0.05), TOP, 2)
    specimen = imprint(box(), "d000", [one, two])
    alone = imprint(box(), "d000", [two])
    assert specimen.defects[1].area_mm2 == pytest.approx(alone.defects[0].area_mm2, rel=0.05)
    assert specimen.defects[0].area_mm2 > specimen.defects[1].area_mm2
    assert -depth_of(specimen).min() == pytest.approx(0.15, rel=0.03)


def test_a_scratch_runs_over_a_bevel() -> None:
    """On a bevelled bar a scratch goes on over the bevel's edge: closed, upright, and as deep on both faces."""
    scratch = Scratch(
        width_mm=0.25,
        depth_mm=0.05,
        length_mm=4.0,
        curving_strength_deg=0.0,
        pressure_variation=0.0,
        orientation_deg=10.0,
    )
    specimen = pressed(bevelled(), scratch, (7.0, 1.0, 5.0))
    assert is_closed(specimen.triangles)
    assert turned(specimen) == 0
    moved = np.linalg.norm(specimen.vertices_mm - specimen.rest_vertices_mm, axis=1)
    for face in (3, 4):
        assert moved[specimen.triangles[specimen.face == face]].max() == pytest.approx(0.05, rel=0.03)


def test_a_scratch_crosses_the_border_of_two_regions() -> None:
    """Where both regions are allowed it lies on both; where one is not, it has no room there."""
    part = bevelled()
    parted = replace(part, regions=(Region("bevel", (4,)), Region("rest", (0, 1, 2, 3, 5, 6))))
    scratch = Scratch(width_mm=0.25, depth_mm=0.05, length_mm=4.0, curving_strength_deg=0.0, orientation_deg=10.0)
    specimen = pressed(parted, scratch, (7.0, 1.0, 5.0))
    assert set(parted.region_of_face[specimen.face[specimen.instance == 1]]) == {0, 1}
    asked = Asked("d000", 1, "scratch", "scratch 1", significant=True, regions=("rest",))
    triangle = int(np.flatnonzero(parted.face == 3)[0])
    point = part.vertices_mm[part.triangles[triangle]].mean(axis=0) * [0, 1, 1] + [6.5, 0, 0]
    misfit = settle_at(ground_of(parted, [1]), scratch, asked, triangle, point)
    assert isinstance(misfit, Misfit)
    assert misfit.why == "there is no room to run"


def test_no_defects_give_the_part_itself() -> None:
    """Without defects the specimen is the part, bit for bit."""
    part = rod()
    specimen = imprint(part, "c000", [])
    assert np.array_equal(specimen.vertices_mm, part.vertices_mm)
    assert np.array_equal(specimen.triangles, part.triangles)
    assert np.array_equal(specimen.normals, part.normals)
    assert not specimen.instance.any()
