"""Renders a scene with our renderer and with Mitsuba's own, in a process of its own, for tests.

What else a process has built changes the programs of Mitsuba, and LLVM aborts on some of them.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from blemish.render import Rendering, shoot

AROUND = 0.05


def assert_agree(name: str, bounces: int, folder: Path) -> None:
    """Assert that both give the same radiance of a scene of this name, up to noise."""
    file = folder / "both.npy"
    folders = os.pathsep.join([str(Path(__file__).parent), str(Path(__file__).parents[1]), *sys.path])
    run = subprocess.run(
        [sys.executable, "-m", "beside_mitsuba", name, str(bounces), str(file)],
        env={**os.environ, "PYTHONPATH": folders},
        capture_output=True,
        text=True,
        check=False,
    )
    if "Cannot select" in run.stderr:
        pytest.skip("this LLVM cannot compile Mitsuba's own code; install karellen-llvm-core < 23")
    assert run.returncode == 0, run.stderr
    ours, theirs = np.load(file)
    assert ours.mean() == pytest.approx(theirs.mean(), rel=0.01)
    blocks = [image.reshape(12, 4, 16, 4).mean(axis=(1, 3)) for image in (ours, theirs)]
    np.testing.assert_allclose(*blocks, atol=0.02)


def main(name: str, bounces: int, file: str) -> None:
    """Save both radiances."""
    from cells import BOX, BOX_VIEW, SENSOR, SMALL, scene_of

    scene, viewpoint = scene_of(BOX), BOX_VIEW
    if name == "dust":
        from test_films_seen import ABOVE, SPECKS, with_film

        from blemish.plan.light import RingLight

        scene, viewpoint = with_film(SPECKS, RingLight()), ABOVE
    rendering = Rendering(
        samples_per_pixel=256,
        noise_share=0.0,
        ambient_radiance=AROUND,
        background_radiance=AROUND,
        bounces=bounces,
        depth_of_field=False,
    )
    ours = shoot(scene, SMALL, viewpoint, SENSOR, rendering, 0).radiance

    import mitsuba as mi

    from blemish.render.mitsuba import as_mitsuba

    theirs = np.array(mi.render(as_mitsuba(scene, SMALL, viewpoint.world_from_camera, rendering), seed=1))[..., 0]
    np.save(file, np.stack([ours, theirs]))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
