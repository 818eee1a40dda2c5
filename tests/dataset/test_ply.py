"""The geometry file."""

from __future__ import annotations

import numpy as np
import pytest
import small_dataset as small
import trimesh
from hypothesis import given
from hypothesis import strategies as st

from blemish.dataset import ply


@given(vertices=st.integers(3, 20), triangles=st.integers(0, 20), seed=st.integers(0, 1000))
def test_a_mesh_survives(vertices: int, triangles: int, seed: int) -> None:
    """Any mesh in single precision is the same after writing and reading."""
    rng = np.random.default_rng(seed)
    mesh = ply.Geometry(
        vertices_mm=rng.normal(size=(vertices, 3)).astype(np.float32).astype(np.float64),
        triangles=rng.integers(0, vertices, (triangles, 3)).astype(np.int32),
        face=rng.integers(0, 9, triangles).astype(np.int32),
        region=rng.integers(0, 2, triangles).astype(np.int32),
        instance=rng.integers(0, 65536, triangles).astype(np.int32),
        regions=("turned", "milled flat"),
    )
    again = ply.unpack(ply.pack(mesh))
    for name in ("vertices_mm", "triangles", "face", "region", "instance"):
        np.testing.assert_array_equal(getattr(again, name), getattr(mesh, name))
    assert again.regions == mesh.regions


def test_other_programs_read_it(tmp_path: object) -> None:
    """An independent reader sees the same triangles."""
    import io

    mesh = small.geometry("d000")
    read = trimesh.load(io.BytesIO(ply.pack(mesh)), file_type="ply", process=False)
    np.testing.assert_allclose(read.vertices, mesh.vertices_mm)
    np.testing.assert_array_equal(read.faces, mesh.triangles)


def test_a_coloured_mesh_shows_each_defect_in_its_own_colour() -> None:
    """An independent reader sees the same triangles; those of one id have one colour, of another id another."""
    import io

    mesh = small.geometry("d000")
    read = trimesh.load(io.BytesIO(ply.pack_coloured(mesh)), file_type="ply", process=False)
    np.testing.assert_allclose(read.vertices[read.faces], mesh.vertices_mm[mesh.triangles], rtol=1e-6)
    colours = read.visual.vertex_colors[read.faces][..., :3]
    assert np.all(colours == colours[:, :1])
    seen = {number: np.unique(colours[mesh.instance == number], axis=0) for number in np.unique(mesh.instance)}
    assert all(len(colour) == 1 for colour in seen.values())
    assert len(np.unique(np.concatenate(list(seen.values())), axis=0)) == len(seen) > 1
    assert np.all(seen[0] == ply.GREY)


@given(number=st.integers(1, 65534))
def test_neighbouring_ids_never_look_alike(number: int) -> None:
    """Every id has a bright colour, and those of two ids next to each other are far apart."""
    one, after = ply.colours_of(np.array([number, number + 1])).astype(int)
    assert max(one) > 150
    assert np.abs(one - after).max() > 60
    assert not ply.colours_of(np.zeros(3, dtype=np.int32)).any()


@pytest.mark.parametrize("cut", [0, 10, 100, -1])
def test_a_damaged_file_is_refused(cut: int) -> None:
    """Cut anywhere, it is no geometry file."""
    with pytest.raises(ValueError, match=r"it is|its header"):
        ply.unpack(ply.pack(small.geometry("d000"))[:cut])
