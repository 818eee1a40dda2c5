"""Where samples fall within a pixel."""

from __future__ import annotations

import numpy as np
import pytest

from blemish.engine import start


def points(samples: int, pixels: int = 40, seed: int = 5, purpose: int = 0) -> np.ndarray:
    """The points of some pixels, (pixels, samples, 2)."""
    start()
    import drjit as dr
    import mitsuba as mi

    from blemish.render.sampler import samples_of

    pair = samples_of(np.arange(pixels), 0, samples, dr.opaque(mi.UInt32, seed)).pair(purpose)
    return np.stack([np.array(pair.x), np.array(pair.y)], axis=1).reshape(pixels, samples, 2)


@pytest.mark.parametrize("samples", [4, 16, 64])
@pytest.mark.parametrize("purpose", [0, 3])
def test_every_elementary_interval_holds_one_point(samples: int, purpose: int) -> None:
    """However a pixel is cut into 2^a x 2^b equal boxes, as many as samples, each holds exactly one sample."""
    for columns in 2 ** np.arange(int(np.log2(samples)) + 1):
        rows = samples // columns
        cells = np.floor(points(samples, purpose=purpose) * [columns, rows]).astype(int)
        counts = np.sort(cells[..., 0] * rows + cells[..., 1], axis=1)
        assert (counts == np.arange(samples)).all()


def test_more_samples_leave_the_first_ones_alone() -> None:
    """The first sixteen of sixty-four points are the sixteen points."""
    np.testing.assert_array_equal(points(64)[:, :16], points(16))


def test_pixels_seeds_and_purposes_are_unrelated() -> None:
    """Points of different pixels, seeds and purposes do not correlate."""
    one = points(16, pixels=2000)
    for other in (points(16, pixels=2000, seed=6), points(16, pixels=2000, purpose=1), np.roll(one, 1, axis=0)):
        assert abs(np.corrcoef(one[..., 0].ravel(), other[..., 0].ravel())[0, 1]) < 0.02
    assert abs(np.corrcoef(one[..., 0].ravel(), one[..., 1].ravel())[0, 1]) < 0.02


def test_points_are_uniform() -> None:
    """All together they fill the square evenly, and none reaches one."""
    flat = points(16, pixels=5000).reshape(-1, 2)
    assert flat.max() < 1
    assert flat.min() >= 0
    counts, _, _ = np.histogram2d(*flat.T, bins=8)
    assert np.abs(counts / counts.mean() - 1).max() < 0.15
