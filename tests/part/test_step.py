"""STEP files in: laws that hold for every part, and what single files must give."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from blemish.part import Part, PartSource, load
from blemish.part.check import facts
from blemish.part.surfaces import distance_mm


def facing(part: Part) -> np.ndarray:
    """The unit normals of the triangles themselves."""
    a, b, c = part.vertices_mm[part.triangles].transpose(1, 0, 2)
    cross = np.cross(b - a, c - a)
    return cross / np.linalg.norm(cross, axis=1, keepdims=True)


def test_the_surface_is_closed(part: Part) -> None:
    """Each directed edge occurs once and so does its opposite, every vertex is used, and the volume is positive."""
    triangles = part.triangles
    directed = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    edges = set(map(tuple, directed.tolist()))
    assert len(edges) == len(directed)
    assert {(end, start) for start, end in edges} == edges
    assert len(np.unique(triangles)) == len(part.vertices_mm)
    assert facts(part).volume_mm3 > 0


def test_every_face_is_in_one_region(part: Part) -> None:
    """The regions' faces are all faces, each once, and every face has triangles."""
    assert sorted(face for region in part.regions for face in region.faces) == list(range(len(part.surfaces)))
    assert len({region.name for region in part.regions}) == len(part.regions)
    assert set(np.unique(part.face)) == set(range(len(part.surfaces)))


def test_vertices_lie_on_their_surfaces(part: Part) -> None:
    """No vertex is farther from the exact surface of its face than the linear tolerance, and few faces have none."""
    for index, surface in enumerate(part.surfaces):
        corners = part.vertices_mm[part.triangles[part.face == index]].reshape(-1, 3)
        assert np.abs(distance_mm(surface, corners)).max() < 0.02
    assert sum(surface.kind == "free" for surface in part.surfaces) <= 3


def test_corner_normals_are_those_of_the_exact_surface(part: Part) -> None:
    """A step along the corner normal leaves the exact surface by that step, to 1e-5: normals are its gradient."""
    step = 1e-3
    for index, surface in enumerate(part.surfaces):
        mine = part.face == index
        if surface.kind == "free":
            continue
        corners, normals = part.vertices_mm[part.triangles[mine]].reshape(-1, 3), part.normals[mine].reshape(-1, 3)
        if surface.kind == "cone":  # but for the apex, which has no normal
            off = np.linalg.norm(corners - surface.origin_mm, axis=1) > 0.1
            corners, normals = corners[off], normals[off]
        left = distance_mm(surface, corners + step * normals) - distance_mm(surface, corners - step * normals)
        np.testing.assert_allclose(np.abs(left) / (2 * step), 1, atol=1e-5)


def test_corner_normals_look_out_of_their_triangles(part: Part) -> None:
    """Every corner normal has length one and, but for folded slivers, looks out of its triangle's winding."""
    np.testing.assert_allclose(np.linalg.norm(part.normals, axis=2), 1, atol=1e-5)
    looks_out = (np.einsum("kij,kj->ki", part.normals, facing(part)) > 0).all(axis=1)
    assert looks_out[part.areas_mm2 > 1e-4].all()
    assert looks_out.mean() > 0.999


def test_the_axis_of_a_plane_is_its_outward_normal(part: Part) -> None:
    """The triangles of a plane face where its axis points."""
    planes = np.array([surface.kind == "plane" for surface in part.surfaces])
    axes = np.array([surface.axis for surface in part.surfaces])
    large = part.areas_mm2 > 1e-3
    mine = planes[part.face] & large
    assert mine.any()
    np.testing.assert_allclose(np.einsum("ij,ij->i", facing(part), axes[part.face])[mine], 1, atol=1e-4)


def test_smooth_edges_between_faces_of_one_cylinder_do_not_show(clutch: Part) -> None:
    """Where two faces lie on the same cylinder, the normals on both sides of their edge are the same."""
    cylinders = [i for i, s in enumerate(clutch.surfaces) if s.kind == "cylinder" and abs(s.radius_mm - 35) < 1e-6]
    mine = np.isin(clutch.face, cylinders)
    vertices, normals = clutch.triangles[mine].ravel(), clutch.normals[mine].reshape(-1, 3)
    order = np.argsort(vertices, kind="stable")
    same = vertices[order][1:] == vertices[order][:-1]
    assert same.any()
    np.testing.assert_allclose(normals[order][1:][same], normals[order][:-1][same], atol=1e-6)


