"""Mesh files in: units, faces, normals, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import builders
import numpy as np
import pytest
import trimesh

from blemish.errors import PartError
from blemish.part import Part, PartSource, load
from blemish.part.check import facts


def export(part: Part, path: Path) -> PartSource:
    """Write a part as a mesh file, and give the source that reads it in millimetres."""
    trimesh.Trimesh(part.vertices_mm, part.triangles, process=False).export(path)
    return PartSource(file=str(path), unit="mm")


@pytest.mark.parametrize("suffix", ["stl", "obj", "ply", "glb"])
def test_export_then_load_is_identity(tmp_path: Path, suffix: str) -> None:
    """A rod written to any of the four formats comes back closed, with its volume, its area and its three faces."""
    rod = builders.rod()
    loaded = load(export(rod, tmp_path / f"rod.{suffix}"))
    before, after = facts(rod), facts(loaded)
    assert after.volume_mm3 == pytest.approx(before.volume_mm3, rel=1e-6)
    assert after.area_mm2 == pytest.approx(before.area_mm2, rel=1e-6)
    assert (after.num_triangles, after.num_vertices, after.num_faces) == (
        before.num_triangles,
        before.num_vertices,
        before.num_faces,
    )
    assert {region.name for region in loaded.regions} == {"cylinders", "planes"}


@pytest.mark.parametrize(("unit", "factor"), [("mm", 1.0), ("cm", 10.0), ("m", 1000.0), ("inch", 25.4)])
def test_the_stated_unit_scales(tmp_path: Path, unit: str, factor: float) -> None:
    """The same numbers in another unit give the same part, larger."""
    source = export(builders.box((2.0, 3.0, 1.5)), tmp_path / "box.ply")
    np.testing.assert_allclose(load(replace(source, unit=unit)).size_mm, np.array([2.0, 3.0, 1.5]) * factor, rtol=1e-6)


def test_faces_end_at_sharp_edges(tmp_path: Path) -> None:
    """A box has six flat faces whose normals are those of its sides; the mantle of a rod is one round face."""
    box = load(export(builders.box(), tmp_path / "box.stl"))
    assert len(box.surfaces) == 6
    axes = np.array([surface.axis for surface in box.surfaces])
    np.testing.assert_allclose(box.normals, np.repeat(axes[box.face][:, None], 3, axis=1), atol=1e-6)
    rod = load(export(builders.rod(), tmp_path / "rod.stl"))
    sizes = sorted(np.bincount(rod.face))
    assert sizes == [48, 48, 96]


def test_normals_are_smooth_within_a_face(tmp_path: Path) -> None:
    """On the mantle of a rod the corner normals are the radial directions, as if it were round."""
    rod = load(export(builders.rod(), tmp_path / "rod.stl"))
    mantle = rod.face == np.bincount(rod.face).argmax()
    corners = rod.vertices_mm[rod.triangles[mantle]] * [1, 1, 0]
    np.testing.assert_allclose(rod.normals[mantle], corners / 10.0, atol=1e-5)


def test_an_inside_out_mesh_is_turned(tmp_path: Path) -> None:
    """A mesh whose triangles all face inwards is read with outward normals."""
    box = builders.box()
    turned = replace(box, triangles=box.triangles[:, ::-1])
    loaded = load(export(turned, tmp_path / "box.ply"))
    assert facts(loaded).watertight
    outwards = loaded.vertices_mm[loaded.triangles].mean(axis=1) - loaded.centre_mm
    assert (np.einsum("ij,ij->i", outwards, loaded.normals[:, 0]) > 0).all()


def test_node_transforms_of_glb_are_applied(tmp_path: Path) -> None:
    """A box that a GLB scene places elsewhere is read where the scene puts it."""
    box = builders.box()
    scene = trimesh.Scene()
    place = trimesh.transformations.rotation_matrix(0.5, (0, 0, 1), (3.0, 2.0, 1.0))
    scene.add_geometry(trimesh.Trimesh(box.vertices_mm, box.triangles, process=False), transform=place)
    scene.export(tmp_path / "box.glb")
    loaded = load(PartSource(file=str(tmp_path / "box.glb"), unit="mm"))
    expected = trimesh.transformations.transform_points(box.vertices_mm, place)
    np.testing.assert_allclose(np.sort(loaded.vertices_mm, axis=0), np.sort(expected, axis=0), atol=1e-5)


def test_the_digest_is_of_bytes_and_reading(tmp_path: Path) -> None:
    """Another unit, tolerance or byte gives another digest; another place, name or time limit does not."""
    source = export(builders.box((2.0, 3.0, 1.5)), tmp_path / "box.ply")
    digest = load(source).digest
    (tmp_path / "moved.ply").write_bytes((tmp_path / "box.ply").read_bytes())
    assert load(replace(source, file="moved.ply", time_limit_s=60.0), base=tmp_path).digest == digest
    others = [
        load(replace(source, unit="cm")).digest,
        load(replace(source, linear_tolerance_mm=0.03)).digest,
        load(replace(source, angular_tolerance_deg=13.0)).digest,
        load(export(builders.box((2.0, 3.0, 1.4)), tmp_path / "other.ply")).digest,
    ]
    assert len({digest, *others}) == 5


@pytest.mark.parametrize("suffix", ["stl", "obj", "ply", "glb"])
def test_garbage_is_refused(tmp_path: Path, suffix: str) -> None:
    """A file that only ends like a mesh is one error that names it and tells what to do."""
    path = tmp_path / f"part.{suffix}"
    path.write_bytes(b"this is no mesh at all, whatever it is called")
    with pytest.raises(PartError, match=rf"part\.{suffix}: .*export"):
        load(PartSource(file=str(path), unit="mm"))


def test_an_open_mesh_is_refused(tmp_path: Path) -> None:
    """A rod without one end cap is refused with the number of its open edges and where they are."""
    rod = builders.rod()
    rest = rod.face != 2
    without = replace(rod, triangles=rod.triangles[rest], face=rod.face[rest], normals=rod.normals[rest])
    source = export(without, tmp_path / "open.ply")
    with pytest.raises(PartError, match=r"48 faulty edges \(48 open\).* 20\.00\) mm"):
        load(source)


def test_triangles_turned_against_each_other_are_refused(tmp_path: Path) -> None:
    """One triangle turned around shows as three edges between contradicting triangles."""
    box = builders.box()
    triangles = box.triangles.copy()
    triangles[0] = triangles[0, ::-1]
    with pytest.raises(PartError, match=r"3 between triangles turned against each other"):
        load(export(replace(box, triangles=triangles), tmp_path / "box.ply"))


def test_a_wrong_unit_shows_as_an_implausible_size(tmp_path: Path) -> None:
    """A box of twenty metres is refused, and the message says the size and the unit that made it."""
    source = export(builders.box(), tmp_path / "box.ply")
    with pytest.raises(PartError, match=r"2e\+04 x 2e\+04 x 5000 mm \(read with unit = 'm'\)"):
        load(replace(source, unit="m"))


def test_coordinates_that_are_no_numbers_are_refused(tmp_path: Path) -> None:
    """A point at nan is found before it spreads."""
    (tmp_path / "part.obj").write_text("v 0 0 0\nv 9 0 0\nv 0 9 0\nv 0 0 nan\nf 1 3 2\nf 1 2 4\nf 2 3 4\nf 3 1 4\n")
    with pytest.raises(PartError, match="no numbers"):
        load(PartSource(file="part.obj", unit="mm"), base=tmp_path)
