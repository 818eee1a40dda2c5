"""Faces and surfaces found again in triangles."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import builders
import numpy as np
import pytest
import trimesh
from scipy.spatial import cKDTree
from scipy.spatial.transform import Rotation

from blemish.part import Part, PartSource, Surface, load
from blemish.part.divide import divided
from blemish.part.rules import RegionRule
from blemish.part.segment import split
from blemish.part.surfaces import gradient


def rounded(mesh: trimesh.Trimesh, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """A mesh turned and moved at random, in the single precision of files; vertices and triangles."""
    rng = np.random.default_rng(seed)
    points = mesh.vertices @ Rotation.random(rng=rng).as_matrix().T + rng.uniform(-20, 20, 3)
    return points.astype(np.float32).astype(np.float64), np.asarray(mesh.faces)


def arc(centre: tuple[float, float], radius: float, start: float, end: float) -> list[tuple[float, float]]:
    """A quarter or so of a circle in the plane of a profile."""
    angle = np.linspace(np.radians(start), np.radians(end), 9)
    return [(centre[0] + radius * float(np.cos(one)), centre[1] + radius * float(np.sin(one))) for one in angle]


def revolved(profile: list[tuple[float, float]]) -> trimesh.Trimesh:
    """A body of revolution about z."""
    return trimesh.creation.revolve(np.array(profile), sections=60)


SHAPES = {
    "box": (trimesh.creation.box((10, 20, 5)), {"plane": 6}),
    "rod": (trimesh.creation.cylinder(10, 20, sections=24), {"plane": 2, "cylinder": 1}),
    "dodecagon": (trimesh.creation.cylinder(10, 20, sections=12), {"plane": 2, "cylinder": 1}),
    "cone": (trimesh.creation.cone(10, 20, sections=48), {"plane": 1, "cone": 1}),
    "ball": (trimesh.creation.icosphere(subdivisions=2, radius=10), {"sphere": 1}),
    "ring": (trimesh.creation.torus(20, 5, 48, 24), {"torus": 1}),
    "capsule": (trimesh.creation.capsule(20, 5, count=[24, 24]), {"cylinder": 1, "sphere": 2}),
    "tube": (trimesh.creation.annulus(5, 10, 8, sections=48), {"plane": 2, "cylinder": 2}),
    "neck": (revolved([(0, 0), (8, 0), (6, 5), (6, 9), (0, 9)]), {"plane": 2, "cone": 1, "cylinder": 1}),
    "fillets": (
        revolved([(0, 0), *arc((8, 2), 2, -90, 0), *arc((8, 10), 2, 0, 90), (0, 12)]),
        {"plane": 2, "cylinder": 1, "torus": 2},
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_kinds_are_found_again(shape: str) -> None:
    """Bodies whose faces are known, some of which run smoothly into each other."""
    mesh, kinds = SHAPES[shape]
    face, surfaces = split(*rounded(mesh))
    assert Counter(surface.kind for surface in surfaces) == kinds
    assert set(face.tolist()) == set(range(len(surfaces)))


def test_what_is_freeform_stays_in_one_piece() -> None:
    """An ellipsoid is no sphere, and is not cut into patches that almost are."""
    mesh = trimesh.creation.icosphere(subdivisions=4, radius=10)
    mesh.vertices *= [1.0, 1.3, 0.8]
    assert [surface.kind for surface in split(*rounded(mesh))[1]] == ["free"]


def test_a_noisy_scan_is_freeform_and_no_error() -> None:
    """Vertices that lie on nothing exactly are told as such."""
    mesh = trimesh.creation.cylinder(10, 20, sections=24)
    points, triangles = rounded(mesh)
    noisy = points + np.random.default_rng(0).normal(0, 0.02, points.shape)
    assert {surface.kind for surface in split(noisy, triangles)[1]} == {"free"}


@pytest.fixture(scope="module")
def again(clutch: Part, tmp_path_factory: pytest.TempPathFactory) -> Part:
    """The built-in clutch read back from an STL file: its triangles in single precision, and nothing else."""
    path = tmp_path_factory.mktemp("stl") / "clutch.stl"
    trimesh.Trimesh(clutch.vertices_mm, clutch.triangles, process=False).export(path)
    return load(PartSource(file=str(path), unit="mm"))


def agree(one: Surface, other: Surface) -> bool:
    """Same kind, radius within 1 %, axis and half angle within 0.2 degrees."""
    same = one.kind == other.kind and abs(one.radius_mm - other.radius_mm) <= 0.01 * one.radius_mm
    leaning = np.degrees(np.arcsin(min(1.0, float(np.linalg.norm(np.cross(one.axis, other.axis))))))
    return same and abs(np.degrees(one.semi_angle_rad - other.semi_angle_rad)) < 0.2 and leaning < 0.2


def test_the_clutch_from_stl_is_the_clutch_from_step(clutch: Part, again: Part) -> None:
    """Of the area that is analytic in the STEP file, more than 99.9 % lies on the same surfaces in the STL file."""
    _, twin = cKDTree(again.vertices_mm[again.triangles].mean(axis=1)).query(
        clutch.vertices_mm[clutch.triangles].mean(axis=1)
    )
    found = [
        agree(clutch.surfaces[face], again.surfaces[other]) or clutch.surfaces[face].kind == "free"
        for face, other in zip(clutch.face, again.face[twin], strict=True)
    ]
    assert clutch.areas_mm2[np.array(found)].sum() > 0.999 * clutch.areas_mm2.sum()
    free = sum(again.areas_mm2[again.face == i].sum() for i, s in enumerate(again.surfaces) if s.kind == "free")
    assert free < 0.1 * again.areas_mm2.sum()  # the flanks of its thread


def test_no_facet_shows_on_the_clutch_from_stl(again: Part) -> None:
    """Corner normals on fitted faces are those of the surface, and look out of the metal."""
    corners = again.vertices_mm[again.triangles]
    facing = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    assert (np.einsum("kij,kj->k", again.normals, facing) > 0).mean() > 0.999
    for index, surface in enumerate(again.surfaces):
        if surface.kind in ("cylinder", "sphere", "torus"):
            mine = again.face == index
            exact = gradient(surface, corners[mine].reshape(-1, 3)).reshape(-1, 3, 3)
            np.testing.assert_allclose(np.abs((exact * again.normals[mine]).sum(axis=2)), 1, atol=1e-9)


def test_rules_take_the_same_of_both_files(clutch: Part, again: Part) -> None:
    """A rule written for the STEP file takes the same area of the STL file."""
    rules = [RegionRule(name="bores", surface="cylinder", side="inner", radius_mm=(1.0, 5.0), axis=(0.0, 0.0, 1.0))]
    parts = [divided(clutch, rules), divided(again, rules)]
    step, mesh = (part.areas_mm2[part.region_of_triangle == part.region_named("bores")].sum() for part in parts)
    assert step > 100
    assert mesh == pytest.approx(step, rel=1e-3)


@pytest.mark.shared
@pytest.mark.parametrize("name", ["ctc", "ftc"])
def test_real_parts_from_triangles_are_as_from_step(name: str, request: pytest.FixtureRequest) -> None:
    """The two NIST parts, coarsely tessellated: 98 % of the area lies on the surfaces that the STEP file names."""
    part: Part = request.getfixturevalue(name)
    points = part.vertices_mm.astype(np.float32).astype(np.float64)
    face, surfaces = split(points, part.triangles)
    found = [agree(part.surfaces[one], surfaces[other]) for one, other in zip(part.face, face, strict=True)]
    assert part.areas_mm2[np.array(found)].sum() > 0.98 * part.areas_mm2.sum()


def test_a_box_keeps_its_sharp_edges(tmp_path: Path) -> None:
    """Planes are not joined, whatever their triangles."""
    box = builders.box()
    trimesh.Trimesh(box.vertices_mm, box.triangles, process=False).export(tmp_path / "box.stl")
    part = load(PartSource(file=str(tmp_path / "box.stl"), unit="mm"))
    assert sorted(Counter(part.face.tolist()).values()) == [2] * 6