def test_areas_converge_with_the_tolerance(data: Path) -> None:
    """Of a half ball, a bore and a half ring the area tends to the formula's, as fast as the tolerance shrinks."""
    exact = {"spheres": 2 * np.pi * 4.0**2, "cylinders": 2 * np.pi * 3.0 * 10, "tori": 2 * np.pi**2 * 7.0 * 1.0}
    errors = []
    for tolerance, angle in ((0.4, 40.0), (0.1, 20.0), (0.025, 10.0)):
        source = PartSource(file="mixed.step", linear_tolerance_mm=tolerance, angular_tolerance_deg=angle)
        found = facts(load(source, base=data))
        errors.append([1 - region.area_mm2 / exact[region.name] for region in found.regions if region.name in exact])
    coarse, middle, fine = np.array(errors)
    assert (coarse > 3 * middle).all()
    assert (middle > 3 * fine).all()
    assert (fine > 0).all()
    volume = 20 * 30 * 10 + 2 * np.pi / 3 * 4.0**3 - np.pi * 3.0**2 * 10 - np.pi**2 * 7.0
    assert found.volume_mm3 == pytest.approx(volume, rel=1e-4)


def test_reading_twice_gives_the_same_bytes(clutch: Part) -> None:
    """The order of vertices and triangles, which later stages draw by, does not vary."""
    again = load(PartSource())
    for name in ("vertices_mm", "triangles", "normals", "face"):
        assert np.array_equal(getattr(clutch, name), getattr(again, name)), name


def test_the_built_in_clutch_has_its_finish_regions(clutch: Part) -> None:
    """The clutch is about 70 mm across and has the five named regions, none of them a sliver."""
    found = facts(clutch)
    np.testing.assert_allclose(found.size_mm, (70, 70, 38), atol=1e-3)
    assert {region.name for region in found.regions} == {"turned", "milled", "brushed", "drilled", "thread"}
    assert min(region.area_fraction for region in found.regions) > 0.05
    assert found.watertight
    assert found.num_shells == 1


def test_without_face_colours_regions_are_kinds_of_surface(mixed: Part) -> None:
    """A file without colours is grouped into planes, cylinders, spheres and tori."""
    kinds = {region.name: {mixed.surfaces[face].kind for face in region.faces} for region in mixed.regions}
    assert kinds == {"planes": {"plane"}, "cylinders": {"cylinder"}, "spheres": {"sphere"}, "tori": {"torus"}}


def test_face_colours_make_regions(data: Path) -> None:
    """Coloured faces are regions named by their colour, two near reds stay two, and the bare faces are one more."""
    painted = load(PartSource(file="painted.step"), base=data)
    areas = {region.name: round(region.area_mm2) for region in facts(painted).regions}
    assert areas == {"red": 300, "red-2": 300, "blue": 600, "uncoloured": 1000}


def test_inches_become_millimetres(data: Path) -> None:
    """A block of 1 x 2 x 1/2 inch is 25.4 x 50.8 x 12.7 mm."""
    np.testing.assert_allclose(load(PartSource(file="inches.step"), base=data).size_mm, (25.4, 50.8, 12.7), atol=1e-4)


def test_a_closed_hollow_is_part_of_the_body(data: Path) -> None:
    """A block with a void inside is one part of two shells, and the void counts against its volume."""
    found = facts(load(PartSource(file="hollow.step"), base=data))
    assert found.num_shells == 2
    assert found.volume_mm3 == pytest.approx(20 * 30 * 10 - 4**3, rel=1e-5)


@pytest.mark.shared
def test_nist_parts_have_their_size(ctc: Part, ftc: Part) -> None:
    """The two NIST test cases come in at the size of their drawings, in millimetres though one is drawn in inches."""
    np.testing.assert_allclose(ctc.size_mm, (800, 450, 150), atol=1e-3)
    np.testing.assert_allclose(ftc.size_mm, np.array([12, 3.85, 9.75]) * 25.4, atol=1e-3)
    assert {region.name for region in ctc.regions} == {"planes", "cylinders", "cones"}
    assert {region.name for region in ftc.regions} == {"planes", "cylinders", "cones", "spheres", "tori"}
