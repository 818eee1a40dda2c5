"""Rays named by the indices of their ends are the same rays."""

from __future__ import annotations

import numpy as np
import pytest
from builders import rod

from blemish.engine import RayCaster


@pytest.mark.parametrize("batch", [1 << 20, 300])
def test_rays_between_named_places_are_the_rays_between_those_places(
    batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether ends are written out or named by index, one end or both, whole or in batches, the answer is the same."""
    monkeypatch.setattr("blemish.engine.rays.BATCH", batch)
    part = rod()
    caster = RayCaster(part.vertices_mm, part.triangles)
    rng = np.random.default_rng(0)
    points, targets = rng.uniform(-15, 25, (200, 3)), rng.uniform(-80, 80, (30, 3))
    begin, end = rng.integers(200, size=1000), rng.integers(30, size=1000)
    written = caster.occluded(points[begin], targets[end], 1e-3)
    assert 0.1 < written.mean() < 0.9
    np.testing.assert_array_equal(written, caster.occluded(points, targets, 1e-3, point_of=begin, target_of=end))
    np.testing.assert_array_equal(written, caster.occluded(points, targets[end], 1e-3, point_of=begin))
    np.testing.assert_array_equal(
        caster.occluded(points[begin], targets[3:4], 1e-3),
        caster.occluded(points, targets[3:4], 1e-3, point_of=begin),
    )
    assert caster.occluded(points, targets[3:4], 1e-3, point_of=begin[:0]).shape == (0,)
