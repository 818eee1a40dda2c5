"""Back-projection: sums by patch are what a loop over pixels gives, and what is missing is told with its cure."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from plates import plates
from surfaces import PINHOLE, ROD, looked_at

from blemish.dataset import ply
from blemish.dataset.layers import write_geometry
from blemish.dataset.read import Dataset
from blemish.errors import DatasetError, RequestError
from blemish.inspect.surface import backproject
from blemish.inspect.surface.backproject import NOTHING, log_odds, optics_of, sight, view_evidence
from blemish.inspect.surface.buffers import Buffers, nominal_patches
from blemish.inspect.surface.patches import lookup_of, patches_of
from blemish.plan.camera import Camera
from blemish.settings import plain

LOOKUP = lookup_of(ROD, patches_of(ROD, 2.0))


def test_evidence_is_the_mean_over_a_patch(monkeypatch: pytest.MonkeyPatch) -> None:
    """However few rows are taken at a time, a patch gets the mean log-odds, share, cosine and depth of its pixels."""
    monkeypatch.setattr(backproject, "PIXELS_AT_ONCE", 700)
    maps = looked_at(ROD, (64, 48), 3)
    scores = np.random.default_rng(0).random((64, 48)).astype(np.float32)
    seen = view_evidence(scores, maps, LOOKUP, PINHOLE, "v000", 0.5)
    hit = maps["triangle"] != NOTHING
    places = np.stack([maps[f"position.{axis}"][hit] for axis in "XYZ"])
    patch = LOOKUP.at(maps["triangle"][hit].astype(np.int64), places)
    np.testing.assert_array_equal(seen.patch, np.unique(patch))
    assert seen.pixels.sum() == hit.sum()
    for k in (0, len(seen.patch) // 2, len(seen.patch) - 1):
        mine = patch == seen.patch[k]
        assert seen.log_odds[k] == pytest.approx(log_odds(scores[hit][mine]).mean(), abs=1e-5)
        assert seen.called[k] == pytest.approx((scores[hit][mine] >= 0.5).mean())
        assert seen.cosine[k] == pytest.approx(maps["cosine"][hit][mine].astype(float).mean(), rel=1e-5)
        assert seen.px_per_mm[k] == pytest.approx(100 / maps["depth.Z"][hit][mine].mean(), rel=1e-5)
    same = sight(maps, LOOKUP, PINHOLE, "v000")
    for name in ("patch", "pixels", "cosine", "px_per_mm", "blur_px"):
        np.testing.assert_array_equal(getattr(same, name), getattr(seen, name))


def test_a_view_of_nothing_says_nothing() -> None:
    """A frame beside the part sees no patch."""
    maps = looked_at(ROD, (8, 8), 1)
    maps["triangle"][:] = NOTHING
    assert len(view_evidence(np.zeros((8, 8), np.float32), maps, LOOKUP, PINHOLE, "v000", 0.5).patch) == 0


def test_optics_are_those_of_the_camera() -> None:
    """Scale and blur circle agree with the camera that rendered; a pinhole does not blur."""
    camera = Camera()
    depth = np.array([150.0, 200.0, 260.0])
    optics = optics_of(plain(camera), "d000/v000")
    np.testing.assert_allclose(optics.blur_px(depth), camera.blur_px(depth))
    assert optics.px_per_mm(np.array([200.0]))[0] == pytest.approx(1 / camera.mm_per_px)
    assert not optics_of(plain(camera), "d000/v000", blurs=False).blur_px(depth).any()


def test_certainty_is_what_16_bits_tell() -> None:
    """0 and 1 become half a step of 16 bits, so that no view is infinitely sure; order is kept."""
    levels = np.arange(65536, dtype=np.float32) / 65535
    odds = log_odds(levels)
    assert np.isfinite(odds).all()
    assert (np.diff(odds) > 0).all()
    assert odds[-1] == pytest.approx(-odds[0], rel=1e-3)


def of_rods(root: Path) -> Dataset:
    """Four photographs whose specimens have the mesh of a rod, without geometry."""
    dataset = plates(root, [(8, 8)] * 4)
    for frame in dataset.frames:
        (root / "specimens" / frame.specimen / "part.ply").write_bytes(ply.pack(ROD))
    return dataset


def test_what_is_missing_is_told_with_its_cure(tmp_path: Path) -> None:
    """Frames without geometry, without camera, scores of another size, and meshes that are gone or damaged."""
    dataset = of_rods(tmp_path)
    buffers = Buffers(dataset)
    with pytest.raises(RequestError, match=r"4 of 4 frames have no geometry\.exr.*photographs with poses"):
        buffers.check(dataset.frames)
    with pytest.raises(RequestError, match="tells no camera"):
        optics_of(None, "d001/v0")
    with pytest.raises(RequestError, match="8 x 8 pixels"):
        view_evidence(np.zeros((8, 8), np.float32), looked_at(ROD, (9, 8), 1), LOOKUP, PINHOLE, "v0", 0.5)
    (tmp_path / "specimens/c000/part.ply").unlink()
    (tmp_path / "specimens/c002/part.ply").write_bytes(b"ply")
    with pytest.raises(RequestError, match=r"1 of 4 specimens have no part\.ply, first c000"):
        buffers.check(dataset.frames)
    with pytest.raises(DatasetError, match=r"c002.part\.ply.*no PLY file"):
        buffers.mesh("c002")


def test_what_was_made_for_photographs_stands_in(tmp_path: Path) -> None:
    """Maps and mesh in a folder of their own serve where the dataset has none."""
    dataset = plates(tmp_path / "set", [(8, 8)] * 2)
    folder = tmp_path / "made"
    folder.mkdir()
    (folder / "part.ply").write_bytes(ply.pack(ROD))
    for frame in dataset.frames:
        maps = looked_at(ROD, (8, 8), 1) | {f"normal.{axis}": np.zeros((8, 8), np.float16) for axis in "XYZ"}
        (folder / frame.name).mkdir(parents=True)
        write_geometry(folder / frame.name / "geometry.exr", maps)
    buffers = Buffers(dataset, folder)
    buffers.check(dataset.frames)
    np.testing.assert_array_equal(buffers.maps(dataset.frames[0])["triangle"], looked_at(ROD, (8, 8), 1)["triangle"])
    assert len(buffers.mesh("c000").triangles) == len(ROD.triangles)


def test_patches_are_those_of_the_specimen_with_the_fewest_defects(tmp_path: Path) -> None:
    """Left alone, a correct specimen gives the patches; another may be named."""
    buffers = Buffers(of_rods(tmp_path))
    left_alone = nominal_patches(buffers, 2.0)
    np.testing.assert_array_equal(left_alone.centre_mm, nominal_patches(buffers, 2.0, "c002").centre_mm)
